"""A record of which somebody changed something in the tenant: which side of each field stays.

What a decision left to the tenant goes on being the tenant's: the intent of every change says which fields it left out,
with what the source said of them and what the tenant held. It is asked again once either of the two is another one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from workbench.ledger import Ledger, Standing
from workbench.load.changes import Body
from workbench.load.review import Review
from workbench.model import Phase
from workbench.values import Values, find_edits, is_same, read_values

Kept = dict[str, list[Any]]  # what the source said and what the tenant held, by field


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The fields of one record that differ by somebody's hand.

    Attributes:
        theirs: Those of which somebody decided that the tenant's value stays.
        ours: Those of which somebody decided for the source.
        open: Those nobody decided about.
    """

    theirs: Kept
    ours: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def compare_sides(
    ledger: Ledger,
    review: Review,
    phase: Phase,
    standing: Standing,
    body: Body,
    current: Values,
    *,
    also: Collection[str] = (),
) -> Sides:
    """Source then, source now, tenant now: a field somebody else changed meanwhile is never overwritten unasked.

    Args:
        also: Fields to ask about even where the tenant holds what it answered at once.
    """
    loaded, wanted = ledger.last_answer(standing), read_values(phase.destination, body)
    kept = {name: each for name, each in recall_kept(ledger, standing).items() if name in current}
    renewed = [name for name, (source, _) in kept.items() if not is_same(name, source, wanted.get(name))]
    edits = dict.fromkeys([*find_edits(loaded, current), *renewed, *(name for name in also if name not in kept)])
    conflicts = [
        name
        for name in edits
        if (name not in wanted and name not in kept) or not is_same(name, wanted.get(name), current[name])
    ]
    theirs = {name: each for name, each in kept.items() if name not in edits}
    if not conflicts:
        return Sides(theirs=theirs)
    values = {name: (loaded.get(name), wanted.get(name), current[name]) for name in conflicts}
    decided = review.compare(phase, standing, values)
    theirs |= {name: [wanted.get(name), current[name]] for name, side in decided.items() if side == "tenant"}
    return Sides(
        theirs=theirs,
        ours=tuple(name for name, side in decided.items() if side == "source"),
        open=tuple(name for name in conflicts if name not in decided),
    )


def recall_kept(ledger: Ledger, standing: Standing) -> Kept:
    """What the last change of a record that stands left to the tenant."""
    return ledger.entry(ledger.entry(standing.answer).payload["intent"]).payload.get("kept", {})


def add_kept(sent: Body, kept: Kept) -> Body:
    """What was sent of a record, and what the source said of the fields that were left to the tenant."""
    said = {name: source for name, (source, _) in kept.items() if name not in sent}
    custom = {name: value for name, value in said.items() if name.startswith("cf_")}
    standard = {name: value for name, value in said.items() if name not in custom}
    return sent | standard | ({"custom_field": sent.get("custom_field", {}) | custom} if custom else {})
