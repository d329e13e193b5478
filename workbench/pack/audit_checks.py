"""What a pack counts of the customer's account, checked against the layout."""

from __future__ import annotations

from workbench.errors import name_nearest
from workbench.layout import Layout
from workbench.pack.examining import Audit

KINDS = ("columns", "rows", "values", "list", "value")


def find_audit_problems(item: Audit, layout: Layout) -> list[str]:
    """Name what is wrong with an item: its object, its column, its kind of count."""
    where = f"[[audit]] {item.name}"
    problems = _find_column_problems(
        where, item.object, item.of if item.count not in ("columns", "rows") else "", layout
    )
    if item.limit:
        problems += _find_column_problems(f"{where}, limit", item.limit["object"], item.limit["column"], layout)
    if item.count not in KINDS:
        problems.append(f"{where}: count = {item.count!r}: use one of {', '.join(KINDS)}")
    elif (item.count == "rows") == bool(item.of):
        problems.append(f"{where}: of names what is counted; rows count themselves and need none")
    return problems


def _find_column_problems(where: str, object: str, column: str, layout: Layout) -> list[str]:
    if object not in layout.objects:
        return [f"{where}: no object {object!r}{name_nearest(object, layout.objects)}"]
    kept = layout.objects[object].kept
    return [f"{where}: {object} has no column {column!r}{name_nearest(column, kept)}"] * (
        bool(column) and column not in kept
    )
