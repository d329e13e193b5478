"""Deals: what may be sold, for how much, and how far it is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workbench.sandbox.objects.drafts import stamp_owner
from workbench.sandbox.objects.kind import Draft, Kind, Reference
from workbench.sandbox.objects.line_items import list_items, settle_items, show_deal_items
from workbench.sandbox.objects.money import read_amount, write_money
from workbench.sandbox.objects.references import SHARED
from workbench.sandbox.objects.show import show_base, show_links
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import parse_day, read_id, show_time

DAYS = ("expected_close", "closed_date")
UNKNOWN = (
    "recent_note", "completed_sales_sequences", "active_sales_sequences", "web_form_id", "upcoming_activities_time",
    "last_contacted_sales_activity_mode", "last_contacted_via_sales_activity", "team_user_ids", "avatar",
    "deal_prediction_last_updated_at", "freddy_forecast_metrics", "last_deal_prediction",
)  # fmt: skip


def shape_deal(draft: Draft) -> None:
    """Read name, amount, days and contacts, and place the deal in its pipeline."""
    _take_name(draft)
    settle_items(draft, currency=_find_currency(draft))
    draft.record["amount"] = read_amount(draft, draft.sent.get("amount", draft.get("amount")))
    _take_days(draft)
    _take_contacts(draft)
    _take_stage(draft)
    stamp_owner(draft)


def _find_currency(draft: Draft) -> str | None:
    currency = draft.tenant.find_choice("currencies", draft.get("currency_id"))
    return currency["currency_code"] if currency else None


def _take_name(draft: Draft) -> None:
    name = draft.sent.get("name", draft.get("name"))
    if not isinstance(name, str) or not name.strip():
        draft.problems.append("Deal name can't be empty")
        return
    limit = draft.tenant.settings.switches.deal_name_limit
    if limit and len(name) > limit:
        draft.problems.append("Name is not in required length")
    draft.record["name"] = name


def _take_days(draft: Draft) -> None:
    for name in DAYS:
        if draft.has(name):
            # A day that cannot be read is lost without a word, as live tenants do.
            draft.record[name] = parse_day(draft.sent[name])


def _take_contacts(draft: Draft) -> None:
    sent = draft.sent.get("contacts_added_list") or []
    ids = [read_id(each) for each in sent] if isinstance(sent, list) else [0]
    if any(draft.tenant.store.read("contact", id) is None for id in ids):
        draft.problems.append("The contact you're looking for is not in the CRM")
    known = [each["id"] for each in draft.get("contacts") or []]
    draft.record["contacts"] = [{"id": id} for id in dict.fromkeys([*known, *ids])]


def _take_stage(draft: Draft) -> None:
    """The stage decides the pipeline and the probability; without one it is the first stage of the pipeline."""
    if "Invalid deal stage provided." in draft.problems:
        draft.problems.append("Deal stage doesn't exist")
        draft.problems.remove("Invalid deal stage provided.")
        return
    pipeline = _find_pipeline(draft)
    stage = draft.tenant.find_choice("deal_stages", draft.get("deal_stage_id"))
    if stage is None or (draft.sent.get("deal_pipeline_id") and stage["deal_pipeline_id"] != pipeline["id"]):
        if draft.sent.get("deal_stage_id"):
            draft.problems.append("Deal stage doesn't exist")
        stage = pipeline["deal_stages"][0]
    _move_to_stage(draft, stage)


def _find_pipeline(draft: Draft) -> Record:
    pipelines = draft.tenant.selectors["deal_pipelines"]
    return draft.tenant.find_choice("deal_pipelines", draft.get("deal_pipeline_id")) or pipelines[0]


def _move_to_stage(draft: Draft, stage: Record) -> None:
    has_moved = draft.before is None or draft.before["deal_stage_id"] != stage["id"]
    pipeline_id = draft.tenant.find_choice("deal_stages", stage["id"])["deal_pipeline_id"]
    draft.record |= {"deal_stage_id": stage["id"], "deal_pipeline_id": pipeline_id}
    if not has_moved:
        return
    draft.record["stage_updated_time"] = draft.tenant.stamp()
    if draft.sent.get("probability") is None:
        draft.record["probability"] = stage["probability"]
    is_closed = stage["forecast_type"] != "Open"
    if not draft.sent.get("closed_date"):
        draft.record["closed_date"] = draft.tenant.stamp()[:10] if is_closed else None


def show_deal(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A deal as a client reads it."""
    expected = Decimal(record["amount"]) * Decimal(str(record.get("probability") or 0)) / 100
    age = count_days(tenant, record)
    return {
        "id": record["id"],
        "name": record["name"],
        "amount": record["amount"],
        "base_currency_amount": record["amount"],
        "expected_deal_value": write_money(expected),
        **{name: record.get(name) for name in (*DAYS, "probability", "deal_pipeline_id", "deal_stage_id")},
        "stage_updated_time": show_time(record.get("stage_updated_time"), tenant.zone),
        "age": age,
        **dict.fromkeys(UNKNOWN),
        **show_base(tenant, KIND, record, includes),
        **_show_contacts(record, includes),
        "last_assigned_at": show_time(record.get("last_assigned_at"), tenant.zone),
        "links": show_links(tenant, KIND, record),
        "collaboration": {},
        "fc_widget_collaboration": {},
        "forecast_category": record.get("forecast_category", 1),
        "deal_prediction": 0,
        "has_products": bool(list_items(tenant, record)),
        **({"products": show_deal_items(tenant, record)} if "products" in includes else {}),
        "rotten_days": _count_rotten_days(tenant, record, age),
    }


