"""Strict reading of CSV text: every record is either sound or rejected with a reason, and none is skipped."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import polars as pl

from workbench.engagement import Secret
from workbench.errors import UsageError
from workbench.layout import LayoutObject
from workbench.sources.csv_blocks import MAX_CELL, read_block
from workbench.sources.csv_lines import CsvLines
from workbench.sources.encodings import find_encoding
from workbench.sources.rows import Batch, Opened, Row, cut_unnamed, find_fault, find_header_problems

DELIMITERS = (",", ";", "\t", "|")
HEADER_LINES = 20  # a header that runs on over quoted line ends is still found within these
BLOCK = 1 << 23  # characters read at once where nothing is wrong with them
PIECE = 1 << 18  # and where something was
REASONS = {
    "expected after": "a quote inside a quoted cell is not doubled",
    "unexpected end of data": "a quote is opened and never closed",
    "field larger than field limit": f"a cell of more than {MAX_CELL:,} characters, or a quote that is never closed",
}


def open_csv(path: Path, row: LayoutObject, password: Secret | None) -> Opened:
    """Find how a file of delimited text is written.

    Raises:
        UsageError: It cannot be read as text, or its header is none.
    """
    encoding = find_encoding(path, named=row.encoding)
    delimiter = row.delimiter or find_delimiter(path, encoding, frozenset(row.columns))
    cells = read_header(path, encoding, delimiter)
    header = cut_unnamed(cells)
    if problems := find_header_problems(header):
        raise UsageError("\n".join(problems))
    return Opened(
        header=tuple(header),
        read=lambda: read_batches(path, encoding, delimiter, width=len(cells), named=len(header)),
        encoding=encoding,
        delimiter=delimiter,
    )


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
    """Read every record after the header, one at a time: the slow way, and the measure of the fast one.

    Args:
        width: Cells a record has.
        named: Cells that stand under a column name; those after them must be empty.
    """
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding=encoding, newline="") as file:
        rows = read_carefully(CsvLines(file), delimiter, width=width, named=named)
        for number, row in enumerate(rows):
            if number:
                yield row._replace(number=number)


def read_batches(path: Path, encoding: str, delimiter: str, *, width: int, named: int) -> Iterator[Batch]:
    """The same records as `read_rows`, many lines at once where nothing is wrong with any of them."""
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding=encoding, newline="") as file:
        lines, number, size = CsvLines(file), -1, BLOCK  # the header is record 0 of the file
        while taken := lines.take(size):
            if found := read_block(taken, delimiter, width=width, named=named):
                whole, cells = found
                lines.put_back(taken[whole:])
                batch, size = _number_cells(cells, number), min(2 * size, BLOCK)
            elif size > PIECE:
                lines.put_back(taken)
                size = PIECE
                continue
            else:
                batch = _read_piece(lines, taken, delimiter, number, width=width, named=named)
            number, before = batch.last, number
            if number > 0:
                yield batch if before >= 0 else _cut_header(batch)


def _read_piece(lines: CsvLines, taken: list[str], delimiter: str, before: int, *, width: int, named: int) -> Batch:
    """The records that begin in these lines, the broken among them."""
    whole, records = _parse(taken, delimiter)
    lines.put_back(taken[whole:])
    cells = _check_all(taken[:whole], records, width=width, named=named) if whole else None
    if cells is not None:
        return _number_cells(cells, before)
    taken = taken[:whole] if whole else lines.take_count(len(taken))
    return _number_rows(_reread(lines, taken, delimiter, width=width, named=named), before)


def _parse(lines: list[str], delimiter: str) -> tuple[int, list[list[str]]]:
    """The records before the first that breaks or runs on behind the lines, and how many lines they take."""
    try:
        return len(lines), [cells for cells in csv.reader(lines, delimiter=delimiter, strict=True) if cells]
    except csv.Error:
        return _parse_until_break(lines, delimiter)


def _parse_until_break(lines: list[str], delimiter: str) -> tuple[int, list[list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    whole, records = 0, []
    with suppress(csv.Error):
        for cells in reader:
            whole = reader.line_num
            records += [cells] * bool(cells)
    return whole, records


def _check_all(lines: list[str], records: list[list[str]], *, width: int, named: int) -> list[list[str]] | None:
    """The named cells, null where any record needs a closer look."""
    is_sound = set(map(len, records)) <= {width} and all(map(any, records)) and "\0" not in "".join(lines)
    if not is_sound or (named < width and any(any(cells[named:]) for cells in records)):
        return None
    return records if named == width else [cells[:named] for cells in records]


def _reread(lines: CsvLines, taken: list[str], delimiter: str, *, width: int, named: int) -> list[Row]:
    """The records that begin in these lines, each for itself."""
    lines.put_back(taken)
    last, rows = lines.before + len(taken), []
    for row in read_carefully(lines, delimiter, width=width, named=named):
        rows.append(row)
        if lines.place >= last:
            break
    lines.begin_record()
    return rows


def _number_cells(cells: list[list[str]] | pl.DataFrame, before: int) -> Batch:
    return Batch(range(before + 1, before + 1 + len(cells)), cells, [], before + len(cells))


def _number_rows(rows: list[Row], before: int) -> Batch:
    numbered = [row._replace(number=number) for number, row in enumerate(rows, start=before + 1)]
    sound = [row for row in numbered if not row.reason]
    return Batch(
        numbers=[row.number for row in sound],
        cells=[row.cells for row in sound],
        rejected=[(row.number, row.reason) for row in numbered if row.reason],
        last=before + len(rows),
    )


def _cut_header(batch: Batch) -> Batch:
    """The first batch without record 0, sound or not."""
    is_sound = bool(batch.numbers) and batch.numbers[0] == 0
    rejected = [(number, reason) for number, reason in batch.rejected if number]
    return Batch(batch.numbers[is_sound:], batch.cells[is_sound:], rejected, batch.last)


def read_carefully(lines: CsvLines, delimiter: str, *, width: int, named: int) -> Iterator[Row]:
    """Each record from where the lines stand, not numbered yet."""
    for cells, problem in _read_records(lines, delimiter):
        reason = problem or find_fault(cells, width=width, named=named)
        yield Row(0, [] if reason else cells[:named], f"{reason} (line {lines.number})" if reason else "")


def _read_records(lines: CsvLines, delimiter: str) -> Iterator[tuple[list[str], str]]:
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


def _explain(error: csv.Error) -> str:
    return next((reason for text, reason in REASONS.items() if text in str(error)), str(error))
