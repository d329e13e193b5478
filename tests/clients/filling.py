"""What the tenant holds before a tap reads it: several pages of every object, and what makes reading hard."""

from __future__ import annotations

from typing import Any

from workbench.sandbox import TenantSettings, User
from workbench.sandbox.life import create_record, delete_record
from workbench.sandbox.objects.registry import KINDS
from workbench.sandbox.tenant import Tenant

# More than two pages of a hundred.
EACH = 250
BINNED = 30
# As many as records on a page: one tap takes the owners beside a page for its records, and stops at a page with fewer.
OWNERS = 100
USERS = tuple(User(name=f"Owner {number}", email=f"owner{number}@tenant.example") for number in range(OWNERS))
NAMES = ("Zoë", "李小龙", "🦋", 'quote " and \\', "line\nbreak", "O'Brien", "عمر", "x" * 200)
SETTINGS: dict[str, Any] = {"users": USERS, "activity_types": ("Visit",), "calls_per_hour": 100_000}


def settings_of(edition: str) -> TenantSettings:
    """A tenant with room for a whole extraction."""
    return TenantSettings(edition=edition, **SETTINGS)


def fill(tenant: Tenant) -> None:
    """Records of everything a tap reads; the first of each object it deletes again."""
    owners = [owner["id"] for owner in tenant.selectors["owners"]]
    accounts = [_make(tenant, "sales_account", number, owners, _describe_account(number)) for number in range(EACH)]
    contacts = [_make(tenant, "contact", number, owners, _describe_contact(number, accounts)) for number in range(EACH)]
    deals = [_make(tenant, "deal", number, owners, _describe_deal(tenant, number, accounts)) for number in range(EACH)]
    if "lead" in KINDS and tenant.settings.edition == "classic":
        leads = [_make(tenant, "lead", number, owners, _describe_lead(number)) for number in range(EACH)]
        _delete(tenant, "lead", leads)
    # A tap that compares the time of the last contact with a date stops at a contact nobody ever called.
    for number, id in enumerate(contacts):
        called = {"targetable_type": "Contact", "targetable_id": id, "call_direction": number % 2 == 0}
        _make(tenant, "phone_call", number, owners, called)
    for object, ids in (("sales_account", accounts), ("contact", contacts), ("deal", deals)):
        _delete(tenant, object, ids)
    _fill_activities(tenant, owners, contacts[BINNED:])


def _make(tenant: Tenant, object: str, number: int, owners: list[int], facts: dict[str, Any]) -> int:
    sent = {"owner_id": owners[number % OWNERS], **facts}
    return create_record(tenant, KINDS[object], sent)["id"]


def _delete(tenant: Tenant, object: str, ids: list[int]) -> None:
    for id in ids[:BINNED]:
        delete_record(tenant, KINDS[object], id)


def _name(number: int) -> str:
    return f"{NAMES[number % len(NAMES)]} {number}"


def _describe_account(number: int) -> dict[str, Any]:
    full = {"city": "Zürich", "number_of_employees": 201, "annual_revenue": 10.5, "website": "a.example"}
    return {"name": _name(number), **(full if number % 2 else {})}


def _describe_contact(number: int, accounts: list[int]) -> dict[str, Any]:
    full = {"first_name": _name(number), "mobile_number": f"+41{number}", "sales_accounts": [{"id": accounts[number]}]}
    return {"email": f"c{number}@example.org", **(full if number % 2 else {})}


def _describe_deal(tenant: Tenant, number: int, accounts: list[int]) -> dict[str, Any]:
    stages = tenant.selectors["deal_pipelines"][0]["deal_stages"]
    full = {"expected_close": "2027-01-01", "sales_account_id": accounts[number]}
    # New, follow-up, lost, won, won: none of the views by stage is longer than a page.
    stage = stages[(0, 1, -1, -2, -2)[number % 5]]["id"]
    return {"name": _name(number), "amount": "1234.56", "deal_stage_id": stage, **(full if number % 2 else {})}


def _describe_lead(number: int) -> dict[str, Any]:
    full = {"first_name": _name(number), "company": {"name": _name(number)}, "deal": {"name": "D", "amount": 1}}
    return {"last_name": _name(number), "email": f"l{number}@example.org", **(full if number % 2 else {})}


def _fill_activities(tenant: Tenant, owners: list[int], contacts: list[int]) -> None:
    (visit,) = (each["id"] for each in tenant.selectors["sales_activity_types"] if each["name"] == "Visit")
    for number in range(EACH):
        # Few enough to fit on a page of the view that shows contacts with something to do.
        about = {"targetable_type": "Contact", "targetable_id": contacts[number % 50]}
        titled = {"title": _name(number), **about}
        year = 2016 + number % 40
        task = {"due_date": f"{year}-05-04T10:00:00Z", "status": number % 2}
        times = {"from_date": f"{year}-05-04T10:00:00Z", "end_date": f"{year}-05-04T11:00:00Z"}
        visited = {"start_date": times["from_date"], "end_date": times["end_date"], "sales_activity_type_id": visit}
        _make(tenant, "task", number, owners, titled | task)
        _make(tenant, "appointment", number, owners, titled | times)
        _make(tenant, "sales_activity", number, owners, titled | visited)
