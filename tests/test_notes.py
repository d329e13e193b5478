"""Texts too long for one note."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.destinations import LONGEST_NOTE
from workbench.notes import ROOM_AROUND, group_parts, join_parts, name_part_before, split_notes, split_text

ROOM = LONGEST_NOTE - ROOM_AROUND - len("x") - len("n0")  # of a text that is one note


def notes(*texts: str | None) -> pl.DataFrame:
    """A frame of records of notes."""
    return pl.DataFrame(
        {"external_id": [f"n{place}" for place in range(len(texts))], "description": texts},
        schema={"external_id": pl.String, "description": pl.String},
    )


@pytest.mark.covers("A-32")
def test_a_long_text_becomes_notes_that_say_which_they_are():
    """Each part fits, opens with its number, and has an id of its own; together they are the text."""
    text = "\n".join(f"line {number:05d}" for number in range(2500))

    parts = split_notes(notes("short", text), source="observations")

    assert parts["external_id"].to_list() == ["n0", "n1", "n1#2", "n1#3"]
    assert parts["description"][1].startswith("(1 of 3) line 00000")
    assert parts["description"].str.len_chars().max() <= LONGEST_NOTE - len("\n[source observations n1#3]")
    assert join_parts(parts["description"][1:]) == text


def test_short_and_empty_texts_are_left_alone():
    """Nothing is numbered that fits."""
    frame = notes("short", None, "")

    assert split_notes(frame, source="x").equals(frame)


@pytest.mark.parametrize("size", [0, 1, ROOM - 1, ROOM, ROOM + 1, 2 * ROOM, 2 * ROOM + 1])
def test_texts_around_the_limit_are_whole(size):
    """Exactly the limit is one note, one character more is two; nothing is lost of either."""
    text = "x" * size
    parts = split_notes(notes(text), source="x")

    assert parts.height == (1 if size <= ROOM else -(-size // (ROOM - len("#999"))))
    assert put_together(parts) == text
    assert parts["description"].str.len_chars().max() + len("\n[source x n0#3]") <= LONGEST_NOTE


def put_together(parts: pl.DataFrame) -> str:
    """The text of notes that are its parts."""
    return join_parts(parts["description"]) if parts.height > 1 else parts["description"][0]


@given(st.text(alphabet="ab \n\r&;<>\u0301\u200d\U0001f468\U0001f1e9", max_size=300), st.integers(1, 30))
def test_the_pieces_are_the_text_again(text, room):
    """Whatever stands in it, the pieces fit and put together are the text, character by character."""
    pieces = split_text(text, room)

    assert max(map(len, pieces)) <= room
    assert "".join(pieces) == text


@pytest.mark.parametrize("text", ["word " * 9000, "line\n" * 9000, "x" * 45_000, "\n" * 45_000, "a\n\nb " * 9000,
                                  "(2 of 3) said he\n" * 3000, " " * 45_000, "tail\r\n" * 8000])  # fmt: skip
def test_notes_are_the_text_again(text):
    """With their numbers and breaks, whatever the text looks like."""
    parts = split_notes(notes(text), source="x")

    assert parts.height > 3 and put_together(parts) == text
    assert group_parts(parts) == [parts["external_id"].to_list()]
    assert [name_part_before(row) for row in parts.iter_rows(named=True)] == [None, *parts["external_id"][:-1]]


@pytest.mark.parametrize(
    "together",
    ["e\u0301", "\U0001f469\u200d\U0001f52c", "\U0001f1e6\U0001f1f9", "\U0001f44d\U0001f3fd", "&nbsp;", "&#x1F468;",
     "https://example.com/a?b=c&d=e", '<a href="x y">'],
)  # fmt: skip
def test_what_belongs_together_is_not_cut(together):
    """Letters with marks, pictures of several, entities, tags and addresses stay whole wherever the limit falls."""
    for shift in range(len(together) + 2):
        before = "word " * 20 + "-" * shift
        room = 100 + shift + len(together) // 2
        text = f"{before}{' ' if '/' in together else ''}{together}-tail {'word ' * 40}"
        assert any(together in piece for piece in split_text(text, room)), shift


def test_parts_in_another_order_are_no_text():
    """A part that is missing or stands elsewhere shows."""
    parts = split_notes(notes("word " * 5000), source="x")["description"].to_list()

    with pytest.raises(ValueError, match="part 1"):
        join_parts(parts[1:])
    with pytest.raises(ValueError, match="part 2"):
        join_parts([parts[0], parts[0]])


def test_a_text_that_only_looks_like_a_part_is_none():
    """A short note that opens with a number of parts is left alone."""
    records = notes("(1 of 2) pages were read")

    assert group_parts(records) == []
    assert name_part_before({"external_id": "n7#2", "description": "no part"}) is None
