"""Bulk writes: handed in as one call, done some time after, asked about until they are."""

from __future__ import annotations

import json
from typing import Any

from workbench.sandbox.life import upsert_record
from workbench.sandbox.objects.registry import KINDS
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError

RUNNING, DONE = "IN_PROGRESS", "SUCCESS"


def submit_job(tenant: Tenant, *, object: str, rows: list[Any]) -> Record:
    """Keep a bulk upsert to be done when its time has come.

    Args:
        rows: One mapping a record: its identifier, and its attributes under `data`.
    """
    due = tenant.clock() + tenant.settings.switches.job_seconds / tenant.time_scale
    with tenant.store.transaction():
        job = {"id": tenant.mint(), "object": object, "rows": rows, "created_at": tenant.stamp(), "due": due}
        job |= {"status": RUNNING, "status_updated_at": job["created_at"], "data": None}
        tenant.store.set_fact(_name(job["id"]), job)
        _set_waiting(tenant, [*tenant.waiting_jobs, job["id"]])
    return job


def run_due_jobs(tenant: Tenant) -> None:
    """Do every bulk write whose time has come."""
    for id in list(tenant.waiting_jobs):
        job = tenant.store.fact(_name(id))
        if job["due"] <= tenant.clock():
            _run(tenant, job)


def find_job(tenant: Tenant, id: int) -> Record:
    """The bulk write of that id.

    Raises:
        ApiError: 404 where there is none.
    """
    job = tenant.store.fact(_name(id))
    if job is None:
        raise ApiError(404, "There is no such job")
    return job


def _run(tenant: Tenant, job: Record) -> None:
    """Write every row that can be written; one that cannot is reported and stops no other."""
    failures = []
    with tenant.store.transaction():
        for number, row in enumerate(job["rows"]):
            try:
                _write(tenant, job["object"], row)
            except ApiError as refusal:
                failures.append({"row": number, "record": row, "errors": refusal.body["errors"]["message"]})
        report = {
            "record_status": {"succeeded": len(job["rows"]) - len(failures), "failed": len(failures)},
            "detailed_failure_report": failures,
        }
        done = {**job, "status": DONE, "status_updated_at": tenant.stamp(), "data": json.dumps(report)}
        tenant.store.set_fact(_name(job["id"]), done)
        _set_waiting(tenant, [id for id in tenant.waiting_jobs if id != job["id"]])


def _write(tenant: Tenant, object: str, row: Any) -> None:
    if not isinstance(row, dict) or not isinstance(row.get("data"), dict):
        raise ApiError(400, "Invalid or missing attributes")
    kind = KINDS[object]
    identifier = {name: value for name, value in row.items() if name != "data"}
    upsert_record(tenant, kind, identifier, row["data"], also=kind.bulk_identifiers)


def _set_waiting(tenant: Tenant, ids: list[int]) -> None:
    tenant.waiting_jobs = ids
    tenant.store.set_fact("waiting_jobs", ids)


def _name(id: int) -> str:
    return f"job:{id}"
