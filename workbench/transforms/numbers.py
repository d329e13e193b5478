"""Numbers and money as people write them: signs, symbols, groups of thousands."""

from __future__ import annotations

import polars as pl

from workbench.errors import UsageError

# Groups of two are the Indian way (1,25,000.00); the last group always has three, so that 1,50 is not read as 150.
_GROUPED = r"^-?\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?$"
_PLAIN = r"^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?$"
# Signs that stand for one currency in nearly every export; $ is the dollar of the United States.
_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "₹": "INR"}
_SCALE = 6  # more places than any currency or Freshsales field has


def money(column: pl.Expr, *, decimal: str = ".") -> pl.Expr:
    """Write an amount as `1234.50`, rounded to cents, a half to the even cent; null where it cannot be read.

    Args:
        column: Text such as `$1,234.5`, `₹1,25,000.00`, `(12.30)` for minus 12.30.
        decimal: The sign between units and cents, `.` or `,`; the other one groups thousands.

    Raises:
        UsageError: The decimal sign is neither.
    """
    return read_decimal(column, decimal).cast(pl.Decimal(38, 2)).cast(pl.String)


def currency(column: pl.Expr) -> pl.Expr:
    """The ISO 4217 code an amount is written with, as a sign or as letters; null where it is written with none."""
    letters = column.str.extract(r"(?:^|[^A-Za-z])([A-Z]{3})(?:[^A-Za-z]|$)")
    sign = column.str.extract(r"(\p{Sc})").replace_strict(_SIGNS, default=None, return_dtype=pl.String)
    return pl.coalesce(letters, sign)


def number(column: pl.Expr, *, decimal: str = ".", places: int = 4) -> pl.Expr:
    """Read a number, Float64, rounded to the places a Freshsales number keeps; null where it cannot be read.

    Raises:
        UsageError: The decimal sign is neither `.` nor `,`.
    """
    return read_decimal(column, decimal).cast(pl.Float64).round(places)


def percent(column: pl.Expr) -> pl.Expr:
    """Read a share written as `75%` or `75`, as the number before the sign, Float64; null where it cannot be read."""
    return number(column.str.strip_chars().str.strip_chars_end("% "))


def whole(column: pl.Expr, *, decimal: str = ".") -> pl.Expr:
    """Read a whole number, Int64; null where there is none or it has a fraction."""
    value = read_decimal(column, decimal)
    return pl.when(value == value.floor()).then(value).cast(pl.Int64, strict=False)


def product(column: pl.Expr, *more: pl.Expr) -> pl.Expr:
    """Multiply amounts and counts, written as `money` does; null where one of them cannot be read."""
    value = read_decimal(column).cast(pl.Float64)
    for other in more:
        value = value * read_decimal(other).cast(pl.Float64)
    return value.round(_SCALE).cast(pl.Decimal(38, 2), strict=False).cast(pl.String)


def difference(column: pl.Expr, *more: pl.Expr) -> pl.Expr:
    """Take amounts off an amount, written as `money` does; an empty one takes nothing off.

    Null where the first is empty, or one of them cannot be read.
    """
    value = read_decimal(column)
    for other in more:
        value = value - read_decimal(other.fill_null("0"))
    return value.cast(pl.Decimal(38, 2)).cast(pl.String)


def as_text(column: pl.Expr) -> pl.Expr:
    """Write a counted or computed number as text; whole numbers without a fraction."""
    return column.cast(pl.String).str.replace(r"\.0$", "")


def read_decimal(column: pl.Expr, decimal: str = ".") -> pl.Expr:
    """The exact value of a number or amount, Decimal of six places; null where it cannot be read."""
    if decimal not in (".", ","):
        raise UsageError(f"decimal = {decimal!r}: use '.' or ','")
    text = column.str.replace_all(r"[\s\u{a0}\u{202f}'’]|\p{Sc}|^[A-Z]{3}|[A-Z]{3}$|^Rs\.?", "")
    if decimal == ",":
        text = text.str.replace_all(".", "\0", literal=True).str.replace_all(",", ".", literal=True)
        text = text.str.replace_all("\0", ",", literal=True)
    text = text.str.replace(r"^\((.+)\)$", "-${1}").str.replace(r"^(.+)-$", "-${1}").str.replace(r"^\+", "")
    is_grouped = text.str.contains(_GROUPED)
    bare = pl.when(is_grouped).then(text.str.replace_all(",", "", literal=True)).otherwise(text)
    return pl.when(bare.str.contains(_PLAIN)).then(bare).cast(pl.Decimal(38, _SCALE), strict=False)
