"""Contacts: who people are, how they are reached, and which accounts they belong to."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.checks import is_email
from workbench.sandbox.objects.drafts import is_taken
from workbench.sandbox.objects.kind import Draft, Kind, Reference
from workbench.sandbox.objects.show import show_base, show_links
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import read_id

MOST_ACCOUNTS = 10
# Ids of this size do not fit a float; a client that reads them as one finds out here.
MCR_BASE = 1_656_220_000_000_000_000
NEEDED = {
    "email": "Need to fill this Email to submit the form.",
    "mobile": "Need to fill this Mobile to submit the form.",
    "email_or_mobile": "Need to fill this Email or Mobile to submit the form.",
}
TEXTS = (
    "job_title", "city", "state", "zipcode", "country", "time_zone", "work_number", "mobile_number", "address",
    "keyword", "medium", "facebook", "twitter", "linkedin", "external_id", "subscription_status", "subscription_types",
)  # fmt: skip
UNKNOWN = (
    "avatar", "last_seen", "last_contacted", "last_contacted_sales_activity_mode", "last_contacted_mode", "recent_note",
    "last_contacted_via_sales_activity", "completed_sales_sequences", "active_sales_sequences", "web_form_ids",
    "team_user_ids", "work_email", "unsubscription_reason", "other_unsubscription_reason", "last_seen_chat",
    "first_seen_chat", "locale", "total_sessions", "first_campaign", "first_medium", "first_source", "last_campaign",
    "last_medium", "last_source", "latest_campaign", "latest_medium", "latest_source",
)  # fmt: skip


def shape_contact(draft: Draft) -> None:
    """Read e-mails, accounts, stage and status, and require what identifies a person."""
    _take_emails(draft)
    _take_accounts(draft)
    _take_stage(draft)
    _require_identifier(draft)
    _require_free_email(draft)


def _take_emails(draft: Draft) -> None:
    if draft.has("emails"):
        draft.record["emails"] = _read_emails(draft, draft.sent["emails"])
    elif draft.has("email"):
        others = [each for each in draft.get("emails") or [] if not each["is_primary"]]
        draft.record["emails"] = _read_emails(draft, draft.sent["email"]) + others


def _read_emails(draft: Draft, sent: Any) -> list[Record]:
    """E-mails from a text, texts, or objects with `value`; exactly one is the primary one, unless there is none."""
    items = sent if isinstance(sent, list) else [] if sent is None else [sent]
    rows = [each if isinstance(each, dict) else {"value": each} for each in items]
    rows = [row for row in rows if not row.get("_destroy")]
    bad = [row for row in rows if not is_email(row.get("value"))]
    if bad:
        draft.problems.append("invalid email address")
        return []
    primary = next((n for n, row in enumerate(rows) if row.get("is_primary")), 0)
    return [{"value": row["value"].strip(), "is_primary": n == primary} for n, row in enumerate(rows)]


def _take_accounts(draft: Draft) -> None:
    if not draft.has("sales_accounts"):
        return
    sent = draft.sent["sales_accounts"] or []
    if not isinstance(sent, list) or not all(isinstance(each, dict) and "id" in each for each in sent):
        draft.problems.append("Accounts are invalid")
        return
    ids = [read_id(each) for each in sent]
    if len(ids) > MOST_ACCOUNTS:
        draft.problems.append(f"A contact can have at most {MOST_ACCOUNTS} accounts")
    if sum(bool(each.get("is_primary")) for each in sent) > 1:
        draft.problems.append("A contact has exactly one primary account")
    if any(draft.tenant.store.read("sales_account", id) is None for id in ids):
        draft.problems.append("The account you're looking for is not in the CRM")
    primary = next((n for n, each in enumerate(sent) if each.get("is_primary")), 0)
    draft.record["sales_accounts"] = [{"id": id, "is_primary": n == primary} for n, id in enumerate(ids)]


def _take_stage(draft: Draft) -> None:
    """A contact has a stage and a status, the first of each unless told; a new stage brings its first status."""
    stages, statuses = draft.tenant.selectors["lifecycle_stages"], draft.tenant.selectors["contact_statuses"]
    if draft.get("lifecycle_stage_id") is None:
        status = draft.tenant.find_choice("contact_statuses", draft.get("contact_status_id"))
        draft.record["lifecycle_stage_id"] = status["lifecycle_stage_id"] if status else stages[0]["id"]
    allowed = [each["id"] for each in statuses if each["lifecycle_stage_id"] == draft.get("lifecycle_stage_id")]
    if draft.get("contact_status_id") in allowed:
        return
    if draft.sent.get("contact_status_id") and draft.tenant.settings.switches.stage_owns_status:
        draft.problems.append("Invalid contact status provided.")
    elif not draft.sent.get("contact_status_id"):
        draft.record["contact_status_id"] = allowed[0] if allowed else None


def _require_identifier(draft: Draft) -> None:
    required = draft.tenant.settings.switches.required_identifier
    if required == "none" or "invalid email address" in draft.problems:
        return
    has = {"email": bool(draft.get("emails")), "mobile": bool(draft.get("mobile_number"))}
    if not any(has[name] for name in required.split("_or_")):
        draft.problems.append(NEEDED[required])


def _require_free_email(draft: Draft) -> None:
    switches = draft.tenant.settings.switches
    for each in draft.get("emails") or []:
        state = "live" if switches.reuse_deleted_email else None
        if is_taken(draft, "emails", each["value"], state=state):
            draft.problems.append(f"{each['value']} already exists.")
    mobile = draft.get("mobile_number")
    if switches.unique_mobile and mobile and is_taken(draft, "mobile_number", mobile):
        draft.problems.append("MobileNumber is not unique")


def show_contact(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A contact as a client reads it."""
    emails = record.get("emails") or []
    primary = next((each["value"] for each in emails if each["is_primary"]), None)
    names = (record.get("first_name"), record.get("last_name"))
    shown = {
        "id": record["id"],
        "first_name": names[0],
        "last_name": names[1],
        "display_name": " ".join(name for name in names if name) or primary or "",
        "email": primary,
        "emails": [_show_email(record["id"], n, each) for n, each in enumerate(emails)],
        **{name: record.get(name) for name in TEXTS},
        **dict.fromkeys(UNKNOWN),
        **show_base(tenant, KIND, record, includes),
        "links": show_links(KIND, record),
        "lead_score": 0,
        "customer_fit": 0,
        "open_deals_amount": "0.0",
        "open_deals_count": 0,
        "won_deals_amount": "0.0",
        "won_deals_count": 0,
        "system_tags": [],
        "phone_numbers": [],
        "mcr_id": MCR_BASE + record["id"],
    }
    if "sales_accounts" in includes:
        shown["sales_accounts"] = _show_accounts(tenant, record)
    return shown


