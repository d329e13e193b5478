"""Columns a pack adds to the staged rows: taken from other objects, counted, computed, and digests as ids.

Columns whose name begins with `_` are ours: `_row` comes from staging, `_digest` stands in for a missing source id.
"""

from __future__ import annotations

import hashlib
import json
from graphlib import CycleError, TopologicalSorter

import polars as pl

from workbench.errors import UsageError
from workbench.pack.dedupe import merge_duplicates
from workbench.pack.made import Compute, Derive, View
from workbench.pack.pivots import add_pivot
from workbench.pack.values import Pack
from workbench.pack.views import make_view
from workbench.predicates import columns_of
from workbench.transforms import TRANSFORMS
from workbench.transforms.numbers import read_decimal

DIGEST = "_digest"
DIGEST_LENGTH = 20


def derive_columns(staged: dict[str, pl.DataFrame], pack: Pack) -> dict[str, pl.DataFrame]:
    """Add the pack's views and its derived and computed columns to the staged objects, each after what it needs.

    Args:
        staged: Object to its rows, all columns text, with `_row`.
        pack: A checked pack.

    Returns:
        The same objects and rows in the same order, then the views. Where rows have no id of their own a `_digest` is
        added: the sha256 of the row's content, shortened, with a number that tells repeats apart. A pivot adds a column
        for every field it finds, see `workbench.pack.pivots`.

    Raises:
        UsageError: An object or column the pack reads is not staged.
    """
    _check_objects(staged, pack)
    staged = merge_duplicates(staged, pack)  # under the same name, so that what was replaced is let go
    frames = {name: _add_digest(frame, list_ids(pack, name)) for name, frame in staged.items()}
    del staged
    for column in pack.columns:
        frames[column.object] = add_column(column, frames)
        if isinstance(column, View):
            frames[column.object] = _add_digest(frames[column.object], list_ids(pack, column.object))
    for pivot in pack.pivots:
        frames[pivot.object] = add_pivot(pivot, frames)
    return frames


