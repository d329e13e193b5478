"""Every way of writing a date, a time or a number that is known here, each read to one plain form.

The plain form is what the rest of the workbench reads: 2021-04-16, 2021-04-16T00:02:00 (with Z where the way of writing
fixes the moment), 1234.5. A value that is plain already stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from workbench.transforms.numbers import read_decimal

Reader = Callable[[pl.Expr], pl.Expr]

_DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%m.%d.%Y", "%Y/%m/%d", "%Y%m%d",
    "%d %b %Y", "%d-%b-%Y", "%d %b, %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
# With a year of two digits; which hundred years it falls into is part of the way of writing.
_SHORT_DAYS = ("%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%d.%m.%y", "%m.%d.%y", "%d-%b-%y")
FIRSTS = range(1900, 2001)  # the first year of the hundred
CENTURIES = (1930, 1900, 2000)  # what is tried: that of spreadsheets, the last one, this one
_CLOCKS = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "T%H:%M:%S")
# A year below this is a slip of the pen, or a year of two digits read as one of four.
FIRST_YEAR = 1800
SERIAL, SECONDS, MILLISECONDS = "excel serial", "epoch seconds", "epoch milliseconds"
POINT, COMMA = "decimal point", "decimal comma"
# What the plain forms look like; only what does not is ever read in another way.
PLAIN_TIME = r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$"
PLAIN_NUMBER = r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$"
# With a decimal comma a point groups thousands, so that only a number without either is plain.
WHOLE = r"^[+-]?\d+$"
_SHORT_YEAR = r"^(\d{1,2}[/.-](?:\d{1,2}|[A-Za-z]{3})[/.-])(\d{2})((?:[ T].*)?)$"
_SUFFIX = r"(?i)\d\s*(k|mn|m|bn|lakhs?|lacs?|crores?|cr)\.?$"
_FACTORS = {
    "k": 1_000, "m": 1_000_000, "mn": 1_000_000, "bn": 1_000_000_000, "lakh": 100_000, "lakhs": 100_000,
    "lac": 100_000, "lacs": 100_000, "cr": 10_000_000, "crore": 10_000_000, "crores": 10_000_000,
}  # fmt: skip


def _read_written(format_: str) -> Reader:
    def read(text: pl.Expr) -> pl.Expr:
        if "%H" in format_ or "%I" in format_:
            time = text.str.to_datetime(format_, strict=False, time_unit="us")
            return pl.when(time.dt.year() >= FIRST_YEAR).then(time.dt.strftime("%Y-%m-%dT%H:%M:%S"))
        day = text.str.to_date(format_, strict=False)
        return pl.when(day.dt.year() >= FIRST_YEAR).then(day.dt.strftime("%Y-%m-%d"))

    return read


def _read_short(format_: str, first: int) -> Reader:
    """A year of two digits as the one of the hundred years from `first` on that ends with them."""
    whole = _read_written(format_.replace("%y", "%Y"))

    def read(text: pl.Expr) -> pl.Expr:
        year = text.str.extract(_SHORT_YEAR, 2).cast(pl.Int32, strict=False)
        full = (first + (year - first % 100) % 100).cast(pl.String)
        return whole(pl.concat_str(text.str.extract(_SHORT_YEAR, 1), full, text.str.extract(_SHORT_YEAR, 3)))

    return read


def name_short(format_: str, first: int) -> str:
    """The name of a way with a year of two digits."""
    return f"{format_} {first}-{first + 99}"


def list_centuries(way: str, *firsts: int) -> list[str]:
    """The way for each of these centuries, by their first years; nothing where its years have four digits."""
    format_, _, years = way.rpartition(" ")
    return [name_short(format_, first) for first in firsts] if "%y" in format_ and "-" in years else []


def _read_serial(text: pl.Expr) -> pl.Expr:
    """Days since the end of 1899 as a spreadsheet counts them, 1954 to 2064; a fraction is the time of day."""
    days = pl.when(text.str.contains(r"^[2-5]\d{4}(?:\.\d+)?$")).then(text).cast(pl.Float64, strict=False)
    seconds = (days * 86_400).round().cast(pl.Int64)
    time = pl.datetime(1899, 12, 30) + pl.duration(seconds=seconds)
    is_day = seconds % 86_400 == 0
    return pl.when(is_day).then(time.dt.strftime("%Y-%m-%d")).otherwise(time.dt.strftime("%Y-%m-%dT%H:%M:%S"))


def _read_epoch(digits: str, unit: str) -> Reader:
    def read(text: pl.Expr) -> pl.Expr:
        count = pl.when(text.str.contains(digits)).then(text).cast(pl.Int64, strict=False)
        return pl.from_epoch(count, time_unit=unit).dt.strftime("%Y-%m-%dT%H:%M:%SZ")

    return read


def _read_number(decimal: str) -> Reader:
    def read(text: pl.Expr) -> pl.Expr:
        suffix = text.str.extract(_SUFFIX).str.to_lowercase()
        bare = pl.when(suffix.is_null()).then(text).otherwise(text.str.replace(r"(?i)\s*[a-z]+\.?$", ""))
        factor = suffix.replace_strict(_FACTORS, default=1, return_dtype=pl.Int64)
        value = (read_decimal(bare, decimal) * factor).cast(pl.String)
        return value.str.replace(r"\.?0+$", "")

    return read


TIMES: dict[str, Reader] = {
    **{format_: _read_written(format_) for day in _DAYS for format_ in (day, *(day + clock for clock in _CLOCKS))},
    **{
        name_short(format_, first): _read_short(format_, first)
        for day in _SHORT_DAYS
        for format_ in (day, *(day + clock for clock in _CLOCKS))
        for first in FIRSTS
    },
    SERIAL: _read_serial,
    SECONDS: _read_epoch(r"^1?\d{9}$", "s"),
    MILLISECONDS: _read_epoch(r"^1?\d{12}$", "ms"),
}
NUMBERS: dict[str, Reader] = {POINT: _read_number("."), COMMA: _read_number(",")}
# Ways by the type a layout gives a column; columns of other types are read as they stand.
WAYS: dict[str, dict[str, Reader]] = {"date": TIMES, "datetime": TIMES, "integer": NUMBERS, "decimal": NUMBERS}
PLAIN = {"date": PLAIN_TIME, "datetime": PLAIN_TIME, "integer": PLAIN_NUMBER, "decimal": PLAIN_NUMBER}
# Spellings of no value; a date of zeros is what MySQL writes for one.
NULLS = (
    "NULL", "Null", "null", "(null)", "\\N", "N/A", "n/a", "#N/A", "NA", "NaN", "None", "none", "-", "--", "0000-00-00",
    "0000-00-00 00:00:00", "00/00/0000", "00-00-0000",
)  # fmt: skip
# In free text these may be words, an answer or the code of a country; they are left alone there.
WORDS = ("Null", "NA", "NaN", "None", "none")
