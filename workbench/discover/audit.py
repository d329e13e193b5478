"""What the customer's account in the source uses, beside what it may use: fields, workflows, records, add-ons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase

import polars as pl

from workbench.model import AUDIT, frame
from workbench.pack import Pack
from workbench.pack.examining import Audit


def audit_account(staged: Mapping[str, pl.DataFrame], pack: Pack) -> pl.DataFrame:
    """Count what the pack says is worth counting.

    Args:
        staged: Staged objects as they were read, before anything was merged or added.

    Returns:
        AUDIT in the pack's order; `limit` is null where the source names none.
    """
    return frame([_audit(item, staged) for item in pack.audits], AUDIT)


def _audit(item: Audit, staged: Mapping[str, pl.DataFrame]) -> dict[str, object]:
    items = COUNTS[item.count](staged[item.object], item.of)
    found = staged[item.object].height if item.count == "rows" else len(items)
    limit = _read_limit(item, staged)
    above = max(found - limit, 0) if limit is not None else 0
    return {
        "name": item.name,
        "object": item.object,
        "found": None if item.count == "value" else found,
        "limit": limit,
        "above": None if limit is None else above,
        "items": "; ".join(items),
        # What stands behind those the plan allows is what it does not.
        "beyond": "; ".join(items[limit:]) if above and items else "",
        "note": item.note,
        "requirement": ", ".join(item.requirement),
    }


def _list_columns(rows: pl.DataFrame, pattern: str) -> list[str]:
    return [name for name in rows.columns if fnmatchcase(name, pattern) and rows[name].count()]


def _list_values(rows: pl.DataFrame, column: str) -> list[str]:
    return rows[column].drop_nulls().unique(maintain_order=True).to_list()


def _read_list(rows: pl.DataFrame, column: str) -> list[str]:
    texts = rows[column].drop_nulls()
    return [str(each) for text in texts for each in _read_json(text)]


def _read_json(text: str) -> list:
    try:
        read = json.loads(text)
    except json.JSONDecodeError:
        return [text]
    return read if isinstance(read, list) else [read]


# How each kind of count lists what it counts; rows are told by their number alone.
COUNTS = {
    "columns": _list_columns,
    "rows": lambda rows, of: [],
    "values": _list_values,
    "list": _read_list,
    "value": lambda rows, column: _list_values(rows, column)[:1],
}


def _read_limit(item: Audit, staged: Mapping[str, pl.DataFrame]) -> int | None:
    if not item.limit:
        return None
    values = staged[item.limit["object"]][item.limit["column"]].drop_nulls()
    return int(values[0]) if len(values) and values[0].isdecimal() else None
