"""Staging: the customer's files as one Parquet file per object, every cell as text, every record accounted for."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from workbench.errors import StopRun
from workbench.layout import Layout, LayoutObject
from workbench.model import FILES, REJECTED, frame
from workbench.sources.archive import open_source
from workbench.sources.checks import SourceFile, check_files, find_files, hash_file, list_names
from workbench.sources.csv_rows import Row, read_rows

BATCH = 20_000  # records turned into a frame at once
ROW = "_row"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staged:
    """What staging did with every file, record and column.

    Attributes:
        files: Schema `FILES`; read = staged + rejected in each row.
        rejected: Schema `REJECTED`; reasons hold no cell's value.
        dropped: Object, column and filled cells of each column left out: secret, or unknown to the layout.
        missing: Objects whose file is not required and not there; staged without records.
        unlisted: Names in the export that the layout does not know; nothing of them is read.
    """

    files: pl.DataFrame
    rejected: pl.DataFrame
    dropped: list[tuple[str, str, int]]
    missing: tuple[str, ...]
    unlisted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _StagedFile:
    fact: dict[str, object]
    rejected: list[dict[str, object]]
    dropped: list[tuple[str, str, int]]


def stage_folder(
    source: Path, layout: Layout, out: Path, *, progress: Callable[[str, int], None] | None = None
) -> Staged:
    """Read the export into `out/<object>.parquet`, all files or none.

    Every column is String with null for an empty cell; `_row` Int64 numbers the records of the file from 1,
    the rejected ones included.

    Args:
        source: A folder, or a .zip archive of one; read, never written.
        progress: Called with object and staged records after each file.

    Raises:
        UsageError: Names every file that cannot be read or does not fit the layout; `out` is as it was.
        StopRun: A record was neither staged nor rejected.
    """
    with open_source(source) as folder:
        files = check_files(folder, layout)
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".staging-") as made:
            staged = []
            for file in files:
                staged.append(_stage_file(file, Path(made)))
                if progress:
                    progress(file.object.name, staged[-1].fact["staged"])
            missing = _stage_missing(layout, files, Path(made))
            _move_in(Path(made), out)
        return Staged(
            files=frame([file.fact for file in staged], FILES),
            rejected=frame([row for file in staged for row in file.rejected], REJECTED),
            dropped=[column for file in staged for column in file.dropped],
            missing=missing,
            unlisted=tuple(sorted(set(list_names(folder)) - {file.path.name for file in files})),
        )


def read_staged(folder: Path) -> dict[str, pl.DataFrame]:
    """The staged frame of every object, by its name."""
    return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def source_digest(source: Path, layout: Layout) -> str:
    """sha256 over the names and contents of the layout's files; the same for a folder and a .zip of it.

    Raises:
        UsageError: The source is neither a folder nor a .zip archive.
    """
    with open_source(source) as folder:
        found = sorted(find_files(folder, layout).items())
        listed = "".join(f"{name} {hash_file(path)}\n" for name, path in found if path.is_file())
    return hashlib.sha256(listed.encode()).hexdigest()


def _stage_file(file: SourceFile, out: Path) -> _StagedFile:
    rejected: list[dict[str, object]] = []
    filled = dict.fromkeys(file.left_out, 0)
    frames = [_empty_frame(file.kept)]
    read = 0
    for rows in _batch(read_rows(file.path, file.encoding, file.delimiter, width=file.width, named=len(file.header))):
        read = rows[-1].number
        rejected += [_describe_rejected(file, row) for row in rows if row.reason]
        cells = _build_frame(file, [row for row in rows if not row.reason])
        filled = {name: count + cells[name].count() for name, count in filled.items()}
        frames.append(cells.select(*file.kept, ROW))
    staged = _write(frames, out / f"{file.object.name}.parquet")
    _check_balance(file, read=read, staged=staged, rejected=len(rejected))
    return _StagedFile(
        fact=_describe_file(file, read=read, staged=staged, rejected=len(rejected)),
        rejected=rejected,
        dropped=[(file.object.name, name, count) for name, count in filled.items()],
    )


def _batch(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _build_frame(file: SourceFile, rows: list[Row]) -> pl.DataFrame:
    schema = dict.fromkeys(file.header, pl.String)
    texts = pl.DataFrame([row.cells for row in rows], schema=schema, orient="row")
    numbers = pl.Series(ROW, [row.number for row in rows], dtype=pl.Int64)
    return texts.with_columns(pl.when(pl.all() != "").then(pl.all())).with_columns(numbers)


def _empty_frame(columns: list[str]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(columns, pl.String) | {ROW: pl.Int64})


def _write(frames: list[pl.DataFrame], path: Path) -> int:
    """Write the frames as one file; returns how many records stand in it when it is read again."""
    pl.concat(frames).write_parquet(path, compression="lz4")
    return pl.scan_parquet(path).select(pl.len()).collect().item()


def _check_balance(file: SourceFile, *, read: int, staged: int, rejected: int) -> None:
    if read != staged + rejected:
        raise StopRun(f"{file.path.name}: {read} records read, but {staged} staged + {rejected} rejected")


def _describe_file(file: SourceFile, **counts: int) -> dict[str, object]:
    names = ("encoding", "delimiter", "bytes", "sha256")
    facts = {name: getattr(file, name) for name in names}
    return {"file": file.path.name, "object": file.object.name, **facts, **counts}


def _describe_rejected(file: SourceFile, row: Row) -> dict[str, object]:
    return {"file": file.path.name, "object": file.object.name, "row": row.number, "reason": row.reason}


def _stage_missing(layout: Layout, files: list[SourceFile], out: Path) -> tuple[str, ...]:
    """Stage the objects without a file, so that whoever reads the folder finds every object of the layout."""
    present = {file.object.name for file in files}
    missing: list[LayoutObject] = [row for row in layout.objects.values() if row.name not in present]
    for row in missing:
        _empty_frame(row.kept).write_parquet(out / f"{row.name}.parquet")
    return tuple(row.name for row in missing)


def _move_in(made: Path, out: Path) -> None:
    """Put the finished files in place, and take away those of an earlier staging that are no longer staged."""
    names = {path.name for path in made.iterdir()}
    for name in sorted(names):
        os.replace(made / name, out / name)
    for path in out.glob("*.parquet"):
        if path.name not in names:
            path.unlink()
