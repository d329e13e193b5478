"""Records by the hundred: handed in as bulk jobs, found again in one sweep of the newest, settled one by one.

A bulk write returns no ids. So what was handed in is found again by the external ids the records carry, on list pages
that show a hundred records each with everything the diff and the rollback need to know of them. What the sweep does
not show is asked of its job, and what the job does not name either goes once more by the hundred and then alone.

The first batch of an object shows whether the tenant lets rows be told apart by our external id, see `Way`. Where it
does not, contacts go by their e-mail and accounts by their name, but only those whose e-mail or name nothing else in
the tenant and in the load has: a bulk write that finds one changes what it finds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import HoldRecord, WorkbenchError
from workbench.freshsales.client import InDoubt
from workbench.freshsales.costs import BATCH, MOST_UNSETTLED, goes_in_batches
from workbench.freshsales.jobs import submit_batch
from workbench.ledger import Standing
from workbench.load.bulk import FEWEST, Way
from workbench.load.changes import Body, hash_body
from workbench.load.sweep import RELEASE, Settled, await_end, settle_batches
from workbench.load.writer import Writer
from workbench.model import Phase

Record = Mapping[str, Any]
MOST_ROUNDS = 4  # a key that is refused, another one, what that left, and a round in hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Passenger:
    """One record on its way; `is_alone` where another one has the same e-mail or name, `before` how it stood."""

    record: Record
    body: Body
    is_alone: bool
    before: Standing | None


@dataclass(kw_only=True)
class Batches:
    """The records of one phase on their way by the hundred."""

    writer: Writer
    phase: Phase
    waiting: dict[str, Body] = field(default_factory=dict)  # not yet handed in, by external id
    seqs: dict[str, int] = field(default_factory=dict)  # handed in and not yet looked for
    passengers: dict[str, Passenger] = field(default_factory=dict)  # all that is on its way
    doubted: Counter[str] = field(default_factory=Counter)  # how often refused, as if it were not their fault

    @property
    def way(self) -> Way:
        """How the records of this object go by the hundred, as far as is known."""
        return self.writer.ways.of(self.phase.destination)

    def take(self, record: Record) -> None:
        """Put a record on its way; one that stands already, or looks like another, goes alone at once."""
        if self.writer.is_handed_over(self.phase, record["external_id"]):
            return
        if self._follows_one_on_its_way(record):
            self.settle()
        body = self._prepare_new(record) if self.way.key else None
        if body is None:
            self.writer.write(self.phase, record)
            return
        external_id, is_free = record["external_id"], self.writer.existing.claim(self.phase.destination, body)
        if self.way.is_natural and not is_free:
            # Never beside the other one: whichever came second would be written over the first.
            self.settle()
            self.writer.write(self.phase, record)
            return
        before = self.writer.ledger.standing(self.phase.name, external_id)
        self.passengers[external_id] = Passenger(record=record, body=body, is_alone=not is_free, before=before)
        self._let_wait(external_id)
        if len(self.waiting) >= self.way.size:
            self._hand_in(self._take_waiting())
            self._prove_key()
        if len(self.passengers) >= BATCH * MOST_UNSETTLED:
            self.settle()

    def settle(self) -> None:
        """Bring everything taken so far to its outcome."""
        for _ in range(MOST_ROUNDS):
            if self.seqs or goes_in_batches(self.phase.destination, len(self.waiting)):
                self._hand_in(self._take_waiting())
            if self.seqs:
                self._look()
            self._leave_the_settled()
            if not self.way.key or not goes_in_batches(self.phase.destination, len(self.passengers)):
                break
            for external_id in self.passengers:
                self._let_wait(external_id)
        for passenger in self.passengers.values():
            self.writer.write(self.phase, passenger.record)
        self.waiting, self.passengers, self.doubted = {}, {}, Counter()

    def _follows_one_on_its_way(self, record: Record) -> bool:
        own = (f"lookup.{lookup.to}" for lookup in self.phase.lookups if lookup.object == self.phase.source)
        return any(record[name] in self.passengers for name in own)

    def _prepare_new(self, record: Record) -> Body | None:
        """What would be sent for a record the tenant knows nothing of; null for any other."""
        try:
            body = self.writer.prepare(self.phase, record)
            self.writer.watch.check(self.phase.destination, body)
        except HoldRecord:
            return None
        return body if self.writer.is_new(self.phase, record["external_id"], body) else None

    def _let_wait(self, external_id: str) -> None:
        passenger = self.passengers[external_id]
        # Refused twice for nothing of its own, it is asked about alone: that answer is the last.
        is_named = self.doubted[external_id] < 2 and self.way.name_row(external_id, passenger.body) is not None
        if is_named and not (self.way.is_natural and passenger.is_alone):
            self.waiting[external_id] = passenger.body

    def _take_waiting(self) -> dict[str, Body]:
        batch, self.waiting = self.waiting, {}
        return batch

    def _leave_the_settled(self) -> None:
        # One that was held before, and is still held for that reason, was not sent at all.
        standing = {id: self.writer.ledger.standing(self.phase.name, id) for id in self.passengers}
        self.passengers = {id: each for id, each in self.passengers.items() if standing[id] in (None, each.before)}

    # --- there -----------------------------------------------------------------------------------------------------

    def _hand_in(self, batch: dict[str, Body]) -> None:
        """Hand in records in batches the tenant takes.

        A batch refused as a whole is halved: it is too large, or one row spoils it. Where halving does not help, that
        row is among a few that go alone, and the rest by as many as before.
        """
        ids, way, size, is_any_taken = list(batch), self.way, self.way.size, False
        while ids and way.key:
            part, rest = ids[: way.size], ids[way.size :]
            if self._submit({id: batch[id] for id in part}):
                ids, is_any_taken = rest, True
            elif len(part) // 2 >= FEWEST:
                way.size = len(part) // 2
            elif is_any_taken or way.is_proven:
                ids, way.size = rest, size
            else:
                way.key = ""

    def _submit(self, batch: dict[str, Body]) -> bool:
        """Hand in one batch; false where the tenant refuses it as a whole."""
        ledger, way = self.writer.ledger, self.way
        seqs = ledger.intend_batch(self.phase, {id: (body, hash_body(body)) for id, body in batch.items()})
        rows = {way.name_row(id, body): body for id, body in batch.items()}
        try:
            job = submit_batch(self.writer.tenant, way.object, way.key, rows)
        except InDoubt:
            self.seqs |= seqs  # the sweep shows whether it arrived
        except HoldRecord:
            self._withdraw(seqs.values(), reason="the tenant refused the batch as a whole")
            return False
        except WorkbenchError:
            self._withdraw(seqs.values(), reason="it was never sent")
            raise
        else:
            ledger.note_job(self.phase, seqs.values(), job)
            self.seqs |= seqs
        return True

    def _withdraw(self, seqs: Iterable[int], *, reason: str) -> None:
        for seq in seqs:
            self.writer.ledger.withdraw(seq, reason=reason)

    # --- and back --------------------------------------------------------------------------------------------------

    def _prove_key(self) -> None:
        """Before a second batch goes by a key, the first one's job is asked; that also tells how long jobs take."""
        if self.way.is_proven or not self.seqs:
            return
        jobs = self.writer.ledger.jobs_of(self.seqs.values())
        refused = await_end(self.writer.tenant, jobs[0], self.way) if jobs else None
        if refused is None or len(refused) >= min(len(self.seqs), self.way.size):
            self.settle()
        else:
            self.way.is_proven = True

    def _look(self) -> None:
        way, ledger = self.way, self.writer.ledger
        settled = settle_batches(
            self.writer.tenant, ledger, way, self.seqs, doubts_refusals=not way.is_proven,
            labels=self.writer.sender.labels(way.object),
        )  # fmt: skip
        self.seqs = {}
        self.doubted.update(settled.passing)
        self._watch_refusals(settled)
        if settled.found:
            way.is_proven = True
        elif settled.is_refused_alike and not way.is_proven:
            self._question_key(settled)
        elif not settled.refused:
            way.note_unseen()

    def _watch_refusals(self, settled: Settled) -> None:
        """Let what an administrator changed meanwhile be noticed here as well as where records go alone."""
        for external_id, said in settled.refused.items():
            body = self.passengers[external_id].body
            field = self.writer.sender.find_field(self.way.object, said, body)
            self.writer.watch.note_refusal(self.way.object, field)

    def _question_key(self, settled: Settled) -> None:
        """A job that refuses every row in the same words means its values or its key: one record alone tells which."""
        first, *others = settled.refused
        if self.writer.write(self.phase, self.passengers[first].record) != "held":
            self.way.give_up_key()
            return
        for external_id in others:
            said, body = settled.refused[external_id], self.passengers[external_id].body
            self.writer.ledger.hold(
                self.phase, external_id, code="rejected_by_tenant", reason="; ".join(said),
                field=self.writer.sender.find_field(self.way.object, said, body), release=RELEASE,
                content_hash=hash_body(body),
            )  # fmt: skip
