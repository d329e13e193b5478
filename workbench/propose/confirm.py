"""What a confirmed proposal means: the analyst says yes, and the proposal becomes a rule of the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from workbench.decisions import Decision, build_decision
from workbench.destinations import CUSTOM_PREFIX, find_destination
from workbench.errors import raise_problems
from workbench.layout import Layout
from workbench.model import Phase
from workbench.pack import Pack
from workbench.pack.options import DEFAULTS
from workbench.pack.rules import find_rule_problems
from workbench.pack.tags import tag_columns
from workbench.propose.fitting import fit_field


def confirm_proposals(
    decisions: tuple[Decision, ...],
    proposals: pl.DataFrame,
    phases: tuple[Phase, ...],
    staged: Mapping[str, pl.DataFrame],
    *,
    pack: Pack,
    layout: Layout,
    defaults: Mapping[str, Any] = DEFAULTS,
) -> tuple[Decision, ...]:
    """The decisions with every `confirm` of an open proposal spelled out as what was proposed.

    A list gets the choices that stand in its column, a date or number the transform that reads it; where the values do
    not fit the proposed type they are kept as text, and the decision's reason says so. A `confirm` of what the pack
    says stays as it is: the pack's own rule already stands.

    Args:
        proposals: PROPOSALS, made without the decisions.
        phases: Compiled without the decisions.
        staged: Staged objects in their plain form.
        defaults: As for `read_pack`.

    Raises:
        UsageError: Names every confirmed proposal that cannot become a rule, at once.
    """
    tags = tag_columns(pack, layout)
    is_open = proposals.filter(pl.col("state") == "proposed")
    proposed = {(row["object"], row["field"]): row for row in is_open.iter_rows(named=True)}
    confirmed = {
        place: _spell_out(decision, row, _state_rule(row, staged, defaults), tags)
        for decision in decisions
        if decision.action == "confirm" and (row := proposed.get(place := (decision.object, decision.field)))
    }
    raise_problems(
        "proposals that cannot be confirmed as they are; say what becomes of them with action = 'map' or 'skip'",
        [problem for decision in confirmed.values() for problem in _find_problems(decision, phases)],
    )
    return tuple(confirmed.get((decision.object, decision.field), decision) for decision in decisions)


def list_open(proposals: pl.DataFrame) -> tuple[str, ...]:
    """Every field that nobody has decided yet, with what is proposed for it."""
    is_open = proposals.filter(pl.col("state") == "proposed")
    return tuple(_say_open(row) for row in is_open.iter_rows(named=True))


def _say_open(row: dict[str, Any]) -> str:
    place = f"{row['destination']} {row['to']}" if row["to"] else "left behind"
    return f"{row['object']}.{row['field']}: {place}, because {row['evidence']}"


def _state_rule(
    row: dict[str, Any], staged: Mapping[str, pl.DataFrame], defaults: Mapping[str, Any]
) -> tuple[dict[str, Any], str]:
    """The keys of the decision that name the field and how its values get there, and what had to be changed."""
    if not row["to"].startswith(CUSTOM_PREFIX):
        return {"to": row["to"]} if row["to"] else {}, ""
    return fit_field(row["to"], row["type"], staged[row["object"]][row["field"]], defaults=defaults)


def _spell_out(
    decision: Decision,
    proposal: dict[str, Any],
    stated: tuple[dict[str, Any], str],
    tags: dict[tuple[str, str], str],
) -> Decision:
    words, changed = stated
    reason = "; ".join(filter(None, (decision.reason or proposal["evidence"], changed)))
    said = {"object": decision.object, "field": decision.field, "by": decision.by, "reason": reason}
    return build_decision({**said, "action": "map" if words else "skip", **words}, tags)


def _find_problems(decision: Decision, phases: tuple[Phase, ...]) -> list[str]:
    """Why the rule cannot stand in every phase of its object."""
    where = f"{decision.object}.{decision.field}"
    problems: list[str] = []
    for phase in (phase for phase in phases if decision.rule and phase.source == decision.object):
        problems += find_rule_problems(where, phase.destination, decision.rule)
        if decision.to == find_destination(phase.destination).text:
            problems.append(f"{where}: name it in the text that {phase.name} has as {decision.to} in pack.toml")
        elif decision.to in {rule.to for rule in phase.fields}:
            problems.append(f"{where}: {decision.to} of {phase.destination} is filled from another column already")
    return list(dict.fromkeys(problems))
