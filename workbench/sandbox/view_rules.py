"""Which records each view of a tenant shows, by the rule its seed names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from workbench.sandbox.conditions import all_of
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.store import EVERYTHING, Where
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import format_time

NOTHING: Where = ("0", [])
FORECASTS = {"open": "Open", "won": "Closed Won", "lost": "Closed Lost"}
RECENT, ACTIVE = timedelta(days=7), timedelta(days=30)
# How certain an open deal is from which it counts as hot.
HOT = 70
BOUNCED = 4
TOUCHES = ("appointment", "sales_activity", "phone_call")
HAS_OPEN_TASK = (
    "id IN (SELECT l.parent_id FROM links l JOIN records t ON t.id = l.id "
    "WHERE l.object = 'task' AND t.state = 'live' AND json_extract(t.body, '$.status') = 0)"
)


def rule_condition(tenant: Tenant, kind: Kind, rule: str) -> Where:
    """The records a view's rule picks."""
    covers_all = kind.name != "deal" or tenant.settings.switches.views_cover_pipelines
    pipeline = EVERYTHING if covers_all else (f"{_read('deal_pipeline_id')} = ?", [_first_pipeline(tenant)])
    return all_of(_pick(tenant, rule), pipeline)


def _pick(tenant: Tenant, rule: str) -> Where:
    now = datetime.fromtimestamp(tenant.clock(), UTC)
    recent, active = format_time(now - RECENT), format_time(now - ACTIVE)
    rules = {
        "all": EVERYTHING,
        "binned": EVERYTHING,
        "none": NOTHING,
        "mine": (f"{_read('owner_id')} = ?", [tenant.admin_id]),
        "recent": (f"{_read('created_at')} > ?", [recent]),
        "modified": (f"{_read('updated_at')} > ?", [recent]),
        "active": (f"{_read('updated_at')} > ?", [active]),
        "inactive": (f"{_read('updated_at')} <= ?", [active]),
        "untouched": (f"id NOT IN (SELECT parent_id FROM links WHERE object IN ({_marks(TOUCHES)}))", [*TOUCHES]),
        "follow_up": (HAS_OPEN_TASK, []),
        "bounced": (f"CAST({_read('subscription_status')} AS INTEGER) = ?", [BOUNCED]),
        "hot": all_of(_at(tenant, "open"), (f"{_read('probability')} >= ?", [HOT])),
        "cold": all_of(_at(tenant, "open"), (f"{_read('updated_at')} <= ?", [active])),
        "closing": all_of(_at(tenant, "open"), _between("expected_close", *_week(tenant))),
        "sold": all_of(_at(tenant, "won"), _between("closed_date", *_month(tenant))),
    }
    return _at(tenant, rule) if rule in FORECASTS else rules[rule]


def _at(tenant: Tenant, forecast: str) -> Where:
    """Deals at a stage of that forecast."""
    stages = [each["id"] for each in tenant.selectors["deal_stages"] if each["forecast_type"] == FORECASTS[forecast]]
    return f"{_read('deal_stage_id')} IN ({_marks(stages)})", stages


def _between(name: str, first: str, after: str) -> Where:
    return f"{_read(name)} >= ? AND {_read(name)} < ?", [first, after]


def _week(tenant: Tenant) -> tuple[str, str]:
    """Monday of this week and of the next, in the account's zone."""
    today = datetime.fromtimestamp(tenant.clock(), UTC).astimezone(tenant.zone).date()
    monday = today - timedelta(days=today.weekday())
    return monday.isoformat(), (monday + timedelta(days=7)).isoformat()


def _month(tenant: Tenant) -> tuple[str, str]:
    first = datetime.fromtimestamp(tenant.clock(), UTC).astimezone(tenant.zone).date().replace(day=1)
    return first.isoformat(), (first + timedelta(days=32)).replace(day=1).isoformat()


def _first_pipeline(tenant: Tenant) -> int:
    return tenant.selectors["deal_pipelines"][0]["id"]


def _read(name: str) -> str:
    return f"json_extract(body, '$.{name}')"


def _marks(values: tuple[str, ...] | list[int]) -> str:
    return ", ".join("?" * len(values))
