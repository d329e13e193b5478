"""Which requirements the tests have shown to hold, by the source they speak about."""

from __future__ import annotations

import json
import textwrap
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from workbench.engagement import ROOT
from workbench.errors import UsageError
from workbench.folder import write_text

REQUIREMENTS = ROOT / "tests" / "requirements.tsv"
RECORD = ROOT / "build" / "requirements.json"
# What pytest is asked for when all tests run, in two halves (see the Makefile).
WHOLE_RUNS = ("not slow", "slow")
COVERAGE = pl.Schema(
    {"source": pl.String, "requirements": pl.Int64, "covered": pl.Int64, "uncovered": pl.List(pl.String)}
)


def read_requirements(path: Path = REQUIREMENTS) -> pl.DataFrame:
    """Every requirement: `id`, `source` (`all` where it speaks about every one), `kind`, `title`."""
    return pl.read_csv(path, separator="\t", quote_char=None, infer_schema=False)


def record_run(path: Path, *, run: str, tests: dict[str, dict[str, Any]], at: datetime) -> None:
    """Keep how the tests of one whole run fared, in place of the run of the same kind before it.

    Args:
        run: One of `WHOLE_RUNS`.
        tests: `outcome` (passed, failed or skipped) and `covers` (ids of requirements), by the test's name.
    """
    recorded = json.loads(path.read_text()) if path.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    recorded[run] = {"at": at.isoformat(timespec="seconds"), "tests": tests}
    write_text(path, json.dumps(recorded, indent=1, sort_keys=True))


def read_coverage(*, requirements: Path = REQUIREMENTS, record: Path = RECORD) -> pl.DataFrame:
    """How many requirements of each source hold, and the ids of those that are not shown to; a `COVERAGE` frame.

    A requirement counts where at least one test that covers it passed in the last whole run, and none failed.

    Raises:
        UsageError: No whole run of the tests is recorded.
    """
    if not record.exists():
        raise UsageError(f"{record.name}: no whole test run is recorded yet; run: make test")
    covered = _find_covered(json.loads(record.read_text()))
    is_covered = pl.col("id").is_in(sorted(covered))
    return (
        read_requirements(requirements)
        .group_by("source", maintain_order=True)
        .agg(
            requirements=pl.len().cast(pl.Int64),
            covered=is_covered.sum().cast(pl.Int64),
            uncovered=pl.col("id").filter(~is_covered),
        )
        .match_to_schema(COVERAGE)
    )


def describe_coverage(*, requirements: Path = REQUIREMENTS, record: Path = RECORD) -> str:
    """The coverage as text: a line per source, below it the ids without a passing test."""
    coverage = read_coverage(requirements=requirements, record=record)
    lines = [line for row in coverage.iter_rows(named=True) for line in _describe_source(row)]
    total, covered = coverage["requirements"].sum(), coverage["covered"].sum()
    return "\n".join([*lines, f"{'together':<12} {covered:>4} of {total}"])


def _find_covered(recorded: dict[str, Any]) -> set[str]:
    tests = [test for run in recorded.values() for test in run["tests"].values()]
    by_outcome = {outcome: _list_ids(tests, outcome) for outcome in ("passed", "failed")}
    return by_outcome["passed"] - by_outcome["failed"]


def _list_ids(tests: list[dict[str, Any]], outcome: str) -> set[str]:
    return {id for test in tests if test["outcome"] == outcome for id in test["covers"]}


def _describe_source(row: dict[str, Any]) -> list[str]:
    uncovered = textwrap.wrap("not yet: " + " ".join(row["uncovered"]), width=96) if row["uncovered"] else []
    return [f"{row['source']:<12} {row['covered']:>4} of {row['requirements']}", *(f"    {line}" for line in uncovered)]
