"""What the bench found, as text for a terminal, as a page for a reader, and as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from workbench.bench.cases import CASES
from workbench.bench.notes import describe_run, list_notes
from workbench.bench.page import build_page
from workbench.bench.runner import Cell
from workbench.bench.truth import Truth
from workbench.folder import write_text
from workbench.tables.bench import show_faults, show_speed

HEADINGS = {
    "tool": "tool", "landed": "landed", "duplicates": "dupl.", "missing": "missing", "orphans": "orphans",
    "unexplained": "unexpl.", "requests": "requests", "least": "least", "seconds": "wall s", "peak_mb": "peak MB",
    "starts": "starts", "said": "it says",
}  # fmt: skip
SPEED = {
    "tool": "tool", "records": "records", "requests": "requests", "cpu_ms": "CPU ms a record",
    "per_second": "records a second", "peak_mb": "peak MB",
}  # fmt: skip


def tabulate_faults(cells: Iterable[Cell]) -> pl.DataFrame:
    """A row a cell; what was not run has nulls and says why."""
    rows = [_describe(cell) for cell in cells]
    return pl.DataFrame(rows, infer_schema_length=None)


def tabulate_overview(cells: Iterable[Cell]) -> pl.DataFrame:
    """A row a tool, a column a case: how many records stand twice or more, and how many are missing."""
    tools: dict[str, dict[str, str | None]] = {}
    for cell in cells:
        tools.setdefault(cell.tool.name, {"tool": cell.tool.name})[cell.case.name] = _sum_up(cell.truth)
    return pl.DataFrame(list(tools.values()), infer_schema_length=None)


def tabulate_speed(cells: Iterable[Cell]) -> pl.DataFrame:
    """What each tool's clean run cost its own machine, with the quota off."""
    rows = [
        {
            "tool": cell.tool.name,
            "records": cell.records,
            "requests": cell.requests,
            "cpu_ms": f"{cell.cpu / cell.records * 1_000:.2f}",
            "per_second": f"{cell.records / cell.seconds:,.0f}",
            "peak_mb": cell.peak_mb,
        }
        for cell in cells
        if cell.case.name == "clean" and cell.truth
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def compare_speed(cells: Iterable[Cell]) -> str:
    """Which tools were faster than ours while nothing held them back, and what ours is slower for; empty for none."""
    clean = [cell for cell in cells if cell.case.name == "clean" and cell.truth]
    ours = next((cell.seconds for cell in clean if not cell.tool.peer), 0.0)
    faster = [cell.tool.name for cell in clean if cell.seconds < ours]
    if not faster:
        return ""
    return (
        f"Faster than ours: {', '.join(faster)}. Ours flushes to the disk what it is about to send before it sends it. "
        "Over a quota every tool is as fast as its requests are few."
    )


def describe_bench(cells: list[Cell], *, command: str, at: datetime) -> str:
    """Everything as text."""
    overview, faults, speed = tabulate_overview(cells), tabulate_faults(cells), tabulate_speed(cells)
    parts = [*describe_run(cells, command=command, at=at), ""]
    parts += ["duplicates + missing:", _lay_out(overview, {name: name for name in overview.columns}), ""]
    for case in overview.columns[1:]:
        parts += [f"{case}: {CASES[case].about}", _lay_out(faults.filter(case=case), HEADINGS), ""]
    if speed.height:
        parts += ["quota off, nothing goes wrong:", _lay_out(speed, SPEED), compare_speed(cells), ""]
    return "\n".join([*parts, *(f"- {about}: {note}" for about, note in list_notes(cells))])


def write_bench(cells: list[Cell], folder: Path, *, command: str, at: datetime) -> None:
    """Write faults.txt, faults.html and faults.json into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {name: case.about for name, case in CASES.items()}
    tables = [show_faults(tabulate_overview(cells), tabulate_faults(cells), about=about)]
    if (speed := tabulate_speed(cells)).height:
        tables.append(show_speed(speed, note=compare_speed(cells)))
    page = build_page(tables, head=describe_run(cells, command=command, at=at), notes=list_notes(cells))
    write_text(folder / "faults.txt", describe_bench(cells, command=command, at=at) + "\n")
    write_text(folder / "faults.html", page)
    write_text(folder / "faults.json", json.dumps([_export(cell) for cell in cells], indent=1) + "\n")


def _sum_up(truth: Truth | None) -> str | None:
    if truth is None:
        return None
    is_whole = not truth.duplicates and not truth.missing
    return "0" if is_whole else f"{truth.duplicates:,} + {truth.missing:,}"


def _describe(cell: Cell) -> dict[str, Any]:
    truth = cell.truth
    said = cell.problem or f"{'' if cell.has_ended else 'ended with an error; '}{cell.said.words}"
    return {
        "case": cell.case.name,
        "tool": cell.tool.name,
        "landed": f"{truth.landed:,} of {truth.fit:,}" if truth else None,
        "duplicates": truth.duplicates if truth else None,
        "missing": truth.missing if truth else None,
        "orphans": truth.orphans if truth else None,
        "unexplained": truth.unexplained if truth else None,
        "requests": cell.requests if truth else None,
        "least": cell.least if not cell.case.is_second else 0,
        "seconds": f"{cell.seconds:.1f}" if truth else None,
        "peak_mb": cell.peak_mb if truth else None,
        "starts": len(cell.attempts) if truth else None,
        "said": said,
    }


def _export(cell: Cell) -> dict[str, Any]:
    found = {"tool": cell.tool.name, "version": cell.tool.version, "case": cell.case.name, "records": cell.records}
    found |= {"requests": cell.requests, "least": cell.least, "problem": cell.problem, "said": cell.said.words}
    attempts = [asdict(attempt) for attempt in cell.attempts]
    return found | {"truth": asdict(cell.truth) if cell.truth else None, "attempts": attempts}


def _lay_out(rows: pl.DataFrame, headings: dict[str, str]) -> str:
    cells = [list(headings.values())]
    cells += [["–" if value is None else _write(value) for value in row] for row in rows.select(list(headings)).rows()]
    widths = [max(len(line[number]) for line in cells) for number in range(len(headings))]
    is_last = len(headings) - 1 if "said" in headings else -1
    return "\n".join(
        "  ".join(
            text.ljust(width) if number in (0, is_last) else text.rjust(width)
            for number, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def _write(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
