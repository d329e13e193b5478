"""What a made-up NEON-dX export says of marketing: segments, campaigns, offers, journeys, channels, dashboards."""

from __future__ import annotations

from typing import Any

import polars as pl

from workbench.generate.dice import Dice

Rule = dict[str, Any]
Document = dict[str, Any]


def _own(field: str, operator: str, value: Any) -> Rule:
    return {"source": "profile", "field": field, "operator": operator, "value": value, "window_days": None}


def _event(field: str, operator: str, value: Any, days: int) -> Rule:
    return {"source": "event", "field": field, "operator": operator, "value": value, "window_days": days}


# Name, rule, and who is a member as far as the profiles say; null where events decide.
SEGMENTS: tuple[tuple[str, Rule, pl.Expr | None], ...] = (
    ("Prepaid high value", {"and": [_own("arpu_30d", "gte", 40), _own("payment_method", "eq", "Prepaid")]},
     (pl.col("arpu_30d") >= 40) & (pl.col("payment_method") == "Prepaid")),
    ("Streaming households", _own("products_held", "contains", "Streaming TV"),
     pl.col("products_held").str.contains("Streaming TV", literal=True)),
    ("SMS in Hindi or Tamil", {"and": [_own("optin_sms", "eq", True), {"or": [
        _own("language", "eq", "Hindi"), _own("language", "eq", "Tamil")]}]},
     pl.col("optin_sms") & pl.col("language").is_in(["Hindi", "Tamil"])),
    ("Loyal or wallet", {"or": [_own("tenure_months", "gt", 60), _own("payment_method", "eq", "Wallet")]},
     (pl.col("tenure_months") > 60) | (pl.col("payment_method") == "Wallet")),
    ("Dropped calls this month", _event("call_dropped", "gte", 3, 30), None),
    ("Old hands who stopped charging", {"and": [_own("tenure_months", "gte", 24), _event("recharge", "eq", 0, 14)]},
     None),
    ("About to leave", {"and": [_own("churn_score", "gte", 0.7), _own("optin_email", "eq", True)]},
     (pl.col("churn_score") >= 0.7) & pl.col("optin_email")),
)  # fmt: skip
FORMATS = ("sms", "email", "push", "ussd", "flash_sms", "wap_push")
CAMPAIGNS = (
    ("Monsoon data offer", "Upsell", "Running", "SMS,Email", "S-1"),
    ("Stream and save", "Cross-sell", "Finished", "Email,Push", "S-2"),
    ("Come back", "Retention", "Planned", "SMS,USSD,WhatsApp", "S-5"),
    ("Roam like home", "Upsell", "Finished", "SMS", "S-4"),
)
JOURNEYS: list[Document] = [
    {"id": "J-1", "name": "Welcome", "entry": {"trigger": "profile.created", "segment_id": None}, "steps": [
        {"id": "1", "type": "send", "channel": "SMS", "delay": None, "next": "2", "branches": []},
        {"id": "2", "type": "wait", "channel": None, "delay": "3 days", "next": "3", "branches": []},
        {"id": "3", "type": "branch", "channel": None, "delay": None, "next": None,
         "branches": [{"when": "opened", "next": "4"}, {"when": "otherwise", "next": "5"}]},
        {"id": "4", "type": "send", "channel": "Email", "delay": None, "next": "5", "branches": []},
        {"id": "5", "type": "exit", "channel": None, "delay": None, "next": None, "branches": []},
    ]},
    {"id": "J-2", "name": "Win back", "entry": {"trigger": "segment.entered", "segment_id": "S-5"}, "steps": [
        {"id": "1", "type": "update", "channel": None, "delay": None, "next": "2", "branches": []},
        {"id": "2", "type": "send", "channel": "WhatsApp", "delay": "2 hours", "next": "3", "branches": []},
        {"id": "3", "type": "exit", "channel": None, "delay": None, "next": None, "branches": []},
    ]},
]  # fmt: skip
CHANNELS: list[Document] = [
    {"id": "CH-1", "type": "SMS", "provider": "Gateway One", "parameters": {"sender": "NEONTEL", "rate": 50},
     "credential_ref": "***", "environment": "production"},
    {"id": "CH-2", "type": "Email", "provider": "Relay Mail", "parameters": {"ip_pool": "warm-2"},
     "credential_ref": "***", "environment": "production"},
    {"id": "CH-3", "type": "Push", "provider": "Push Hub", "parameters": {"app": "selfcare"},
     "credential_ref": "***", "environment": "staging"},
]  # fmt: skip
DASHBOARDS: list[Document] = [
    {"id": "B-1", "name": "Daily revenue", "widgets": [{"title": "ARPU by segment", "kind": "bar"}],
     "columns": ["segment", "arpu_30d"], "filters": ["customer_kind = individual"], "grouping": "segment",
     "metric": "avg(arpu_30d)", "anomaly_alert": {"threshold": "3 sigma", "notify": "ops"}},
    {"id": "B-2", "name": "Campaign results", "widgets": [{"title": "Sent and opened", "kind": "line"}],
     "columns": ["campaign", "sent", "opened"], "filters": [], "grouping": "campaign", "metric": "sum(opened)",
     "anomaly_alert": None},
]  # fmt: skip
TEMPLATES: list[Document] = [
    {"id": "TP-1", "name": "Churn rescue", "origin": "native", "kind": "journey", "parameters": {"horizon_days": 30}},
    {"id": "TP-2", "name": "Festival greeting", "origin": "custom", "kind": "email", "parameters": {"subject": "Hi"}},
    {"id": "TP-3", "name": "Data low", "origin": "custom", "kind": "sms", "parameters": {"limit_mb": 200}},
]  # fmt: skip


