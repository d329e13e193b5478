"""Strict CSV reading, tried with whatever cells a machine can think of."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.sources import csv_rows
from workbench.sources.csv_rows import read_header, read_rows

CELL = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)
RECORDS = st.lists(st.tuples(CELL, CELL, CELL).filter(any), max_size=6)
# Quoting no more than needed is left to lines that end as Windows ends them: else the writer leaves a lone CR bare.
STYLES = (
    {"lineterminator": "\n", "quoting": csv.QUOTE_ALL},
    {"lineterminator": "\r\n", "quoting": csv.QUOTE_MINIMAL},
)
TEXT = st.text(st.sampled_from('a1,"\n\r ;'), max_size=60)


@settings(deadline=None, max_examples=150)
@given(records=RECORDS, delimiter=st.sampled_from(",;\t|"), style=st.sampled_from(STYLES))
def test_what_was_written_is_read(records, delimiter, style):
    """Any cells, in any dialect we read, come back as they were, in order and all sound."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, **style)
            writer.writerows([("A", "B", "C"), *records])

        rows = list(read_rows(path, "utf-8", delimiter, width=3, named=3))

        assert read_header(path, "utf-8", delimiter) == ["A", "B", "C"]
        assert [row.cells for row in rows] == [list(record) for record in records]
        assert not any(row.reason for row in rows)


@settings(deadline=None, max_examples=300)
@given(text=TEXT)
def test_no_text_is_lost_or_endless(text):
    """However broken the quoting, reading ends, numbers are dense, and each record is either sound or rejected."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(b"A,B\n" + text.encode())

        rows = list(read_rows(path, "utf-8", ",", width=2, named=2))

        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert all((len(row.cells) == 2) != bool(row.reason) for row in rows)
        if any(letter in text for letter in 'a1," ;'):
            assert rows


def test_an_open_quote_in_every_line_ends_in_time(tmp_path):
    """A file in which no quote is ever closed costs each line once, not the file once per line."""
    path = tmp_path / "open.csv"
    path.write_text("A,B\n" + '"a,b"x\n' * 5_000, encoding="utf-8")

    rows = list(read_rows(path, "utf-8", ",", width=2, named=2))

    assert len(rows) == 5_000 and all(row.reason for row in rows)


@settings(deadline=None, max_examples=400)
@given(text=TEXT, lines=st.integers(1, 5))
def test_the_fast_way_reads_the_same_as_the_slow(text, lines):
    """Whatever the text and wherever a batch ends, both ways give the same records, numbers and reasons."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "LINES", lines)
        path = Path(folder) / "any.csv"
        path.write_bytes(b"A,B\n" + text.encode())

        slow = list(read_rows(path, "utf-8", ",", width=2, named=2))
        batches = list(csv_rows.read_batches(path, "utf-8", ",", width=2, named=2))

    sound = [(row.number, row.cells) for row in slow if not row.reason]
    assert [pair for batch in batches for pair in zip(batch.numbers, batch.cells, strict=True)] == sound
    rejected = [(row.number, row.reason) for row in slow if row.reason]
    assert [pair for batch in batches for pair in batch.rejected] == rejected
    assert (batches[-1].last if batches else 0) == len(slow)
