"""What happened to the values before they were exported: spoilt ids, lost zeros, letters read wrongly, lost hours."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import polars as pl

from workbench.layout import Layout, LayoutColumn, LayoutObject
from workbench.transforms.dates import read_time

# The two letters that remain of one where UTF-8 was read as a Windows code page: é becomes Ã©.
MOJIBAKE = r"[Â-ßâãÌÐÑØÙ][\u{80}-\u{BF}€ƒ†‡ˆ‰Š‹Œ˜™š›œŸ]"
SCIENTIFIC = r"^\d(?:[.,]\d+)?[eE]\+?\d{2}$"
# Columns whose values are codes of digits, in which a zero at the front counts.
CODES = r"(?i)zip|post|pin_?code|phone|mobile|msisdn|cell|fax"
# Columns that say when a record was made and when it was last changed.
MADE, CHANGED = r"(?i)creat|joined|registered", r"(?i)modif|updat|changed"
# A time that names no zone.
LOCAL = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$"


class Damage(NamedTuple):
    """One kind of damage in one column, and how many values have it.

    Attributes:
        what: Said of the count of values.
    """

    object: str
    field: str
    count: int
    what: str
    consequence: str
    remedy: str


def find_damage(staged: dict[str, pl.DataFrame], layout: Layout, *, time_zone: str) -> list[Damage]:
    """Every damage that the values themselves give away; nothing of it can be undone here, so it is said.

    Args:
        time_zone: IANA zone of times that name none.
    """
    found = []
    for row in layout.objects.values():
        for name in row.kept:
            values = staged[row.name][name].drop_nulls()
            for count, (what, consequence, remedy) in _look(values, row.columns[name], time_zone):
                if count:
                    found.append(Damage(row.name, name, count, what, consequence, remedy))
        found += _find_reversed(row, staged[row.name], time_zone)
    return found


_SPOILT = (
    "values are numbers cut by a spreadsheet, such as 2.58E+16: their last digits are gone",
    "Records with such an id cannot be told apart or found again",
    "Export again without opening the file in a spreadsheet, or with the column as text",
)
_ZEROS = (
    "values are a digit shorter than the others and none begins with 0: a spreadsheet took the zero",
    "Postcodes and telephone numbers arrive without it",
    "Export again without opening the file in a spreadsheet, or with the column as text",
)
_LETTERS = (
    "values hold letters that were read in a wrong encoding, such as CafÃ©",
    "They arrive as they stand",
    "Export again as UTF-8, or have the source's administrator repair the texts",
)
_SKIPPED = (
    "times fall into an hour that the clock skipped",
    "They arrive empty",
    "See whether the source's times are of another zone, and set time_zone in engagement.toml",
)
_TWICE = (
    "times fall into an hour that the clock showed twice",
    "Each is taken as the first of the two",
    "See whether the source's times are of another zone, and set time_zone in engagement.toml",
)
_REVERSED = (
    "times lie before the time at which their record was made",
    "Both arrive as they stand, and the record counts as changed at the earlier one",
    "See which clock of the source is wrong; the order of records by date of change cannot be trusted",
)
Found = tuple[int, tuple[str, str, str]]


def _look(values: pl.Series, column: LayoutColumn, time_zone: str) -> list[Found]:
    looks: dict[str, Callable[[], list[Found]]] = {
        "id": lambda: [(_count(values, SCIENTIFIC), _SPOILT)],
        "text": lambda: [
            (_count(values, MOJIBAKE), _LETTERS),
            (_count_short(values) if re.search(CODES, column.name) else 0, _ZEROS),
        ],
        "datetime": lambda: _look_at_clock(values, time_zone),
    }
    return looks.get(column.type, list)()


def _find_reversed(row: LayoutObject, records: pl.DataFrame, time_zone: str) -> list[Damage]:
    """Records that were changed before they were made, by the names of their columns."""
    timed = [name for name in row.kept if row.columns[name].type in ("date", "datetime")]
    made, changed = (next((name for name in timed if re.search(word, name)), "") for word in (MADE, CHANGED))
    if not made or not changed:
        return []
    is_reversed = read_time(pl.col(changed), time_zone) < read_time(pl.col(made), time_zone)
    count = records.select(is_reversed.sum()).item()
    return [Damage(row.name, changed, count, *_REVERSED)] if count else []


def _count(values: pl.Series, pattern: str) -> int:
    return int(values.str.contains(pattern).sum())


def _count_short(values: pl.Series) -> int:
    """Codes that lack a digit the most have, where no code begins with 0; most is four of five."""
    digits = values.filter(values.str.contains(r"^\d+$"))
    if digits.is_empty() or digits.str.starts_with("0").any():
        return 0
    lengths = digits.str.len_chars()
    usual = lengths.mode().max()
    is_usual, is_short = lengths == usual, lengths == usual - 1
    return int(is_short.sum()) if (is_usual | is_short).all() and is_usual.sum() >= 4 * is_short.sum() else 0


def _look_at_clock(values: pl.Series, time_zone: str) -> list[Found]:
    local = values.filter(values.str.contains(LOCAL)).str.replace(" ", "T")
    full = local.str.replace(r"(T\d{2}:\d{2})$", "${1}:00")
    times = full.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False).drop_nulls()
    real = times.dt.replace_time_zone(time_zone, ambiguous="null", non_existent="null")
    first = times.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    skipped, unclear = int(first.null_count()), int(real.null_count())
    return [(skipped, _SKIPPED), (unclear - skipped, _TWICE)]
