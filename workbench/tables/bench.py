"""Tables about tools put side by side."""

from __future__ import annotations

import polars as pl

from workbench.shown import Shown
from workbench.tables.cells import count, text
from workbench.tables.theme import build_table


def show_faults(faults: pl.DataFrame, *, head: list[str]) -> Shown:
    """How each tool came through each case: landed, duplicates, missing, orphans, unexplained, costs, its own words.

    Args:
        head: What was run, on what, when.
    """
    return build_table(
        faults,
        {
            "tool": text("Tool"),
            "landed": text("Landed"),
            "duplicates": count("Duplicates"),
            "missing": count("Missing"),
            "orphans": count("Orphans"),
            "unexplained": count("Unexplained"),
            "requests": count("Requests"),
            "least": count("At least"),
            "seconds": text("Wall s"),
            "peak_mb": count("Peak MB"),
            "starts": count("Starts"),
            "said": text("What it says"),
        },
        id="faults",
        title="The same records through the same faults",
        note=". ".join(head) + ".",
        group="case",
    )


def show_speed(speed: pl.DataFrame, *, head: list[str]) -> Shown:
    """What each tool costs the machine it runs on while nothing holds it back."""
    return build_table(
        speed,
        {
            "tool": text("Tool"),
            "records": count("Records"),
            "requests": count("Requests"),
            "cpu_ms": text("CPU ms a record"),
            "per_second": text("Records a second"),
            "peak_mb": count("Peak MB"),
        },
        id="speed",
        title="Client CPU and speed with the quota off",
        note=". ".join(head) + ".",
    )


def show_notes(notes: pl.DataFrame) -> Shown:
    """What a reader must know to compare fairly, with what it is about."""
    return build_table(
        notes,
        {"about": text("About"), "note": text("Note")},
        id="notes",
        title="Fairness",
    )
