"""Picklists: the source's values to those the destination offers, and to yes and no."""

from __future__ import annotations

import polars as pl

from workbench.errors import UsageError

YES = ("yes", "y", "true", "t", "1", "on")
NO = ("no", "n", "false", "f", "0", "off")


def choice(
    column: pl.Expr, *, values: dict, default: str | None = None, empty: str | None = None, keep: bool = False
) -> pl.Expr:
    """Replace each value by its choice, whatever its case and blanks around it.

    Args:
        column: Text.
        values: Source value to choice.
        default: What a value outside of `values` becomes.
        empty: What null becomes; without it null stays null.
        keep: A value outside of `values` stays as it is instead.

    Raises:
        UsageError: There are no values, two differ only in case, or one is not text.
    """
    if not values or not all(isinstance(value, str) for value in values.values()):
        raise UsageError("values: a table of source value = choice, both text, at least one")
    folded = {str(key).strip().lower(): value for key, value in values.items()}
    if len(folded) < len(values):
        raise UsageError("values: two source values differ only in case or blanks")
    replaced = _fold(column).replace_strict(folded, default=default, return_dtype=pl.String)
    if keep:
        replaced = pl.coalesce(replaced, column)
    return pl.when(column.is_not_null()).then(replaced).otherwise(pl.lit(empty, pl.String))


def presence(column: pl.Expr, *, filled: str, empty: str) -> pl.Expr:
    """One text where the column has a value, another where it has none."""
    return pl.when(column.is_not_null()).then(pl.lit(filled)).otherwise(pl.lit(empty))


def period_status(start: pl.Expr, stop: pl.Expr, *, active: str, ended: str) -> pl.Expr:
    """One text for a period without an end, another for one that has ended; null where there is no period."""
    status = pl.when(stop.is_not_null()).then(pl.lit(ended)).otherwise(pl.lit(active))
    return pl.when(start.is_not_null() | stop.is_not_null()).then(status)


def yes_no(column: pl.Expr) -> pl.Expr:
    """Read yes and no as a Boolean; null where it is neither."""
    text = _fold(column)
    return pl.when(text.is_in(YES)).then(True).when(text.is_in(NO)).then(False)


def _fold(column: pl.Expr) -> pl.Expr:
    return column.cast(pl.String).str.strip_chars().str.to_lowercase()
