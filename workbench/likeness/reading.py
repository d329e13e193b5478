"""Values as they are compared: without what writing them another way would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from workbench.likeness.values import Comparison
from workbench.transforms import TRANSFORMS

# The last digits of a telephone number: before them stand country and trunk, written or not.
PHONE_DIGITS = 9
_FEWEST_DIGITS = 6


def read_value(comparison: Comparison) -> pl.Expr:
    """The value of a comparison as text, null where there is none; of a name `given|family`."""
    columns = [pl.col(name) for name in comparison.columns]
    return _READ[comparison.kind](columns)


def _read_name(columns: Sequence[pl.Expr]) -> pl.Expr:
    given = columns[0] if len(columns) > 1 else TRANSFORMS["given_names"](columns[0])
    family = columns[-1] if len(columns) > 1 else TRANSFORMS["family_name"](columns[0])
    # A digit in a name was put there by a machine.
    halves = [
        TRANSFORMS["name_key"](half.str.replace_all(r"[0-9]", "")).fill_null("").str.replace_all(" ", "")
        for half in (given, family)
    ]
    return _or_null(pl.concat_str(halves, separator="|"), but=r"[\pL]")


def _read_words(columns: Sequence[pl.Expr]) -> pl.Expr:
    joined = pl.concat_str(columns, separator=" ", ignore_nulls=True)
    return TRANSFORMS["name_key"](joined)


def _read_digits(columns: Sequence[pl.Expr]) -> pl.Expr:
    digits = pl.coalesce(_or_null(column.str.replace_all(r"[^0-9]", ""), but=r"\d{6}") for column in columns)
    return digits.str.tail(PHONE_DIGITS)


def _read_date(columns: Sequence[pl.Expr]) -> pl.Expr:
    digits = columns[0].str.replace_all(r"[^0-9]", "").str.head(8)
    return _or_null(digits, but=r"^\d{8}$")


def _read_code(columns: Sequence[pl.Expr]) -> pl.Expr:
    joined = pl.concat_str(columns, ignore_nulls=True)
    return _or_null(joined.str.to_lowercase().str.replace_all(r"[^\pL\pN]", ""), but=".")


def _or_null(text: pl.Expr, *, but: str) -> pl.Expr:
    return pl.when(text.str.contains(but)).then(text)


_READ: dict[str, Callable[[Sequence[pl.Expr]], pl.Expr]] = {
    "name": _read_name,
    "date": _read_date,
    "code": _read_code,
    "phone": _read_digits,
    "email": lambda columns: TRANSFORMS["mail_key"](pl.coalesce(columns)),
    "address": _read_words,
    "text": _read_words,
    "title": _read_words,
}
