"""The records of every phase, built some rows at a time where that gives the same: memory need not hold an export.

Objects that others are made of are read as a whole. Of the others, such as activities, a slice of rows is read, mapped
and let go before the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.conventions.apply import write_plain
from workbench.conventions.values import Convention
from workbench.model import Phase
from workbench.pack import Pack
from workbench.pack.slices import derive_slice, list_own_ids, list_sliceable
from workbench.records import build_records, check_repeats, derive_columns

SLICE = 500_000  # rows in memory at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Staged objects in their plain form, as whole frames or slices of them.

    Attributes:
        folder: Where staging wrote them.
        rows: How many a slice has.
    """

    folder: Path
    conventions: tuple[Convention, ...]
    time_zone: str
    rows: int = SLICE

    @property
    def objects(self) -> list[str]:
        """Their names."""
        return sorted(path.stem for path in self.folder.glob("*.parquet"))

    def read(self, object: str) -> pl.DataFrame:
        """All rows of an object."""
        return self._write_plain(object, self._scan(object))

    def read_none(self, object: str) -> pl.DataFrame:
        """The columns of an object without a row."""
        return self._scan(object).head(0).collect()

    def read_slices(self, object: str) -> Iterator[pl.DataFrame]:
        """Its rows in their order, so many at a time; one empty frame where it has none."""
        scanned = self._scan(object)
        count = scanned.select(pl.len()).collect().item()
        for start in range(0, max(count, 1), self.rows):
            yield self._write_plain(object, scanned.slice(start, self.rows))

    def has_all(self, object: str, columns: Iterable[str]) -> bool:
        """Whether those of the columns that are staged are filled in every row."""
        schema = self._scan(object).collect_schema()
        names = [name for name in columns if name in schema]
        plain = self._write_plain(object, self._scan(object).select(names)) if names else pl.DataFrame()
        return not any(plain[name].null_count() for name in names)

    def _scan(self, object: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / f"{object}.parquet")

    def _write_plain(self, object: str, rows: pl.LazyFrame) -> pl.DataFrame:
        return write_plain({object: rows.collect()}, self.conventions, time_zone=self.time_zone)[object]


def build_in_slices(pack: Pack, phases: tuple[Phase, ...], export: Export) -> Iterator[tuple[Phase, pl.DataFrame]]:
    """The records of all phases, those of one phase in source order; each phase at least once, records or not.

    Phases of one object come in turns. Together a phase's frames are what `build_records` gives for all rows.

    Raises:
        UsageError: As `build_records`; records of different slices that share an id are found after the last of them.
    """
    sliceable = list_sliceable(pack, phases).intersection(export.objects)
    sliced = {name for name in sliceable if export.has_all(name, list_own_ids(pack, name))}
    derived = derive_columns(
        {name: export.read_none(name) if name in sliced else export.read(name) for name in export.objects}, pack
    )
    for source in dict.fromkeys(phase.source for phase in phases):
        own = [phase for phase in phases if phase.source == source]
        if source in sliced:
            yield from _build_sliced(own, export.read_slices(source), derived, pack)
        else:
            yield from ((phase, build_records(phase, derived)) for phase in own)


def build_all(pack: Pack, phases: tuple[Phase, ...], export: Export) -> dict[str, pl.DataFrame]:
    """The records of every phase by its name, as `build_records` gives them; errors as `build_in_slices`."""
    parts: dict[str, list[pl.DataFrame]] = {phase.name: [] for phase in phases}
    for phase, records in build_in_slices(pack, phases, export):
        parts[phase.name].append(records)
    return {name: pl.concat(frames) for name, frames in parts.items()}


def _build_sliced(
    phases: list[Phase], slices: Iterable[pl.DataFrame], derived: dict[str, pl.DataFrame], pack: Pack
) -> Iterator[tuple[Phase, pl.DataFrame]]:
    ids: dict[str, list[pl.Series]] = {phase.name: [] for phase in phases}
    for rows in slices:
        frames = derive_slice(rows, phases[0].source, derived, pack)
        for phase in phases:
            records = build_records(phase, frames)
            ids[phase.name].append(records["external_id"])
            yield phase, records
    for phase in phases:
        check_repeats(phase, pl.concat(ids[phase.name]))