def _show_email(contact_id: int, position: int, email: Record) -> Record:
    return {
        "id": contact_id * 10 + position,
        "value": email["value"],
        "is_primary": email["is_primary"],
        "label": None,
        "_destroy": False,
    }


def _show_accounts(tenant: Tenant, record: Record) -> list[Record]:
    linked = [(each, tenant.store.read("sales_account", each["id"])) for each in record.get("sales_accounts") or []]
    return [
        {
            "partial": True,
            "id": account["id"],
            "name": account["name"],
            "avatar": None,
            "website": account.get("website"),
            "is_primary": each["is_primary"],
        }
        for each, account in linked
        if account
    ]


KIND = Kind(
    name="contact",
    plural="contacts",
    model="Contact",
    shape=shape_contact,
    show=show_contact,
    own=frozenset({"emails", "sales_accounts"}),
    keys=("external_id", "mobile_number", "work_number"),
    identifiers=("emails", "id", "mobile_number", "external_id"),
    links=lambda record: [each["id"] for each in record.get("sales_accounts") or []],
    embeds="sales_accounts",
    references={
        "owner": Reference(field="owner_id", beside="users", selector="owners"),
        "creater": Reference(field="creater_id", beside="users", selector="owners"),
        "updater": Reference(field="updater_id", beside="users", selector="owners"),
        "source": Reference(field="lead_source_id", beside="lead_source", selector="lead_sources"),
        "campaign": Reference(field="campaign_id", beside="campaigns", selector="campaigns"),
        "territory": Reference(field="territory_id", beside="territories", selector="territories"),
        "contact_status": Reference(field="contact_status_id", beside="contact_status", selector="contact_statuses"),
        "lifecycle_stage": Reference(
            field="lifecycle_stage_id", beside="lifecycle_stages", selector="lifecycle_stages"
        ),
    },
    thin=(
        "id", "job_title", "lead_score", "email", "work_number", "mobile_number", "open_deals_amount", "display_name",
        "avatar", "last_contacted_mode", "last_contacted", "first_name", "last_name", "city", "country", "created_at",
        "updated_at",
    ),
    hides_references=True,
)  # fmt: skip
