"""Tables about tools put side by side."""

from __future__ import annotations

import polars as pl

from workbench.shown import Shown
from workbench.tables.cells import count, figure, text
from workbench.tables.theme import build_table, fold


def show_faults(overview: pl.DataFrame, faults: pl.DataFrame, *, about: dict[str, str]) -> Shown:
    """How each tool came through each case: at a glance, and below that a table a case.

    Args:
        overview: `tool`, and a column a case that says how many records were doubled and how many are missing.
        faults: A row a tool and case: landed, duplicates, missing, orphans, unexplained, costs, its own words.
        about: What each case is, by its name.
    """
    cases = overview.columns[1:]
    heading = build_table(
        overview,
        {"tool": text("Tool"), **{case: figure(case) for case in cases}},
        id="overview",
        title="Records that stand twice + records that are missing",
    )
    sections = [(f"{case}: {about[case]}", _show_case(case, faults.filter(pl.col("case") == case))) for case in cases]
    return fold(heading, sections, by="case", opened=1)


def _show_case(case: str, faults: pl.DataFrame) -> Shown:
    return build_table(
        faults,
        {
            "tool": text("Tool"),
            "landed": figure("Landed"),
            "duplicates": count("Duplicates"),
            "missing": count("Missing"),
            "orphans": count("Orphans"),
            "unexplained": count("Unexplained"),
            "requests": count("Requests"),
            "least": count("At least"),
            "seconds": figure("Wall s"),
            "peak_mb": count("Peak MB"),
            "starts": count("Starts"),
            "said": text("What it says"),
        },
        id=f"case-{case}",
        title=f"What became of the records: {case}",
    )


def show_speed(speed: pl.DataFrame, *, note: str) -> Shown:
    """What each tool costs the machine it runs on while nothing holds it back.

    Args:
        note: What to say of it below the table.
    """
    return build_table(
        speed,
        {
            "tool": text("Tool"),
            "records": count("Records"),
            "requests": count("Requests"),
            "cpu_ms": figure("CPU ms a record"),
            "per_second": figure("Records a second"),
            "peak_mb": count("Peak MB"),
        },
        id="speed",
        title="Client CPU and speed with the quota off",
        note=note,
    )
