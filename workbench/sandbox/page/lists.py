"""Lists of records: views as tabs, a search box, heads that sort."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from workbench.sandbox.conditions import WORD, all_of, sort_order
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import ATTACHED
from workbench.sandbox.page.html import build_url
from workbench.sandbox.page.look import HOME, PER_PAGE, Look, NotHere
from workbench.sandbox.page.reader import about, containing
from workbench.sandbox.page.values import Shown, label_attribute, name_record, show_attribute
from workbench.sandbox.store import BINNED, EVERYTHING, LIVE, Record, Where
from workbench.sandbox.view_rules import rule_condition
from workbench.sandbox.wire import read_id

MOST_COLUMNS = 5
# Parts of a record's name, which has a column of its own, and fields too long for a column.
NO_COLUMN = (
    "name",
    "title",
    "first_name",
    "last_name",
    "display_name",
    "tags",
    "sales_accounts",
    "contacts_added_list",
)
# What a record's name begins with, by which its column is sorted.
NAMING = ("first_name", "name", "title", "description")
ALL = {"id": 0, "name": "All", "rule": "all"}
BIN = {"id": 1, "name": "Recycle Bin", "rule": "binned"}


def show_list(look: Look) -> tuple[str, dict[str, Any]]:
    """A page of an object's records.

    Raises:
        NotHere: The tenant has no such object, or the object no such view.
    """
    kind = look.kinds.get(look.path["plural"])
    if kind is None:
        raise NotHere(f"This tenant has no {look.path['plural']}.")
    views = list_views(look, kind)
    view = _choose_view(look, views)
    state = BINNED if view["rule"] == "binned" else LIVE
    text, parent = look.word("q"), read_id(look.query.get("about"))
    where = _read_where(look, kind, view, text, parent)
    columns = list_columns(look, kind)
    order = _read_order(look, columns)
    records = look.reader.list_page(
        kind.name, where, state=state, order=order, limit=PER_PAGE + 1, offset=look.offset()
    )
    shown = records[:PER_PAGE]
    # Counting what a search finds would mean reading every record.
    total = None if text else look.reader.count(kind.name, where, state=state)
    return "list.html", {
        "kind": kind,
        "label": look.label(kind),
        "views": views,
        "view": view,
        "columns": [_head(look, name, label, is_number) for name, label, is_number in columns],
        "head": _head(look, _name_order(look, kind), look.label_one(kind), False),
        "rows": [_row(look, kind, record, columns) for record in shown],
        "text": text,
        "parent": look.name(parent) if parent else None,
        "slice": look.slice(len(shown), total=total, has_more=len(records) > PER_PAGE),
    }


def list_views(look: Look, kind: Kind) -> list[Record]:
    """The views of an object, or the two every object would have."""
    own = look.tenant.views.get(kind.name)
    return own or [ALL, *([BIN] if kind.keeps_deleted else [])]


def list_columns(look: Look, kind: Kind) -> list[tuple[str, str, bool]]:
    """Name, label and direction of the columns: the fields that tell records apart come first."""
    fields = kind.fields(look.tenant)
    unique = [name for name, field in fields.items() if field.is_custom and field.unique]
    first = _leading_columns().get(kind.name, [*kind.identifiers, *kind.thin])
    ranked = dict.fromkeys([*first[:3], *unique, *first[3:], *fields])
    hidden = {*NO_COLUMN, _name_order(look, kind)}
    names = [name for name in ranked if name in fields and name not in hidden][:MOST_COLUMNS]
    columns = [(name, fields[name].label, fields[name].type in ("number", "decimal")) for name in names]
    columns = [(name, label, is_number and not fields[name].selector) for name, label, is_number in columns]
    parent = [("targetables", "About", False)] if kind in ATTACHED else []
    return [*parent, *columns, ("updated_at", "Updated", False)]


@cache
def _leading_columns() -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "columns.toml").read_text(encoding="utf-8"))


def _choose_view(look: Look, views: list[Record]) -> Record:
    asked = look.query.get("view")
    if asked is None:
        return next((view for view in views if view["rule"] == "all"), views[0])
    found = next((view for view in views if str(view["id"]) == asked), None)
    if found is None:
        raise NotHere("There is no such view.")
    return found


def _read_where(look: Look, kind: Kind, view: Record, text: str, parent: int) -> Where:
    rule = rule_condition(look.tenant, kind, view["rule"])
    return all_of(rule, containing(text) if text else EVERYTHING, about(parent) if parent else EVERYTHING)


def _read_order(look: Look, columns: list[tuple[str, str, bool]]) -> str:
    sort = look.query.get("sort", "")
    known = {name for name, _, _ in columns} | {*NAMING, "id"}
    if sort not in known or not WORD.fullmatch(sort):
        return "id DESC"
    return sort_order(look.tenant, sort, look.query.get("way", "asc"))


def _name_order(look: Look, kind: Kind) -> str:
    """The field a list is sorted by where it is sorted by name."""
    return next((name for name in NAMING if name in kind.fields(look.tenant)), "id")


def _head(look: Look, name: str, label: str, is_number: bool) -> dict[str, Any]:
    """A column's head: sorted up, down, or not, and where a click leads."""
    is_sorted = look.query.get("sort") == name
    is_down = look.query.get("way") == "desc"
    return {
        "name": name,
        "label": label or label_attribute(name),
        "is_number": is_number,
        "sorted": ("descending" if is_down else "ascending") if is_sorted else "",
        "href": look.turn(sort=name, way="desc" if is_sorted and not is_down else None, page=None),
    }


def _row(look: Look, kind: Kind, record: Record, columns: list[tuple[str, str, bool]]) -> dict[str, Any]:
    cells: list[Shown] = [show_attribute(look.tenant, kind, record, name, named=look.name) for name, _, _ in columns]
    return {
        "id": record["id"],
        "name": name_record(record),
        "href": build_url(f"{HOME}/{kind.plural}/{record['id']}"),
        "cells": cells,
    }
