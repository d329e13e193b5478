"""Phone numbers as source systems write them, to E.164."""

from __future__ import annotations

import re

import phonenumbers
import polars as pl

from workbench.errors import UsageError

AT_ONCE = 50_000  # cells whose numbers are remembered: those of millions would fill the memory


def phone_e164(column: pl.Expr, *, country: str, number: int = 1, countries: dict | None = None) -> pl.Expr:
    """Write phone numbers as +<country><number>; null where none can be read.

    Only a number that can exist in its country is written: a tenant stores nonsense as an empty field, unsaid.

    Args:
        column: Text, any punctuation.
        country: ISO 3166 alpha-2 code used where the number names none.
        number: Where a cell holds several numbers, which of those that can be read, counted from 1.
        countries: Regular expression over the digits of a number to the country of those that fit, for exports with
            numbers of neighbours: `{ '^0\\d{10}$' = "GB" }`.

    Raises:
        UsageError: A country code is unknown.
    """
    places = {**(countries or {}), ".*": country}
    for code in places.values():
        if code not in phonenumbers.SUPPORTED_REGIONS:
            raise UsageError(f"country = {code!r} is not an ISO 3166 code such as 'US' or 'GB'")
    return column.map_batches(lambda numbers: _write_numbers(numbers, places, number - 1), return_dtype=pl.String)


def msisdn(column: pl.Expr) -> pl.Expr:
    """Write a number that begins with its country code, + or not, as +<country><number>; null where it is none."""
    digits = "+" + column.str.replace_all(r"[^0-9]", "")
    return phone_e164(pl.when(column.str.contains(r"[0-9]")).then(digits), country="US")


def _write_numbers(numbers: pl.Series, places: dict[str, str], place: int) -> pl.Series:
    starts = range(0, max(len(numbers), 1), AT_ONCE)
    return pl.concat([_write_some(numbers.slice(start, AT_ONCE), places, place) for start in starts])


def _write_some(numbers: pl.Series, places: dict[str, str], place: int) -> pl.Series:
    # A parse costs 50 microseconds; source systems repeat numbers.
    known = {text: _write_cell(text, places)[place : place + 1] for text in numbers.unique().drop_nulls()}
    written = [next(iter(known.get(text, ())), None) for text in numbers]
    return pl.Series(numbers.name, written, dtype=pl.String)


def _write_cell(text: str, places: dict[str, str]) -> list[str]:
    """The numbers of a cell, each once; a cell that is one number as a whole is not taken apart."""
    whole = _write_number(text, places)
    parts = [whole] if whole else [_write_number(part, places) for part in _split_cell(text)]
    return list(dict.fromkeys(number for number in parts if number))


def _write_number(text: str, places: dict[str, str]) -> str | None:
    digits = re.sub(r"[^0-9+]", "", text)
    country = next(code for pattern, code in places.items() if re.search(pattern, digits))
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not number.national_number or not phonenumbers.is_possible_number(number):  # all zeros stand for no number
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _split_cell(text: str) -> list[str]:
    for mark in ("/", ",", ";", "|", "\n"):
        text = text.replace(mark, "\0")
    return [part for part in text.split("\0") if part.strip()]
