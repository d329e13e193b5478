"""Both ways to read delimited text, held against each other."""

import polars as pl

from workbench.sources.csv_rows import read_batches, read_rows


def list_records(batches):
    """Numbers and cells of all sound records, an empty cell as an empty text whoever read it."""
    return [
        (number, ["" if cell is None else cell for cell in cells])
        for batch in batches
        for number, cells in zip(
            batch.numbers,
            batch.cells.rows() if isinstance(batch.cells, pl.DataFrame) else batch.cells,
            strict=True,
        )
    ]


def read_both(path, *, width, named, encoding="utf-8", delimiter=","):
    """The records read in many, having checked that one by one they are the same, with numbers and reasons."""
    slow = list(read_rows(path, encoding, delimiter, width=width, named=named))
    batches = list(read_batches(path, encoding, delimiter, width=width, named=named))
    assert list_records(batches) == [(row.number, row.cells) for row in slow if not row.reason]
    rejected = [(row.number, row.reason) for row in slow if row.reason]
    assert [pair for batch in batches for pair in batch.rejected] == rejected
    assert (batches[-1].last if batches else 0) == len(slow)
    return batches
