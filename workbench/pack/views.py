"""Views: rows of other objects once more, or the rows of several objects put together."""

from __future__ import annotations

import polars as pl

from workbench.layout import Layout
from workbench.pack.made import View
from workbench.pack.members import unfold_members
from workbench.predicates import columns_of


def make_view(view: View, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows of a view with `_row` of their own, from frames that have all columns it reads."""
    parts = []
    for part in view.parts:
        rows = frames[part.source].filter(pl.sql_expr(part.where)) if part.where else frames[part.source]
        rows = rows.select(pl.col(theirs).alias(ours) for ours, theirs in part.columns.items())
        parts.append(unfold_members(rows) if part.members else rows)
    rows = pl.concat(parts, how="diagonal_relaxed").drop_nulls(view.key)
    # Numbers of its own: a row of a view may stand for rows of several objects.
    return rows.unique(view.key, keep="first", maintain_order=True).with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("_row")
    )


def find_view_problems(view: View, scope, layout: Layout) -> list[str]:
    """Name what is wrong with a view.

    Args:
        scope: `workbench.pack.scope.Scope` of the pack.
    """
    where = f"[[view]] {view.object}"
    problems = [f"{where}: the layout has an object of that name; give the view another"] * (
        view.object in layout.objects
    )
    if not view.parts or not view.key:
        problems.append(f"{where}: say whose rows stand in it, rows = [{{ from = ... }}], and its key")
    for part in view.parts:
        at = f"{where}, rows {part.source}"
        problems += scope.find_object(at, part.source)
        named = (*part.columns.values(), *(columns_of(part.where) if part.where else ()))
        problems += scope.find_columns(at, part.source, named)
        problems += [f"{at}: the key {name} is not among its columns" for name in view.key if name not in part.columns]
    return problems
