"""Records whose owner is another one in the tenant than the source says: somebody gave them away, or a rule there did.

Where nothing else of a record changed, no delta would look at it. So the list that counts everything is looked through,
which costs nothing more, and each such record is asked about like any other conflict. A decision for the tenant leaves
it where it is; one for the source gives it back: a read and a write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from workbench.errors import HoldRecord
from workbench.ledger import Standing
from workbench.load.changes import Body
from workbench.load.owners import shows_owner
from workbench.load.setup import Setup
from workbench.load.sides import compare_sides, recall_kept
from workbench.load.writer import Writer, make_writer
from workbench.model import Phase
from workbench.values import Values

OWNER = "owner_id"
Key = tuple[str, str]  # phase and external id


def settle_given_away(
    setup: Setup, phases: tuple[Phase, ...], records: Mapping[str, pl.DataFrame], population: dict[Key, Values | None]
) -> frozenset[Key]:
    """Carry out what was decided about owners, and note in the review what nobody decided about.

    Args:
        records: Frames of records by phase, from the newest export.
        population: What the tenant holds by phase and external id; what is given back is brought up to date in it.

    Returns:
        The records that stay with the owner they have in the tenant because somebody decided so.

    Raises:
        RetryLater: The tenant does not answer; the ledger knows what is in doubt.
    """
    settled, writer = set(), make_writer(setup)
    for phase in phases:
        if shows_owner(phase.destination):
            for standing, body in _list_differing(writer, phase, records[phase.name], population):
                if _settle(writer, phase, standing, body, population):
                    settled.add((phase.name, standing.external_id))
    setup.ledger.save()
    return frozenset(settled)


def _list_differing(
    writer: Writer, phase: Phase, records: pl.DataFrame, population: Mapping[Key, Values | None]
) -> Iterator[tuple[Standing, Body]]:
    """Loaded records with another owner than their body names."""
    for record in records.unique("external_id", keep="first", maintain_order=True).iter_rows(named=True):
        standing = writer.ledger.standing(phase.name, record["external_id"])
        current = population.get((phase.name, record["external_id"]))
        if standing is None or standing.state != "loaded" or current is None or OWNER not in current:
            continue
        if current[OWNER] != (body := _prepare(writer, phase, record)).get(OWNER, current[OWNER]):
            yield standing, body


def _prepare(writer: Writer, phase: Phase, record: Mapping[str, Any]) -> Body:
    try:
        return writer.prepare(phase, record)
    except HoldRecord:
        return {}


def _settle(writer: Writer, phase: Phase, standing: Standing, body: Body, population: dict[Key, Values | None]) -> bool:
    """Whether a record stays with the owner it has."""
    key, ledger = (phase.name, standing.external_id), writer.ledger
    if key in writer.review.rows:  # met by the delta, which carried out what was decided
        return OWNER in recall_kept(ledger, standing)
    sides = compare_sides(ledger, writer.review, phase, standing, body, population[key], also=(OWNER,))
    if OWNER in sides.ours and not sides.open:
        _give_back(writer, phase, standing, body)
        back = ledger.standing(*key)
        population[key] = population[key] | ledger.last_answer(back)
    return OWNER in sides.theirs


def _give_back(writer: Writer, phase: Phase, standing: Standing, body: Body) -> None:
    try:
        writer.change(phase, standing, body)
    except HoldRecord as why:
        id = standing.external_id
        writer.ledger.hold(phase, id, code=why.code, reason=str(why), field=why.field, release=why.release)
