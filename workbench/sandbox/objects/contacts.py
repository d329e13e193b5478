"""Contacts: who people are, how they are reached, and which accounts they belong to."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.checks import is_true
from workbench.sandbox.objects.contacted import show_contacted
from workbench.sandbox.objects.drafts import stamp_owner
from workbench.sandbox.objects.emails import primary_email, shape_person, show_emails, show_name
from workbench.sandbox.objects.kind import Draft, Kind, Reference
from workbench.sandbox.objects.money import show_totals
from workbench.sandbox.objects.references import SHARED
from workbench.sandbox.objects.show import show_base, show_links
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import read_id, show_time

MOST_ACCOUNTS = 10
# Ids of this size do not fit a float; a client that reads them as one finds out here.
MCR_BASE = 1_656_220_000_000_000_000
TEXTS = (
    "job_title", "city", "state", "zipcode", "country", "time_zone", "work_number", "mobile_number", "address",
    "keyword", "medium", "facebook", "twitter", "linkedin", "external_id", "subscription_status", "subscription_types",
)  # fmt: skip
UNKNOWN = (
    "avatar", "last_seen", "recent_note", "completed_sales_sequences", "active_sales_sequences", "web_form_ids",
    "work_email", "unsubscription_reason", "other_unsubscription_reason", "whatsapp_subscription_status",
    "sms_subscription_status", "last_seen_chat", "first_seen_chat", "locale", "total_sessions", "first_campaign",
    "first_medium", "first_source", "last_campaign", "last_medium", "last_source", "latest_campaign", "latest_medium",
    "latest_source",
)  # fmt: skip
# What a dropdown of that label says of an id it does not have, and what live tenants say.
NO_STATUS, WRONG_STATUS = "Invalid status provided.", "Invalid contact status provided."
LINKED = ("timeline_feeds", "reminders", "duplicates", "connections")


def shape_contact(draft: Draft) -> None:
    """Read accounts, stage and status, and what identifies a person."""
    shape_person(draft)
    _take_accounts(draft)
    _take_stage(draft)
    stamp_owner(draft)


def _take_accounts(draft: Draft) -> None:
    """At most ten accounts, one of them the primary one; a row marked with `_destroy` changes those there are."""
    if not draft.has("sales_accounts"):
        return
    sent = draft.sent["sales_accounts"] or []
    if not isinstance(sent, list) or not all(isinstance(each, dict) and "id" in each for each in sent):
        draft.problems.append("Accounts are invalid")
        return
    rows = _edit_accounts(draft, sent) if any(is_true(each.get("_destroy")) for each in sent) else sent
    links = {read_id(each): is_true(each.get("is_primary")) for each in rows}
    if len(links) > MOST_ACCOUNTS:
        draft.problems.append(f"A contact can have at most {MOST_ACCOUNTS} accounts")
    if sum(links.values()) > 1:
        draft.problems.append("A contact has exactly one primary account")
    if any(draft.tenant.store.read("sales_account", id) is None for id in links):
        draft.problems.append("The account you're looking for is not in the CRM")
    primary = next((id for id, is_primary in links.items() if is_primary), next(iter(links), None))
    draft.record["sales_accounts"] = [{"id": id, "is_primary": id == primary} for id in links]


def _edit_accounts(draft: Draft, sent: list[Record]) -> list[Record]:
    named = {read_id(each) for each in sent}
    kept = [each for each in draft.get("sales_accounts") or [] if each["id"] not in named]
    new = [each for each in sent if not is_true(each.get("_destroy"))]
    if any(is_true(each.get("is_primary")) for each in new):
        kept = [{**each, "is_primary": False} for each in kept]
    return [*kept, *new]


def _take_stage(draft: Draft) -> None:
    """A contact has a stage and a status, the first of each unless told; a new stage brings its first status."""
    if NO_STATUS in draft.problems:
        draft.problems[draft.problems.index(NO_STATUS)] = WRONG_STATUS
        return
    stages, statuses = draft.tenant.selectors["lifecycle_stages"], draft.tenant.selectors["contact_statuses"]
    if draft.get("lifecycle_stage_id") is None:
        status = draft.tenant.find_choice("contact_statuses", draft.get("contact_status_id"))
        draft.record["lifecycle_stage_id"] = status["lifecycle_stage_id"] if status else stages[0]["id"]
    allowed = [each["id"] for each in statuses if each["lifecycle_stage_id"] == draft.get("lifecycle_stage_id")]
    if draft.get("contact_status_id") in allowed:
        return
    is_free = not draft.tenant.settings.switches.stage_owns_status
    if draft.sent.get("contact_status_id"):
        draft.problems += [] if is_free else [WRONG_STATUS]
    elif draft.get("contact_status_id") is None or draft.has("lifecycle_stage_id") or not is_free:
        draft.record["contact_status_id"] = allowed[0] if allowed else None


def read_team(tenant: Tenant, record: Record, sent: list[Any]) -> list[Record]:
    """The people who work with a contact after a client's changes to them; each has a user and a designation.

    Raises:
        ValueError: With what the client reads: a user or a designation is none of the tenant's.
    """
    team = {each["user_id"]: each for each in record.get("team_users") or []}
    for row in sent:
        member = row if isinstance(row, dict) else {}
        user, designation = read_id(member.get("user_id")), member.get("designation_id")
        if tenant.find_choice("owners", user) is None:
            raise ValueError("Invalid user provided.")
        if designation is not None and tenant.find_choice("designations", read_id(designation)) is None:
            raise ValueError("Invalid designation provided.")
        team.pop(user, None)
        if not is_true(member.get("_destroy")):
            team[user] = {"user_id": user, "designation_id": read_id(designation) or None}
    return list(team.values())


def show_contact(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A contact as a client reads it."""
    shown = {
        "id": record["id"],
        "first_name": record.get("first_name"),
        "last_name": record.get("last_name"),
        "display_name": show_name(record),
        "email": primary_email(record),
        "emails": show_emails(record),
        **{name: record.get(name) for name in TEXTS},
        **dict.fromkeys(UNKNOWN),
        **show_base(tenant, KIND, record, includes),
        **show_totals(tenant, record),
        **show_contacted(tenant, record),
        "last_assigned_at": show_time(record.get("last_assigned_at"), tenant.zone),
        "team_user_ids": [each["user_id"] for each in record.get("team_users") or []] or None,
        "links": show_links(tenant, KIND, record, also=LINKED),
        "lead_score": 0,
        "customer_fit": 0,
        "system_tags": [],
        "phone_numbers": [],
        "mcr_id": MCR_BASE + record["id"],
    }
    if "sales_accounts" in includes:
        shown["sales_accounts"] = _show_accounts(tenant, record)
    return shown


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
    unlike=("emails", "external_id", "mobile_number"),
    links=lambda record: [each["id"] for each in record.get("sales_accounts") or []],
    embeds="sales_accounts",
    references=SHARED
    | {
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
