"""Staging: the customer's files as one Parquet file per object, every cell as text, every record accounted for."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import polars as pl

from workbench.engagement import Secret
from workbench.errors import StopRun
from workbench.layout import Layout, LayoutObject
from workbench.model import FILES, REJECTED, frame
from workbench.sources.api.finishing import MANIFEST, read_manifest
from workbench.sources.archive import open_source
from workbench.sources.checks import SourceFile, check_files, hash_file
from workbench.sources.finding import find_files, list_absent_pieces, list_unlisted
from workbench.sources.staging import StagedFile, count_staged, stage_object, write_staged


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staged:
    """What staging did with every file, record and column.

    Attributes:
        files: Schema `FILES`; read = staged + rejected in each row.
        rejected: Schema `REJECTED`; `row` counts from 1 in each file, reasons hold no cell's value.
        dropped: Object, column and filled cells of each column left out: secret, or unknown to the layout.
        missing: Objects whose file is not required and not there; staged without records.
        unlisted: What the export holds and the layout does not know; nothing of it is read.
        absent: Object and file of each numbered piece that the numbers of the others leave out.
    """

    files: pl.DataFrame
    rejected: pl.DataFrame
    dropped: list[tuple[str, str, int]]
    missing: tuple[str, ...]
    unlisted: tuple[str, ...]
    absent: tuple[tuple[str, str], ...] = ()


def stage_folder(
    source: Path,
    layout: Layout,
    out: Path,
    *,
    progress: Callable[[str, int], None] | None = None,
    password: Secret | None = None,
) -> Staged:
    """Read the export into `out/<object>.parquet`, all files or none.

    Every column is String with null for an empty cell; `_row` Int64 numbers the records of the object from 1 over
    all its files, the rejected ones included.

    Args:
        source: A folder, or a .zip archive of one; read, never written.
        progress: Called with object and staged records after each object.
        password: Opens what is protected, the archive and workbooks alike.

    Raises:
        UsageError: Names every file that cannot be read or does not fit the layout; `out` is as it was.
        StopRun: A record was neither staged nor rejected.
    """
    with open_source(source, layout, password) as folder:
        files = check_files(folder, layout, password)
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".staging-") as made:
            staged = _stage_objects(files, Path(made), progress)
            missing = _stage_missing(layout, files, Path(made))
            _move_in(Path(made), out)
        return Staged(
            files=frame([_describe_file(file) for file in staged], FILES),
            rejected=frame([row for file in staged for row in file.rejected], REJECTED),
            dropped=_sum_dropped(staged),
            missing=missing,
            unlisted=(
                *list_unlisted(folder, [file.path for file in files], beside=(*layout.beside, *_list_ours(folder))),
                *_list_unread(files, layout),
            ),
            absent=_list_absent(files),
        )


def read_staged(folder: Path) -> dict[str, pl.DataFrame]:
    """The staged frame of every object, by its name."""
    return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def read_columns(folder: Path) -> dict[str, list[str]]:
    """The staged columns of every object, by its name, without reading a record."""
    return {path.stem: list(pl.read_parquet_schema(path)) for path in sorted(folder.glob("*.parquet"))}


def source_digest(source: Path, layout: Layout, password: Secret | None = None) -> str:
    """sha256 over the names and contents of the layout's files; the same for a folder and a .zip of it.

    Raises:
        UsageError: The source is neither a folder nor a .zip archive.
    """
    with open_source(source, layout, password) as folder:
        found = sorted((name, path) for name, paths in find_files(folder, layout).items() for path in paths)
        listed = "".join(f"{name} {hash_file(path)}\n" for name, path in found if path.is_file())
    return hashlib.sha256(listed.encode()).hexdigest()


def _stage_objects(
    files: list[SourceFile], made: Path, progress: Callable[[str, int], None] | None
) -> list[StagedFile]:
    staged: list[StagedFile] = []
    for name, pieces in groupby(files, key=lambda file: file.object.name):
        own = stage_object(list(pieces), made)
        count = count_staged(made, name)
        _check_balance(name, own, count)
        staged += own
        if progress:
            progress(name, count)
    return staged


def _check_balance(name: str, files: list[StagedFile], staged: int) -> None:
    """Against what stands in the written file, not against what was meant to."""
    read, rejected = sum(file.read for file in files), sum(len(file.rejected) for file in files)
    if read != staged + rejected:
        raise StopRun(f"{name}: {read} records read, but {staged} staged + {rejected} rejected")


def _describe_file(file: StagedFile) -> dict[str, object]:
    source, opened = file.source, file.source.opened
    return {
        "file": source.name,
        "object": source.object.name,
        "bytes": source.bytes,
        "sha256": source.sha256,
        "encoding": opened.encoding,
        "delimiter": opened.delimiter,
        "read": file.read,
        "staged": file.staged,
        "rejected": len(file.rejected),
    }


def _sum_dropped(staged: list[StagedFile]) -> list[tuple[str, str, int]]:
    counts: dict[tuple[str, str], int] = {}
    for file in staged:
        for name, filled in file.dropped.items():
            counts[file.source.object.name, name] = counts.get((file.source.object.name, name), 0) + filled
    return [(*column, filled) for column, filled in counts.items()]


def _list_unread(files: list[SourceFile], layout: Layout) -> list[str]:
    """What files hold beside the records of every object that reads them."""
    read = {(file.path, row.sheet or row.resource or row.records) for file in files for row in [file.object]}
    kinds = {"xlsx": "sheet "}
    return sorted(
        {
            f"{file.object.file}: {what}"
            for file in files
            for what in file.opened.unread
            if (file.path, what.removeprefix(kinds.get(file.object.format, ""))) not in read
        }
    )


def _list_ours(folder: Path) -> tuple[str, ...]:
    """What an extraction by the workbench left beside the records: what it says of itself, and the files it fetched."""
    manifest = read_manifest(folder)
    fetched = (path.partition("/")[0] for path in manifest.get("files", ()))
    return tuple(dict.fromkeys([MANIFEST, *fetched])) if manifest else ()


def _list_absent(files: list[SourceFile]) -> tuple[tuple[str, str], ...]:
    pieces = groupby(files, key=lambda file: file.object.name)
    return tuple((name, path) for name, own in pieces for path in list_absent_pieces(file.name for file in own))


def _stage_missing(layout: Layout, files: list[SourceFile], out: Path) -> tuple[str, ...]:
    """Stage the objects without a file, so that whoever reads the folder finds every object of the layout."""
    present = {file.object.name for file in files}
    missing: list[LayoutObject] = [row for row in layout.objects.values() if row.name not in present]
    for row in missing:
        write_staged(iter(()), row.kept, out / f"{row.name}.parquet")
    return tuple(row.name for row in missing)


def _move_in(made: Path, out: Path) -> None:
    """Put the finished files in place, and take away those of an earlier staging that are no longer staged."""
    names = {path.name for path in made.iterdir()}
    for name in sorted(names):
        os.replace(made / name, out / name)
    for path in out.glob("*.parquet"):
        if path.name not in names:
            path.unlink()