def list_campaigns() -> list[Document]:
    """campaigns.jsonl."""
    names = ("name", "objective", "status", "channels", "segment_id")
    return [
        {"campaign_id": f"CP-{place}", **dict(zip(names, row, strict=True)),
         "start_at": f"2026-0{place}-01T00:00:00Z", "end_at": f"2026-0{place}-28T00:00:00Z"}
        for place, row in enumerate(CAMPAIGNS, start=1)
    ]  # fmt: skip


def list_offers() -> list[Document]:
    """offers.jsonl: one of every format for each campaign; some formats exist in NEON-dX only."""
    return [
        {
            "offer_id": f"OF-{campaign}-{place}",
            "campaign_id": f"CP-{campaign}",
            "name": f"Offer {campaign}.{place}",
            "description": f"Twice the data for the price of one, by {format_}",
            "eligibility": _own("arpu_30d", "gte", 10 * place),
            "channel": {"email": "Email", "push": "Push"}.get(format_, "SMS"),
            "template_id": f"TP-{1 + place % 3}",
            "media": "banner.png,clip.mp4" if format_ == "email" else None,
            "format": format_,
        }
        for campaign in range(1, len(CAMPAIGNS) + 1)
        for place, format_ in enumerate(FORMATS, start=1)
    ]


def list_segments(counts: dict[str, int]) -> list[Document]:
    """segments.jsonl; what is said of the third was counted before somebody left."""
    return [
        {
            "segment_id": id,
            "name": name,
            "rule": rule,
            "member_count": counts[id] + (2 if id == "S-3" else 0),
            "evaluated_at": "2026-02-27T02:00:00Z",
        }
        for id, (name, rule, _) in number_segments()
    ]


def list_members(profiles: pl.DataFrame, dice: Dice) -> pl.DataFrame:
    """Who of these profiles is in which segment: segment_id, profile_id."""
    number = pl.col("profile_id").str.tail(7).cast(pl.Int64)
    frames = []
    for id, (_, _, members) in number_segments():
        is_member = dice.happens(number, f"in {id}", 0.2) if members is None else members.fill_null(False)
        frames.append(profiles.filter(is_member).select(segment_id=pl.lit(id), profile_id="profile_id"))
    return pl.concat(frames)


def number_segments() -> list[tuple[str, tuple[str, Rule, pl.Expr | None]]]:
    """The segments by id."""
    return [(f"S-{place}", segment) for place, segment in enumerate(SEGMENTS, start=1)]
