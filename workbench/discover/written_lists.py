"""What becomes no record and is written down instead: a list for each object with the outcome inventory."""

from __future__ import annotations

import polars as pl

from workbench.evidence.masking import mask_column
from workbench.layout import Layout
from workbench.pack import Pack
from workbench.pack.tags import tag_columns

PREFIX = "inventory_"
# Ids and amounts stay as they are: a list somebody works through has to say which record it means.
SHOWN = ("none", "id", "money")


def write_lists(
    pack: Pack, layout: Layout, frames: dict[str, pl.DataFrame], capabilities: frozenset[str]
) -> dict[str, pl.DataFrame]:
    """The rows that are only listed, with the columns the pack adds to them, by the name of their list.

    Args:
        frames: Staged objects with the pack's columns.
        capabilities: What the tenant can.

    Returns:
        `inventory_<object>`, with the route behind it where an object has several. What the columns hold of people is
        masked by tag.
    """
    tags = tag_columns(pack, layout)
    return {
        f"{PREFIX}{row.phase_name(route).replace('.', '_')}": _list_rows(
            frames[row.source], row.source, route.where, tags
        )
        for row in pack.active(capabilities)
        for route in row.routes
        if route.outcome == "inventory"
    }


def _list_rows(rows: pl.DataFrame, object: str, where: str, tags: dict[tuple[str, str], str]) -> pl.DataFrame:
    chosen = rows.filter(pl.sql_expr(where)) if where else rows
    named = {name: tags.get((object, name), "none") for name in rows.columns if not name.startswith("_")}
    return chosen.select(
        pl.col(name) if tag in SHOWN else mask_column(pl.col(name), tag).alias(name) for name, tag in named.items()
    )
