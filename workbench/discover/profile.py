"""What each column of the source holds: the base of every later mapping."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from workbench.discover.types import count_misfits, infer_type
from workbench.evidence.masking import mask_value
from workbench.layout import Layout, LayoutColumn
from workbench.model import INVENTORY, frame


class Misfit(NamedTuple):
    """A column whose values are not all written as its layout says, and how many are not."""

    object: str
    field: str
    type: str
    count: int


class RepeatedKey(NamedTuple):
    """An object whose key does not tell its records apart: records with a key another one has, or with none."""

    object: str
    key: tuple[str, ...]
    repeated: int
    empty: int


def build_inventory(staged: dict[str, pl.DataFrame], layout: Layout) -> pl.DataFrame:
    """Describe every staged column, in the layout's order; secret columns are not staged and so not here.

    Returns:
        Schema `INVENTORY`; `type` is read from the values except for ids, `example` is masked by the column's tag
        and null where no cell is filled, `longest` counts characters.
    """
    rows = [
        _describe_column(row.name, row.columns[name], staged[row.name][name])
        for row in layout.objects.values()
        for name in row.kept
    ]
    return frame(rows, INVENTORY)


def find_misfits(staged: dict[str, pl.DataFrame], layout: Layout) -> list[Misfit]:
    """Columns with values that are not written as the type the layout gives them."""
    counted = [
        Misfit(row.name, name, row.columns[name].type, count_misfits(staged[row.name][name], row.columns[name].type))
        for row in layout.objects.values()
        for name in row.kept
    ]
    return [misfit for misfit in counted if misfit.count]


def find_repeated_keys(staged: dict[str, pl.DataFrame], layout: Layout) -> list[RepeatedKey]:
    """Objects with a key that several records share, or that a record lacks."""
    counted = [_count_repeats(row.name, row.key, staged[row.name]) for row in layout.objects.values() if row.key]
    return [found for found in counted if found.repeated or found.empty]


def _describe_column(object_: str, column: LayoutColumn, values: pl.Series) -> dict[str, object]:
    filled = values.drop_nulls()
    return {
        "object": object_,
        "field": column.name,
        "type": "id" if column.type == "id" else infer_type(values),
        "tag": column.tag,
        "rows": len(values),
        "filled": len(filled),
        "distinct": filled.n_unique(),
        "longest": filled.str.len_chars().max() or 0,
        "example": None if filled.is_empty() else mask_value(filled[0], column.tag),
    }


def _count_repeats(object_: str, key: tuple[str, ...], records: pl.DataFrame) -> RepeatedKey:
    is_empty = pl.any_horizontal(pl.col(key).is_null())
    complete = records.filter(~is_empty)
    return RepeatedKey(
        object_, key, repeated=int(complete.select(key).is_duplicated().sum()), empty=len(records) - len(complete)
    )
