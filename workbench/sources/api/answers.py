"""What a source answers: JSON that is held, and files that never are."""

from __future__ import annotations

import email.utils
import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.errors import UsageError
from workbench.sources.json_text import decode

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 256 << 20  # of one page; beyond it the page is too large to be held
BLOCK = 1 << 20


class Absent(UsageError):
    """What was asked for is not there."""


class Broken(Exception):
    """An answer that is none: half of it, or something else than JSON."""


class Answer(NamedTuple):
    """What a source answered; `at` is the source's own clock as ISO-8601, empty where it does not say."""

    body: Any
    headers: Mapping[str, str]
    at: str


class Saved(NamedTuple):
    """A file that was fetched."""

    bytes: int
    sha256: str


def take_answer(response: httpx.Response) -> Answer:
    """The JSON of an answer.

    Raises:
        Broken: It is none.
        UsageError: It is too large to be held.
    """
    pieces, size = [], 0
    for piece in response.iter_bytes():
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            raise UsageError(f"a page of more than {MOST_BYTES:,} bytes; ask for smaller ones with size in layout.toml")
    return Answer(decode_answer(b"".join(pieces)), response.headers, _read_date(response.headers.get("date", "")))


def decode_answer(content: bytes) -> Any:
    """The bytes as a value, its numbers as they are spelt.

    Raises:
        Broken: They are no JSON.
    """
    try:
        return decode(content.decode("utf-8-sig"))
    except ValueError as error:
        raise Broken(f"an answer that is {error}" if not isinstance(error, UnicodeDecodeError) else "no text") from None


def _read_date(text: str) -> str:
    with suppress(ValueError):
        return email.utils.parsedate_to_datetime(text).isoformat()
    return ""


def take_file(response: httpx.Response, made: Path) -> Saved:
    """Write a file while it comes."""
    digest, size = hashlib.sha256(), 0
    made.parent.mkdir(parents=True, exist_ok=True)
    with made.open("wb") as file:
        for piece in response.iter_bytes(BLOCK):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return Saved(size, digest.hexdigest())
