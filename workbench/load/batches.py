"""Records by the hundred: handed in as bulk jobs, found again in one sweep of the newest, settled one by one.

A bulk write returns no ids. So what was handed in is found again by the external ids the records carry, on list pages
that show a hundred records each with everything the diff and the rollback need to know of them. What the sweep does
not show is asked of its job, and what the job does not name either goes alone, as any single record does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import HoldRecord, WorkbenchError
from workbench.freshsales.client import InDoubt
from workbench.freshsales.costs import BATCH, MOST_UNSETTLED
from workbench.freshsales.jobs import submit_batch
from workbench.load.changes import Body, hash_body
from workbench.load.sweep import settle_batches
from workbench.load.writer import Writer
from workbench.model import Phase
from workbench.own_fields import name_id_field

Record = Mapping[str, Any]


@dataclass(kw_only=True)
class Batches:
    """The records of one phase on their way by the hundred."""

    writer: Writer
    phase: Phase
    waiting: dict[str, Body] = field(default_factory=dict)  # not yet handed in, by external id
    seqs: dict[str, int] = field(default_factory=dict)  # handed in and not yet looked for
    records: dict[str, Record] = field(default_factory=dict)  # all that is on its way
    is_refused: bool = False  # the tenant takes no batches of this object

    def take(self, record: Record) -> None:
        """Put a record on its way; one that stands already, or looks like another, goes alone at once."""
        if self._follows_one_on_its_way(record):
            self.settle()
        body = None if self.is_refused else self._prepare_new(record)
        if body is None:
            self.writer.write(self.phase, record)
            return
        self.waiting[record["external_id"]] = body
        self.records[record["external_id"]] = record
        if len(self.waiting) == BATCH:
            self._hand_in()
        if len(self.records) == BATCH * MOST_UNSETTLED:
            self.settle()

    def settle(self) -> None:
        """Bring everything taken so far to its outcome."""
        if self.waiting:
            self._hand_in()
        if self.seqs:
            settle_batches(self.writer.tenant, self.writer.ledger, self.phase.destination, self.seqs)
        for external_id, record in self.records.items():
            if self.writer.ledger.standing(self.phase.name, external_id) is None:
                self.writer.write(self.phase, record)
        self.seqs, self.records = {}, {}

    def _follows_one_on_its_way(self, record: Record) -> bool:
        own = (f"lookup.{lookup.to}" for lookup in self.phase.lookups if lookup.object == self.phase.source)
        return any(record[name] in self.records for name in own)

    def _prepare_new(self, record: Record) -> Body | None:
        """What would be sent for a record the tenant knows nothing of; null for any other."""
        try:
            body = self.writer.prepare(self.phase, record)
        except HoldRecord:
            return None
        return body if self.writer.is_new(self.phase, record["external_id"], body) else None

    def _hand_in(self) -> None:
        ledger, object = self.writer.ledger, self.phase.destination
        batch, self.waiting = self.waiting, {}
        seqs = ledger.intend_batch(self.phase, {id: (body, hash_body(body)) for id, body in batch.items()})
        try:
            job = submit_batch(self.writer.tenant, object, name_id_field(object), batch)
        except InDoubt:
            self.seqs |= seqs  # the sweep shows whether it arrived
        except HoldRecord:
            # Refused as a whole: one by one the tenant says which record is the reason.
            self.is_refused = True
            self._withdraw(seqs.values(), reason="the tenant refused the batch as a whole")
        except WorkbenchError:
            self._withdraw(seqs.values(), reason="it was never sent")
            raise
        else:
            ledger.note_job(self.phase, seqs.values(), job)
            self.seqs |= seqs

    def _withdraw(self, seqs: Iterable[int], *, reason: str) -> None:
        for seq in seqs:
            self.writer.ledger.withdraw(seq, reason=reason)
