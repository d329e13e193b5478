"""Whether every record of the source names an owner the source's own list of staff knows."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from workbench.model import OWNER_REFERENCES, frame
from workbench.pack import Pack


def check_owner_references(
    derived: Mapping[str, pl.DataFrame], pack: Pack, roster: pl.DataFrame, *, capabilities: frozenset[str]
) -> pl.DataFrame:
    """Count the records of each object by what their owner column leads to.

    Args:
        derived: Staged objects with the pack's columns.
        roster: ROSTER; a person without an e-mail leads to nobody.

    Returns:
        OWNER_REFERENCES; records = valid + without_email + unknown + empty.
    """
    columns = _list_columns(pack, capabilities)
    return frame([_count(object, column, derived[object], roster) for object, column in columns], OWNER_REFERENCES)


def list_owners(derived: Mapping[str, pl.DataFrame], pack: Pack, *, capabilities: frozenset[str]) -> frozenset[str]:
    """Source ids of everybody whom a record names as its owner."""
    columns = _list_columns(pack, capabilities)
    return frozenset(owner for object, column in columns for owner in derived[object][column].drop_nulls().unique())


def _list_columns(pack: Pack, capabilities: frozenset[str]) -> list[tuple[str, str]]:
    """Object and owner column of everything that makes records with an owner, each once."""
    columns = {
        (row.source, route.owner): None
        for row in pack.active(capabilities)
        for route in row.routes
        if route.destination and route.owner
    }
    return list(columns)


def _count(object: str, column: str, rows: pl.DataFrame, roster: pl.DataFrame) -> dict[str, object]:
    owners = rows[column]
    known = owners.is_in(roster["source_id"].implode())
    valid = owners.is_in(roster.drop_nulls("email")["source_id"].implode())
    return {
        "object": object,
        "column": column,
        "records": len(owners),
        "valid": int(valid.sum() or 0),
        "without_email": int((known & ~valid).sum() or 0),
        "unknown": int((owners.is_not_null() & ~known).sum() or 0),
        "empty": owners.null_count(),
    }
