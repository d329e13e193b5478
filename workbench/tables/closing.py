"""Tables for the end of a run and of an engagement: the facts in one view, and what the customer receives."""

from __future__ import annotations

import polars as pl

from workbench.shown import Shown
from workbench.tables.cells import code, count, text
from workbench.tables.theme import build_table
from workbench.tables.words import ACTIONS

_STAMP = r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\dZ$"


def show_facts(facts: dict[str, object]) -> Shown:
    """The closing facts of a run, a line each, in their order."""
    rows = pl.DataFrame(
        {"fact": list(facts), "value": [_say_fact(value) for value in facts.values()]},
        schema={"fact": pl.String, "value": pl.String},
    )
    return build_table(
        rows, {"fact": text(""), "value": text("")}, id="facts", title="The run in figures", has_heads=False
    )


def show_documents(documents: pl.DataFrame) -> Shown:
    """The files the customer receives: document, rows, use."""
    return build_table(
        documents,
        {"document": code("File"), "rows": count("Rows"), "use": text("What it is for")},
        id="documents",
        title="Files of this handoff",
        empty="no document was written.",
    )


def show_freshsales_names(names: pl.DataFrame) -> Shown:
    """Where everything stands by the names Freshsales uses, as FRESHSALES_NAMES."""
    return build_table(
        names,
        {
            "name": text("In Freshsales"),
            "stands": text("Stands as"),
            "count": count("Count"),
            "source": text("From"),
            "remark": text("Remark"),
        },
        id="freshsales-names",
        title="What Freshsales calls it",
        empty="Freshsales has no object.",
    )


def show_inventories(inventories: pl.DataFrame) -> Shown:
    """What does not migrate and is rebuilt by hand: name, what, why, rebuild."""
    return build_table(
        inventories,
        {
            "name": text("What"),
            "what": text("What it did"),
            "why": text("Why it does not migrate"),
            "rebuild": text("How to rebuild it"),
        },
        id="inventories",
        title="To rebuild by hand",
        empty="nothing has to be rebuilt.",
    )


def show_losses(losses: pl.DataFrame) -> Shown:
    """The source fields left behind: object, field, filled, action, reason; fields that are alike share a line."""
    alike = losses.group_by("object", "action", "reason", "filled", maintain_order=True).agg(
        field=pl.col("field").str.join(", ")
    )
    return build_table(
        alike.with_columns(pl.col("action").replace(ACTIONS)),
        {
            "field": code("Field"),
            "filled": count("Filled rows"),
            "action": text("As"),
            "reason": text("Why"),
        },
        id="losses",
        title="Left behind, by object",
        group="object",
        empty="every field was carried.",
    )


def show_approvals(approvals: pl.DataFrame) -> Shown:
    """Who approved what and in which words: stage, run, by, role, meaning, at."""
    return build_table(
        approvals.with_columns(pl.col("at").str.replace(_STAMP, "${1} ${2} UTC")),
        {
            "stage": text("Stage"),
            "run": code("Run"),
            "by": text("Approved by"),
            "role": text("As"),
            "meaning": text("Meaning"),
            "at": text("When"),
        },
        id="approvals",
        title="Approvals",
        empty="nothing was approved yet.",
    )


def _say_fact(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
