"""Texts too long for one note, as several that say which of how many they are, and put together again exactly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from workbench.destinations import LONGEST_NOTE

# Left free for what stands around the text: `(12 of 34, continued) ` before it, the line with its source after it.
ROOM_AROUND = 60
CONTINUED = ", continued"  # of a part that goes on in the middle of a line
_PREFIX = re.compile(r"\((\d+) of (\d+)(, continued)?\) ")
_MARK = re.compile(r"#(\d+)$")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]{0,500}>", re.IGNORECASE)
_LOOK_BACK = 600  # characters in which a better place to cut is looked for; what is longer is cut through
_JOINERS = "\u200d\ufe0f\ufe0e\u20e3"  # bind the letter or picture before them to themselves


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


def split_text(text: str, room: int) -> list[str]:
    """The text in pieces of at most `room` characters; put together they are the text again.

    Cut is at the end of a line, which stays with the piece before it, else after a space, else between letters: never
    inside a letter with its marks, an HTML entity, a tag or an address, unless that alone is longer than there is room.
    """
    pieces = []
    while len(text) > room:
        cut = _find_cut(text, room)
        pieces.append(text[:cut])
        text = text[cut:]
    return [*pieces, text]


def join_parts(descriptions: Iterable[str]) -> str:
    """The text of which these are the parts, in their order, without the lines that mark them.

    Raises:
        ValueError: One of them is no such part, or stands in another place.
    """
    texts = []
    for number, description in enumerate(descriptions, start=1):
        found = _PREFIX.match(description)
        if found is None or int(found[1]) != number:
            raise ValueError(f"part {number} does not say that it is part {number}")
        # At the end of a line the break stands between the parts; where the line goes on there is nothing between them.
        texts.append(("" if found[3] or number == 1 else "\n") + description[found.end() :])
    return "".join(texts)


def name_part_before(record: Mapping[str, Any]) -> str | None:
    """External id of the part that has to stand before this one; null for a first part, or a text of one."""
    number = _read_number(record)
    if number is None or number < 2:
        return None
    whole = _MARK.sub("", record["external_id"])
    return whole if number == 2 else f"{whole}#{number - 1}"


def group_parts(records: pl.DataFrame) -> list[list[str]]:
    """External ids of the parts of every text that is several notes, in their order."""
    groups: dict[str, list[str]] = {}
    for record in records.select("external_id", "description").iter_rows(named=True):
        number = _read_number(record)
        if number is not None:
            groups.setdefault(_MARK.sub("", record["external_id"]) if number > 1 else record["external_id"], []).append(
                record["external_id"]
            )
    return [ids for ids in groups.values() if len(ids) > 1]


def _read_number(record: Mapping[str, Any]) -> int | None:
    """Which part a record is, by its text and its id; null where it is none."""
    found, mark = _PREFIX.match(record["description"] or ""), _MARK.search(record["external_id"])
    if found is None:
        return None
    number = int(found[1])
    is_named = number == 1 or (mark is not None and int(mark[1]) == number)
    return number if is_named and int(found[2]) > 1 else None


def _split_row(row: dict, room: int) -> list[dict]:
    pieces = split_text(row["description"] or "", room - len(row["external_id"]) - len("#999"))
    if len(pieces) < 2:
        return [row]
    rows, goes_on = [], False
    for number, piece in enumerate(pieces, start=1):
        is_last, prefix = number == len(pieces), f"({number} of {len(pieces)}{CONTINUED if goes_on else ''}) "
        ends_line = piece.endswith("\n") and not is_last
        mark = f"#{number}" if number > 1 else ""
        rows.append(
            row
            | {
                "external_id": row["external_id"] + mark,
                "description": prefix + (piece[:-1] if ends_line else piece),
            }
        )
        goes_on = not ends_line
    return rows


def _find_cut(text: str, room: int) -> int:
    """Where the first piece of a text ends that is longer than there is room."""
    line = text.rfind("\n", 1, room)
    if line > 0:
        return line + 1
    closed = _list_closed(text, room)
    for cut in range(room, max(room - _LOOK_BACK, 1), -1):
        # No tenant may strip a space from the end of a note: it goes along to the next one.
        if text[cut].isspace() and not text[cut - 1].isspace() and not _is_inside(cut, closed):
            return cut
    for cut in range(room, max(room - _LOOK_BACK, 1), -1):
        if _is_between_letters(text, cut) and not _is_inside(cut, closed):
            return cut
    return room


def _list_closed(text: str, room: int) -> list[tuple[int, int]]:
    """Stretches around the end of the room that belong together: entities and tags."""
    start = max(room - _LOOK_BACK, 0)
    near = text[start : room + _LOOK_BACK]
    return [(start + found.start(), start + found.end()) for each in (_ENTITY, _TAG) for found in each.finditer(near)]


def _is_inside(cut: int, closed: list[tuple[int, int]]) -> bool:
    return any(start < cut < end for start, end in closed)


def _is_between_letters(text: str, cut: int) -> bool:
    before, after = text[cut - 1], text[cut]
    if unicodedata.combining(after) or after in _JOINERS or before == "\u200d":
        return False
    # Skin tones follow their picture, flags are pairs, and a line break of two characters is one.
    if "\U0001f3fb" <= after <= "\U0001f3ff" or (_is_flag(before) and _is_flag(after)):
        return False
    return (before, after) != ("\r", "\n")


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
