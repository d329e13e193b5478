"""Pivots: values that stand one below the other, a row for each record and field, as columns of the records."""

from __future__ import annotations

import polars as pl

from workbench.destinations import FIELD_TYPES
from workbench.pack.made import OwnFields, Pivot
from workbench.pack.options import find_transform_problems

_KEY = "_key_"


def name_column(pivot: Pivot, id: str) -> str:
    """The column that holds the values of one field; named by its id, which stays when people rename it."""
    return f"{pivot.source}.{id}"


def is_own(pivot: Pivot, object: str, column: str) -> bool:
    """Whether a column of an object is one that the pivot makes."""
    return object == pivot.object and column.startswith(name_column(pivot, ""))


def list_fields(fields: OwnFields, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The fields a customer made, each id once: id, label, type, options; the source's order."""
    listed = frames[fields.object]
    for column, value in fields.only.items():
        listed = listed.filter(pl.col(column) == value)
    return (
        listed.select(
            id=pl.col(fields.id),
            label=pl.col(fields.label),
            type=pl.col(fields.type),
            options=pl.col(fields.options) if fields.options else pl.lit(None, dtype=pl.String),
        )
        .drop_nulls("id")
        .unique("id", keep="first", maintain_order=True)
    )


def add_pivot(pivot: Pivot, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows of the pivot's object with a column for every field; of two values for one field the later stays."""
    ours, fields = frames[pivot.object], list_fields(pivot.fields, frames)
    ids = fields["id"]
    keys = {theirs: f"{_KEY}{place}" for place, theirs in enumerate(pivot.match)}
    values = frames[pivot.source].filter(pl.col(pivot.name).is_in(ids.to_list())).drop_nulls(list(keys))
    wide = values.select(*(pl.col(name).alias(key) for name, key in keys.items()), pivot.name, pivot.value).pivot(
        pivot.name, index=list(keys.values()), values=pivot.value, aggregate_function="last", on_columns=ids.to_list()
    )
    wide = wide.rename({id: name_column(pivot, id) for id in ids})
    joined = ours.join(
        wide, left_on=list(pivot.match.values()), right_on=list(keys.values()), how="left", maintain_order="left"
    )
    beside = {name_column(pivot, id): name_beside(pivot, label) for id, label in fields.select("id", "label").rows()}
    return joined.with_columns(
        pl.coalesce(name, other).alias(name) for name, other in beside.items() if other in ours.columns
    )


def name_beside(pivot: Pivot, label: str | None) -> str:
    """The column of the object itself that may hold values of the field with this label; empty where there is none."""
    return pivot.columns.replace("{label}", label or "") if pivot.columns else ""


def list_pivot_columns(pivot: Pivot) -> set[tuple[str, str]]:
    """Object and column of everything a pivot reads."""
    fields = pivot.fields
    theirs = {(pivot.source, name) for name in (*pivot.match, pivot.name, pivot.value)}
    listed = filter(None, (fields.id, fields.label, fields.type, fields.options, *fields.only))
    return theirs | {(fields.object, name) for name in listed} | {(pivot.object, name) for name in pivot.match.values()}


def find_pivot_problems(pivot: Pivot, scope) -> list[str]:
    """Name what is wrong with a pivot: unknown objects and columns, kinds Freshsales or the transforms do not know.

    Args:
        scope: `workbench.pack.scope.Scope` of the pack.
    """
    where = f"[[pivot]] {pivot.object}"
    problems = []
    for object, column in sorted(list_pivot_columns(pivot)):
        problems += scope.find_object(where, object) or scope.find_columns(where, object, [column])
    if not pivot.match:
        problems.append(f"{where}: match is empty; write match = {{ THEIR_COLUMN = 'OUR_COLUMN' }}")
    for word, kind in pivot.fields.kinds.items():
        at = f"{where}, kind {word}"
        if kind["type"] not in FIELD_TYPES:
            problems.append(f"{at}: type = {kind['type']!r}: use one of {', '.join(FIELD_TYPES)}")
        options = {key: value for key, value in kind.items() if key not in ("type", "via")}
        # The choices of a list are known only when an export is read.
        given = options | ({"options": []} if kind.get("via") == "multi_select" else {})
        problems += (
            find_transform_problems(at, kind.get("via", ""), ("value",), given) if given or "via" in kind else []
        )
    return list(dict.fromkeys(problems))
