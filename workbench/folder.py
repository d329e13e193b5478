"""What a stage leaves in its run folder: frames as Parquet, lists as CSV, the closing fact as JSON."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from workbench.engagement import RunFolder

# A cell that begins like this is a formula to a spreadsheet; a quote before it keeps it text.
_FORMULA_START = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?\d+([.,]\d+)*$"


class StageResult(Protocol):
    """What every stage returns: the facts its reader sees first, and the inputs its approval is bound to."""

    facts: dict[str, Any]
    inputs: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The closing fact of a run, shown as the last line of its notebook."""

    label: str

    def _repr_html_(self) -> str:
        return f'<p class="closing">This run, <b>{self.label}</b>, reached its end.</p>'

    def __repr__(self) -> str:
        return f"This run, {self.label}, reached its end."


def close(run: RunFolder, result: StageResult, *, open_points: tuple[str, ...] = ()) -> Closing:
    """Write `result.json`, the positive proof that the notebook reached its last cell.

    Args:
        open_points: What has to be decided before the run can be approved.
    """
    fact = {
        "run": run.label,
        "stage": run.stage.name,
        "status": "complete",
        "facts": result.facts,
        "inputs": result.inputs,
        "open_points": open_points,
    }
    write_text(run.path / "result.json", json.dumps(fact, indent=2, ensure_ascii=False, default=str) + "\n")
    return Closing(label=run.label)


def save_frames(folder: Path, frames: dict[str, pl.DataFrame]) -> None:
    """Write each frame to `<name>.parquet`."""
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")


def save_csv(path: Path, frame: pl.DataFrame) -> None:
    """Write a CSV for people and spreadsheets: UTF-8 with BOM, lists joined by `;`, no cell a live formula."""
    texts = frame.with_columns(pl.col(pl.List(pl.String)).list.join(";"))
    safe = texts.with_columns(_keep_text(name) for name, kind in texts.schema.items() if kind == pl.String)
    write_text(path, "\ufeff" + safe.write_csv())


def _keep_text(name: str) -> pl.Expr:
    cell = pl.col(name)
    is_formula = cell.str.contains(_FORMULA_START) & ~cell.str.contains(_NUMBER)
    return pl.when(is_formula).then("'" + cell).otherwise(cell).alias(name)


def write_text(path: Path, text: str) -> None:
    """Write a text so that a reader sees the old one or the new one, never half of it."""
    made = path.with_name(f".{path.name}.{os.getpid()}")
    with made.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(made, path)
