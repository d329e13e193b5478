"""Values as meant and as a tenant writes them back: read both alike, and tell when they agree.

A record is read flat: `cf_` fields beside the standard ones, e-mails as texts, links as ids. Only what can be written
is read; what a tenant keeps to itself (counters, stamps, scores) is nobody's edit and nobody's difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.destinations import find_destination
from workbench.line_items import write_number

Values = dict[str, Any]
# What `get` has to include so that a record names everything it points at; the bare record hides these.
INCLUDES = {
    "contact": ("owner", "sales_accounts", "lifecycle_stage", "contact_status", "source", "campaign", "territory"),
    "sales_account": ("owner", "parent_sales_account", "territory", "industry_type", "business_type"),
    "deal": (
        "owner", "sales_account", "contacts", "deal_stage", "deal_pipeline", "deal_type", "deal_reason", "source",
        "campaign", "deal_payment_status", "currency", "territory",
    ),
    "product": ("owner", "product_pricings"),
    "task": ("owner",),
    "appointment": ("owner",),
}  # fmt: skip
# Standard fields that hold numbers, whatever type they travel as.
NUMBERS = ("amount", "annual_revenue", "probability")
_DEAL_CONTACTS = ("contacts_added_list", "contacts", "contact_ids")  # as sent, as read one by one, as listed
_READ_APART = {"product_pricings", "email", "emails", "sales_accounts", "contacts", "targetable"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d$")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_CODE = re.compile(r"[+-]?0\d")


def read_values(object: str, record: Mapping[str, Any]) -> Values:
    """What a tenant's record holds in the fields that can be written; a field it does not show is not there.

    Works on what was sent as well as on what is returned: both name their fields alike.

    Args:
        object: Destination object, such as `contact` or `cm_care_plan`.
    """
    destination = find_destination(object)
    standard = (destination.fields | {"owner_id", "external_id", *destination.lookups}) - _READ_APART
    values = {name: record[name] for name in sorted(standard & record.keys())}
    read = _read_emails(record) | _read_links(object, record) | _read_priced(object, record)
    return values | (record.get("custom_field") or {}) | read


def _read_priced(object: str, record: Mapping[str, Any]) -> Values:
    """The products on a deal, and the prices of a product, in an order of their own."""
    found: Values = {}
    if object == "deal" and record.get("products") is not None:
        items = [
            {"id": int(each.get("product_id") or each["id"])}
            | {name: write_number(each.get(name) or 0) for name in ("quantity", "unit_price")}
            for each in record["products"]
        ]
        found["products"] = sorted(items, key=lambda item: tuple(item.values()))
    if object == "product" and record.get("product_pricings") is not None:
        prices = [
            {"currency_code": each["currency_code"], "unit_price": write_number(each.get("unit_price") or 0)}
            for each in record["product_pricings"]
            if not each.get("_destroy")
        ]
        found["product_pricings"] = sorted(prices, key=lambda price: tuple(map(str, price.values())))
    return found


def _read_emails(record: Mapping[str, Any]) -> Values:
    sent = record.get("emails", record.get("email"))
    if sent is None:
        return {"emails": []} if {"emails", "email"} & record.keys() else {}
    rows = [
        each if isinstance(each, dict) else {"value": each} for each in (sent if isinstance(sent, list) else [sent])
    ]
    return {"emails": [each["value"] for each in sorted(rows, key=_is_second)]}


def _read_links(object: str, record: Mapping[str, Any]) -> Values:
    links: Values = {}
    if object == "contact" and "sales_accounts" in record:
        links["sales_accounts"] = [int(each["id"]) for each in sorted(record["sales_accounts"] or [], key=_is_second)]
    contacts = next((record[name] for name in _DEAL_CONTACTS if record.get(name) is not None), None)
    if object == "deal" and contacts is not None:
        links["contacts"] = sorted(int(each["id"] if isinstance(each, dict) else each) for each in contacts)
    if "targetables" in record:
        links["targetable"] = [int(each["id"]) for each in record["targetables"] or [] if each]
    if "targetable_id" in record:
        links["targetable"] = [int(record["targetable_id"])]
    return links


def _is_second(row: Mapping[str, Any]) -> bool:
    return not row.get("is_primary")


def find_edits(known: Mapping[str, Any], current: Mapping[str, Any]) -> list[str]:
    """Fields that no longer hold what they held; one that only one side shows cannot be judged and is passed over."""
    return [name for name in known if name in current and not _is_untouched(known[name], current[name])]


def is_same(name: str, left: Any, right: Any) -> bool:
    """Whether two values of a field mean the same, however each is written: zone, case, spaces, number format."""
    if is_empty(left) or is_empty(right):
        return is_empty(left) and is_empty(right)
    if isinstance(left, list) or isinstance(right, list):
        return _write_all(left, name=name) == _write_all(right, name=name)
    is_number = name in NUMBERS or any(isinstance(value, int | float) for value in (left, right))
    if is_number and (numbers := _read_numbers(left, right)):
        return numbers[0] == numbers[1]
    return _write(left) == _write(right) or _is_same_day(left, right)


def is_empty(value: Any) -> bool:
    """Whether a field with this value counts as not filled; a number zero is a value, an unticked box is not."""
    return value is None or value is False or value in ("", [], {}) or isinstance(value, str) and not value.strip()


def _is_untouched(left: Any, right: Any) -> bool:
    # Both sides are the tenant's own writing, so that a change of case is somebody's edit.
    return left == right or is_empty(left) and is_empty(right) or read_moment(left) == read_moment(right) is not None


def _write_all(value: Any, *, name: str) -> list[str]:
    written = [_write(each) for each in (value if isinstance(value, list) else [value])]
    return sorted(written) if name == "tags" else written


def _write(value: Any) -> Any:
    moment = read_moment(value)
    return moment or re.sub(r"\s+", " ", str(value)).strip().casefold()


def _read_numbers(*values: Any) -> list[Decimal] | None:
    try:
        numbers = [Decimal(str(value).strip()) for value in values]
    except InvalidOperation:
        return None
    # A code that lost its leading zeros is another code, although it is the same number.
    return None if any(_CODE.match(str(value).strip()) for value in values) else numbers


def _is_same_day(left: Any, right: Any) -> bool:
    # Tenants write a day as midnight in the account's own zone: the day in the text is the day that is meant.
    texts = [str(value).strip() for value in (left, right)]
    return any(map(_DAY.match, texts)) and any(map(_MOMENT.match, texts)) and texts[0][:10] == texts[1][:10]


def split_tags(text: str) -> list[str]:
    """The tags of a text with `;` between them, each once whatever its case."""
    tags: dict[str, str] = {}
    for tag in filter(None, map(str.strip, text.split(";"))):
        tags.setdefault(tag.casefold(), tag)
    return list(tags.values())


def read_moment(value: Any) -> datetime | None:
    """The moment a text names, in UTC where it names no zone; null for anything else."""
    if not isinstance(value, str) or not _MOMENT.match(value.strip()):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
