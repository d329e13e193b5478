"""What a customer is told about a move, and how long its parts take: the notes and windows of a pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.freshsales.plans import read_plans
from workbench.transforms.compose import placeholders

# What a note is about: the system that is left, Freshsales, or the two of them together.
GROUPS = ("source", "freshsales", "pair")
UNITS = ("days", "business days")
# A window stands before the switch or after it; the one of the load has no days of its own, they are forecast.
SIDES = ("before", "load", "after")
HYPERCARE = "Hypercare"  # the window after the switch that a quote counts
# What a note may name of the plan the customer holds.
FIGURES = ("plan", "storage_gb_per_user", "max_file_mb", "requests_per_hour", "total_fields")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the customer should know before the move.

    Attributes:
        text: May name figures of the customer's plan, such as `{storage_gb_per_user}`; see `FIGURES`.
        group: One of `GROUPS`.
        plans: The Freshsales plans it holds for; empty for all.
        refuted: What public material says against it; empty where nothing is known.
    """

    name: str
    text: str
    group: str = "source"
    plans: tuple[str, ...] = ()
    refuted: str = ""
    requirement: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of the move that takes time whatever the quota is.

    Attributes:
        days: At least and at most.
        basis: Where the figures come from.
        unit: One of `UNITS`.
        side: One of `SIDES`.
    """

    name: str
    basis: str
    days: tuple[float, float] = (0, 0)
    unit: str = UNITS[0]
    side: str = SIDES[0]
    requirement: tuple[str, ...] = ()


def build_notes(rows: list[Mapping[str, Any]]) -> tuple[Note, ...]:
    """Notes from the tables that state them."""
    return tuple(Note(**_freeze(row)) for row in rows)


def build_windows(rows: list[Mapping[str, Any]]) -> tuple[Window, ...]:
    """Windows from the tables that state them."""
    return tuple(Window(**_freeze(row)) for row in rows)


def find_advice_problems(notes: tuple[Note, ...], windows: tuple[Window, ...]) -> list[str]:
    """Name what is wrong with notes and windows, wherever they stand."""
    problems = [found for note in notes for found in _find_note_problems(note, f"[[note]] {note.name}")]
    return problems + [
        found for window in windows for found in _find_window_problems(window, f"[[window]] {window.name}")
    ]


def _find_note_problems(note: Note, where: str) -> list[str]:
    problems = [f"{where}: group = {note.group!r}: use one of {', '.join(GROUPS)}"] * (note.group not in GROUPS)
    problems += [
        f"{where}: {plan!r} is no plan; known: {', '.join(read_plans())}"
        for plan in note.plans
        if plan not in read_plans()
    ]
    return problems + [
        f"{where}: {{{name}}} is no figure of a plan; known: {', '.join(FIGURES)}"
        for name in placeholders(note.text)
        if name not in FIGURES
    ]


def _find_window_problems(window: Window, where: str) -> list[str]:
    problems = [f"{where}: unit = {window.unit!r}: use one of {', '.join(UNITS)}"] * (window.unit not in UNITS)
    problems += [f"{where}: side = {window.side!r}: use one of {', '.join(SIDES)}"] * (window.side not in SIDES)
    if not _is_range(window.days):
        problems.append(f"{where}: days = {list(window.days)}: write the least and the most, such as [2, 5]")
    return problems


def _freeze(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _is_range(days: tuple[Any, ...]) -> bool:
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in days)
    return len(days) == 2 and numbers and 0 <= days[0] <= days[1]
