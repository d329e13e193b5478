"""What would make a load shorter: choices for the analyst and the customer, each with what it saves and loses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from math import ceil

import polars as pl

from workbench.budget.rollup import Rollup, find_newest, find_rollups, write_routes
from workbench.budget.windows import Pace
from workbench.freshsales.costs import PAGE, count_requests
from workbench.layout import Layout
from workbench.model import ACTIVITY_OBJECTS, CORE_OBJECTS, SAVINGS, Phase, frame

AGES = (365, 1095)  # days
NEWEST_FIRST = 365
_BY_IMPORT = (
    "An administrator uploads the files by hand before the rest can load, 5 MB each at most; what Freshsales refuses "
    "shows only when the records are listed afterwards"
)
_IN_SAVINGS = "routes in pack.toml, written out in savings.md"


def forecast_savings(
    phases: tuple[Phase, ...],
    records: Mapping[str, pl.DataFrame],
    staged: Mapping[str, pl.DataFrame],
    layout: Layout,
    *,
    pace: Pace,
    today: date,
    imports: Collection[str] = (),
) -> tuple[pl.DataFrame, str]:
    """What each policy would save on the engagement's plan; each stands alone, savings do not add up.

    Args:
        records: Frames of `build_records` by phase.
        staged: Staged objects with the pack's columns.
        imports: Objects that go by import file already.
        today: Ages are counted back from the newest activity that is not after it.

    Returns:
        SAVINGS, those with an effect, the largest first; and the pack's routes for them, as Markdown.
    """
    by_api = [phase for phase in phases if phase.destination not in imports]
    planned = sum(count_requests(phase.destination, records[phase.name].height) for phase in by_api)
    newest = find_newest(phases, staged, layout, today=today)
    rollups = {age: find_rollups(phases, records, staged, layout, day=newest - timedelta(days=age)) for age in AGES}
    rows = [_roll_up(age, rollups[age]) for age in AGES]
    rows += [_skip_empty(phases, records), _import(by_api, records), _put_off(rollups[NEWEST_FIRST])]
    whole = pace.count_hours(planned)
    rows = [row | {"hours": whole - pace.count_hours(planned - row["requests"])} for row in rows if row["requests"]]
    ordered = sorted(rows, key=lambda row: row["requests"], reverse=True)
    return frame(ordered, SAVINGS), _write_all(rollups)


def _roll_up(age: int, rollups: list[Rollup]) -> dict[str, object]:
    return {
        "policy": f"Activities older than {age:,} days as one note per contact and source object",
        "records": sum(rollup.older for rollup in rollups),
        "requests": sum(rollup.saved for rollup in rollups if rollup.saved > 0),
        "loses": "Each stays readable as a line of that note, but is no appointment, task or note of its own any more: "
        "no owner, no place in the calendar, no search by its date",
        "how": _IN_SAVINGS,
    }


def _put_off(rollups: list[Rollup]) -> dict[str, object]:
    older = sum(rollup.older for rollup in rollups)
    return {
        "policy": f"Newest first: activities older than {NEWEST_FIRST:,} days load after the cutover",
        "records": older,
        "requests": older,
        "loses": "Nothing in the end, but the older history is missing on the day of the switch, and its requests are "
        "only spent later",
        "how": "the routes for what is old are left out of pack.toml until the cutover, see savings.md",
    }


def _skip_empty(phases: tuple[Phase, ...], records: Mapping[str, pl.DataFrame]) -> dict[str, object]:
    empty = sum(_count_empty(records[phase.name]) for phase in phases if phase.destination in ACTIVITY_OBJECTS)
    return {
        "policy": "Activities without a text are left out",
        "records": empty,
        "requests": empty,
        "loses": "That they took place: title, day and owner are not in Freshsales",
        "how": "a route in pack.toml that excludes them, with a reason",
    }


def _count_empty(records: pl.DataFrame) -> int:
    if "description" not in records.columns:
        return records.height
    return records.filter(pl.col("description").fill_null("").str.strip_chars() == "").height


def _import(phases: Iterable[Phase], records: Mapping[str, pl.DataFrame]) -> dict[str, object]:
    """Import files cost no quota; listing what they brought, for the ids, costs a page a hundred.

    Modules could be imported too and would save nothing: no list shows the external ids of their records.
    """
    counts = [(each.destination, records[each.name].height) for each in phases if each.destination in CORE_OBJECTS]
    objects = ", ".join(f'"{object}"' for object in CORE_OBJECTS if object in dict(counts))
    return {
        "policy": "Accounts, contacts and deals by import files",
        "records": sum(count for _, count in counts),
        "requests": sum(max(count_requests(object, count) - ceil(count / PAGE), 0) for object, count in counts),
        "loses": _BY_IMPORT,
        "how": f"[load] import = [{objects}] in engagement.toml; the load writes the files and an instruction, and "
        "finds their records once they are imported",
    }


def _write_all(rollups: Mapping[int, list[Rollup]]) -> str:
    parts = ["# Routes that save requests", "An object with one route gets `[[object.route]]` with a `name` for it."]
    for age, found in rollups.items():
        for rollup in found:
            if rollup.saved > 0:
                heading = f"## {rollup.old.source}, older than {age:,} days: {rollup.saved:,} requests less"
                parts.append(f"{heading}\n\n```toml\n{write_routes(rollup)}\n```")
    return "\n\n".join(parts) + "\n"
