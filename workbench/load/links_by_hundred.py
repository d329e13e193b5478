"""Late links set by the hundred: handed in by the ids of their records, and found again in a list of the last changed.

A hundred cost a request to hand them in and one to see them set, and each lot a look at its last job.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.errors import HoldRecord, WorkbenchError
from workbench.freshsales.client import InDoubt, NotFound
from workbench.freshsales.costs import BATCH, MOST_UNSETTLED
from workbench.freshsales.jobs import read_job, submit_batch
from workbench.load.sweep import RELEASE, await_end
from workbench.load.updates import Update, confirm_listed
from workbench.load.writer import Writer
from workbench.model import Phase

ID = "id"  # what rows of an update are told apart by


def send_by_hundred(writer: Writer, phase: Phase, updates: Mapping[str, Update]) -> dict[str, HoldRecord]:
    """Send changes by the hundred; what was neither done nor refused is free to be sent alone.

    Args:
        updates: By external id.

    Returns:
        Why the tenant refused those it refused, by external id.
    """
    refused: dict[str, HoldRecord] = {}
    names = list(updates)
    for lot in _cut(names, BATCH * MOST_UNSETTLED):
        seqs: dict[str, int] = {}
        for batch in _cut(lot, BATCH):
            seqs |= _hand_in(writer, phase, {external_id: updates[external_id] for external_id in batch})
        if seqs:
            refused |= _look(writer, phase, updates, seqs)
    return refused


def _cut(names: list[str], size: int) -> list[list[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]


def _hand_in(writer: Writer, phase: Phase, batch: Mapping[str, Update]) -> dict[str, int]:
    """Hand in one batch; returns the intents that may have been carried out, by external id."""
    ledger = writer.ledger
    seqs = ledger.intend_updates(phase, {external_id: update.intent for external_id, update in batch.items()})
    rows = {str(update.id): update.part for update in batch.values()}
    try:
        job = submit_batch(writer.tenant, phase.destination, ID, rows)
    except InDoubt:
        return seqs
    except HoldRecord:
        _withdraw(writer, seqs, reason="the tenant refused the batch as a whole")
        return {}
    except WorkbenchError:
        _withdraw(writer, seqs, reason="it was never sent")
        raise
    ledger.note_job(phase, seqs.values(), job)
    return seqs


def _look(
    writer: Writer, phase: Phase, updates: Mapping[str, Update], seqs: Mapping[str, int]
) -> dict[str, HoldRecord]:
    """Confirm what was done, and write down of the rest that it was not."""
    tenant, ledger, object = writer.tenant, writer.ledger, phase.destination
    jobs = ledger.jobs_of(seqs.values())
    if jobs:
        await_end(tenant, jobs[-1], writer.ways.of(object))
    missing = confirm_listed(tenant, ledger, object, {updates[name].id: seq for name, seq in seqs.items()})
    said = _ask_jobs(writer, ledger.jobs_of(missing.values())) if missing else {}
    refused = {}
    for external_id, seq in seqs.items():
        id = updates[external_id].id
        if id not in missing:
            continue
        if str(id) in said:
            reason = "; ".join(said[str(id)])
            refused[external_id] = HoldRecord(reason, code="rejected_by_tenant", release=RELEASE)
        ledger.withdraw(seq, reason="listed: the tenant still holds it as before")
    ledger.save()
    return refused


def _ask_jobs(writer: Writer, jobs: list[str]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for job in jobs:
        try:
            said |= read_job(writer.tenant, job, key=ID).failures
        except NotFound:
            continue  # the tenant has forgotten it; its records go alone
    return said


def _withdraw(writer: Writer, seqs: Mapping[str, int], *, reason: str) -> None:
    for seq in seqs.values():
        writer.ledger.withdraw(seq, reason=reason)
