"""What a confirmed proposal means: the analyst says yes, and the proposal becomes a rule of the map."""

from __future__ import annotations

from typing import Any

import polars as pl

from workbench.decisions import Decision, build_decision
from workbench.layout import Layout
from workbench.pack import Pack
from workbench.pack.tags import tag_columns


def confirm_proposals(
    decisions: tuple[Decision, ...], proposals: pl.DataFrame, *, pack: Pack, layout: Layout
) -> tuple[Decision, ...]:
    """The decisions with every `confirm` of an open proposal spelled out as what was proposed.

    A `confirm` of what the pack says stays as it is: the pack's own rule already stands.

    Args:
        proposals: PROPOSALS, made without the decisions.
    """
    tags = tag_columns(pack, layout)
    is_open = proposals.filter(pl.col("state") == "proposed")
    proposed = {(row["object"], row["field"]): row for row in is_open.iter_rows(named=True)}
    return tuple(_spell_out(decision, proposed.get((decision.object, decision.field)), tags) for decision in decisions)


def list_open(proposals: pl.DataFrame) -> tuple[str, ...]:
    """Every field that nobody has decided yet, with what is proposed for it."""
    is_open = proposals.filter(pl.col("state") == "proposed")
    return tuple(_say_open(row) for row in is_open.iter_rows(named=True))


def _say_open(row: dict[str, Any]) -> str:
    place = f"{row['destination']} {row['to']}" if row["to"] else "left behind"
    return f"{row['object']}.{row['field']}: {place}, because {row['evidence']}"


def _spell_out(decision: Decision, proposal: dict[str, Any] | None, tags: dict[tuple[str, str], str]) -> Decision:
    if proposal is None or decision.action != "confirm":
        return decision
    said = {"object": decision.object, "field": decision.field, "by": decision.by}
    reason = decision.reason or proposal["evidence"]
    if not proposal["to"]:
        return build_decision({**said, "action": "skip", "reason": reason}, tags)
    custom = {"type": proposal["type"], "label": _to_label(proposal["to"])} if proposal["type"] else {}
    return build_decision({**said, "action": "map", "to": proposal["to"], "reason": reason, **custom}, tags)


def _to_label(name: str) -> str:
    return name.removeprefix("cf_").replace("_", " ").capitalize()
