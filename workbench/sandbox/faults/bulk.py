"""Bulk jobs that do not go as they should: what a fault makes of one, decided when it is handed in."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from workbench.sandbox.faults.schedule import Strike

if TYPE_CHECKING:
    from workbench.sandbox.tenant import Tenant

# The fault of the call being answered, where it is one of jobs.
JOB_FAULT: ContextVar[Strike | None] = ContextVar("job_fault", default=None)
NEVER = 1e15
JOB_METHOD = "JOB"
UNLUCKY = "The record could not be saved. Try again later."


def plan_job_fault(due: float, rows: int, *, scale: float) -> dict[str, Any]:
    """What the call's fault makes of the job it hands in.

    Args:
        due: When the job would be done, on the client's clock.
        rows: How many rows it has.
        scale: Seconds of tenant time in one of them.

    Returns:
        `due`, and under `fault` its kind, numbers of `rows` that fail, and the `status` and `done` it ends with;
        empty without a fault.
    """
    strike = JOB_FAULT.get()
    if strike is None:
        return {}
    fault: dict[str, Any] = {"kind": strike.kind}
    if strike.kind == "job_partial":
        chance = strike.chance()
        drawn = [number for number in range(rows) if chance.random() < strike["share"]]
        fault["rows"] = list(strike["rows"]) or drawn
    elif strike.kind == "job_stalled":
        due += strike["seconds"] / scale
    elif strike.kind == "job_never":
        due = NEVER
    else:
        fault |= {"status": strike["status"], "done": strike["done"]}
    return {"due": due, "fault": fault}


def end_badly(fault: dict[str, Any]) -> dict[str, Any]:
    """What the job's end looks like otherwise: another word, and no report where nothing was done; empty without."""
    if "status" not in fault:
        return {}
    return {"status": fault["status"], **({} if fault["done"] else {"data": None})}


def write_job(tenant: Tenant, id: int, records: Iterable[int], *, fault: str) -> None:
    """Put a job that was done into the journal: a row of its own, with the records it wrote."""
    tenant.store.journal.add(
        at=tenant.clock(),
        method=JOB_METHOD,
        path=f"/job_statuses/{id}",
        status=None,
        cost=0,
        fault=fault,
        records=records,
    )
