"""A large export through staging and mapping, each step in a process of its own, beside what polars alone takes."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from workbench.bench.runner import LAUNCHER, Attempt
from workbench.bench.steps import ASKED, MADE, PLAIN, RECORDS, STAGED, STEPS
from workbench.errors import StopRun, UsageError
from workbench.folder import write_text

GENERATED = "generated.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What one step took; `rows` are those it wrote, by object or phase."""

    step: str
    rows: dict[str, int]
    attempt: Attempt

    @property
    def total(self) -> int:
        """All rows it wrote."""
        return sum(self.rows.values())

    @property
    def peak_mb(self) -> int:
        """Largest memory of its process."""
        return self.attempt.peak_kb // 1024


def run_scale(
    *, contacts: int, activities: int, seed: int, folder: Path | None, say: Callable[[str], None]
) -> list[Measure]:
    """Generate, copy by polars alone, stage and map.

    Args:
        folder: Keeps the export; one that was made by the same numbers is used again. Null for a temporary one.

    Raises:
        UsageError: The folder holds something else.
        StopRun: A step failed.
    """
    asked = {"contacts": contacts, "activities": activities, "seed": seed}
    measures = []
    with _find_folder(folder) as place:
        known = _read_known(place, asked)
        for step in STEPS:
            measure = known if known and step == "generate" else _measure(step, place)
            say(f"{step}: {measure.total:,} rows, {measure.attempt.seconds:.0f} s, {measure.peak_mb:,} MB")
            measures.append(measure)
            if step == "generate" and not known:
                write_text(place / GENERATED, json.dumps({"rows": measure.rows, "attempt": asdict(measure.attempt)}))
    return measures


def describe_scale(measures: list[Measure], *, command: str) -> str:
    """The measures as text."""
    by_step = {measure.step: measure for measure in measures}
    ours, alone = (by_step[step].attempt.cpu for step in ("stage", "polars alone"))
    lines = [
        f"measured with: {command}",
        f"on {os.cpu_count()} cores, Python {platform.python_version()}, polars {pl.__version__}; "
        "each step a process of its own, its start included",
        "",
        f"{'step':<14}{'rows':>12}{'wall s':>10}{'CPU s':>10}{'peak MB':>10}",
        *(
            f"{each.step:<14}{each.total:>12,}{each.attempt.seconds:>10,.1f}{each.attempt.cpu:>10,.1f}"
            f"{each.peak_mb:>10,}"
            for each in measures
        ),
        "",
        f"staging takes {ours / alone:.1f} times the CPU of scan_csv and sink_parquet on the same files",
        "records: " + ", ".join(f"{name} {rows:,}" for name, rows in by_step["map"].rows.items()),
    ]
    return "\n".join(lines)


@contextmanager
def _find_folder(folder: Path | None) -> Iterator[Path]:
    """Where to work; nothing but the export is left there."""
    if folder is None:
        with TemporaryDirectory() as made:
            yield Path(made)
        return
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        for name in (PLAIN, STAGED, RECORDS):
            shutil.rmtree(folder / name, ignore_errors=True)


def _read_known(folder: Path, asked: dict[str, int]) -> Measure | None:
    """What making the export took that is there already; null where none is."""
    path = folder / ASKED
    if not any(folder.iterdir()):
        write_text(path, json.dumps(asked))
        return None
    if not path.exists() or json.loads(path.read_text(encoding="utf-8")) != asked:
        raise UsageError(f"{folder}: holds something else than this export; name a new folder")
    if not (folder / GENERATED).exists():
        shutil.rmtree(folder / MADE, ignore_errors=True)
        return None
    told = json.loads((folder / GENERATED).read_text(encoding="utf-8"))
    return Measure(step="generate", rows=told["rows"], attempt=Attempt(**told["attempt"]))


def _measure(step: str, folder: Path) -> Measure:
    log = folder / "log.txt"
    command = (sys.executable, str(LAUNCHER), str(log), sys.executable, "-m", "workbench.bench.steps")
    with subprocess.Popen(
        [*command, step, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as launcher:
        attempt = Attempt(**json.loads(launcher.stdout.readline()))
    if attempt.code:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise StopRun(f"{step} failed: {lines[-1] if lines else f'ended with {attempt.code}'}")
    return Measure(step=step, rows=json.loads((folder / f"{step}.json").read_text("utf-8")), attempt=attempt)
