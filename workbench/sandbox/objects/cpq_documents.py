"""Quotes, invoices and other documents made out for a deal, with the products on them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.sandbox.objects.kind import Draft, Kind
from workbench.sandbox.objects.line_items import base_currency, list_items, settle_items, show_document_items
from workbench.sandbox.objects.money import LARGEST_AMOUNT
from workbench.sandbox.objects.references import PEOPLE, TERRITORY
from workbench.sandbox.objects.show import show_base
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant

COUNTER = "documents_made"
BASE = (
    "custom_field",
    "is_deleted",
    "created_at",
    "updated_at",
    "owner_id",
    "creater_id",
    "updater_id",
    "territory_id",
)


def shape_document(draft: Draft) -> None:
    """A document has a number and a currency, and its products decide its amount."""
    tenant = draft.tenant
    if draft.before is None:
        count = (tenant.store.fact(COUNTER) or 0) + 1
        tenant.store.set_fact(COUNTER, count)
        draft.record["document_number"] = f"DOC-{count}"
    if not draft.get("currency_code"):
        draft.record["currency_code"] = base_currency(tenant)
    settle_items(draft, currency=draft.get("currency_code"))
    if draft.has("amount"):
        draft.record["amount"] = _read_amount(draft, draft.sent["amount"])


def _read_amount(draft: Draft, sent: Any) -> float | None:
    if sent in (None, ""):
        return None
    try:
        amount = Decimal(str(sent).strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if isinstance(sent, bool) or not amount.is_finite() or abs(amount) > LARGEST_AMOUNT:
        draft.problems.append("Amount is not a number")
        return None
    return float(amount)


def show_document(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A document as a client reads it; its products where they are included."""
    amount = float(record.get("amount") or 0)
    base = show_base(tenant, KIND, record, includes)
    named = [name for name in KIND.fields(tenant) if name not in base]
    shown = {
        "id": record["id"],
        **{name: record.get(name) for name in named},
        **{name: base[name] for name in BASE},
        "amount": amount,
        "base_currency_amount": amount if record.get("currency_code") == base_currency(tenant) else None,
        "document_number": record["document_number"],
        "is_deal_primary": bool(record.get("is_deal_primary")),
        "email_template_id": None,
        "has_products": bool(list_items(tenant, record)),
        "pricing_table_settings": '{"show_sales_tax":true}',
        "signatures": [],
        "signed_url": None,
        "has_signatures": False,
        "signing_order_modified": None,
    }
    if "products" in includes:
        shown["products"] = show_document_items(tenant, record)
    return shown


KIND = Kind(
    name="cpq_document",
    plural="cpq_documents",
    model="CpqDocument",
    shape=shape_document,
    show=show_document,
    own=frozenset({"amount"}),
    links=lambda record: [record[name] for name in ("deal_id", "contact_id", "sales_account_id") if record.get(name)],
    references=PEOPLE | TERRITORY,
)
