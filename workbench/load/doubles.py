"""Activities and files that may stand twice: sent again because the first write seemed lost, which then arrived.

Nothing of the tenant's keeps a note, task, appointment or file from being written twice. A write whose answer was lost
is looked for before it is sent again, see `workbench.load.recovery`; what arrives even later than that is found here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from workbench.destinations import DOCUMENT
from workbench.errors import StopRun, raise_problems
from workbench.freshsales.bodies import mark_source
from workbench.freshsales.client import InDoubt, NotFound, Tenant
from workbench.ledger import Entry, Ledger, Standing
from workbench.load.changes import keep_found
from workbench.load.deleted import hold_deleted
from workbench.load.documents import Parent, is_alike, list_documents
from workbench.load.finding import Look, read_parent
from workbench.load.lookups import is_deleted
from workbench.load.reading import get_record
from workbench.load.recovery import NOT_THERE, is_as_sent, recall_phase, settle_doubt
from workbench.load.uploads_check import hash_content
from workbench.model import ACTIVITY_OBJECTS, Phase
from workbench.values import read_values

# Seconds after which nothing arrives any more; what was sent again later than that is looked at by the next load too.
SETTLED = 3600.0
Record = dict[str, Any]


def remove_doubles(tenant: Tenant, ledger: Ledger, phases: Iterable[Phase]) -> int:
    """Delete the second of every activity and file of ours that stands twice; returns how many there were.

    It costs one read for all that were sent again and hang on the same record, and one delete for each that stands
    twice, for a file one more to read what is in it: none in a load that lost no answer. One that somebody touched
    since is not deleted. Where ours was deleted by hand, the copy that arrived late takes its place; that costs one
    read more.

    Raises:
        StopRun: Somebody touched the second of two; names them.
        RetryLater: The tenant does not answer; the next load looks again.
    """
    doubles = _Doubles(tenant=tenant, ledger=ledger)
    for phase in phases:
        if not _can_double(phase.destination):
            continue
        resent = _list_resent(ledger, phase)
        for entry in {entry.external_id: entry for entry in reversed(resent)}.values():
            standing = ledger.standing(phase.name, entry.external_id)
            if standing and standing.is_standing and not is_deleted(standing, ledger):
                doubles.leave_one(phase, standing, entry)
        if settled := [entry.seq for entry in resent if ledger.age(entry) > SETTLED]:
            ledger.set_watermark(_name_watermark(phase), str(max(settled)))
    raise_problems("records that stand twice in Freshsales", doubles.problems, error=StopRun)
    return doubles.removed


def remove_left(tenant: Tenant, ledger: Ledger) -> int:
    """Delete the untouched copies of what was taken back; returns how many there were.

    It costs one read for all that were sent again and hang on the same record, and one delete for each copy: none
    where no answer was lost.

    Raises:
        RetryLater: The tenant does not answer; the next rollback looks again.
    """
    doubles = _Doubles(tenant=tenant, ledger=ledger)
    for standing, entry in _list_taken_back(ledger):
        phase, body = recall_phase(standing), ledger.entry(entry.payload["intent"]).payload["body"]
        for copy in doubles.list_copies(phase, entry):
            if doubles.is_untouched(phase, body, copy):
                doubles.delete(phase, standing.external_id, body, copy["id"])
    return doubles.removed


def count_left(tenant: Tenant, ledger: Ledger) -> Counter[str]:
    """How many copies of what was taken back stand in the tenant, by phase; it costs reads as `remove_left` does."""
    doubles, left = _Doubles(tenant=tenant, ledger=ledger), Counter()
    for standing, entry in _list_taken_back(ledger):
        left[standing.phase] += len(doubles.list_copies(recall_phase(standing), entry))
    return +left


def _list_taken_back(ledger: Ledger) -> Iterator[tuple[Standing, Entry]]:
    """What was taken back and may stand as a copy, with the withdrawal of the write that may have made it."""
    for name in ledger.phases():
        resent = {each.external_id: each for each in reversed(ledger.withdrawals(name)) if _is_resent(each)}
        for entry in resent.values():
            standing = ledger.standing(name, entry.external_id)
            if standing and standing.state == "rolled_back" and _can_double(standing.destination):
                yield standing, entry


@dataclass(kw_only=True)
class _Doubles:
    """One look at the tenant for what stands twice; `listed` keeps the files of each record that was asked for."""

    tenant: Tenant
    ledger: Ledger
    removed: int = 0
    problems: list[str] = field(default_factory=list)
    listed: dict[Parent, dict[int, Record]] = field(default_factory=dict)
    look: Look | None = None

    def leave_one(self, phase: Phase, standing: Standing, entry: Entry) -> None:
        """Delete the untouched seconds of one record; where ours is gone, let the first of them stand for it."""
        copies = self.list_copies(phase, entry)
        others = [each for each in copies if each["id"] != standing.destination_id]
        if not others:
            return
        body, known = self.ledger.last_sent(standing), standing.destination_id
        if len(others) == len(copies) and self._is_gone(standing, body):
            fresh = [each for each in others if self.is_untouched(phase, body, each)]
            if not fresh:
                hold_deleted(self.ledger, standing)
                return
            self._adopt(phase, standing, body, fresh[0])
            others, known = [each for each in others if each is not fresh[0]], fresh[0]["id"]
        for other in others:
            if self.is_untouched(phase, body, other):
                self.delete(phase, standing.external_id, body, other["id"])
            else:
                self.problems.append(
                    f"{phase.name} {standing.external_id}: {phase.destination} {known} and {other['id']};"
                    f" somebody changed the second: delete the second ({other['id']}), then load again"
                )

    def list_copies(self, phase: Phase, entry: Entry) -> list[Record]:
        """What the tenant holds of a record that was sent again, ours and the copies; nothing another record is."""
        intent = self.ledger.entry(entry.payload["intent"])
        parent = read_parent(intent.payload["body"])
        if phase.destination == DOCUMENT:
            if parent not in self.listed:
                self.listed[parent] = list_documents(self.tenant, parent)
            found = [each for each in self.listed[parent].values() if self._is_same_file(intent, each)]
        else:
            self.look = self.look or Look(tenant=self.tenant)
            mark = mark_source(phase, entry.external_id)
            found = list(self.look.list_marked(phase.destination, mark, parent=parent))
        return [each for each in found if not self._is_another(phase, entry.external_id, each)]

    def _is_another(self, phase: Phase, external_id: str, record: Record) -> bool:
        known = self.ledger.find_by_destination(phase.destination, int(record["id"]))
        own = (external_id, _name_second(external_id, record["id"]))
        return known is not None and (known.phase != phase.name or known.external_id not in own)

    def _is_same_file(self, intent: Entry, file: Record) -> bool:
        """Whether a file is what an intent meant; what is in it is read unless the ledger knows it."""
        if not is_alike(intent, file):
            return False
        is_known = self.ledger.find_by_destination(DOCUMENT, int(file["id"])) is not None
        return is_known or hash_content(self.tenant, file) in (None, intent.payload["body"]["sha256"])

    def _is_gone(self, standing: Standing, body: Record) -> bool:
        try:
            get_record(self.tenant, standing.destination, standing.destination_id, parent=read_parent(body))
        except NotFound:
            return True
        return False

    def is_untouched(self, phase: Phase, body: Record, record: Record) -> bool:
        """Whether nobody changed a copy since it arrived."""
        if record.get("updated_at") != record.get("created_at"):
            return False
        if phase.destination == DOCUMENT:
            return "file_size" in record  # by its name alone a file is not known well enough to delete it
        return is_as_sent(phase.destination, body, read_values(phase.destination, record))

    def _adopt(self, phase: Phase, standing: Standing, body: Record, record: Record) -> None:
        seq = self.ledger.intend(
            phase, standing.external_id, action="create", body=body, content_hash=standing.content_hash
        )
        self.ledger.confirm(seq, record["id"], answer=keep_found(phase.destination, body, record))

    def delete(self, phase: Phase, external_id: str, body: Record, id: int) -> None:
        """Delete one of two, under a name of its own: the record itself goes on standing as the other.

        It is written down as created first, so that whoever takes the load back knows that it has to be gone.
        """
        ledger, name = self.ledger, _name_second(external_id, id)
        self.removed += 1
        ledger.confirm(ledger.intend(phase, name, action="create", body=body), id)
        seq = ledger.intend(phase, name, action="delete", body=body, destination_id=id)
        try:
            self.tenant.delete(phase.destination, id)
        except InDoubt:
            if not settle_doubt(self.tenant, ledger, phase, ledger.standing(phase.name, name)):
                raise
        else:
            ledger.confirm(seq, id)


def _can_double(object: str) -> bool:
    return object in (*ACTIVITY_OBJECTS, DOCUMENT)


def _list_resent(ledger: Ledger, phase: Phase) -> list[Entry]:
    """Withdrawals of writes that the tenant was asked about and did not show, as far as they were not judged yet."""
    known = int(ledger.watermark(_name_watermark(phase)) or 0)
    return [entry for entry in ledger.withdrawals(phase.name, after=known) if _is_resent(entry)]


def _is_resent(entry: Entry) -> bool:
    return entry.payload["reason"] == NOT_THERE


def _name_second(external_id: str, id: int) -> str:
    return f"{external_id} (again, {id})"


def _name_watermark(phase: Phase) -> str:
    return f"doubles of {phase.name}"
