"""What the customer is told before the move: of the source, of Freshsales on this plan, and of the two together."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from workbench.engagement import TEMPLATES
from workbench.errors import raise_problems
from workbench.freshsales.plans import PlanLimits
from workbench.model import NOTES, frame
from workbench.pack import Pack
from workbench.pack.advice import GROUPS, Note, Window, build_notes, build_windows, find_advice_problems
from workbench.pack.keys import NOTE_KEYS, TABLES, WINDOW_KEYS
from workbench.pack.shape import check_keys
from workbench.toml_file import read_toml

SCOPING = TEMPLATES / "scoping"


def list_notes(pack: Pack, plan: PlanLimits, *, scoping: Path = SCOPING) -> pl.DataFrame:
    """The notes that hold for this source and this plan, the source's first, as NOTES.

    Args:
        scoping: Folder with what holds for every source: `notes.toml`.

    Raises:
        UsageError: Names every problem of `notes.toml`.
    """
    every = [*pack.notes, *read_notes(scoping / "notes.toml")]
    told = [note for note in every if not note.plans or plan.name in note.plans]
    ordered = sorted(told, key=lambda note: GROUPS.index(note.group))
    return frame([_tell(note, plan) for note in ordered], NOTES)


def list_windows(pack: Pack, *, scoping: Path = SCOPING) -> list[Window]:
    """The windows every move has, as the pack changes them, then those the pack adds before the load.

    Raises:
        UsageError: Names every problem of `windows.toml`.
    """
    own = {window.name: window for window in pack.windows}
    general = read_windows(scoping / "windows.toml")
    known = {window.name for window in general}
    added = [window for window in pack.windows if window.name not in known]
    listed = [own.get(window.name, window) for window in general]
    return [*(each for each in added if each.side == "before"), *listed, *(e for e in added if e.side != "before")]


def read_notes(path: Path) -> tuple[Note, ...]:
    """The notes of a file of `[[note]]` blocks.

    Raises:
        UsageError: Names every problem of the file.
    """
    rows = _read(path, "note", NOTE_KEYS, needed=("name", "text"))
    notes = build_notes(rows)
    raise_problems(f"{path}: notes that cannot be used", find_advice_problems(notes, ()))
    return notes


def read_windows(path: Path) -> tuple[Window, ...]:
    """The windows of a file of `[[window]]` blocks.

    Raises:
        UsageError: Names every problem of the file.
    """
    rows = _read(path, "window", WINDOW_KEYS, needed=("name", "days", "basis"))
    windows = build_windows(rows)
    raise_problems(f"{path}: windows that cannot be used", find_advice_problems((), windows))
    return windows


def _read(path: Path, word: str, keys: dict[str, str], *, needed: tuple[str, ...]) -> list[dict]:
    data = read_toml(path)
    problems = check_keys("the file", data, {word: TABLES}, needed=(word,))
    for row in data.get(word, []) if not problems else []:
        problems += check_keys(f"[[{word}]] {row.get('name', '?')}", row, keys, needed=needed)
    raise_problems(f"{path}: not a file of [[{word}]] blocks", problems)
    return data[word]


def _tell(note: Note, plan: PlanLimits) -> dict[str, str]:
    figures = {
        "plan": plan.name.title(),
        "storage_gb_per_user": plan.storage_gb_per_user,
        "max_file_mb": plan.max_file_mb,
        "requests_per_hour": f"{plan.requests_per_hour:,}",
        "total_fields": plan.fields["total"],
    }
    return {
        "group": note.group,
        "name": note.name,
        "text": note.text.format_map(figures),
        "refuted": note.refuted,
        "requirement": ", ".join(note.requirement),
    }
