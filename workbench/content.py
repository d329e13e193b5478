"""One file of an export, wherever it lies: how large it is, when it was last changed, and what is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What can be read of a file.

    Attributes:
        size: Bytes.
        stamp: Another one once the file was written again: its time, or its checksum inside an archive.
        open: Opens it for reading from its beginning; whoever opens it closes it.
    """

    size: int
    stamp: str
    open: Callable[[], BinaryIO]


def describe_content(path: Path) -> Content:
    """A file of a folder."""
    found = path.stat()
    return Content(size=found.st_size, stamp=str(found.st_mtime_ns), open=lambda: path.open("rb"))


def hash_content(content: Content) -> str:
    """sha256 of a file, read piece by piece."""
    with content.open() as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
