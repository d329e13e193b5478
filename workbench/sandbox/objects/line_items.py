"""Products on a deal or on a document: which, how many, for how much, and what they come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.sandbox.objects.kind import Draft
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import read_id

CENT = Decimal("0.01")
# How a discount is meant: by default as the switch says, otherwise the other way.
DEFAULT_DISCOUNT, OTHER_DISCOUNT = 1, 2
MOST = Decimal(10**11)


def settle_items(draft: Draft, *, currency: str | None) -> None:
    """Read the products that were sent, and let them decide the amount.

    The list that is sent takes the place of the one there was. A product costs what the item says, otherwise its price
    in the currency of the deal or document, otherwise nothing: where no product has a price in that currency, the
    amount becomes 0.0. Each item comes to price times quantity, less its discount, plus the setup fee once, and the
    amount is the sum of them, whatever amount was sent beside. Without products the amount is what it was or is sent.
    """
    if not draft.has("products"):
        return
    sent = draft.sent["products"] or []
    if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
        draft.problems.append("Products are invalid")
        return
    known = defaultdict(list)
    for item in draft.get("products") or []:
        known[item["id"]].append(item["association_id"])
    kept = [each for each in sent if not each.get("_destroy")]
    items = [_read_item(draft, each, currency=currency or base_currency(draft.tenant)) for each in kept]
    for item in items:
        item["association_id"] = known[item["id"]].pop(0) if known[item["id"]] else draft.tenant.mint()
    draft.record["products"] = items
    if items:
        draft.sent = {**draft.sent, "amount": str(sum((_total(draft.tenant, item) for item in items), Decimal()))}


def base_currency(tenant: Tenant) -> str:
    """The account's own currency."""
    return tenant.selectors["currencies"][0]["currency_code"]


def _read_item(draft: Draft, sent: Record, *, currency: str) -> Record:
    product = draft.tenant.store.read("product", read_id(sent.get("id") or sent.get("product_id")))
    if product is None:
        draft.problems.append("The product you're looking for is not in the CRM")
        return {"id": 0}
    priced = (each for each in product.get("product_pricings") or [] if each["currency_code"] == currency)
    price = next(priced, {"unit_price": 0.0})
    type = sent.get("discount_type") or DEFAULT_DISCOUNT
    item = {
        "id": product["id"],
        "quantity": _read_number(draft, "Quantity", sent.get("quantity"), 1),
        "unit_price": _read_number(draft, "Unit price", sent.get("unit_price"), price["unit_price"]),
        "setup_fee": _read_number(draft, "Setup fee", sent.get("setup_fee"), price.get("setup_fee")),
        "discount": _read_number(draft, "Discount", sent.get("discount"), 0.0),
        "discount_type": type,
        "billing_type": sent.get("billing_type", price.get("billing_type")),
        "billing_cycle": sent.get("billing_cycle", price.get("billing_cycle")),
        "currency_code": currency,
    }
    if not is_billing(item):
        draft.problems.append("Billing is invalid")
    if type not in (DEFAULT_DISCOUNT, OTHER_DISCOUNT):
        draft.problems.append("Discount type is invalid")
    elif is_percent(draft.tenant, item) and (item["discount"] or 0) > 100:
        draft.problems.append("Discount is not valid")
    return item


def is_billing(priced: Record) -> bool:
    """Whether how often a price is due is told in plain words or numbers, if at all."""
    return all(isinstance(priced.get(name), str | int | None) for name in ("billing_type", "billing_cycle"))


def is_percent(tenant: Tenant, item: Record) -> bool:
    """Whether an item's discount is a share of its price, not an amount of money."""
    is_default = item["discount_type"] == DEFAULT_DISCOUNT
    return is_default == (tenant.settings.switches.discount_type_1 == "percent")


def _read_number(draft: Draft, label: str, sent: Any, default: float | None) -> float | int | None:
    if sent is None:
        return default
    try:
        number = Decimal(str(sent).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(sent, bool) or not number.is_finite() or not 0 <= number < MOST:
        draft.problems.append(f"{label} is not valid")
        return default
    return int(number) if label == "Quantity" and number == int(number) else float(number)


def _total(tenant: Tenant, item: Record) -> Decimal:
    if not item["id"]:
        return Decimal()
    price, quantity = Decimal(str(item["unit_price"])), Decimal(str(item["quantity"]))
    discount, fee = Decimal(str(item["discount"] or 0)), Decimal(str(item["setup_fee"] or 0))
    whole = price * quantity
    less = whole * discount / 100 if is_percent(tenant, item) else discount
    return (whole - less + fee).quantize(CENT)


def list_items(tenant: Tenant, record: Record) -> list[tuple[Record, Record]]:
    """The items of a deal or document with their products; one whose product was deleted is passed over."""
    found = [(item, tenant.store.read("product", item["id"])) for item in record.get("products") or []]
    return [(item, product) for item, product in found if product]


def show_deal_items(tenant: Tenant, record: Record) -> list[Record]:
    """The products of a deal as a client reads them."""
    return _show(
        tenant, record, lambda item: {"deal_id": record["id"], "_id": str(item["association_id"])}, ("category",)
    )


def show_document_items(tenant: Tenant, record: Record) -> list[Record]:
    """The products of a document as a client reads them."""

    def name_item(item: Record) -> Record:
        return {"cpq_document_id": record["id"], "item_id": str(item["association_id"]), "custom_columns": {}}

    return _show(tenant, record, name_item, ())


def _show(tenant: Tenant, record: Record, name: Callable[[Record], Record], also: tuple[str, ...]) -> list[Record]:
    return [
        {
            "product_id": product["id"],
            **item,
            **name(item),
            "name": product["name"],
            "pricing_type": product.get("pricing_type") or 0,
            "avatar": None,
            "owner_id": product.get("owner_id"),
            **{key: product.get(key) for key in also},
        }
        for item, product in list_items(tenant, record)
    ]
