"""Text: blanks, case, length, and the digits that generated names carry."""

from __future__ import annotations

import polars as pl

from workbench.errors import UsageError

CUT_MARK = "…"


def trim(column: pl.Expr) -> pl.Expr:
    """Take blanks from both ends and fold runs of blanks inside to one; null where nothing is left."""
    folded = column.str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(folded != "").then(folded)


def title_case(column: pl.Expr) -> pl.Expr:
    """Write each word with one capital; text that is not all capitals or all small stands as it is."""
    is_flat = (column == column.str.to_uppercase()) | (column == column.str.to_lowercase())
    return pl.when(is_flat).then(column.str.to_titlecase()).otherwise(column)


def truncate(column: pl.Expr, *, limit: int) -> pl.Expr:
    """Cut text to at most `limit` characters, the last of them an ellipsis where something was cut.

    Raises:
        UsageError: The limit leaves no room for text.
    """
    if limit < 2:
        raise UsageError(f"limit = {limit}: at least 2 characters")
    cut = column.str.slice(0, limit - 1).str.strip_chars_end() + CUT_MARK
    return pl.when(column.str.len_chars() > limit).then(cut).otherwise(column)


def strip_digits(column: pl.Expr) -> pl.Expr:
    """Take the digits off the end of each word, as in `Maude482`; null where nothing is left."""
    return trim(column.str.replace_all(r"(\pL)\d+(\s|$)", "$1$2"))
