"""An export as a folder, whether it was handed over as one or as a .zip archive, under a password or not."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import pyzipper

from workbench.content import Content
from workbench.engagement import Secret
from workbench.errors import UsageError, raise_problems
from workbench.layout import Layout
from workbench.sources.finding import is_match
from workbench.sources.protection import ask_password

# Text compresses to a tenth or so; beyond a hundredth the archive is built to fill the disk.
MOST_SHRUNK = 200
MOST_BYTES = 64 << 30
BLOCK = 1 << 20
SMALL = 1 << 20  # below this no ratio is suspicious: a repetitive little file shrinks well
PROTECTED = 1  # the flag of a member under a password


@contextmanager
def open_source(source: Path, layout: Layout, password: Secret | None = None) -> Iterator[Path]:
    """The folder that holds the export for as long as the block lasts.

    Of an archive the files at its top are unpacked, or those of the one folder it holds, and deeper ones that the
    layout names; other folders are made and stay empty, so that they are seen and not read.

    Raises:
        UsageError: There is no such folder or archive, or the archive cannot be trusted or opened.
    """
    if source.is_dir():
        yield source
    elif source.suffix.lower() == ".zip" and source.is_file():
        with tempfile.TemporaryDirectory(prefix="workbench-export-") as folder:
            _unpack(source, layout, password, Path(folder))
            yield Path(folder)
    else:
        raise UsageError(f"{source}: no such folder; the source is a folder of files or a .zip archive of them")


def _unpack(source: Path, layout: Layout, password: Secret | None, folder: Path) -> None:
    patterns = [form.file for row in layout.objects.values() for form in row.forms]
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
            raise_problems(f"{source}: an archive that is not unpacked", _find_problems(members))
        with _open_archive(source, members, password) as archive:
            for parts, member in _strip_wrapper(members, patterns).items():
                _unpack_member(archive, member, parts, folder, patterns)
    except (zipfile.BadZipFile, pyzipper.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise UsageError(f"{source}: a damaged or unknown kind of archive ({error}); export it again") from error
    except RuntimeError as error:
        raise UsageError(f"{source}: {ask_password(is_wrong=True)}") from error


def _open_archive(source: Path, members: list[zipfile.ZipInfo], password: Secret | None) -> zipfile.ZipFile:
    """The archive; one under a password by the reader that knows AES, which the standard library does not."""
    if not any(member.flag_bits & PROTECTED for member in members):
        return zipfile.ZipFile(source)
    if password is None:
        raise UsageError(f"{source}: {ask_password()}")
    archive = pyzipper.AESZipFile(source)
    archive.setpassword(password.reveal().encode())
    return archive


def _split_name(member: zipfile.ZipInfo) -> tuple[str, ...]:
    return PurePosixPath(member.filename.replace("\\", "/")).parts


def _find_problems(members: list[zipfile.ZipInfo]) -> list[str]:
    problems = [problem for member in members for problem in _find_member_problems(member)]
    repeated = [name for name, count in Counter(member.filename for member in members).items() if count > 1]
    problems += [f"{name!r} stands in it more than once" for name in repeated]
    size = sum(member.file_size for member in members)
    return problems + [f"it unpacks to {size:,} bytes; at most {MOST_BYTES:,} are unpacked"] * (size > MOST_BYTES)


def _find_member_problems(member: zipfile.ZipInfo) -> Iterator[str]:
    parts = _split_name(member)
    if not parts or ".." in parts or parts[0].startswith("/") or ":" in parts[0]:
        yield f"{member.filename!r} points outside of the archive"
    if member.file_size > max(SMALL, MOST_SHRUNK * member.compress_size):
        yield f"{member.filename!r} unpacks to {member.file_size:,} bytes from {member.compress_size:,}"


def _strip_wrapper(members: list[zipfile.ZipInfo], patterns: list[str]) -> dict[tuple[str, ...], str]:
    """Names of the files by their place; that inside the archive's one folder, where all it holds lies in one."""
    places = {_split_name(member): member.filename for member in members if not member.is_dir()}
    places = {parts: name for parts, name in places.items() if parts[0] != "__MACOSX"}
    is_wrapped = len({parts[0] for parts in places}) == 1 and all(len(parts) > 1 for parts in places)
    if is_wrapped and not any(_is_named(parts, patterns) for parts in places):
        return {parts[1:]: name for parts, name in places.items()}
    return places


def _is_named(parts: tuple[str, ...], patterns: list[str]) -> bool:
    return any(is_match("/".join(parts), pattern) for pattern in patterns)


def _unpack_member(
    archive: zipfile.ZipFile, name: str, parts: tuple[str, ...], folder: Path, patterns: list[str]
) -> None:
    if len(parts) > 1 and not _is_named(parts, patterns):
        (folder / parts[0]).mkdir(exist_ok=True)
        return
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file, BLOCK)


def list_packed(source: Path, layout: Layout, password: Secret | None = None) -> dict[str, Content]:
    """Every file of an archive by its place, inside its one folder where it has one; each is unpacked as it is opened.

    An opened file is a nameless one on the disk: it is gone once it is closed, however its reader ends.

    Raises:
        UsageError: The archive cannot be trusted or opened.
    """
    patterns = [form.file for row in layout.objects.values() for form in row.forms]
    try:
        with zipfile.ZipFile(source) as plain:
            members = plain.infolist()
        raise_problems(f"{source}: an archive that is not unpacked", _find_problems(members))
        archive = _open_archive(source, members, password)
    except (zipfile.BadZipFile, pyzipper.BadZipFile, NotImplementedError) as error:
        raise UsageError(f"{source}: a damaged or unknown kind of archive ({error}); export it again") from error
    return {
        "/".join(parts): _describe_member(archive, archive.getinfo(name))
        for parts, name in _strip_wrapper(members, patterns).items()
    }


def _describe_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Content:
    return Content(size=member.file_size, stamp=f"{member.CRC:08x}", open=partial(_take_out, archive, member))


def _take_out(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    file = tempfile.TemporaryFile(prefix="workbench-export-")  # noqa: SIM115 whoever asked for it closes it
    try:
        with archive.open(member) as packed:
            shutil.copyfileobj(packed, file, BLOCK)
    except (zipfile.BadZipFile, pyzipper.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        file.close()
        raise OSError(f"{member.filename} cannot be unpacked ({error})") from error
    file.seek(0)
    return file
