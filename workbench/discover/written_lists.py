"""What becomes no record and is written down instead: a list for each object with the outcome inventory.

Columns the pack makes are on it only where the object or route gives them a heading: `listed = { TYPE = "Type" }`.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from workbench.evidence.masking import mask_column
from workbench.layout import Layout
from workbench.pack import Pack, Route
from workbench.pack.tags import tag_columns

PREFIX = "inventory_"
# Ids and amounts stay as they are: a list somebody works through has to say which record it means.
SHOWN = ("none", "id", "money")


def write_lists(
    pack: Pack, layout: Layout, frames: dict[str, pl.DataFrame], capabilities: frozenset[str]
) -> dict[str, pl.DataFrame]:
    """The rows that are only listed, by the name of their list: the source's own columns, then those the pack names.

    Args:
        frames: Staged objects with the pack's columns.
        capabilities: What the tenant can.

    Returns:
        `inventory_<object>`, with the route behind it where an object has several. What the columns hold of people is
        masked by tag.
    """
    tags = tag_columns(pack, layout)
    own = {object.name: tuple(object.columns) for object in layout.objects.values()}
    own |= {view.object: view.columns for view in pack.views}
    return {
        f"{PREFIX}{row.phase_name(route).replace('.', '_')}": _list_rows(
            frames[row.source], row.source, route, tags, own=own[row.source]
        )
        for row in pack.active(capabilities)
        for route in row.routes
        if route.outcome == "inventory"
    }


def _list_rows(
    rows: pl.DataFrame, object: str, route: Route, tags: dict[tuple[str, str], str], *, own: Iterable[str]
) -> pl.DataFrame:
    chosen = rows.filter(pl.sql_expr(route.where)) if route.where else rows
    headings = {name: name for name in own if name in rows.columns} | route.listed
    return chosen.select(_show(name, tags.get((object, name), "none"), heading) for name, heading in headings.items())


def _show(name: str, tag: str, heading: str) -> pl.Expr:
    column = pl.col(name).cast(pl.String)
    return (column if tag in SHOWN else mask_column(column, tag)).alias(heading)
