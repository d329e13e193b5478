"""Writes of many records at once, settled: what a list of the newest shows was done, the job names what was refused."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.freshsales.answers import guess_field
from workbench.freshsales.client import NotFound, Tenant
from workbench.freshsales.jobs import list_newest, read_job
from workbench.ledger import Ledger
from workbench.load.changes import keep_answer
from workbench.own_fields import name_id_field
from workbench.values import INCLUDES, read_values

STRANGE_PAGES = 3  # in a row without a record of ours: what is still missing is not there
FIRST_WAIT, LONGEST_WAIT, PATIENCE = 1.0, 30.0, 600.0  # seconds for a job to end; after that the records decide
RELEASE = "correct the value in the source or the field's rule in the mapping, then load again"


def settle_batches(tenant: Tenant, ledger: Ledger, object: str, seqs: Mapping[str, int]) -> None:
    """Write down what became of records that were handed in by the hundred.

    What is neither listed nor refused is free to be sent again: bulk writes are upserts by the external id, so that a
    job which wakes up late finds the record and doubles nothing.

    Args:
        object: Destination of all of them.
        seqs: Number of each record's intent, by external id.

    Raises:
        RetryLater: The tenant does not answer; what is not settled stays in doubt.
    """
    key, jobs = name_id_field(object), ledger.jobs_of(seqs.values())
    if jobs:
        _await_end(tenant, jobs[-1], key=key)
    missing = _confirm_listed(tenant, ledger, object, dict(seqs))
    refused = _read_refusals(tenant, jobs, key=key) if missing else {}
    for external_id, seq in missing.items():
        if external_id in refused:
            reason = "; ".join(refused[external_id])
            field = guess_field(refused[external_id], ledger.entry(seq).payload["body"])
            ledger.refuse(seq, code="rejected_by_tenant", reason=reason, field=field, release=RELEASE)
        else:
            ledger.withdraw(seq, reason="listed: the tenant does not hold it")
    ledger.save()


def _confirm_listed(tenant: Tenant, ledger: Ledger, object: str, missing: dict[str, int]) -> dict[str, int]:
    """Confirm what the newest records of the tenant show; returns what they do not."""
    key, strange = name_id_field(object), 0
    for page in list_newest(tenant, object, include=INCLUDES[object]):
        found = 0
        for record in page:
            seq = missing.pop(str(read_values(object, record).get(key)), None)
            if seq is not None:
                body = ledger.entry(seq).payload["body"]
                ledger.confirm(seq, record["id"], answer=keep_answer(object, body, record))
                found += 1
        strange = 0 if found else strange + 1
        if not missing or strange == STRANGE_PAGES:
            break
    return missing


def _read_refusals(tenant: Tenant, jobs: list[str], *, key: str) -> dict[str, list[str]]:
    refused: dict[str, list[str]] = {}
    for job in jobs:
        try:
            refused |= read_job(tenant, job, key=key).failures
        except NotFound:
            continue  # the tenant has forgotten it; its records go alone
    return refused


def _await_end(tenant: Tenant, job: str, *, key: str) -> None:
    waited, wait = 0.0, FIRST_WAIT
    try:
        while not read_job(tenant, job, key=key).has_ended and waited < PATIENCE:
            tenant.pause(wait, "the tenant is working on a batch of ours")
            waited, wait = waited + wait, min(wait * 2, LONGEST_WAIT)
    except NotFound:
        return
