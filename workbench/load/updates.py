"""Changes of records that stand, many at once, settled from lists: the last changed first, a hundred a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.freshsales.client import Tenant
from workbench.freshsales.costs import PAGE
from workbench.ledger import Ledger, Standing
from workbench.load.bulk import Ways
from workbench.load.changes import Body, keep_answer
from workbench.load.listing import Lists, Row
from workbench.load.recovery import is_as_sent
from workbench.load.sides import Kept
from workbench.load.sweep import STRANGE_PAGES, await_end
from workbench.model import CORE_OBJECTS
from workbench.values import read_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One change: the whole body as it is to stand, and the part of it that is sent.

    Attributes:
        id: Of the record in the tenant.
        content_hash: Of the whole body.
        kept: Fields of the body that a decision leaves to the tenant; see `workbench.load.sides`.
    """

    id: int
    body: Body
    part: Body
    content_hash: str
    kept: Kept = field(default_factory=dict)

    @property
    def intent(self) -> dict[str, Any]:
        """As `Ledger.intend_updates` takes it."""
        about = {"content_hash": self.content_hash, "destination_id": self.id}
        return {"body": self.body, "part": self.part, **about, **({"kept": self.kept} if self.kept else {})}


def settle_updates(tenant: Tenant, ledger: Ledger) -> None:
    """Settle the changes by the hundred that a killed run left open, from one list instead of a read a record.

    What the list does not show as changed is free to be sent again: such a change sets one link to one record, and a
    job that wakes up late sets the same.

    Raises:
        RetryLater: The tenant does not answer; what is not settled stays in doubt.
    """
    for object in CORE_OBJECTS:
        seqs = {doubt.destination_id: doubt.intent for doubt in _list_doubts(ledger, object)}
        if len(seqs) < 2:
            continue
        if jobs := ledger.jobs_of(seqs.values()):
            await_end(tenant, jobs[-1], Ways().of(object))
        for seq in confirm_listed(tenant, ledger, object, seqs).values():
            ledger.withdraw(seq, reason="listed: the tenant still holds it as before")
    ledger.save()


def confirm_listed(tenant: Tenant, ledger: Ledger, object: str, seqs: Mapping[int, int]) -> dict[int, int]:
    """Confirm the changes that a list of the last changed shows.

    Args:
        seqs: Number of each intent, by the id of its record in the tenant.

    Returns:
        Those that it does not show.
    """
    missing = dict(seqs)
    for row in _list_until_strange(Lists(tenant=tenant, since=None).rows(object), missing):
        payload = ledger.entry(missing[row.key[1]]).payload
        current = read_values(object, row.record)
        if not row.is_whole or not _shows(object, payload["part"], current):
            continue
        answer = keep_answer(object, payload["body"], row.record)
        ledger.confirm(missing.pop(row.key[1]), row.key[1], answer=answer)
        if not missing:
            break
    return missing


def _list_doubts(ledger: Ledger, object: str) -> list[Standing]:
    doubts = (doubt for doubt in ledger.in_doubt() if doubt.destination == object)
    return [doubt for doubt in doubts if "part" in ledger.entry(doubt.intent).payload]


def _list_until_strange(rows: Iterator[Row], wanted: Mapping[int, int]) -> Iterator[Row]:
    """Rows of ours, until some pages in a row show none: what is still missing then was not changed."""
    strange = 0
    for row in rows:
        if row.key[1] in wanted and row.object != "note":
            strange = 0
            yield row
            continue
        strange += row.object != "note"
        if strange >= STRANGE_PAGES * PAGE:
            return


def _shows(object: str, part: Body, current: Mapping[str, Any]) -> bool:
    return read_values(object, part).keys() <= current.keys() and is_as_sent(object, part, dict(current))
