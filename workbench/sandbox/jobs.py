"""Bulk writes: handed in as one call, done some time after, asked about until they are."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import Any

from workbench.sandbox.callers import CALLER
from workbench.sandbox.faults.bulk import UNLUCKY, end_badly, plan_job_fault, write_job
from workbench.sandbox.journal import touched_records
from workbench.sandbox.languages import translate
from workbench.sandbox.life import delete_record, upsert_record
from workbench.sandbox.objects.contact_lists import move_everybody
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import find_kind
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, read_id

RUNNING, DONE = "IN_PROGRESS", "SUCCESS"
UPSERT, DESTROY, MOVE_LIST = "bulk_upsert", "bulk_destroy", "list_update"
# What public examples of bulk upserts tell their rows apart by.
DOCUMENTED_KEYS = {"contact": {"emails", "id"}, "sales_account": {"name", "id"}, "deal": {"id", "name"}}


def submit_job(tenant: Tenant, *, object: str, rows: list[Any], action: str = UPSERT) -> Record:
    """Keep a bulk write to be done when its time has come.

    Args:
        rows: One mapping a record for an upsert, its identifier and under `data` its attributes; ids for a delete.
        action: What is done with each row, one of `ROW_ACTIONS`; a client reads it as the job's type.
    """
    now = tenant.clock()
    due = now + tenant.settings.switches.job_seconds / tenant.time_scale
    with tenant.store.transaction():
        job = {"id": tenant.mint(), "action": action, "object": object, "rows": rows, "caller": tenant.admin_id}
        job |= {"created_at": tenant.stamp(), "submitted": now, "due": due}
        job |= {"status": RUNNING, "status_updated_at": job["created_at"], "data": None}
        job |= plan_job_fault(due, len(rows), scale=tenant.time_scale)
        tenant.store.set_fact(_name(job["id"]), job)
        _set_waiting(tenant, [*tenant.waiting_jobs, job["id"]])
    return job


def run_due_jobs(tenant: Tenant) -> None:
    """Do every bulk write whose time has come, in the order in which they are due."""
    if not tenant.waiting_jobs:
        return
    due = [(when, id) for id in tenant.waiting_jobs if (when := _find_due(tenant, id)) <= tenant.clock()]
    for _, id in sorted(due):
        _run(tenant, tenant.store.fact(_name(id)))


def find_job(tenant: Tenant, id: int) -> Record:
    """The bulk write of that id.

    Raises:
        ApiError: 404 where there is none.
    """
    job = tenant.store.fact(_name(id))
    if job is None:
        raise ApiError(404, "There is no such job")
    return job


def show_progress(tenant: Tenant, job: Record) -> int:
    """How far a job is, in percent; 100 only where it has ended."""
    if job["status"] != RUNNING:
        return 100
    whole, past = job["due"] - job["submitted"], tenant.clock() - job["submitted"]
    return min(int(100 * past / whole), 99) if whole > 0 else 0


def _run(tenant: Tenant, job: Record) -> None:
    """Do a job at once, so that nobody ever sees it half done."""
    fault = job.get("fault", {})
    rows = job["rows"] if fault.get("done", True) else []
    with tenant.store.transaction(), touched_records() as touched, _acting_as(tenant, job["caller"]):
        written, failures = _do_rows(tenant, job, rows, unlucky=fault.get("rows", ()))
        done = {**job, **_report(tenant, job, written, failures), **end_badly(fault)}
        tenant.store.set_fact(_name(job["id"]), done)
        write_job(tenant, job["id"], touched, fault=fault.get("kind", ""))
        _set_waiting(tenant, [id for id in tenant.waiting_jobs if id != job["id"]])


def _do_rows(
    tenant: Tenant, job: Record, rows: list[Any], *, unlucky: Container[int]
) -> tuple[list[Record], list[Record]]:
    """What was written and what could not be, by the number of the row; a row that fails stops no other.

    Args:
        unlucky: Numbers of rows that fail although nothing is wrong with them.
    """
    written, failures = [], []
    do_row = ROW_ACTIONS[job["action"]]
    for number, row in enumerate(rows):
        try:
            if number in unlucky:
                raise ApiError(400, UNLUCKY)
            written.append({"row": number, "id": do_row(tenant, find_kind(tenant, job["object"]), row)})
        except ApiError as refusal:
            said = translate(refusal.body)["errors"]["message"]
            failures.append({"row": number, "record": row, "errors": said})
    return written, failures


def _report(tenant: Tenant, job: Record, written: list[Record], failures: list[Record]) -> Record:
    """The end of a job; what it says of its rows is JSON inside a text, and names no ids unless a switch says so."""
    switches = tenant.settings.switches
    succeeded = len(job["rows"]) - len(failures)
    report: Record = {"record_status": {"succeeded": succeeded, "failed": len(failures)}}
    report["detailed_failure_report"] = failures
    if switches.bulk_reports_ids:
        report["succeeded_records"] = written
    return {
        "status": switches.bulk_state_after_failures if failures else DONE,
        "status_updated_at": tenant.stamp(),
        "data": json.dumps(report),
    }


def _upsert_row(tenant: Tenant, kind: Kind, row: Any) -> int:
    if not isinstance(row, dict) or not isinstance(row.get("data"), dict):
        raise ApiError(400, "Invalid or missing attributes")
    identifier = {name: value for name, value in row.items() if name != "data"}
    if not tenant.settings.switches.bulk_by_external_id and not identifier.keys() <= DOCUMENTED_KEYS[kind.name]:
        raise ApiError(400, "Please provide a unique field to identify the record.")
    record, _ = upsert_record(tenant, kind, identifier, row["data"], also=kind.bulk_identifiers)
    return record["id"]


def _destroy_row(tenant: Tenant, kind: Kind, row: Any) -> int:
    delete_record(tenant, kind, read_id(row))
    return read_id(row)


def _move_row(tenant: Tenant, kind: Kind, row: Any) -> int:
    move_everybody(tenant, **row)
    return row["source"]


ROW_ACTIONS = {UPSERT: _upsert_row, DESTROY: _destroy_row, MOVE_LIST: _move_row}


@contextmanager
def _acting_as(tenant: Tenant, user_id: int) -> Iterator[None]:
    """Let what is written inside be the work of the user who handed it in, whoever is calling now."""
    caller = next((each for each in tenant.callers if each.id == user_id), CALLER.get())
    token = CALLER.set(caller)
    try:
        yield
    finally:
        CALLER.reset(token)


def _find_due(tenant: Tenant, id: int) -> float:
    """When a job is due, from memory: every call asks, and a job holds a hundred records."""
    if id not in tenant.job_dues:
        tenant.job_dues[id] = tenant.store.fact(_name(id))["due"]
    return tenant.job_dues[id]


def _set_waiting(tenant: Tenant, ids: list[int]) -> None:
    tenant.waiting_jobs = ids
    tenant.store.set_fact("waiting_jobs", ids)


def _name(id: int) -> str:
    return f"job:{id}"
