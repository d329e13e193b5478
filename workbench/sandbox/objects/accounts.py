"""Accounts: the organisations contacts and deals belong to."""

from __future__ import annotations

import re

from workbench.sandbox.objects.kind import Draft, Kind, Reference
from workbench.sandbox.objects.show import show_base, show_links
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant

WEBSITE = re.compile(r"(https?://)?[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?", re.IGNORECASE)
TEXTS = (
    "name", "address", "city", "state", "zipcode", "country", "number_of_employees", "annual_revenue", "website",
    "phone", "facebook", "twitter", "linkedin", "owner_id", "parent_sales_account_id",
)  # fmt: skip
UNKNOWN = (
    "last_contacted", "last_contacted_mode", "avatar", "recent_note", "last_contacted_via_sales_activity",
    "last_contacted_sales_activity_mode", "completed_sales_sequences", "active_sales_sequences", "last_assigned_at",
    "team_user_ids", "web_form_ids",
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


def show_account(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """An account as a client reads it."""
    return {
        "id": record["id"],
        **{name: record.get(name) for name in TEXTS},
        **dict.fromkeys(UNKNOWN),
        **show_base(tenant, KIND, record, includes),
        "links": show_links(KIND, record),
        "open_deals_amount": "0.0",
        "open_deals_count": 0,
        "won_deals_amount": "0.0",
        "won_deals_count": 0,
    }


KIND = Kind(
    name="sales_account",
    plural="sales_accounts",
    model="SalesAccount",
    shape=shape_account,
    show=show_account,
    unique={"name": "Name has already been taken"},
    keys=("name", "website"),
    identifiers=("name", "id"),
    links=lambda record: [record["parent_sales_account_id"]] if record.get("parent_sales_account_id") else [],
    references={
        "owner": Reference(field="owner_id", beside="users", selector="owners"),
        "creater": Reference(field="creater_id", beside="users", selector="owners"),
        "updater": Reference(field="updater_id", beside="users", selector="owners"),
        "territory": Reference(field="territory_id", beside="territories", selector="territories"),
        "industry_type": Reference(field="industry_type_id", beside="industry_types", selector="industry_types"),
        "business_type": Reference(field="business_type_id", beside="business_types", selector="business_types"),
        "parent_sales_account": Reference(
            field="parent_sales_account_id", beside="sales_accounts", object="sales_account"
        ),
    },
    thin=("id", "name", "avatar", "website", "phone", "city", "country", "created_at", "updated_at"),
    hides_references=True,
)
