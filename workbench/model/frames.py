"""Frames of a schema."""

from __future__ import annotations

from typing import Any

import polars as pl


def empty(schema: pl.Schema) -> pl.DataFrame:
    """A frame of that schema without rows."""
    return pl.DataFrame(schema=schema)


def frame(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    """A frame of that schema from dicts; a missing key is null, an unknown key an error."""
    unknown = {key for row in rows for key in row} - set(schema)
    if unknown:
        raise ValueError(f"keys outside the schema: {sorted(unknown)}")
    return pl.DataFrame([{key: row.get(key) for key in schema} for row in rows], schema=schema, orient="row")
