"""One object's records into one Parquet file, batch by batch: memory holds a batch and not the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from workbench.sources.checks import SourceFile
from workbench.sources.rows import Batch

ROW = "_row"


@dataclass(slots=True, kw_only=True, eq=False)
class StagedFile:
    """How the records and columns of one file fared; counted while it is read."""

    source: SourceFile
    read: int = 0
    staged: int = 0
    rejected: list[dict[str, object]] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)


def stage_object(pieces: list[SourceFile], out: Path) -> list[StagedFile]:
    """Write the records of all pieces of one object, in their order, to `out/<object>.parquet`."""
    files = [StagedFile(source=piece, dropped=dict.fromkeys(piece.left_out, 0)) for piece in pieces]
    kept = list_kept(pieces)
    write_staged(_read_all(files, kept), kept, out / f"{pieces[0].object.name}.parquet")
    return files


def list_kept(pieces: list[SourceFile]) -> list[str]:
    """The columns that are staged: the layout's, then the open ones that any piece has."""
    row = pieces[0].object
    found = dict.fromkeys(name for piece in pieces for name in piece.columns if name not in row.columns)
    return row.kept + [name for name in found if (column := row.find_column(name)) and not column.is_secret]


def write_staged(frames: Iterator[pl.DataFrame], kept: list[str], path: Path) -> None:
    """Write frames of these text columns and `_row` as one file while they come."""
    schema = dict.fromkeys(kept, pl.String) | {ROW: pl.Int64}

    def give(*_: object) -> Iterator[pl.DataFrame]:
        yield pl.DataFrame(schema=schema)
        yield from frames

    register_io_source(give, schema=schema).sink_parquet(path, compression="lz4", maintain_order=True)


def count_staged(folder: Path, name: str) -> int:
    """How many records stand in an object's file when it is read again."""
    return pl.scan_parquet(folder / f"{name}.parquet").select(pl.len()).collect().item()


def _read_all(files: list[StagedFile], kept: list[str]) -> Iterator[pl.DataFrame]:
    before = 0
    for file in files:
        for batch in file.source.opened.read():
            yield _take_batch(file, batch, kept, before)
        before += file.read


def _take_batch(file: StagedFile, batch: Batch, kept: list[str], before: int) -> pl.DataFrame:
    """The sound records as a frame; the file's counts move on by the batch."""
    file.read = batch.last
    file.rejected += [_describe_rejected(file.source, *rejected) for rejected in batch.rejected]
    cells = _build_frame(file.source, batch, before)
    file.staged += cells.height
    for name in file.dropped:
        file.dropped[name] += cells[name].count()
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in kept if name not in cells.columns]
    return cells.with_columns(absent).select(*kept, ROW)


def _build_frame(source: SourceFile, batch: Batch, before: int) -> pl.DataFrame:
    texts = _name_columns(batch.cells, source.opened.header)
    placed = [pl.lit(value).alias(name) for name, value in source.placed.items()]
    numbers = pl.Series(ROW, batch.numbers, dtype=pl.Int64) + before
    return texts.with_columns(_write_null(source.object.null)).with_columns(*placed, numbers)


def _name_columns(cells: list[list[str]] | pl.DataFrame, header: tuple[str, ...]) -> pl.DataFrame:
    if isinstance(cells, pl.DataFrame):
        return cells.rename(dict(zip(cells.columns, header, strict=True)))
    columns = zip(*cells, strict=True) if cells else ((),) * len(header)
    return pl.DataFrame([pl.Series(name, each, dtype=pl.String) for name, each in zip(header, columns, strict=True)])


def _write_null(spellings: tuple[str, ...]) -> pl.Expr:
    """Null for the empty cell, and for the spellings that the layout says mean one, blanks around them or not."""
    is_null = pl.all() == ""
    if spellings:
        is_null |= pl.all().str.strip_chars().is_in([text.strip() for text in spellings])
    return pl.when(~is_null).then(pl.all())


def _describe_rejected(file: SourceFile, number: int, reason: str) -> dict[str, object]:
    return {"file": file.name, "object": file.object.name, "row": number, "reason": reason}
