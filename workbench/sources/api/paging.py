"""From one page of a list to the next, by what the layout says of the source's paging.

A position is a small JSON value that says which page comes; it is what a checkpoint keeps. Records are made and deleted
while a list is read. Offsets are asked one record back, so that a page has to begin with a record that is known, and a
step further back is taken where it does not. Page numbers cannot overlap: there a total that fell, or that is more than
was read, has the list read again.
"""

from __future__ import annotations

import re
from typing import Any

from workbench.errors import UsageError
from workbench.layout.api import Endpoint, Paging
from workbench.layout.paths import read_path
from workbench.sources.api.answers import Answer
from workbench.sources.api.members import find_member
from workbench.sources.nested import write_json

Position = dict[str, Any]
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?', re.IGNORECASE)


def begin(paging: Paging) -> Position:
    """The first page."""
    return {"page": {"number": paging.first}, "offset": {"offset": 0}}.get(paging.kind, {})


def build_parameters(paging: Paging, position: Position) -> dict[str, Any]:
    """What a page is asked with; nothing where the position is an address."""
    if "link" in position:
        return {}
    asked = {paging.size_parameter: paging.size} if paging.size_parameter and paging.size else {}
    if paging.kind == "page":
        asked[paging.parameter] = position["number"]
    elif paging.kind == "offset":
        asked[paging.parameter] = position["offset"]
    elif "cursor" in position:
        asked[paging.parameter] = position["cursor"]
    return asked


def take_records(endpoint: Endpoint, answer: Answer) -> list[dict[str, Any]]:
    """The records of a page.

    Raises:
        UsageError: There are none where the layout says.
    """
    found = find_member(answer.body, read_path(endpoint.records))
    found = [found] if isinstance(found, dict) and endpoint.paging.kind == "none" else found
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        where = endpoint.records or "its top"
        raise UsageError(
            f"{endpoint.path}: an answer holds no list of records at {where}; check records in layout.toml"
        )
    return found


def read_total(paging: Paging, answer: Answer) -> int | None:
    """How many records the source says there are; null where it does not."""
    text = write_json(find_member(answer.body, read_path(paging.total))) if paging.total else ""
    return int(text) if text.isdigit() else None


def move_on(paging: Paging, position: Position, answer: Answer, size: int, *, follows_known: bool) -> Position | None:
    """The page after this one; null behind the last.

    Args:
        size: How many records this page has.
        follows_known: The first of them was known before.
    """
    if paging.kind == "offset":
        return _move_offset(paging, position["offset"], size, follows_known)
    if paging.kind == "page":
        is_last = not size or (paging.ends == "short" and size < paging.size)
        return None if is_last else {"number": position["number"] + 1}
    if paging.kind == "next" and paging.next == "link":
        found = _NEXT.search(answer.headers.get("link", ""))
        return {"link": found[1]} if found else None
    if paging.kind in ("next", "cursor"):
        text = write_json(find_member(answer.body, read_path(paging.next)))
        return {"link" if paging.kind == "next" else "cursor": text} if text else None
    return None


def _move_offset(paging: Paging, offset: int, size: int, follows_known: bool) -> Position | None:
    if offset and not follows_known:
        # What stands here is no neighbour of what was read: records before it have gone.
        return {"offset": max(offset - max(paging.size - 1, 1), 0)}
    if size <= 1 or (paging.ends == "short" and size < paging.size):
        return None
    return {"offset": offset + size - 1}
