"""Texts too long for one note."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.destinations import LONGEST_NOTE
from workbench.notes import split_notes, split_text


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
    assert "\n".join(part.split(") ", 1)[1] for part in parts["description"][1:]) == text


def test_short_and_empty_texts_are_left_alone():
    """Nothing is numbered that fits."""
    frame = notes("short", None, "")

    assert split_notes(frame, source="x").equals(frame)


@given(st.text(alphabet="ab\n", max_size=200), st.integers(1, 30))
def test_no_piece_is_too_long_and_no_character_is_lost(text, room):
    """Whatever the lines, the pieces fit and hold every character in its order."""
    pieces = split_text(text, room)

    assert max(map(len, pieces)) <= room
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
