"""What becomes of each object of the source, as the customer reads it."""

from __future__ import annotations

import polars as pl

from workbench.model import OBJECTS, frame
from workbench.pack import InventoryItem, ObjectRow, Pack


def describe_objects(pack: Pack, staged: dict[str, pl.DataFrame], capabilities: frozenset[str]) -> pl.DataFrame:
    """One row per object the pack maps for a tenant with these capabilities, then what is only written down.

    Returns:
        Schema `OBJECTS`. An object in several destinations has them joined by a comma; `destination` is empty where
        no record is made; `rows` is null for what never was data, such as workflow rules. A staged object without
        an active row of the pack is excluded, and says so; a view of the pack is marked: the export does not hold it.
    """
    active = pack.active(capabilities)
    unmapped = [name for name in staged if name not in {row.source for row in active}]
    rows = [_describe_row(row, staged) for row in active]
    rows += [_describe_unmapped(name, staged[name]) for name in unmapped]
    views = {view.object for view in pack.views}
    rows = [row | {"is_view": row["source"] in views} for row in rows]
    rows += [_describe_item(item) for item in pack.inventory]
    return frame(rows, OBJECTS)


def _describe_row(row: ObjectRow, staged: dict[str, pl.DataFrame]) -> dict[str, object]:
    return {
        "source": row.source,
        "destination": ", ".join(row.destinations),
        "outcome": row.outcome,
        "fidelity": row.fidelity or _join(route.fidelity for route in row.routes),
        "rows": len(staged[row.source]),
        "reason": row.reason or _join(route.reason for route in row.routes),
        "requirement": _join(row.requirement or [name for route in row.routes for name in route.requirement]),
    }


def _describe_unmapped(name: str, records: pl.DataFrame) -> dict[str, object]:
    return {
        "source": name,
        "destination": "",
        "outcome": "exclude",
        "fidelity": "",
        "rows": len(records),
        "reason": "pack.toml has no row for it that this tenant can use",
        "requirement": "",
    }


def _describe_item(item: InventoryItem) -> dict[str, object]:
    return {
        "source": item.name,
        "destination": "",
        "outcome": "inventory",
        "fidelity": "",
        "rows": None,
        "reason": item.why,
        "requirement": _join(item.requirement),
        "is_view": False,
    }


def _join(words) -> str:
    return ", ".join(dict.fromkeys(word for word in words if word))
