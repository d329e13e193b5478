"""Phone numbers as source systems write them, to E.164."""

from __future__ import annotations

import phonenumbers
import polars as pl

from workbench.errors import UsageError


def phone_e164(column: pl.Expr, *, country: str) -> pl.Expr:
    """Write phone numbers as +<country><number>; null where none can be read.

    Only a number that can exist in its country is written: a tenant stores nonsense as an empty field, unsaid.

    Args:
        column: Text, any punctuation; where a cell holds several numbers, the first that can be read.
        country: ISO 3166 alpha-2 code used where the number names none.

    Raises:
        UsageError: The country code is unknown.
    """
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise UsageError(f"country = {country!r} is not an ISO 3166 code such as 'US' or 'GB'")
    return column.map_batches(lambda numbers: _write_numbers(numbers, country), return_dtype=pl.String)


def _write_numbers(numbers: pl.Series, country: str) -> pl.Series:
    # A parse costs 50 microseconds; source systems repeat numbers.
    known = {text: _write_number(text, country) for text in numbers.unique().drop_nulls()}
    return pl.Series(numbers.name, [known.get(text) for text in numbers], dtype=pl.String)


def _write_number(text: str, country: str) -> str | None:
    for part in (text, *_split_cell(text)):
        try:
            number = phonenumbers.parse(part, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _split_cell(text: str) -> list[str]:
    for mark in ("/", ",", ";", "|", "\n"):
        text = text.replace(mark, "\0")
    return [part for part in text.split("\0") if part.strip()]
