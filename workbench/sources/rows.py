"""What every reader gives: the columns of a file and its records, each sound or rejected with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import polars as pl


class Row(NamedTuple):
    """One record of a file.

    Attributes:
        number: 1 for the first record of the file; blank lines are no records.
        cells: One per named column; empty where the record is rejected.
        reason: Why it is rejected and where it stands, empty where it is sound.
    """

    number: int
    cells: list[str]
    reason: str


class Batch(NamedTuple):
    """Records that were read together.

    Attributes:
        numbers: Of the sound ones, in order.
        cells: Of the sound ones, one list a record, or a frame with one String column for each named cell.
        rejected: Number and reason of the others.
        last: Number of the last record read so far, sound or not.
    """

    numbers: Sequence[int]
    cells: list[list[str]] | pl.DataFrame
    rejected: list[tuple[int, str]]
    last: int


BATCH = 20_000  # records that are turned into a frame at once


def batch_rows(rows: Iterator[Row]) -> Iterator[Batch]:
    """The same records, some thousand at a time."""
    while taken := list(islice(rows, BATCH)):
        sound = [row for row in taken if not row.reason]
        yield Batch(
            numbers=[row.number for row in sound],
            cells=[row.cells for row in sound],
            rejected=[(row.number, row.reason) for row in taken if row.reason],
            last=taken[-1].number,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opened:
    """A file whose columns are known, ready to be read.

    Attributes:
        header: Its columns by the layout's names, those unknown to it by their own, in the file's order.
        read: Reads the records from the first; each call starts anew.
        encoding: Empty where the format has no such choice, as have the delimiter's.
        has_header: Its columns are named once for all its records; else each record names those it has.
        unread: What else stands in the file and is not among the records, as a person would name it.
    """

    header: tuple[str, ...]
    read: Callable[[], Iterator[Batch]]
    encoding: str = ""
    delimiter: str = ""
    has_header: bool = True
    unread: tuple[str, ...] = ()


def find_header_problems(header: list[str]) -> list[str]:
    """What is wrong with the names of the columns, whatever the layout says."""
    if not header:
        return ["its first line holds no column names; the export needs a header"]
    problems = [f"column {place} has no name" for place, name in enumerate(header, start=1) if not name]
    repeated = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    return problems + [f"column {name} stands more than once; rename or remove one" for name in repeated]


def cut_unnamed(cells: list[str]) -> list[str]:
    """The names without the empty ones behind the last."""
    named = len(cells)
    while named and not cells[named - 1]:
        named -= 1
    return cells[:named]


def find_fault(cells: list[str], *, width: int, named: int) -> str:
    """Why a record cannot be staged, empty where it can.

    Args:
        width: Cells a record has.
        named: Cells that stand under a column name; those after them must be empty.
    """
    if len(cells) != width:
        return f"{len(cells)} cells where the header has {width}"
    if not any(cells):
        return "no cell is filled"
    if any(cells[named:]):
        return "a value stands under a column without a name"
    if "\0" in "".join(cells):
        return "a cell holds a NUL character"
    return ""
