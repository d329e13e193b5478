"""The files of an export: where each lies, and none from outside of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from workbench.content import Content, describe_content, hash_content
from workbench.errors import HoldRecord

MEGABYTE, GIGABYTE = 1024**2, 1024**3
ADD = "add the file to the export, run mapping again and approve it, then load again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A file as it was when the mapping was approved; `sha256` is null where it was missing or too large to go."""

    size: int | None
    stamp: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where the files of an export lie, and how much the tenant's plan takes.

    Attributes:
        folder: Null where the export is no folder.
        packed: Files of an export that is an archive, by their place in it.
        approved: What the approved mapping, or the cutover that read the export, says of each file, by its path as
            the export writes it; null where files are bound to no list.
        largest: Bytes of one file.
        room: Bytes of all files.
    """

    folder: Path | None = None
    packed: Mapping[str, Content] = field(default_factory=dict)
    approved: Mapping[str, Approved] | None = None
    largest: int = 150 * MEGABYTE
    room: int = 2 * GIGABYTE


def find_content(shelf: Shelf, text: str | None) -> Content:
    """The file a path of the export names, in its folder or in its archive.

    Raises:
        HoldRecord: There is none, or it lies outside of the export.
    """
    if not shelf.packed:
        return describe_content(find_file(shelf, text))
    if not text:
        raise _miss("it names no file")
    names = (PurePosixPath(name).as_posix() for name in _spell(text))
    found = next((shelf.packed[name] for name in names if name in shelf.packed), None)
    if found is None:
        raise _miss("the export holds no such file")
    return found


def check_approved(shelf: Shelf, path: str, content: Content, *, known: str | None) -> str:
    """The sha256 of a file, where it is the one that was approved.

    Nothing is read of a file that stands already, if neither its size nor its stamp is another one.

    Args:
        known: sha256 of what was uploaded, null where nothing was.

    Raises:
        HoldRecord: It is another file than was approved, or cannot be read.
    """
    approved = (shelf.approved or {}).get(path)
    if approved and known == approved.sha256 and (content.size, content.stamp) == (approved.size, approved.stamp):
        return known
    try:
        sha256 = hash_content(content)
    except OSError as error:
        raise _miss(f"it cannot be read ({error})", release="export it again, then load again") from error
    if shelf.approved is not None and (approved is None or sha256 != approved.sha256):
        was = "it was not there" if approved is None or approved.sha256 is None else "it was another one"
        raise HoldRecord(
            f"{was} when the files of the export were listed",
            code="file_changed",
            field="path",
            release="put the listed file back, or list them anew: run mapping again and approve it, or run cutover",
        )
    return sha256


def find_file(shelf: Shelf, text: str | None) -> Path:
    """The file a path of the export names.

    Raises:
        HoldRecord: There is none, or it lies outside of the export.
    """
    if not text:
        raise _miss("it names no file")
    if shelf.folder is None:
        raise _miss("the export is no folder")
    inside = shelf.folder.resolve()
    for name in _spell(text):
        try:
            path = (inside / name).resolve()
            if path.is_file() and path.is_relative_to(inside):
                return path
        except (OSError, ValueError):
            continue  # longer than any name, or with a character no name has
    raise _miss("the export holds no such file")


def _spell(text: str) -> list[str]:
    """The ways a path may be written on this machine: with other separators, and with letters composed otherwise."""
    plain = [text, text.replace("\\", "/")]
    return list(
        dict.fromkeys([*plain, *(unicodedata.normalize(form, name) for name in plain for form in ("NFC", "NFD"))])
    )


def _miss(reason: str, *, release: str = ADD) -> HoldRecord:
    return HoldRecord(reason, code="file_missing", field="path", release=release)
