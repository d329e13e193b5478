"""The way back: what we changed is restored, what we created is deleted, what others touched since is held.

Records go in the reverse of the order they came in, so that nothing is deleted while something of ours hangs on it.
It restores what the API can write. It brings back neither stamps nor counters, nor the links a pre-existing deal got to
pre-existing contacts: the API can only add those. What is left different shows in the proof.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from workbench.errors import HoldRecord, WorkbenchError
from workbench.freshsales.client import InDoubt, Tenant
from workbench.freshsales.costs import BATCH
from workbench.ledger import Ledger, Standing
from workbench.load.changes import Body, keep_answer, write_back
from workbench.load.proof import prove_rollback
from workbench.load.reading import read_record
from workbench.load.recovery import recall_phase, settle_doubt, settle_doubts
from workbench.load.survey import Survey, survey_tenant
from workbench.model import ACTIVITY_OBJECTS, HELD, ROLLBACK_COUNTS, ROLLBACK_PREVIEW, frame

__all__ = ["preview_rollback", "prove_rollback", "roll_back"]
RELEASE = "decide with whoever changed it; delete or restore it by hand in Freshsales if it may go"


def preview_rollback(ledger: Ledger) -> pl.DataFrame:
    """What a rollback would do, from the ledger alone.

    Returns:
        ROLLBACK_PREVIEW in the order of the rollback; `requests` counts the changes, not the reading before and after.
    """
    rows = []
    for phase, records in _list_standing(ledger).items():
        deletes = sum(record.created for record in records)
        per_request = 1 if records[0].destination in ACTIVITY_OBJECTS else BATCH
        restores = len(records) - deletes
        rows.append(
            {"phase": phase, "destination": records[0].destination, "delete": deletes, "restore": restores,
             "requests": math.ceil(deletes / per_request) + 2 * restores}
        )  # fmt: skip
    return frame(rows, ROLLBACK_PREVIEW)


def roll_back(
    ledger: Ledger,
    tenant: Tenant,
    *,
    run_label: str,
    progress: Callable[..., None] = lambda phase, *, done, total: None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take back everything the ledger says we did; killed at any instant, the next call goes on from there.

    Returns:
        ROLLBACK_COUNTS in the order of the rollback, and HELD: the records that were left as they are, and why.

    Raises:
        RetryLater: The tenant does not answer; what was done stands in the ledger.
    """
    ledger.begin_run(run_label)
    settle_doubts(tenant, ledger, ())
    standing = _list_standing(ledger)
    survey = survey_tenant(tenant, ledger, [record for records in standing.values() for record in records])
    way = _WayBack(ledger=ledger, tenant=tenant, survey=survey)
    # Restores come first: what was there before us must not point at anything when that is deleted.
    for records in standing.values():
        for record in records:
            if not record.created:
                way.take(record, way.restore)
    for done, (phase, records) in enumerate(standing.items(), start=1):
        way.delete_all([record for record in records if record.created])
        progress(phase, done=done, total=len(standing))
    ledger.save()
    return way.count(standing), _list_held(ledger, standing)


