"""An export as a folder, whether it was handed over as one or as a .zip archive."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from workbench.errors import UsageError, raise_problems

# Text compresses to a tenth or so; beyond a hundredth the archive is built to fill the disk.
MOST_SHRUNK = 200
MOST_BYTES = 64 << 30
BLOCK = 1 << 20
SMALL = 1 << 20  # below this no ratio is suspicious: a repetitive little file shrinks well


@contextmanager
def open_source(source: Path) -> Iterator[Path]:
    """The folder that holds the export for as long as the block lasts.

    Of an archive the files at its top are unpacked, or those of the one folder it holds; deeper folders are made
    and stay empty, so that they are seen and not read.

    Raises:
        UsageError: There is no such folder or archive, or the archive cannot be trusted.
    """
    if source.is_dir():
        yield source
    elif source.suffix.lower() == ".zip" and source.is_file():
        with tempfile.TemporaryDirectory(prefix="workbench-export-") as folder:
            _unpack(source, Path(folder))
            yield Path(folder)
    else:
        raise UsageError(f"{source}: no such folder; the source is a folder of CSV files or a .zip archive of them")


def _unpack(source: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            members = {_split_name(member): member for member in archive.infolist() if not member.is_dir()}
            raise_problems(f"{source}: an archive that is not unpacked", _find_problems(archive.infolist()))
            for parts, member in _strip_wrapper(members).items():
                _unpack_member(archive, member, parts, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise UsageError(f"{source}: a damaged or unknown kind of archive ({error}); export it again") from error


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
    if member.flag_bits & 1:
        yield f"{member.filename!r} is protected by a password; unpack the archive first"
    if member.file_size > max(SMALL, MOST_SHRUNK * member.compress_size):
        yield f"{member.filename!r} unpacks to {member.file_size:,} bytes from {member.compress_size:,}"


def _strip_wrapper(members: dict[tuple[str, ...], zipfile.ZipInfo]) -> dict[tuple[str, ...], zipfile.ZipInfo]:
    """Names as they stand inside the archive's one folder, where all it holds lies in one."""
    members = {parts: member for parts, member in members.items() if parts[0] != "__MACOSX"}
    tops = {parts[0] for parts in members}
    if len(tops) == 1 and all(len(parts) > 1 for parts in members):
        return {parts[1:]: member for parts, member in members.items()}
    return members


def _unpack_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, parts: tuple[str, ...], folder: Path) -> None:
    if len(parts) > 1:
        (folder / parts[0]).mkdir(exist_ok=True)
        return
    with archive.open(member) as packed, (folder / parts[0]).open("wb") as file:
        shutil.copyfileobj(packed, file, BLOCK)
