"""Strict reading of CSV text: every record is either sound or rejected with a reason, and none is skipped."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

DELIMITERS = (",", ";", "\t", "|")
HEADER_LINES = 20  # a header that runs on over quoted line ends is still found within these
MAX_CELL = 1 << 20  # characters; a longer one is a quote that was never closed
REASONS = {
    "expected after": "a quote inside a quoted cell is not doubled",
    "unexpected end of data": "a quote is opened and never closed",
    "field larger than field limit": f"a cell of more than {MAX_CELL:,} characters, or a quote that is never closed",
}


class Row(NamedTuple):
    """One record of a file.

    Attributes:
        number: 1 for the first record after the header; blank lines are no records.
        cells: One per named column; empty where the record is rejected.
        reason: Why it is rejected, empty where it is sound.
    """

    number: int
    cells: list[str]
    reason: str


def find_delimiter(path: Path, encoding: str, known: frozenset[str]) -> str:
    """The delimiter that splits the header into the most columns the layout knows, else into the most cells."""
    headers = {delimiter: read_header(path, encoding, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: (len(known & set(headers[delimiter])), len(headers[delimiter])))


def read_header(path: Path, encoding: str, delimiter: str) -> list[str]:
    """The column names as they stand in the file, without blanks around them; empty where none can be read."""
    with path.open(encoding=encoding, newline="") as file:
        records = csv.reader(islice(file, HEADER_LINES), delimiter=delimiter, strict=True)
        try:
            return [cell.strip() for cell in next((cells for cells in records if cells), [])]
        except csv.Error:
            return []


def read_rows(path: Path, encoding: str, delimiter: str, *, width: int, named: int) -> Iterator[Row]:
    """Read every record after the header.

    Args:
        width: Cells a record has.
        named: Cells that stand under a column name; those after them must be empty.
    """
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding=encoding, newline="") as file:
        lines = _Lines(file)
        records = _read_records(lines, delimiter)
        next(records, None)
        for number, (cells, problem) in enumerate(records, start=1):
            reason = problem or _find_fault(cells, width, named)
            yield Row(number, [] if reason else cells[:named], f"{reason} (line {lines.number})" if reason else "")


def _read_records(lines: _Lines, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Cells of each record, or what is wrong with it.

    Where quoting breaks, only the first line of the broken record is given up: a quote that was never closed
    would otherwise swallow the sound records after it.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines.give_back()
            yield [], _explain(error)
        else:
            if cells:
                yield cells, ""


class _Lines:
    """The lines of a file, which remembers those of the record being read so that they can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._taken: list[str] = []
        self._again: deque[str] = deque()
        self._before = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._taken.append(line)
        return line

    @property
    def number(self) -> int:
        """Line of the file on which the record being read begins, counted from 1."""
        return self._before + 1

    def begin_record(self) -> None:
        """Forget the record before."""
        self._before += len(self._taken)
        self._taken.clear()

    def give_back(self) -> None:
        """Let all lines of the record but its first be read again."""
        self._again.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]


def _find_fault(cells: list[str], width: int, named: int) -> str:
    if len(cells) != width:
        return f"{len(cells)} cells where the header has {width}"
    if not any(cells):
        return "no cell is filled"
    if any(cells[named:]):
        return "a value stands under a column without a name"
    if "\0" in "".join(cells):
        return "a cell holds a NUL character"
    return ""


def _explain(error: csv.Error) -> str:
    return next((reason for text, reason in REASONS.items() if text in str(error)), str(error))