def count_days(tenant: Tenant, record: Record) -> int:
    """How many days old a deal is, or was when it was closed."""
    made = datetime.fromisoformat(record["created_at"]).astimezone(tenant.zone).date()
    is_open = not record.get("closed_date")
    end = datetime.fromtimestamp(tenant.clock(), tenant.zone).date() if is_open else None
    return max(((end or date.fromisoformat(record["closed_date"])) - made).days, 0)


def _count_rotten_days(tenant: Tenant, record: Record, age: int) -> int | None:
    pipeline = tenant.find_choice("deal_pipelines", record["deal_pipeline_id"])
    over = age - pipeline["rotting_days"] if pipeline and not record.get("closed_date") else 0
    return over if over > 0 else None


def _show_contacts(record: Record, includes: frozenset[str]) -> dict[str, Any]:
    if "contacts" not in includes:
        return {}
    return {"contact_ids": [each["id"] for each in record.get("contacts") or []]}


def link_deal(record: Record) -> list[int]:
    """The account and the contacts of a deal."""
    account = record.get("sales_account_id")
    return [*([account] if account else []), *(each["id"] for each in record.get("contacts") or [])]


KIND = Kind(
    name="deal",
    plural="deals",
    model="Deal",
    shape=shape_deal,
    show=show_deal,
    own=frozenset({"name", "amount", "expected_close", "closed_date", "contacts_added_list"}),
    keys=("name",),
    identifiers=("id",),
    bulk_identifiers=("name",),
    links=link_deal,
    references=SHARED
    | {
        "deal_type": Reference(field="deal_type_id", beside="deal_types", selector="deal_types"),
        "deal_reason": Reference(field="deal_reason_id", beside="deal_reasons", selector="deal_reasons"),
        "deal_payment_status": Reference(
            field="deal_payment_status_id", beside="deal_payment_statuses", selector="deal_payment_statuses"
        ),
        "currency": Reference(field="currency_id", beside="currencies", selector="currencies"),
        "deal_stage": Reference(field="deal_stage_id", beside="deal_stages", selector="deal_stages"),
        "deal_pipeline": Reference(field="deal_pipeline_id", beside="deal_pipelines", selector="deal_pipelines"),
        "sales_account": Reference(field="sales_account_id", beside="sales_accounts", object="sales_account"),
        "contacts": Reference(field="contacts", beside="contacts", object="contact"),
    },
    thin=("id", "name", "amount", "expected_close", "closed_date", "probability", "age", "created_at", "updated_at"),
    hides_references=True,
)
