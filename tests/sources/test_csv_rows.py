"""Strict CSV reading, tried with whatever cells a machine can think of."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.sources import csv_rows
from workbench.sources.csv_rows import read_header, read_rows

from .reading import read_both

CELL = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)
RECORDS = st.lists(st.tuples(CELL, CELL, CELL).filter(any), max_size=6)
# Quoting no more than needed is left to lines that end as Windows ends them: else the writer leaves a lone CR bare.
STYLES = (
    {"lineterminator": "\n", "quoting": csv.QUOTE_ALL},
    {"lineterminator": "\r\n", "quoting": csv.QUOTE_MINIMAL},
)
SPOILT = CELL | st.text(st.sampled_from('",\n\r ;a\ufeff'), max_size=5)
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


def is_fast(batches):
    return all(isinstance(batch.cells, pl.DataFrame) for batch in batches)


@settings(deadline=None, max_examples=500)
@given(
    text=TEXT,
    size=st.integers(1, 40),
    piece=st.integers(1, 40),
    named=st.integers(1, 2),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_the_fast_way_reads_the_same_as_the_slow(text, size, piece, named, end):
    """Whatever the text and wherever a batch ends, both ways give the same records, numbers and reasons."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "BLOCK", size)
        patch.setattr(csv_rows, "PIECE", piece)
        path = Path(folder) / "any.csv"
        path.write_bytes(f"A,B{end}{text}".encode())

        read_both(path, width=2, named=named)


@settings(deadline=None, max_examples=500)
@given(
    rows=st.lists(st.lists(SPOILT, min_size=3, max_size=3), min_size=1, max_size=12),
    style=st.sampled_from([*STYLES, {"lineterminator": "\n", "quoting": csv.QUOTE_MINIMAL}]),
    spoil=st.none() | st.tuples(st.integers(0, 200), st.sampled_from('",\n\r\0;\ufeff ')),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    size=st.integers(1, 400),
)
def test_one_spoilt_letter_changes_both_ways_alike(rows, style, spoil, encoding, size):
    """A sound file with one letter too many at any place is read by both ways alike."""
    text = io.StringIO(newline="")
    csv.writer(text, **style).writerows([("A", "B", "C"), *rows])
    text = text.getvalue()
    if spoil:
        at = min(spoil[0], len(text))
        text = text[:at] + spoil[1] + text[at:]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "BLOCK", size)
        patch.setattr(csv_rows, "PIECE", 10)
        path = Path(folder) / "any.csv"
        path.write_bytes(text.encode(encoding))

        read_both(path, width=3, named=3, encoding=encoding)


@pytest.mark.parametrize(
    "text",
    [
        "A,B\n1,x\n2,\n",
        "A,B\r\n1,x\r\n,2",
        'A,B\n1,"a ""b"", c"\n2,""\n"3",""""\n',
        '"A","B"\r\n"1","two\r\nlines"\r\n"2","\n"\r\n',
        "A,B\n1,x\r\n2,y\n",
        "A,B\n\u00e9,\u4e2d\U0001f600\n",
    ],
)
def test_regular_text_is_read_many_records_at_once(tmp_path, text):
    """Quoted cells, line ends inside them, both kinds of line end and any letters need no closer look."""
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode())

    assert is_fast(read_both(path, width=2, named=2))


@pytest.mark.parametrize(
    "line",
    [
        "1", "1,2,3", ",", '"",""', "", "1,a\0b", '1,a"b', '1,"a"b', '1,"a', "1,a\rb", f"1,{'a' * (1 << 20)}b",
    ],
)  # fmt: skip
def test_irregular_text_gets_a_closer_look(tmp_path, line):
    """A line that is not as the others is read one by one, and both ways agree on it and on those around it."""
    path = tmp_path / "any.csv"
    path.write_bytes(f"A,B\n1,x\n{line}\n2,y\n".encode())

    assert not is_fast(read_both(path, width=2, named=2))


def test_one_bad_line_costs_only_those_around_it(tmp_path, monkeypatch):
    """What lies far from a broken record is read many records at once again."""
    monkeypatch.setattr(csv_rows, "BLOCK", 4_000)
    monkeypatch.setattr(csv_rows, "PIECE", 100)
    path = tmp_path / "any.csv"
    path.write_text("A,B\n" + "1,x\n" * 2_000 + "broken\n" + "1,x\n" * 2_000, encoding="utf-8")

    batches = read_both(path, width=2, named=2)

    singly = sum(len(batch.numbers) for batch in batches if not isinstance(batch.cells, pl.DataFrame))
    assert singly < 100 and batches[-1].last == 4_001


def test_a_value_without_a_column_name_is_seen(tmp_path):
    """Empty columns behind the last are left out; a record with something there is rejected."""
    path = tmp_path / "any.csv"
    path.write_text("A,B,,\n1,x,,\n2,y,,z\n3,,,\n", encoding="utf-8")

    batches = read_both(path, width=4, named=2)

    assert [number for batch in batches for number, _ in batch.rejected] == [2]
