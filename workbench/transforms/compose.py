"""Texts made of several columns."""

from __future__ import annotations

import re

import polars as pl

from workbench.errors import UsageError

EXTERNAL_ID = "_external_id"
NAME_LIMIT = 255  # characters of a name in Freshsales
SHORT_ID = 8
_PLACEHOLDER = re.compile(r"\{([^{}\n]+)\}")


def template(*columns: pl.Expr, text: str) -> pl.Expr:
    """Fill a text with the columns named in it; an empty column leaves nothing behind.

    A line all of whose columns are empty is left out; a line that names no column stays. Null where every column is.

    Args:
        columns: The columns the text may name.
        text: Lines with `{COLUMN}` placeholders.

    Raises:
        UsageError: The text names a column that was not given, or leaves out one that was.
    """
    given = {column.meta.output_name(): column.cast(pl.String) for column in columns}
    named = placeholders(text)
    if unknown := [name for name in named if name not in given]:
        raise UsageError(f"text names {{{unknown[0]}}}, which is not among its columns: {', '.join(given) or 'none'}")
    if unused := [name for name in given if name not in named]:
        raise UsageError(f"text never names {{{unused[0]}}}; take the column out or put it in")
    if not named:
        raise UsageError("text names no column; use value = '...' for a constant")
    lines = [_fill_line(line, given) for line in text.split("\n")]
    filled = pl.concat_str(lines, separator="\n", ignore_nulls=True)
    return pl.when(pl.any_horizontal(given[name].is_not_null() for name in named)).then(filled)


def first_filled(*columns: pl.Expr, otherwise: str | None = None) -> pl.Expr:
    """The first of the columns that has a value; where none has, `otherwise`, or null."""
    return pl.coalesce(*columns, *([pl.lit(otherwise)] if otherwise is not None else []))


def unique_text(column: pl.Expr, *more: pl.Expr) -> pl.Expr:
    """Make a name that no other record of the phase has, whatever the case and blanks around it.

    Where it repeats, ` (first of more)` is added, then ` (first, second)` and so on, at last the external id's
    first characters and then the whole of it. A record's name depends only on the records, never on their order.
    At most 255 characters; the name is cut, not what makes it unique. Null stays null.

    Args:
        column: Text.
        more: What tells equal names apart, best first.
    """
    key = pl.col(EXTERNAL_ID)
    tails = [pl.concat_str(more[: count + 1], separator=", ", ignore_nulls=True) for count in range(len(more))]
    name = column.str.slice(0, NAME_LIMIT)
    for tail in (*tails, key.str.slice(0, SHORT_ID), key):
        name = pl.when(_repeats(name) & column.is_not_null() & (tail != "")).then(_add(column, tail)).otherwise(name)
    return name


def repeat_number(*columns: pl.Expr) -> pl.Expr:
    """1 for the first row with these values, 2 for the next, in source order; Int64.

    It completes the id of rows whose own columns do not tell all of them apart.
    """
    return pl.int_range(pl.len(), dtype=pl.Int64).over(*columns) + 1


def placeholders(text: str) -> tuple[str, ...]:
    """The columns a text names, each once, in order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def fill(text: str) -> pl.Expr:
    """Fill one line with the columns it names; empty ones leave nothing behind."""
    return _fill_line(text, {name: pl.col(name).cast(pl.String) for name in placeholders(text)}).fill_null("")


def _fill_line(line: str, given: dict[str, pl.Expr]) -> pl.Expr:
    # The pieces alternate between literal text and column names.
    pieces = _PLACEHOLDER.split(line)
    values = [given[piece].fill_null("") if place % 2 else pl.lit(piece) for place, piece in enumerate(pieces)]
    filled = pl.concat_str(values).str.strip_chars_end()
    names = placeholders(line)
    if not names:
        return filled
    return pl.when(pl.any_horizontal(given[name].is_not_null() for name in names)).then(filled)


def _repeats(name: pl.Expr) -> pl.Expr:
    return pl.len().over(name.str.strip_chars().str.to_lowercase()) > 1


def _add(column: pl.Expr, tail: pl.Expr) -> pl.Expr:
    ending = " (" + tail.str.slice(0, NAME_LIMIT // 2) + ")"
    return column.str.slice(0, NAME_LIMIT - ending.str.len_chars().cast(pl.Int64)) + ending
