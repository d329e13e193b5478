"""What the bench found, as text for a terminal, as a page for a reader, and as JSON for a program."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from workbench.bench.cases import CASES, PATIENCE
from workbench.bench.records import SHARES
from workbench.bench.runner import Cell
from workbench.bench.tools import Tool
from workbench.folder import write_text
from workbench.tables.bench import show_faults, show_notes, show_speed

HEADINGS = {
    "tool": "tool", "landed": "landed", "duplicates": "dupl.", "missing": "missing", "orphans": "orphans",
    "unexplained": "unexpl.", "requests": "requests", "least": "least", "seconds": "wall s", "peak_mb": "peak MB",
    "starts": "starts", "said": "it says",
}  # fmt: skip
SPEED = {
    "tool": "tool", "records": "records", "requests": "requests", "cpu_ms": "CPU ms a record",
    "per_second": "records a second", "peak_mb": "peak MB",
}  # fmt: skip
NOTES = {
    "landed": "Only records that can land: a bad one, and what hangs on it, cannot.",
    "unexplained": "Records whose fate the tool's own report misstates or does not tell, record by record.",
    "least": "The fewest requests in which anybody could write those records and know their ids: by the hundred where "
    "the API has bulk writes, then listed; notes one by one.",
    "odds": "Of a fault, per request: a tool that sends fewer meets fewer, but some of its requests carry a hundred "
    "records.",
    "kills": "Once the tenant holds as many records as the seed says, and a few milliseconds later; "
    "the same numbers for every tool.",
    "starts": "A tool that ends with an error is started again, up to eight times; its last word counts.",
    "waiting": f"Every tool gives up on an answer after {PATIENCE:g} s and writes one request at a time.",
    "by hand": "What a user of the other tools writes by hand is the same for all of them: ids of parents from the "
    "answers, looked up where a restart has lost them; a row the tenant refuses is written to a file, and the rest "
    "goes on. None looks a record up before it repeats a write: that would be a ledger.",
    "the clock": "Only the quota's hour is shorter. Tools wait as long as ever, so that five tries with growing waits "
    "outlast an hour here and would not outlast a real one.",
    "figures": "Times and CPU include the start of a tool and its imports. The tenant runs on the same machine. Where "
    "a small server stands between, its CPU and memory are not counted.",
}


def tabulate_faults(cells: Iterable[Cell]) -> pl.DataFrame:
    """A row a cell; what was not run has nulls and says why."""
    rows = [_describe(cell) for cell in cells]
    return pl.DataFrame(rows, infer_schema_length=None)


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


def describe_bench(cells: list[Cell], *, command: str, at: datetime) -> str:
    """Everything as text."""
    faults, speed = tabulate_faults(cells), tabulate_speed(cells)
    parts = [*describe_run(cells, command=command, at=at), ""]
    for case in faults["case"].unique(maintain_order=True):
        parts += [f"{case}: {CASES[case].about}", _lay_out(faults.filter(case=case), HEADINGS), ""]
    if speed.height:
        parts += ["quota off, nothing goes wrong:", _lay_out(speed, SPEED), ""]
    return "\n".join([*parts, *(f"- {about}: {note}" for about, note in _list_notes(cells))])


def describe_run(cells: list[Cell], *, command: str, at: datetime) -> list[str]:
    """What was run, on what, when."""
    tools = {cell.tool.version for cell in cells}
    return [
        f"{command}",
        f"{at:%Y-%m-%d %H:%M} UTC; {_name_machine()}; {'; '.join(sorted(tools))}",
        f"{max(cell.records for cell in cells):,} records: {_say_mix()}",
    ]


def write_bench(cells: list[Cell], folder: Path, *, command: str, at: datetime) -> None:
    """Write faults.txt, faults.html and faults.json into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    head = describe_run(cells, command=command, at=at)
    about = pl.col("case").replace({name: f"{name}: {case.about}" for name, case in CASES.items()})
    shown = [show_faults(tabulate_faults(cells).with_columns(about), head=head)]
    speed = tabulate_speed(cells)
    shown += [show_speed(speed, head=head)] if speed.height else []
    shown += [show_notes(pl.DataFrame(_list_notes(cells), schema=["about", "note"], orient="row"))]
    page = "".join(f"<style>{each.style}</style>{each.html}" for each in shown)
    write_text(folder / "faults.txt", describe_bench(cells, command=command, at=at) + "\n")
    write_text(folder / "faults.html", f"<!doctype html><meta charset='utf-8'><title>Faults</title>{page}\n")
    write_text(folder / "faults.json", json.dumps([_export(cell) for cell in cells], indent=1) + "\n")


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


def _list_notes(cells: list[Cell]) -> list[tuple[str, str]]:
    tools: dict[str, Tool] = {cell.tool.name: cell.tool for cell in cells}
    return [*((f"{name}, {tool.version}", tool.note) for name, tool in tools.items()), *NOTES.items()]


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


def _name_machine() -> str:
    return f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def _say_mix() -> str:
    left = 10 - sum(SHARES.values())
    return ", ".join(f"{share}0 % {object}s" for object, share in SHARES.items()) + f", {left}0 % notes"
