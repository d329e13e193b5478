"""The formula fields an export describes: in which order they can be evaluated, which cannot, and who agrees."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workbench.discover.written_lists import SHOWN
from workbench.evidence.masking import mask_column
from workbench.layout import Layout
from workbench.model import FORMULA_DIFFERENCES, FORMULAS, frame
from workbench.pack import Compute, Gap, Pack
from workbench.pack.catalog import read_catalog
from workbench.pack.formulas import CIRCLE, READY, Formula, find_formulas, find_missing_lookups
from workbench.pack.tags import tag_columns

_SAYS = {CIRCLE: "it goes in a circle"}
NEAR = 1e-6  # of the larger of two numbers; what differs by less is noise of floating point


def describe_formulas(pack: Pack, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Every formula field with what it needs, its place in the order, and how its values compare, as FORMULAS.

    Args:
        frames: Staged objects with the pack's columns.
    """
    if pack.catalog is None:
        return frame([], FORMULAS)
    checked = {(column.object, column.equals): column for column in _list_checked(pack)}
    rows = [
        _describe(each, checked.get((each.field.object, each.field.name)), frames)
        for each in find_formulas(read_catalog(pack.catalog, frames))
    ]
    return frame(rows, FORMULAS)


def list_differences(pack: Pack, layout: Layout, frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Every row in which a computed column is not what the source says, as FORMULA_DIFFERENCES; masked by tag."""
    tags, listed = tag_columns(pack, layout), [pl.DataFrame(schema=FORMULA_DIFFERENCES)]
    for column in _list_checked(pack):
        ours, theirs = pl.col(column.column), pl.col(column.equals)
        tag = tags.get((column.object, column.column), "none")
        shown = [each if tag in SHOWN else mask_column(each, tag) for each in (theirs, ours)]
        rows = frames[column.object].filter(_differs(ours, theirs))
        listed.append(
            rows.select(
                object=pl.lit(column.object), row="_row", field=pl.lit(column.equals), exported=shown[0],
                evaluated=shown[1],
            ).cast(dict(FORMULA_DIFFERENCES))
        )  # fmt: skip
    return pl.concat(listed)


def find_formula_gaps(pack: Pack, frames: dict[str, pl.DataFrame], formulas: pl.DataFrame) -> Iterator[Gap]:
    """Circles, fields nobody knows, lookups to objects nobody knows, and values that differ: before anything loads."""
    if pack.catalog is None:
        return
    for row in formulas.filter(pl.col("state") != READY).iter_rows(named=True):
        yield Gap(
            object=row["object"], field=row["field"],
            gap=f"Its formula cannot be evaluated, {_SAYS.get(row['state'], row['state'])}: {row['detail']}",
            consequence="The value that was exported arrives as it is, and nothing computes it again",
            remedy="Decide with the customer which field is entered and which is made of it, or leave the field behind",
            requirement=pack.catalog.requirement,
        )  # fmt: skip
    for each in find_missing_lookups(read_catalog(pack.catalog, frames)):
        yield Gap(
            object=each.object, field=each.name,
            gap=f"It points at {each.lookup}, which the export does not describe",
            consequence="The id arrives as text and links to nothing",
            remedy=f"Ask for {each.lookup} in the export, then draft it too: workbench draft",
            requirement=pack.catalog.requirement,
        )  # fmt: skip
    for row in formulas.filter(pl.col("different") > 0).iter_rows(named=True):
        yield Gap(
            object=row["object"], field=row["field"],
            gap=f"{row['different']:,} of {row['compared']:,} exported values are not what the formula makes",
            consequence="The exported value arrives",
            remedy="See the list of formula differences: the source evaluated them earlier, or by another formula",
            requirement=pack.catalog.requirement,
        )  # fmt: skip


def _list_checked(pack: Pack) -> list[Compute]:
    return [column for column in pack.columns if isinstance(column, Compute) and column.equals]


def _describe(formula: Formula, checked: Compute | None, frames: dict[str, pl.DataFrame]) -> dict[str, object]:
    row = {
        "object": formula.field.object, "field": formula.field.name, "formula": formula.field.formula,
        "needs": ", ".join(formula.needs), "state": formula.state, "detail": formula.detail,
        "order": formula.order or None,
    }  # fmt: skip
    if checked is None or checked.object not in frames:
        return row | {"compared": 0, "different": 0, "evaluated_only": 0}
    ours, theirs = pl.col(checked.column), pl.col(checked.equals)
    both = ours.is_not_null() & theirs.is_not_null()
    only = ours.is_not_null() & theirs.is_null()
    counted = frames[checked.object].select(
        compared=both.sum(), different=_differs(ours, theirs).sum(), evaluated_only=only.sum()
    )
    return row | counted.cast(pl.Int64).row(0, named=True)


def _differs(ours: pl.Expr, theirs: pl.Expr) -> pl.Expr:
    """Whether both have a value and these are not the same, as numbers where both are numbers."""
    numbers = [each.cast(pl.Float64, strict=False) for each in (ours, theirs)]
    largest = pl.max_horizontal(numbers[0].abs(), numbers[1].abs())
    is_far = (numbers[0] - numbers[1]).abs() > largest * NEAR
    are_numbers = numbers[0].is_not_null() & numbers[1].is_not_null()
    both = ours.is_not_null() & theirs.is_not_null()
    return both & pl.when(are_numbers).then(is_far).otherwise(ours != theirs)
