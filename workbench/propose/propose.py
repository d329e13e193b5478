"""A proposal for every source field: the pack first, then the analyst, then what names and values say."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl

from workbench.decisions import Decision
from workbench.model import PROPOSALS, Phase, frame
from workbench.pack import Pack
from workbench.propose.known import Left, Use, find_left, find_uses
from workbench.propose.places import Field, Proposal, propose_object

KNOWN = 0.99  # the pack was written for this source and checked against its layout
_STAYS = {"secret": "A secret stays behind", "score": "A prediction is stale once it is exported"}
_WEIGHTS = {"migrate": 0, "custom_field": 1, "merge": 2}
Row = dict[str, Any]


def propose_fields(
    inventory: pl.DataFrame, pack: Pack, phases: tuple[Phase, ...], decisions: tuple[Decision, ...] = ()
) -> pl.DataFrame:
    """Say for every field of the inventory where it goes, on what evidence, and who said so.

    Args:
        inventory: INVENTORY.
        phases: Compiled with the same decisions.

    Returns:
        PROPOSALS in the order of the inventory. What the pack says is confirmed by the pack, what the analyst
        decided by the analyst; only the rest is proposed.
    """
    columns = list(inventory.select("object", "field").iter_rows())
    uses, left = find_uses(pack, phases), find_left(pack, phases, columns)
    decided = {(decision.object, decision.field): decision for decision in decisions}
    open_fields = [c for c in columns if c not in uses and c not in left and c not in decided]
    guesses = _guess(inventory, set(open_fields), phases)
    rows = []
    for about in inventory.select("object", "field", "tag", "filled").iter_rows(named=True):
        column = (about["object"], about["field"])
        said = _say_known(pack, column, uses.get(column, []), left.get(column)) or _say_guess(guesses.get(column))
        rows.append(_forbid_secret({**about, **_overrule(said, decided.get(column))}))
    return frame(rows, PROPOSALS)


def _say_known(pack: Pack, column: tuple[str, str], uses: list[Use], left: Left | None) -> Row:
    by = f"pack {pack.name}"
    sure = {"confidence": KNOWN, "state": "confirmed", "decided_by": by, "reason": left.reason if left else ""}
    reaching = sorted((use for use in uses if use.to), key=lambda use: _WEIGHTS[use.action])
    if left and not reaching:
        evidence = f"{by}: {column[0]}.{column[1]} is left behind"
        return {**sure, "action": left.action, "destination": "", "to": "", "via": "", "evidence": evidence}
    if not uses:
        return {}
    shown = reaching or uses
    return {
        **sure,
        "action": shown[0].action,
        **{name: ", ".join(_unique(getattr(use, name) for use in shown)) for name in ("destination", "to", "via")},
        "type": ", ".join(_unique(use.type for use in shown)),
        "evidence": f"{by}: " + "; ".join(_unique(use.evidence for use in shown)),
    }


def _unique(words: Any) -> list[str]:
    return [word for word in dict.fromkeys(words) if word]


def _guess(
    inventory: pl.DataFrame, columns: set[tuple[str, str]], phases: tuple[Phase, ...]
) -> dict[tuple[str, str], tuple[str, Proposal]]:
    """Proposals for the columns nobody spoke about, on the first destination of their object."""
    destinations = {phase.source: phase.destination for phase in reversed(phases)}
    taken: defaultdict[str, set[str]] = defaultdict(set)
    for phase in phases:
        taken[phase.source].update(rule.to for rule in (*phase.fields, *phase.lookups))
    guesses = {}
    for (object_,), rows in inventory.group_by("object", maintain_order=True):
        fields = [_read_field(row) for row in rows.iter_rows(named=True) if (object_, row["field"]) in columns]
        destination = destinations.get(object_, "")
        if fields and destination:
            proposals = propose_object(fields, destination, taken=frozenset(taken[object_]))
            for field, proposal in zip(fields, proposals, strict=True):
                guesses[object_, field.name] = (destination, proposal)
    return guesses


def _read_field(row: Row) -> Field:
    shape = "" if row["type"] == "text" else row["type"]
    counted = {name: row[name] or 0 for name in ("rows", "filled", "distinct", "longest")}
    return Field(object=row["object"], name=row["field"], shape=shape, **counted)


def _say_guess(guess: tuple[str, Proposal] | None) -> Row:
    said = {"via": "", "state": "proposed", "decided_by": "", "reason": ""}
    if guess is None:
        nothing = {"action": "skip", "destination": "", "to": "", "confidence": 0.5}
        return {**said, **nothing, "evidence": "no record is made of its object"}
    destination, proposal = guess
    return {
        **said,
        "action": proposal.action,
        "destination": destination if proposal.to else "",
        "to": proposal.to,
        "type": proposal.type,
        "confidence": proposal.confidence,
        "evidence": proposal.evidence,
    }


def _overrule(said: Row, decision: Decision | None) -> Row:
    """What was said, as the analyst decided it; a rule that the analyst made is in the phases already."""
    if decision is None:
        return said
    decided = {**said, "state": "confirmed", "decided_by": decision.by, "reason": decision.reason or said["reason"]}
    if decision.action == "skip":
        gone = {"action": "skip", "destination": "", "to": "", "via": "", "state": "rejected"}
        return {**decided, **gone, "evidence": "the analyst leaves it behind"}
    if decision.action == "map":
        return {**decided, "evidence": f"the analyst sends it to {decision.to}"}
    return decided


def _forbid_secret(row: Row) -> Row:
    if row["tag"] not in _STAYS:
        return row
    gone = {"action": "skip", "destination": "", "to": "", "via": ""}
    return {**row, **gone, "confidence": 1.0, "evidence": f"a {row['tag']} is never read", "reason": _STAYS[row["tag"]]}
