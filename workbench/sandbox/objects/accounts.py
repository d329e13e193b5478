"""Accounts: the organisations contacts and deals belong to."""

from __future__ import annotations

import re
from typing import Any

from workbench.sandbox.objects.contacted import show_contacted
from workbench.sandbox.objects.drafts import stamp_owner
from workbench.sandbox.objects.kind import Draft, Kind, Reference
from workbench.sandbox.objects.money import show_totals
from workbench.sandbox.objects.references import PEOPLE, TERRITORY
from workbench.sandbox.objects.show import show_base, show_links
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import show_time

WEBSITE = re.compile(r"(https?://)?[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?", re.IGNORECASE)
TEXTS = (
    "name", "address", "city", "state", "zipcode", "country", "number_of_employees", "annual_revenue", "website",
    "phone", "facebook", "twitter", "linkedin", "owner_id", "parent_sales_account_id",
)  # fmt: skip
UNKNOWN = (
    "avatar", "recent_note", "completed_sales_sequences", "active_sales_sequences", "team_user_ids", "web_form_ids",
)  # fmt: skip


def shape_account(draft: Draft) -> None:
    """Lose a phone without digits, as live tenants do, and refuse a website that is none."""
    phone = draft.get("phone")
    if phone and not re.search(r"\d", phone):
        draft.record["phone"] = None
    website = draft.get("website")
    if website and not WEBSITE.fullmatch(website):
        draft.problems.append("website is not in required format")
    if draft.before and draft.get("parent_sales_account_id") == draft.before["id"]:
        draft.problems.append("Invalid parent account provided.")
    if draft.has("number_of_employees"):
        draft.record["number_of_employees"] = read_size(draft, draft.sent["number_of_employees"])
    stamp_owner(draft)


def read_size(draft: Draft, sent: Any) -> int | None:
    """The number of employees as the size it falls into is kept: by the smallest number of that size."""
    if sent in (None, ""):
        return None
    sizes = [choice.id for choice in draft.kind.fields(draft.tenant)["number_of_employees"].choices]
    number = int(sent) if isinstance(sent, int | str) and re.fullmatch(r"\d{1,9}", str(sent)) else 0
    rule = draft.tenant.settings.switches.employee_sizes
    if number in sizes or (number and rule == "keep"):
        return number
    if number and rule == "round":
        return max(size for size in sizes if size <= number)
    draft.problems.append("Invalid number of employees provided.")
    return None


def show_account(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """An account as a client reads it."""
    return {
        "id": record["id"],
        **{name: record.get(name) for name in TEXTS},
        **dict.fromkeys(UNKNOWN),
        **show_base(tenant, KIND, record, includes),
        **show_totals(tenant, record),
        **show_contacted(tenant, record),
        "last_assigned_at": show_time(record.get("last_assigned_at"), tenant.zone),
        "links": show_links(tenant, KIND, record),
    }


KIND = Kind(
    name="sales_account",
    plural="sales_accounts",
    model="SalesAccount",
    shape=shape_account,
    show=show_account,
    own=frozenset({"number_of_employees"}),
    unique={"name": "Name has already been taken"},
    keys=("name", "website"),
    identifiers=("name", "id"),
    unlike=("name",),
    links=lambda record: [record["parent_sales_account_id"]] if record.get("parent_sales_account_id") else [],
    references=PEOPLE
    | TERRITORY
    | {
        "industry_type": Reference(field="industry_type_id", beside="industry_types", selector="industry_types"),
        "business_type": Reference(field="business_type_id", beside="business_types", selector="business_types"),
        "parent_sales_account": Reference(
            field="parent_sales_account_id", beside="sales_accounts", object="sales_account"
        ),
    },
    thin=("id", "name", "avatar", "website", "phone", "city", "country", "created_at", "updated_at"),
    hides_references=True,
)
