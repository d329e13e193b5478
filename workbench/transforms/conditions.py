"""Values that count only under a condition on another column, and what two amounts say about each other."""

from __future__ import annotations

import polars as pl

from workbench.errors import UsageError
from workbench.transforms.numbers import read_decimal


def keep_where(column: pl.Expr, decides: pl.Expr, *, values: list) -> pl.Expr:
    """The value where the other column has one of the values, whatever its case and blanks around it; else null."""
    return pl.when(_is_among(decides, values)).then(column)


def drop_where(column: pl.Expr, decides: pl.Expr, *, values: list) -> pl.Expr:
    """The value but where the other column has one of the values; an empty one is none of them."""
    return pl.when(~_is_among(decides, values)).then(column)


def keep_unless_filled(column: pl.Expr, decides: pl.Expr) -> pl.Expr:
    """The value where the other column is empty; else null."""
    return pl.when(decides.is_null()).then(column)


def keep_if_filled(column: pl.Expr, decides: pl.Expr) -> pl.Expr:
    """The value where the other column has one; else null."""
    return pl.when(decides.is_not_null()).then(column)


def keep_if_same(column: pl.Expr, one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """The value where two other columns have the same value; else null. Two empty columns have none."""
    return pl.when(one == other).then(column)


def progress(part: pl.Expr, whole: pl.Expr, *, none: str, some: str, all: str) -> pl.Expr:
    """One text where nothing of an amount is there, another where a part of it is, a third where all of it or more is.

    An empty part is nothing; null where the whole cannot be read.
    """
    done, wanted = read_decimal(part).fill_null(0), read_decimal(whole)
    text = pl.when(done >= wanted).then(pl.lit(all)).when(done > 0).then(pl.lit(some)).otherwise(pl.lit(none))
    return pl.when(wanted.is_not_null()).then(text)


def _is_among(column: pl.Expr, values: list) -> pl.Expr:
    if not values or not all(isinstance(value, str) for value in values):
        raise UsageError("values: a list of texts, at least one")
    folded = [value.strip().lower() for value in values]
    return column.cast(pl.String).str.strip_chars().str.to_lowercase().is_in(folded).fill_null(False)
