"""Delimited text that is provably regular, read by polars; what is not so is left to the careful reader.

Regular is a stretch of whole records in which every quote opens or closes a cell or is doubled inside one, no line is
blank or ends in the middle, and every record has its cells. The proof looks at no single cell: what stands outside of
quotes is counted, and when the text is read every byte of it has to be found again in some cell.
"""

from __future__ import annotations

import polars as pl

MAX_CELL = 1 << 20  # characters; a longer one is a quote that was never closed
_QUOTE, _BOM = b'"', "\ufeff".encode()


def read_block(lines: list[str], delimiter: str, *, width: int, named: int) -> tuple[int, pl.DataFrame] | None:
    """Read the records that end within these lines, where that is safe.

    Args:
        lines: Lines of the file with their ends, the first of which begins a record.
        width: Cells a record has.
        named: Cells that stand under a column name; those after them must be empty.

    Returns:
        How many of the lines the records take, and their named cells as String columns; an empty cell is null or
        empty. Null where any record needs a closer look.
    """
    text, whole = _cut_open(lines)
    mark = delimiter.encode()
    if not whole or len(mark) > 1 or b"\0" in text or text.startswith(_BOM):
        return None
    pieces = (b"\n" + text).split(_QUOTE)
    outside = list(filter(None, pieces[::2]))  # an empty piece between quotes is one that is doubled
    bare = b"".join(outside).replace(b"\r\n", b"\n")
    records, marks = bare.count(b"\n") - 1, bare.count(mark)
    if marks != (width - 1) * records or b"\r" in bare or b"\n\n" in bare or not _are_at_edges(outside, mark):
        return None
    doubled = (len(pieces) + 1) // 2 - len(outside)
    filled = len(bare) - 1 - marks - records + sum(map(len, pieces[1::2])) + doubled
    frame = _parse(text, delimiter, width=width, is_quoted=len(pieces) > 1)
    if frame is None or frame.height != records or not _is_whole(frame, filled=filled, named=named):
        return None
    return whole, frame[:, :named]


def _cut_open(lines: list[str]) -> tuple[bytes, int]:
    """The lines before the last record that runs on behind them, as text that ends with its line, and their number."""
    text, whole = "".join(lines), len(lines)
    if text.count('"') % 2:
        whole = next(place for place in reversed(range(whole)) if lines[place].count('"') % 2)
        text = "".join(lines[:whole])
    return (text if text.endswith("\n") else text + "\n").encode(), whole


def _are_at_edges(outside: list[bytes], mark: bytes) -> bool:
    """Whether all that stands between quoted cells begins and ends where a cell does."""
    begins, ends = {piece[:1] for piece in outside}, {piece[-1:] for piece in outside}
    return begins <= {mark, b"\n", b"\r"} and ends <= {mark, b"\n"}


def _parse(text: bytes, delimiter: str, *, width: int, is_quoted: bool) -> pl.DataFrame | None:
    try:
        return pl.read_csv(
            text,
            has_header=False,
            separator=delimiter,
            quote_char='"' if is_quoted else None,
            schema=dict.fromkeys(map(str, range(width)), pl.String),
        )
    except pl.exceptions.PolarsError:
        return None


def _is_whole(frame: pl.DataFrame, *, filled: int, named: int) -> bool:
    """Whether all bytes of the cells are there, no record is empty or endless, and no cell stands without a name."""
    sizes = frame.select(pl.all().str.len_bytes()).sum_horizontal()
    is_named = all(frame[name].null_count() == frame.height for name in frame.columns[named:])
    return sizes.sum() == filled and sizes.min() > 0 and sizes.max() <= MAX_CELL and is_named
