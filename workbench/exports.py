"""Which export of the source counts: the newest that a run read to its end, and what it said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from workbench.engagement import DRAFT, STAMP, Engagement, RunFolder
from workbench.errors import UsageError
from workbench.folder import write_text
from workbench.layout import Layout
from workbench.model import ROUNDS, empty
from workbench.sources.finding import find_files

WRITTEN = "export_written.json"


def find_export(engagement: Engagement) -> Path:
    """The staged files of the newest export: discovery's, or those of a cutover since.

    Whatever is loaded after a cutover is loaded from what that cutover read; an older export would take its changes
    back.

    Raises:
        UsageError: Discovery has not run to its end yet.
    """
    newest = max([engagement.latest_run("discovery"), *_find_cutovers(engagement)], key=lambda run: run.stamp)
    return newest.path / "staged"


def read_hashes(engagement: Engagement) -> pl.DataFrame | None:
    """RECORD_HASHES of what the newest cutover brought over; null before the first."""
    return pl.read_parquet(runs[-1].path / "hashes.parquet") if (runs := _find_cutovers(engagement)) else None


def read_rounds(engagement: Engagement) -> pl.DataFrame:
    """ROUNDS up to now; without a row before the first."""
    return pl.read_parquet(runs[-1].path / "rounds.parquet") if (runs := _find_cutovers(engagement)) else empty(ROUNDS)


def find_last_reading(engagement: Engagement) -> datetime:
    """When the newest export was read."""
    return read_stamp(find_export(engagement).parent.name)


def read_stamp(stamp: str) -> datetime:
    """The moment a run folder is named after; now where it is a draft."""
    return datetime.now(UTC) if stamp == DRAFT else datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def check_frozen(engagement: Engagement, layout: Layout) -> None:
    """Let an export pass that was taken after the source was frozen, as far as its data files show.

    Raises:
        UsageError: A file was last written before that, or nobody said when the source of a `freeze` was frozen.
    """
    since, source = engagement.switch.frozen_since, engagement.cutover_source
    if since is None and engagement.switch.mode == "freeze":
        raise UsageError(
            f"{engagement.folder / 'engagement.toml'}: [cutover] mode = 'freeze' needs frozen_since: "
            "from when nobody writes to the source"
        )
    if since is not None and read_written(source, layout)[0] < since.timestamp():
        raise UsageError(
            f"{source}: written before the source was frozen at {since}; take the export again, then run cutover"
        )


def read_written(source: Path, layout: Layout) -> tuple[float, float]:
    """When the oldest and the newest data file of an export were written, in seconds since 1970."""
    files = [path for paths in find_files(source, layout).values() for path in paths] if source.is_dir() else [source]
    stamps = [path.stat().st_mtime for path in files if path.is_file()]
    return min(stamps, default=0.0), max(stamps, default=0.0)


def note_written(run: RunFolder, source: Path, layout: Layout) -> None:
    """Write down when the export of a cutover was written, so that a later run can tell whether it reads another."""
    oldest, newest = read_written(source, layout)
    write_text(run.path / WRITTEN, json.dumps({"oldest": oldest, "newest": newest}) + "\n")


def is_taken_after(engagement: Engagement, layout: Layout) -> bool:
    """Whether every data file of the export was written after those that the newest complete cutover read."""
    if not (runs := _find_cutovers(engagement)) or not (noted := runs[-1].path / WRITTEN).exists():
        return False
    return read_written(engagement.cutover_source, layout)[0] > json.loads(noted.read_text())["newest"]


def read_first_files(engagement: Engagement) -> pl.DataFrame:
    """FILES of the export that discovery read, which was approved with what it rejected."""
    return pl.read_parquet(engagement.latest_run("discovery").path / "files.parquet")


def _find_cutovers(engagement: Engagement) -> list[RunFolder]:
    runs = [run for run in engagement.runs("cutover") if run.is_complete]
    return [run for run in runs if (run.path / "hashes.parquet").exists()]