@dataclass(kw_only=True)
class _WayBack:
    """One rollback under way."""

    ledger: Ledger
    tenant: Tenant
    survey: Survey
    done: Counter[tuple[str, str]] = field(default_factory=Counter)  # by phase and deleted | restored | held | requests

    def take(self, record: Standing, act: Callable[[Standing], None]) -> None:
        """Take one record back, or hold it with the reason."""
        before = self.tenant.requests
        if self.survey.keeps(record):
            self._hold(record, self.survey.reasons[record.phase, record.external_id])
        else:
            act(record)
        self.done[record.phase, "requests"] += self.tenant.requests - before

    def restore(self, record: Standing) -> None:
        """Write the before-image back where the record differs from it."""
        try:
            current = read_record(self.tenant, record.destination, record.destination_id)
        except HoldRecord:
            self._hold(record, "somebody deleted it in Freshsales; its state before the load is in the ledger")
            return
        body = write_back(self.ledger.before_image(record), current)
        seq = self.ledger.intend(
            recall_phase(record), record.external_id, action="restore", body=body, destination_id=record.destination_id
        )
        is_done = self._ask(record, seq, lambda: self._send_back(record, seq, body, known=current))
        self.done[record.phase, "restored"] += is_done

    def delete_all(self, records: list[Standing]) -> None:
        """Delete records of one phase, a hundred a request where the API allows."""
        for record in records:
            if self.survey.keeps(record):
                self.take(record, self.delete)
        free = [record for record in records if not self.survey.keeps(record)]
        if not free or free[0].destination in ACTIVITY_OBJECTS:
            for record in free:
                self.take(record, self.delete)
            return
        for start in range(0, len(free), BATCH):
            self._delete_batch(free[start : start + BATCH])

    def delete(self, record: Standing) -> None:
        """Delete one record; one that is gone already is as good as deleted."""
        seq = self._intend_delete(record)
        self.done[record.phase, "deleted"] += self._ask(record, seq, lambda: self._delete_one(record, seq))

    def count(self, standing: dict[str, list[Standing]]) -> pl.DataFrame:
        """ROLLBACK_COUNTS."""
        kinds = ("deleted", "restored", "held", "requests")
        rows = [
            {"phase": phase, "destination": records[0].destination} | {kind: self.done[phase, kind] for kind in kinds}
            for phase, records in standing.items()
        ]
        return frame(rows, ROLLBACK_COUNTS)

    def _delete_batch(self, batch: list[Standing]) -> None:
        requests, object = self.tenant.requests, batch[0].destination
        seqs = {record.destination_id: self._intend_delete(record) for record in batch}
        try:
            self.tenant.bulk_delete(object, list(seqs))
        except InDoubt:
            settle_doubts(self.tenant, self.ledger, ())
            if not all(self._is_back(record) for record in batch):
                raise
        except HoldRecord:
            # The batch was refused as a whole: one by one the tenant says which record is the reason.
            for record in batch:
                self._ask(
                    record, seqs[record.destination_id], lambda r=record: self._delete_one(r, seqs[r.destination_id])
                )
        except WorkbenchError:
            self._withdraw(seqs.values())
            raise
        else:
            for id, seq in seqs.items():
                self.ledger.confirm(seq, id)
        self.done[batch[0].phase, "deleted"] += sum(self._is_back(record) for record in batch)
        self.done[batch[0].phase, "requests"] += self.tenant.requests - requests

    def _ask(self, record: Standing, seq: int, send: Callable[[], None]) -> bool:
        """Send one change of the way back; true where it is done."""
        try:
            send()
        except InDoubt:
            doubt = self.ledger.standing(record.phase, record.external_id)
            if not settle_doubt(self.tenant, self.ledger, recall_phase(record), doubt):
                raise
        except HoldRecord as why:
            self.done[record.phase, "held"] += 1
            self.ledger.refuse(seq, code=why.code, reason=f"not taken back: {why}", field=why.field, release=RELEASE)
        except WorkbenchError:
            self._withdraw([seq])
            raise
        return self._is_back(record)

    def _is_back(self, record: Standing) -> bool:
        return self.ledger.standing(record.phase, record.external_id).state == "rolled_back"

    def _send_back(self, record: Standing, seq: int, body: Body, *, known: Body) -> None:
        answer = self.tenant.update(record.destination, record.destination_id, body) if body else known
        self.ledger.confirm(seq, record.destination_id, answer=keep_answer(record.destination, body, answer))

    def _delete_one(self, record: Standing, seq: int) -> None:
        self.tenant.delete(record.destination, record.destination_id)
        self.ledger.confirm(seq, record.destination_id)

    def _intend_delete(self, record: Standing) -> int:
        sent = self.ledger.last_sent(record)
        about = {name: sent[name] for name in ("targetable_type", "targetable_id") if name in sent}
        return self.ledger.intend(
            recall_phase(record), record.external_id, action="delete", body=about, destination_id=record.destination_id
        )

    def _hold(self, record: Standing, reason: str) -> None:
        self.done[record.phase, "held"] += 1
        self.ledger.hold(
            recall_phase(record), record.external_id, code="edited_in_tenant", reason=reason, release=RELEASE
        )

    def _withdraw(self, seqs) -> None:
        for seq in seqs:
            self.ledger.withdraw(seq, reason="it was never sent")


def _list_standing(ledger: Ledger) -> dict[str, list[Standing]]:
    """What stands because of us, by phase, the last phase first."""
    standing = {
        phase: [record for record in ledger.standings(phase) if record.is_standing]
        for phase in reversed(ledger.phases())
    }
    return {phase: records for phase, records in standing.items() if records}


def _list_held(ledger: Ledger, standing: dict[str, list[Standing]]) -> pl.DataFrame:
    tried = [{"phase": phase, "external_id": record.external_id} for phase in standing for record in standing[phase]]
    keys = pl.DataFrame(tried, schema={"phase": pl.String, "external_id": pl.String})
    return ledger.held().join(keys, on=["phase", "external_id"], how="semi").match_to_schema(HELD)
