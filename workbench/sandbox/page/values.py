"""Values of a record as a person reads them: money, times, choices, tags and the records they name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.sandbox.fields import Field
from workbench.sandbox.objects.kind import Kind, Reference
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant

STORED_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
STORED_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# What every record has that names a user, whether a client can include it or not.
USERS = ("owner_id", "creater_id", "updater_id")
EMPTY = (None, "", [], {})
# What a record is called by, the best name first.
NAMES = ("name", "title", "display_name", "file_name", "content_file_name", "subject", "url")
LONGEST_NAME = 90
LABELS = {"targetables": "About", "creater_id": "Created by", "updater_id": "Updated by"}
SHORT = {"Cpq": "CPQ", "Id": "ID", "Url": "URL", "url": "URL"}
# A longer list is cut.
MOST_PARTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A value as the templates write it.

    Attributes:
        text: What is read; empty where there is nothing.
        machine: The same for a machine, where it is a moment or a day.
        href: Page it leads to, empty for none.
        note: A word about it, such as `primary`.
        parts: The values it consists of, in the place of `text`.
        is_number: It is read from the right.
        is_tag: It is one of several short words.
    """

    text: str = ""
    machine: str = ""
    href: str = ""
    note: str = ""
    parts: tuple[Shown, ...] = ()
    is_number: bool = False
    is_tag: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to read."""
        return bool(self.text or self.parts)


NOTHING = Shown()
# Gives the name and page of the record with an id.
Name = Callable[[int], Shown]


def name_record(record: Record) -> str:
    """What a person calls a record."""
    person = " ".join(str(record[part]) for part in ("first_name", "last_name") if record.get(part))
    emails = [str(each.get("value")) for each in record.get("emails") or [] if isinstance(each, dict)]
    names = [person, *(str(record[name]) for name in NAMES if record.get(name)), *emails]
    text = next((name for name in names if name.strip()), "") or str(record.get("description") or "")
    return shorten(" ".join(text.split()), LONGEST_NAME) or f"No. {record['id']}"


def shorten(text: str, longest: int) -> str:
    """A text that is no longer than it may be."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def label_attribute(name: str) -> str:
    """An attribute's name as words."""
    if name in LABELS:
        return LABELS[name]
    words = name.removesuffix("_id").replace("_", " ").strip()
    return " ".join(SHORT.get(word, word) for word in (words[:1].upper() + words[1:]).split()) or name


def show_attribute(tenant: Tenant, kind: Kind, record: Record, name: str, *, named: Name) -> Shown:
    """One attribute of a record, custom fields included."""
    field = kind.fields(tenant).get(name)
    value = record.get("custom_field", {}).get(name) if name.startswith("cf_") else record.get(name)
    if value in EMPTY:
        return NOTHING
    reference = next((each for each in kind.references.values() if each.field == name), None)
    if field is None:
        return _show_choice(tenant, "owners", value) if name in USERS else _show_plain(tenant, value, reference, named)
    return _show_field(tenant, field, value, record, reference, named)


def show_moment(stored: str, zone: tzinfo) -> Shown:
    """A stored moment in the account's zone."""
    try:
        moment = datetime.fromisoformat(stored).astimezone(zone)
    except (ValueError, OverflowError):
        return Shown(text=stored)
    return Shown(text=moment.strftime("%Y-%m-%d %H:%M"), machine=moment.isoformat())


def show_clock(seconds: float, zone: tzinfo) -> Shown:
    """A moment on the client's clock, to the second, in the account's zone."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    return Shown(text=moment.strftime("%Y-%m-%d %H:%M:%S"), machine=moment.isoformat(timespec="seconds"))


def show_number(value: Any) -> str:
    """A number with its thousands set apart."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return f"{number:,f}" if number.is_finite() else str(value)


def show_money(tenant: Tenant, value: Any, record: Record) -> str:
    """An amount with two places or more, in the record's currency or the account's."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not amount.is_finite():
        return str(value)
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    currencies = tenant.selectors.get("currencies") or []
    currency = tenant.find_choice("currencies", record.get("currency_id")) or (currencies[0] if currencies else {})
    return f"{amount:,.{places}f} {currency.get('currency_code', '')}".strip()


def _show_field(
    tenant: Tenant, field: Field, value: Any, record: Record, reference: Reference | None, named: Name
) -> Shown:
    if field.selector:
        return _show_choice(tenant, field.selector, value)
    if field.points_at and isinstance(value, int):
        return named(value)
    if field.name == "amount":
        return Shown(text=show_money(tenant, value, record), is_number=True)
    if field.type in ("number", "decimal", "formula") and not isinstance(value, bool):
        return Shown(text=show_number(value), is_number=True)
    if field.type == "checkbox":
        return Shown(text="Yes" if value else "No")
    if field.type == "multi_select_dropdown" and isinstance(value, str):
        return _show_list([Shown(text=each.strip(), is_tag=True) for each in value.split(";") if each.strip()])
    if field.type in ("date", "date_time"):
        return _show_time(tenant, value)
    return _show_plain(tenant, value, reference, named)


def _show_plain(tenant: Tenant, value: Any, reference: Reference | None, named: Name) -> Shown:
    """A value by what it looks like, where no field describes it."""
    if reference and not isinstance(value, list):
        return _show_choice(tenant, reference.selector, value) if reference.selector else named(value)
    if isinstance(value, bool):
        return Shown(text="Yes" if value else "No")
    if isinstance(value, list):
        more = [Shown(text=f"and {len(value) - MOST_PARTS:,} more")] if len(value) > MOST_PARTS else []
        parts = [_show_item(tenant, each, named, is_alone=len(value) == 1) for each in value[:MOST_PARTS]]
        return _show_list([*parts, *more])
    if isinstance(value, dict):
        return _show_item(tenant, value, named)
    if isinstance(value, str):
        return _show_time(tenant, value)
    return Shown(text=str(value), is_number=isinstance(value, int | float))


def _show_item(tenant: Tenant, item: Any, named: Name, *, is_alone: bool = True) -> Shown:
    """One of several: a record by its id, an e-mail, or whatever it holds."""
    if not isinstance(item, dict):
        return Shown(text=str(item), is_tag=True)
    note = "primary" if item.get("is_primary") and not is_alone else ""
    if "value" in item:
        return Shown(text=str(item["value"]), note=note)
    if isinstance(item.get("id"), int) and (found := named(item["id"])):
        return replace(found, note=found.note or note)
    return Shown(text=", ".join(f"{label_attribute(key)}: {each}" for key, each in item.items() if each not in EMPTY))


def _show_list(parts: list[Shown]) -> Shown:
    filled = tuple(part for part in parts if part)
    return Shown(parts=filled) if filled else NOTHING


def _show_choice(tenant: Tenant, selector: str, value: Any) -> Shown:
    item = tenant.find_choice(selector, value) if isinstance(value, int) else None
    if item is None:
        return Shown(text=str(value), note="not in the list")
    words = (item.get(key) for key in ("name", "display_name", "currency_code", "value"))
    return Shown(text=str(next((word for word in words if word), item["id"])))


def _show_time(tenant: Tenant, value: Any) -> Shown:
    if isinstance(value, str) and STORED_MOMENT.fullmatch(value):
        return show_moment(value, tenant.zone)
    if isinstance(value, str) and STORED_DAY.fullmatch(value):
        return Shown(text=value, machine=value)
    return Shown(text=str(value))
