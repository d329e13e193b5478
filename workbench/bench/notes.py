"""What a reader must know to compare the tools fairly: what was run, on what, and how each was used."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import datetime

from workbench.bench.cases import PATIENCE
from workbench.bench.records import SHARES
from workbench.bench.runner import Cell

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
    "waiting": f"Every tool gives up on an answer after {PATIENCE:g} s and has one request under way at a time. dlt "
    "and the Singer SDK can have several, which is faster until the quota is used up and no faster after.",
    "by hand": "What a user of the other tools writes by hand is the same for all of them: ids of parents from the "
    "answers, listed by the hundred where those name none or a restart has lost them; a row the tenant refuses is "
    "written to a file, and the rest goes on. None looks a record up before it repeats a write, for none of the tools "
    "does that by itself; notes have no upsert, so that theirs are the duplicates.",
    "ours": "At every start it reads the tenant's fields, lists and users, and once what stands there already: its own "
    "words say how many of its requests that is. The others read none of that. Where answers to notes are lost, ours "
    "sends the others first, waits until 30 s have passed since the last such loss, looks for all of them, and sends "
    "what is not there: that is most of its time wherever it takes longest.",
    "the clock": "Only the quota's hour is shorter. Tools wait as long as ever, so that five tries with growing waits "
    "outlast an hour here and would not outlast a real one.",
    "figures": "Times and CPU include the start of a tool and its imports; a second run of those that keep a mark "
    "shows about how much that is. The tenant runs on the same machine. Where a small server stands between, its CPU "
    "and memory are not counted.",
}


def list_notes(cells: Iterable[Cell]) -> list[tuple[str, str]]:
    """What each note is about, and the note: those of the tools first."""
    tools = {cell.tool.name: cell.tool for cell in cells}
    return [*((f"{name}, {tool.version}", tool.note) for name, tool in tools.items()), *NOTES.items()]


def describe_run(cells: list[Cell], *, command: str, at: datetime) -> list[str]:
    """What was run, on what, when."""
    tools = {cell.tool.version for cell in cells}
    return [
        f"{command}",
        f"{at:%Y-%m-%d %H:%M} UTC; {_name_machine()}; {'; '.join(sorted(tools))}",
        f"{max(cell.records for cell in cells):,} records: {_say_mix()}",
    ]


def _name_machine() -> str:
    return f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def _say_mix() -> str:
    left = 10 - sum(SHARES.values())
    return ", ".join(f"{share}0 % {object}s" for object, share in SHARES.items()) + f", {left}0 % notes"
