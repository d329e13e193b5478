"""Writes of many records at once, settled: what a list of the newest shows was done, the job names what was refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from workbench.freshsales.answers import guess_field, is_passing
from workbench.freshsales.client import NotFound, Tenant
from workbench.freshsales.jobs import list_newest, read_job
from workbench.ledger import Ledger
from workbench.load.bulk import Way
from workbench.load.changes import keep_found
from workbench.own_fields import name_id_field
from workbench.values import INCLUDES, read_moment, read_values

STRANGE_PAGES = 3  # in a row without a record of ours, and older than our writes: what is still missing is not there
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds from one look at a job to the next
PATIENCE = 60.0  # seconds for a job to end before the records themselves are looked for
LAST_PATIENCE = 600.0  # seconds more for one whose records are not all there by then
RELEASE = "correct the value in the source or the field's rule in the mapping, then load again"


@dataclass(kw_only=True)
class Settled:
    """What became of records that were handed in by the hundred.

    Attributes:
        found: How many stand.
        refused: What the tenant said, by the external id of each record it refused.
        passing: External ids of those it refused for something that may be gone by now; they are free to be sent again.
    """

    found: int = 0
    refused: dict[str, list[str]] = field(default_factory=dict)
    passing: set[str] = field(default_factory=set)

    @property
    def is_refused_alike(self) -> bool:
        """Whether nothing stands and every refusal has the same words, as if the batch itself was the reason."""
        return not self.found and len(set(map(tuple, self.refused.values()))) == 1


def settle_batches(
    tenant: Tenant,
    ledger: Ledger,
    way: Way,
    seqs: Mapping[str, int],
    *,
    doubts_refusals: bool = True,
    labels: Mapping[str, str] | None = None,
) -> Settled:
    """Write down what became of records that were handed in by the hundred.

    The last job is asked whether it has ended, unless others have shown how long they take; then the newest records are
    listed. Only where some are missing are their own jobs asked. What is neither listed nor refused is free to be sent
    again: bulk writes are upserts, so that a job which wakes up late finds the record and doubles nothing.

    Args:
        seqs: Number of each record's intent, by external id.
        doubts_refusals: Leave all of them free to be sent again where they were refused alike.
        labels: What the tenant calls each field, by name.

    Raises:
        RetryLater: The tenant does not answer; what is not settled stays in doubt.
    """
    jobs = ledger.jobs_of(seqs.values())
    if way.expected_seconds is not None:
        _pause(tenant, way.expected_seconds)
    elif jobs:
        await_end(tenant, jobs[-1], way)
    missing = _confirm_listed(tenant, ledger, way.object, dict(seqs))
    settled = Settled()
    if missing:
        settled.refused, is_late = _ask_jobs(tenant, ledger.jobs_of(missing.values()), way)
        if is_late and not missing.keys() <= settled.refused.keys():
            missing = _confirm_listed(tenant, ledger, way.object, missing)
    settled.found = len(seqs) - len(missing)
    settled.refused = {id: said for id, said in settled.refused.items() if id in missing}
    judged = {} if doubts_refusals and settled.is_refused_alike else settled.refused
    settled.passing = write_down(ledger, missing, judged, labels=labels)
    return settled


def await_end(tenant: Tenant, job: str, way: Way, *, patience: float = PATIENCE) -> dict[str, list[str]] | None:
    """Wait for a job of the tenant's, and learn how long it took.

    Returns:
        What it refused, by external id; null where it has not ended, or is forgotten.
    """
    waited, wait = 0.0, FIRST_WAIT
    while True:
        try:
            found = read_job(tenant, job, key=name_id_field(way.object))
        except NotFound:
            return None
        if found.has_ended:
            way.learn_seconds(found.seconds)
            return found.failures
        if waited >= patience:
            return None
        _pause(tenant, wait)
        waited, wait = waited + wait, min(wait * 2, LONGEST_WAIT)


def write_down(
    ledger: Ledger,
    missing: Mapping[str, int],
    refused: Mapping[str, list[str]],
    *,
    labels: Mapping[str, str] | None,
) -> set[str]:
    """Hold what the tenant refused, and leave the rest of what is missing free to be sent again.

    Returns:
        External ids of those that were refused and may go all the same.
    """
    passing = set()
    for external_id, seq in missing.items():
        if external_id not in refused:
            ledger.withdraw(seq, reason="listed: the tenant does not hold it")
            continue
        reason = "; ".join(refused[external_id])
        field = guess_field(refused[external_id], ledger.entry(seq).payload["body"], labels)
        if is_passing(field):
            passing.add(external_id)
            ledger.withdraw(seq, reason=f"refused, and it may not be the record's fault: {reason}")
        else:
            ledger.refuse(seq, code="rejected_by_tenant", reason=reason, field=field, release=RELEASE)
    ledger.save()
    return passing


def _confirm_listed(tenant: Tenant, ledger: Ledger, object: str, missing: dict[str, int]) -> dict[str, int]:
    """Confirm what the newest records of the tenant show; returns what they do not."""
    key, strange, began = name_id_field(object), 0, read_moment(ledger.entry(min(missing.values())).at)
    for page in list_newest(tenant, object, include=INCLUDES[object]):
        found = 0
        for record in page:
            seq = missing.pop(str(read_values(object, record).get(key)), None)
            if seq is not None:
                body = ledger.entry(seq).payload["body"]
                ledger.confirm(seq, record["id"], answer=keep_found(object, body, record))
                found += 1
        made = read_moment(page[-1].get("created_at"))
        # What others wrote since stands before ours, however much that is.
        strange = 0 if found or (made and made > began) else strange + 1
        if not missing or strange == STRANGE_PAGES:
            break
    return missing


def _ask_jobs(tenant: Tenant, jobs: Collection[str], way: Way) -> tuple[dict[str, list[str]], bool]:
    """What jobs refused, and whether any of them ended only now, or not at all."""
    refused: dict[str, list[str]] = {}
    is_late = False
    for job in jobs:
        try:
            found = read_job(tenant, job, key=name_id_field(way.object))
        except NotFound:
            continue  # the tenant has forgotten it; its records go again
        if not found.has_ended:
            is_late = True
        refused |= found.failures if found.has_ended else await_end(tenant, job, way, patience=LAST_PATIENCE) or {}
    return refused, is_late


def _pause(tenant: Tenant, seconds: float) -> None:
    if seconds:
        tenant.pause(seconds, "the tenant is working on a batch of ours")
