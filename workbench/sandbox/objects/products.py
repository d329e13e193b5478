"""Products of the catalog: what they are called, and what they cost in each currency."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.sandbox.objects.kind import Draft, Kind
from workbench.sandbox.objects.line_items import MOST, base_currency, is_billing
from workbench.sandbox.objects.references import PEOPLE, TERRITORY
from workbench.sandbox.objects.show import show_base
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import read_id

CURRENCY = re.compile(r"[A-Z]{3}")
# No price, one price, or one that returns.
PRICING_TYPES = (0, 1, 2)
# What a price is for, beside how much it is.
NAMED = ("currency_code", "billing_type", "billing_cycle")
TEXTS = ("name", "category", "product_code", "sku_number", "parent_product", "territory_id", "valid_till", "owner_id")


def shape_product(draft: Draft) -> None:
    """A product is active unless told otherwise, and has one price in a currency."""
    if draft.before is None:
        draft.record.setdefault("is_active", True)
        draft.record.setdefault("pricing_type", 0)
    if draft.get("pricing_type") not in (*PRICING_TYPES, None):
        draft.problems.append("Pricing type is invalid")
    if draft.has("product_pricings"):
        _take_prices(draft)


def _take_prices(draft: Draft) -> None:
    """Add prices, change those named by id or currency, and take away those sent with `_destroy`."""
    sent = draft.sent["product_pricings"] or []
    if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
        draft.problems.append("Product pricings are invalid")
        return
    prices = {each["price_id"]: each for each in draft.get("product_pricings") or []}
    for each in sent:
        id = _find_price(prices, each)
        if read_id(each.get("id")) and id is None:
            draft.problems.append("The price you're looking for is not in the CRM")
        elif each.get("_destroy"):
            prices.pop(id, None)
        else:
            id = id or draft.tenant.mint()
            prices[id] = _read_price(draft, each, prices.get(id, {"price_id": id}))
    if len({_same(each) for each in prices.values()}) < len(prices):
        draft.problems.append("Currency has already been taken")
    draft.record["product_pricings"] = list(prices.values())


def _find_price(prices: dict[int, Record], sent: Record) -> int | None:
    named = read_id(sent.get("id"))
    if named:
        return named if named in prices else None
    return next((id for id, each in prices.items() if _same(each) == _same(sent)), None)


def _same(price: Record) -> tuple[str, str]:
    """What tells a product's prices apart."""
    return str(price.get("currency_code")), str(price.get("billing_cycle"))


def _read_price(draft: Draft, sent: Record, before: Record) -> Record:
    price = {
        **before,
        **{name: sent[name] for name in ("currency_code", "billing_type", "billing_cycle") if name in sent},
    }
    if not CURRENCY.fullmatch(str(price.get("currency_code") or "")):
        draft.problems.append("Currency code is invalid")
    if not is_billing(price):
        draft.problems.append("Billing is invalid")
    # One name in live recordings, the other in the reference.
    sent = {"unit_price": sent.get("currency_value"), **sent}
    for name, label in (("unit_price", "Unit price"), ("setup_fee", "Setup fee")):
        value = sent[name] if sent.get(name) is not None else before.get(name)
        price[name] = _read_money(draft, label, value)
    if price["unit_price"] is None:
        draft.problems.append("Unit price can't be blank")
    return price


def _read_money(draft: Draft, label: str, sent: Any) -> float | None:
    if sent in (None, ""):
        return None
    try:
        number = Decimal(str(sent).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(sent, bool) or not number.is_finite() or not 0 <= number < MOST:
        draft.problems.append(f"{label} is not valid")
        return None
    return float(number)


def show_product(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A product as a client reads it; its prices only where they are included."""
    prices = record.get("product_pricings") or []
    in_base = (each["unit_price"] for each in prices if each["currency_code"] == base_currency(tenant))
    shown = {
        "id": record["id"],
        **{name: record.get(name) for name in TEXTS},
        **{name: value for name, value in show_base(tenant, KIND, record, includes).items() if name != "tags"},
        "is_active": bool(record.get("is_active")),
        "pricing_type": record.get("pricing_type") or 0,
        "avatar": None,
        "base_currency_amount": next(in_base, None),
        "creater_id": record["creater_id"],
        "updater_id": record["updater_id"],
        "description": record.get("description"),
    }
    if "product_pricings" in includes:
        shown["product_pricings"] = [_show_price(each) for each in prices]
    return shown


def _show_price(price: Record) -> Record:
    return {
        "id": price["price_id"],
        "currency_code": price["currency_code"],
        "_destroy": False,
        "billing_cycle": price.get("billing_cycle"),
        "billing_type": price.get("billing_type"),
        "unit_price": price["unit_price"],
        "setup_fee": price.get("setup_fee"),
        "is_locked": False,
    }


KIND = Kind(
    name="product",
    plural="products",
    model="Product",
    shape=shape_product,
    show=show_product,
    keys=("name",),
    links=lambda record: [record["parent_product"]] if record.get("parent_product") else [],
    references=PEOPLE | TERRITORY,
)
