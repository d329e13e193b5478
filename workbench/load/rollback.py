"""The way back: what we changed is restored, what we created is deleted, what others touched since is held.

Records go in the reverse of the order they came in, so that nothing is deleted while something of ours hangs on it.
It needs the ledger and the tenant, and nothing else: any process can begin it, and any other go on with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import polars as pl

from workbench.errors import HoldRecord, WorkbenchError
from workbench.freshsales.client import InDoubt, Tenant
from workbench.freshsales.costs import BATCH, MOST_UNSETTLED
from workbench.ledger import Ledger, Standing
from workbench.load.changes import Body, clear_missing, keep_answer, write_back
from workbench.load.deletions import confirm_deletes, describe_delete, goes_by_hundreds, settle_deletes
from workbench.load.doubles import remove_left
from workbench.load.reading import read_record
from workbench.load.recovery import recall_phase, settle_doubt, settle_doubts
from workbench.load.scope import EVERYTHING, Scope
from workbench.load.selection import Chosen, Selection, select_records
from workbench.load.survey import Survey, survey_tenant
from workbench.load.updates import settle_updates
from workbench.model import HELD, ROLLBACK_COUNTS, frame

Progress = Callable[..., None]  # called with the phase, done= and total=
MOST_TRIES = 3  # of a bulk delete; what stands after them is held
RELEASE = "decide with whoever changed it; delete or restore it by hand in Freshsales if it may go"
ENTANGLED = "changed_by_later_run", "a later run changed it again; it was left as that run wrote it"
STILL_THERE = "still_there", "Freshsales took the request to delete it several times and still holds it"
LOST = "edited_in_tenant", "somebody deleted it in Freshsales; its state before the load is in the ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """What a rollback did.

    Attributes:
        counts: ROLLBACK_COUNTS in the order of the rollback.
        held: HELD: the records that were left as they are, and why.
        unseen: What nothing could show us, in words a customer reads.
    """

    counts: pl.DataFrame
    held: pl.DataFrame
    unseen: tuple[str, ...]


def roll_back(
    ledger: Ledger,
    tenant: Tenant,
    *,
    run_label: str,
    scope: Scope = EVERYTHING,
    progress: Progress = lambda phase, *, done, total: None,
) -> RolledBack:
    """Take back what the ledger says we did; killed at any instant, the next call goes on from there.

    Raises:
        UsageError: The ledger knows nothing of that name.
        RetryLater: The tenant does not answer; what was done stands in the ledger.
    """
    ledger.begin_run(run_label)
    settle_deletes(tenant, ledger)
    settle_updates(tenant, ledger)
    settle_doubts(tenant, ledger, ())
    selection = select_records(ledger, scope)
    survey = survey_tenant(tenant, ledger, selection)
    staying = Counter(each.key[0] for each in selection.staying)
    way = _WayBack(ledger=ledger, tenant=tenant, survey=survey, staying=staying)
    phases = selection.by_phase()
    way.hold_all(selection)
    # Restores come first: what was there before us must not point at anything when that is deleted.
    for records in phases.values():
        way.restore_all(records)
    for done, (phase, records) in enumerate(phases.items(), start=1):
        way.delete_all([each for each in records if each.action == "delete"])
        progress(phase, done=done, total=len(phases))
    remove_left(tenant, ledger)
    ledger.save()
    return RolledBack(counts=way.count(phases), held=_list_held(ledger, selection), unseen=tuple(survey.unseen))


@dataclass(kw_only=True)
class _WayBack:
    """One rollback under way; `staying` counts what is not to be taken back, by object."""

    ledger: Ledger
    tenant: Tenant
    survey: Survey
    staying: Counter[str]
    done: Counter[tuple[str, str]] = field(default_factory=Counter)  # by phase and deleted | restored | held | requests

    def hold_all(self, selection: Selection) -> None:
        """Write down of everything that must stay why it does."""
        for each in selection.chosen:
            if why := self.survey.reasons.get(each.name):
                self._hold(each, why)
        for each in selection.entangled:
            self._hold(each, ENTANGLED)

    def restore_all(self, records: Iterable[Chosen]) -> None:
        """Give records that were there before us, or before a later run of ours, their former values."""
        for each in records:
            if each.action != "delete" and each.name not in self.survey.reasons:
                before = self.tenant.requests
                self._restore(each)
                self.done[each.record.phase, "requests"] += self.tenant.requests - before

    def delete_all(self, records: list[Chosen]) -> None:
        """Delete records of one phase, a hundred a request where the API allows."""
        free = [each for each in records if each.name not in self.survey.reasons]
        if not free:
            return
        before = self.tenant.requests
        if goes_by_hundreds(free[0].record.destination):
            for start in range(0, len(free), BATCH * MOST_UNSETTLED):
                self._delete_lot(free[start : start + BATCH * MOST_UNSETTLED])
        else:
            for each in free:
                self._delete_alone(each, self._intend([each])[each.record.external_id])
        self.done[free[0].record.phase, "deleted"] += sum(map(self._is_back, free))
        for parent in self.survey.keep_parents(each for each in free if not self._is_back(each)):
            self._hold(parent, self.survey.reasons[parent.name])
        self.done[free[0].record.phase, "requests"] += self.tenant.requests - before

    def count(self, phases: dict[str, list[Chosen]]) -> pl.DataFrame:
        """ROLLBACK_COUNTS."""
        kinds = ("deleted", "restored", "held", "requests")
        rows = [
            {"phase": phase, "destination": records[0].record.destination}
            | {kind: self.done[phase, kind] for kind in kinds}
            for phase, records in phases.items()
        ]
        return frame(rows, ROLLBACK_COUNTS)

    def _delete_lot(self, lot: list[Chosen]) -> None:
        """Hand in batch after batch, then look once which records are gone; what is not is handed in again."""
        left = lot
        for _ in range(MOST_TRIES):
            for start in range(0, len(left), BATCH):
                if not self._hand_in(left[start : start + BATCH]):
                    break
            staying = self.staying[lot[0].key[0]]
            confirm_deletes(self.tenant, self.ledger, self._list_doubts(lot), staying=staying)
            left = [each for each in left if self.ledger.standing(*each.name).state == "loaded"]
        for each in left:
            self._hold(each, STILL_THERE)

    def _list_doubts(self, lot: list[Chosen]) -> list[Standing]:
        standing = (self.ledger.standing(*each.name) for each in lot)
        return [doubt for doubt in standing if doubt.state == "in_doubt"]

    def _hand_in(self, batch: list[Chosen]) -> bool:
        """Send one batch; false where its answer was lost, and sending more would be blind."""
        seqs = self._intend(batch)
        try:
            self.tenant.bulk_delete(batch[0].record.destination, [each.key[1] for each in batch])
        except InDoubt:
            return False
        except HoldRecord:
            # The batch was refused as a whole: one by one the tenant says which record is the reason.
            for each in batch:
                self._delete_alone(each, seqs[each.record.external_id])
        except WorkbenchError:
            self._withdraw(seqs.values())
            raise
        return True

    def _delete_alone(self, each: Chosen, seq: int) -> None:
        """Delete one record; one that is gone already is as good as deleted."""

        def send() -> None:
            self.tenant.delete(*each.key)
            self.ledger.confirm(seq, each.key[1])

        self._ask(each, seq, send)

    def _restore(self, each: Chosen) -> None:
        current = self.survey.current.get(each.name)
        try:
            current = current or read_record(self.tenant, *each.key)
        except HoldRecord:
            self._hold(each, LOST)
            return
        record, phase = each.record, recall_phase(each.record)
        if each.action == "revert":
            intent = self.ledger.entry(self.ledger.entry(each.previous).payload["intent"]).payload
            body, hash = clear_missing(self.ledger.last_sent(record), intent["body"]), intent["content_hash"]
            known = {"action": "update", "content_hash": hash}
        else:
            body, known = write_back(self.ledger.before_image(record), current), {"action": "restore"}
        seq = self.ledger.intend(phase, record.external_id, body=body, destination_id=record.destination_id, **known)
        self._ask(each, seq, lambda: self._send_back(each, seq, body, current))
        stands = self.ledger.standing(*each.name)
        self.done[record.phase, "restored"] += stands.state != "held"

    def _send_back(self, each: Chosen, seq: int, body: Body, current: Body) -> None:
        shown = self.survey.shown.get(each.name)
        unsent = current | {"updated_at": shown.stamp.isoformat() if shown else None}
        answer = self.tenant.update(*each.key, body) if body else unsent
        self.ledger.confirm(seq, each.key[1], answer=keep_answer(each.key[0], body, answer))

    def _ask(self, each: Chosen, seq: int, send: Callable[[], None]) -> None:
        """Send one change of the way back and write down what came of it."""
        try:
            send()
        except InDoubt:
            doubt = self.ledger.standing(*each.name)
            if not settle_doubt(self.tenant, self.ledger, recall_phase(each.record), doubt):
                raise
        except HoldRecord as why:
            self.done[each.record.phase, "held"] += 1
            self.ledger.refuse(seq, code=why.code, reason=f"not taken back: {why}", field=why.field, release=RELEASE)
        except WorkbenchError:
            self._withdraw([seq])
            raise

    def _intend(self, batch: list[Chosen]) -> dict[str, int]:
        meant = {
            each.record.external_id: (
                describe_delete(self.ledger.last_sent(each.record), self.survey.shown.get(each.name)),
                each.key[1],
            )
            for each in batch
        }
        return self.ledger.intend_deletes(recall_phase(batch[0].record), meant)

    def _is_back(self, each: Chosen) -> bool:
        return self.ledger.standing(*each.name).state == "rolled_back"

    def _hold(self, each: Chosen, why: tuple[str, str]) -> None:
        self.done[each.record.phase, "held"] += 1
        phase, (code, reason) = recall_phase(each.record), why
        self.ledger.hold(phase, each.record.external_id, code=code, reason=reason, release=RELEASE)

    def _withdraw(self, seqs: Iterable[int]) -> None:
        for seq in seqs:
            self.ledger.withdraw(seq, reason="it was never sent")


def _list_held(ledger: Ledger, selection: Selection) -> pl.DataFrame:
    tried = [*selection.chosen, *selection.entangled]
    names = {"phase": [each.name[0] for each in tried], "external_id": [each.name[1] for each in tried]}
    keys = pl.DataFrame(names, schema={"phase": pl.String, "external_id": pl.String})
    return ledger.held().join(keys, on=["phase", "external_id"], how="semi").match_to_schema(HELD)