def add_column(column: Derive | Compute | View, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows of the column's object with the column, or those of the view."""
    return _ADD[type(column)](column, frames)


def list_ids(pack: Pack, source: str) -> list[tuple[str, ...]]:
    """The columns of the external id of each record-making route of an object."""
    rows = [row for row in pack.objects if row.source == source]
    return [route.external_id for row in rows for route in row.routes if route.destination]


def order_columns(columns: list[Derive | Compute | View]) -> tuple[Derive | Compute | View, ...]:
    """The columns and views, each after those it reads; as given where nothing else decides.

    Raises:
        UsageError: Columns need each other in a circle, which is named.
    """
    by_name = {name: column for column in columns for name in makes(column)}
    first = {name: makes(column)[0] for name, column in by_name.items()}
    sorter = TopologicalSorter(
        {first[name]: {first[read] for read in reads(column) & by_name.keys()} for name, column in by_name.items()}
    )
    try:
        return tuple(by_name[name] for name in sorter.static_order())
    except CycleError as error:
        circle = " -> ".join(f"{object}.{column}" for object, column in reversed(error.args[1]))
        raise UsageError(f"columns need each other in a circle: {circle}") from error


def makes(column: Derive | Compute | View) -> list[tuple[str, str]]:
    """Object and column of everything it adds."""
    if isinstance(column, View):
        return [(column.object, name) for name in column.columns]
    return [(column.object, column.column)]


def reads(column: Derive | Compute | View) -> set[tuple[str, str]]:
    """Object and column of everything a derived or computed column or a view reads."""
    if isinstance(column, Compute):
        return {(column.object, name) for name in column.columns}
    if isinstance(column, View):
        return {
            (part.source, name)
            for part in column.parts
            for name in (*part.columns.values(), *(columns_of(part.where) if part.where else ()))
        }
    theirs = {name for name in (*column.match, column.take, column.order) if name}
    return {(column.source, name) for name in theirs} | {(column.object, name) for name in column.match.values()}


def _check_objects(staged: dict[str, pl.DataFrame], pack: Pack) -> None:
    named = {object for column in pack.columns for object in (column.object, *(o for o, _ in reads(column)))}
    named |= {name for pivot in pack.pivots for name in (pivot.object, pivot.source, pivot.fields.object)}
    named |= {row.source for row in pack.objects}
    if absent := sorted(named - staged.keys() - {view.object for view in pack.views}):
        raise UsageError(f"{pack.path}: not staged: {', '.join(absent)}; run discovery again with this pack and layout")


def _add_digest(frame: pl.DataFrame, ids: list[tuple[str, ...]]) -> pl.DataFrame:
    named = [name for id_ in ids for name in id_ if name in frame.columns]
    has_keys = all(ids) and not any(frame[name].null_count() for name in named)
    return frame if has_keys else frame.with_columns(_digest_rows(frame))


def _digest_rows(frame: pl.DataFrame) -> pl.Series:
    # Empty cells are left out, so that a column added to a later export changes no id.
    names = sorted(name for name in frame.columns if not name.startswith("_"))
    rows = ({k: v for k, v in zip(names, row, strict=True) if v is not None} for row in frame.select(names).iter_rows())
    digests = pl.DataFrame({"digest": [_digest(row) for row in rows]}, schema={"digest": pl.String})
    repeat = (pl.int_range(pl.len()).over("digest") + 1).cast(pl.String)
    return digests.select((pl.col("digest") + "-" + repeat).alias(DIGEST)).to_series()


def _digest(row: dict[str, str]) -> str:
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def _compute(column: Compute, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    value = TRANSFORMS[column.via](*map(pl.col, column.columns), **column.options)
    return frames[column.object].with_columns(value.alias(column.column))


def _derive(column: Derive, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    ours, theirs = frames[column.object], frames[column.source]
    keys = list(column.match)
    rows = theirs.drop_nulls(keys)
    picked = rows.group_by(keys).agg(pl.len().cast(pl.Int64).alias(_VALUE)) if column.count else _pick(column, rows)
    names = [f"{_KEY}{place}" for place, _ in enumerate(keys)]
    # Only the keys are joined: the other columns would be copied with them.
    found = ours.select(pl.col(key).alias(name) for key, name in zip(column.match.values(), names, strict=True)).join(
        picked.rename(dict(zip(keys, names, strict=True))), on=names, how="left", maintain_order="left"
    )[_VALUE]
    return ours.with_columns((found.fill_null(0) if column.count else found).alias(column.column))


_KEY = "_key_"
_VALUE = "_value"
_ADD = {Derive: _derive, Compute: _compute, View: make_view}


def _pick(column: Derive, rows: pl.DataFrame) -> pl.DataFrame:
    """One row per key with the value picked; ties go to the smallest value, or to the later or earlier row."""
    keys = list(column.match)
    value = pl.col(column.take).alias(_VALUE)
    if column.pick == "sum":
        return rows.group_by(keys).agg(read_decimal(pl.col(column.take)).sum().cast(pl.String).alias(_VALUE))
    if column.pick == "lines":
        return rows.sort("_row").drop_nulls(column.take).group_by(keys, maintain_order=True).agg(value.str.join("\n"))
    if column.pick == "most_frequent":
        counted = rows.drop_nulls(column.take).group_by(*keys, value).len()
        best = counted.sort("len", _VALUE, descending=[True, False])
        return best.group_by(keys, maintain_order=True).first()
    if column.pick in ("first", "last"):
        rows = rows.drop_nulls(column.order).sort(column.order, "_row", descending=column.pick == "last")
    elif rows.select(keys).is_duplicated().any():
        repeated = rows.filter(rows.select(keys).is_duplicated()).select(keys).row(0)
        raise UsageError(
            f"{column.object}.{column.column}: {column.source} has several rows with {', '.join(keys)} = "
            f"{', '.join(map(str, repeated))}; say which with pick = 'first', 'last' or 'most_frequent'"
        )
    return rows.group_by(keys, maintain_order=True).agg(value.first())
