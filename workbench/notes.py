"""Texts too long for one note, as several that say which of how many they are."""

from __future__ import annotations

import polars as pl

from workbench.destinations import LONGEST_NOTE

# Left free for what stands around the text: `(12 of 34)` before it and the line with its source after it.
ROOM_AROUND = 40


def split_notes(records: pl.DataFrame, *, source: str) -> pl.DataFrame:
    """Records of notes with every text short enough for one note.

    The first part keeps the external id, the others add `#2`, `#3` and so on, so that a text that grows later leaves
    its first note in place.

    Args:
        records: Frame of records with a `description`.
        source: Object the notes are made from; it stands in the line that marks them.
    """
    room = LONGEST_NOTE - ROOM_AROUND - len(source)
    fits = pl.col("description").str.len_chars() + pl.col("external_id").str.len_chars() <= room
    if records.select(fits.fill_null(True).all()).item():
        return records
    rows = [part for row in records.iter_rows(named=True) for part in _split_row(row, room)]
    return pl.DataFrame(rows, schema=records.schema, orient="row")


def _split_row(row: dict, room: int) -> list[dict]:
    parts = split_text(row["description"] or "", room - len(row["external_id"]) - len("#999"))
    if len(parts) < 2:
        return [row]
    return [
        row
        | {
            "external_id": row["external_id"] + (f"#{number}" if number > 1 else ""),
            "description": f"({number} of {len(parts)}) {part}",
        }
        for number, part in enumerate(parts, start=1)
    ]


def split_text(text: str, room: int) -> list[str]:
    """The text in pieces of at most `room` characters, cut between lines where a line is not longer than that.

    Joined by line breaks the pieces are the text again, but for breaks inside a line that was too long.
    """
    pieces: list[str] = []
    for line in text.split("\n"):
        for start in range(0, max(len(line), 1), room):
            cut = line[start : start + room]
            if pieces and start == 0 and len(pieces[-1]) + 1 + len(cut) <= room:
                pieces[-1] += f"\n{cut}"
            else:
                pieces.append(cut)
    return pieces
