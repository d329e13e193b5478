"""Files uploaded to the tenant: each kept once, under the sha256 of what is in it, never under a name from outside."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from workbench.errors import UsageError

ARRIVING = "arriving"
KEPT = re.compile(r"[0-9a-f]{64}")


class Files:
    """A folder of files by their sha256, made with the first of them.

    A file that is still arriving is held by a lock as long as somebody is writing it. What a process that was killed
    left behind has none, and goes when the folder is opened next.

    Args:
        folder: Null for one that goes away with the tenant.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._passing: tempfile.TemporaryDirectory[str] | None = None

    @property
    def folder(self) -> Path:
        """Where the files are."""
        if self._folder is not None:
            return self._folder
        if self._passing is None:
            self._passing = tempfile.TemporaryDirectory(prefix="tenant-files-")
        return Path(self._passing.name)

    def path(self, sha256: str) -> Path:
        """Where the file with this content is kept."""
        return self.folder / sha256

    @contextmanager
    def receive(self) -> Iterator[Arriving]:
        """A new file to be written piece by piece; unless it is kept, nothing of it stays."""
        folder = self.folder / ARRIVING
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield Arriving(file, folder=self.folder)
            finally:
                Path(file.name).unlink(missing_ok=True)

    def find_strays(self, known: set[str]) -> list[str]:
        """Names of the files nothing is known of, those left half written among them."""
        if self._folder is None or not self._folder.is_dir():
            return []
        kept = [each.name for each in self._folder.iterdir() if KEPT.fullmatch(each.name) and each.name not in known]
        left = [f"{ARRIVING}/{each.name}" for each in (self._folder / ARRIVING).glob("*") if not _is_held(each)]
        return [*kept, *left]

    def remove(self, names: Iterable[str]) -> None:
        """Remove files; one that is gone already is passed over."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def copy_to(self, folder: Path, hashes: set[str]) -> None:
        """Make another folder hold these files and no others.

        Raises:
            UsageError: The folder cannot be written.
        """
        try:
            for each in folder.glob("*") if folder.is_dir() else []:
                if KEPT.fullmatch(each.name) and each.name not in hashes:
                    each.unlink()
            _link_all(self.folder if hashes else folder, folder, hashes)
        except OSError as error:
            raise UsageError(f"{folder}: cannot keep files there ({error}); name another place") from error

    def copy_from(self, folder: Path, hashes: set[str]) -> None:
        """Take over these files from another folder.

        Raises:
            UsageError: It does not hold them all.
        """
        missing = sorted(each for each in hashes if not (folder / each).is_file())
        if missing:
            raise UsageError(f"{folder}: {len(missing)} files are missing, the first is {missing[0]}; nothing was done")
        _link_all(folder, self.folder if hashes else folder, hashes)

    def close(self) -> None:
        """Remove the folder of a tenant that was kept in memory."""
        if self._passing is not None:
            self._passing.cleanup()
            self._passing = None


class Arriving:
    """A file that is being written: its size and sha256 so far."""

    def __init__(self, file: BinaryIO, *, folder: Path) -> None:
        self._file = file
        self._folder = folder
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> None:
        """Append a piece."""
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)

    def keep(self) -> None:
        """Put the file in its place, or drop it where its content is kept already."""
        self._file.flush()
        os.replace(self._file.name, self._folder / self.sha256)


def folder_of(path: Path) -> Path:
    """The folder with the files of a tenant that is kept in this file."""
    return path.with_name(path.name + ".files")


def _link_all(source: Path, destination: Path, hashes: set[str]) -> None:
    """The same files in another folder; they are never changed, so they can be shared where the disk allows it."""
    for each in hashes:
        destination.mkdir(parents=True, exist_ok=True)
        if not (destination / each).exists():
            _link(source / each, destination / each)


def _link(source: Path, destination: Path) -> None:
    try:
        os.link(source, destination)
    except OSError:
        part = destination.with_name(f"{destination.name}.part")
        shutil.copyfile(source, part)
        os.replace(part, destination)


def _is_held(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
