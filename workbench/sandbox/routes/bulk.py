"""Many records in one call, for contacts, accounts and deals only."""

from __future__ import annotations

from functools import partial
from typing import Any

from workbench.sandbox.calls import Call, Routes
from workbench.sandbox.jobs import find_job, show_progress, submit_job
from workbench.sandbox.life import change_record
from workbench.sandbox.objects.contacts import KIND as CONTACT
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CORE
from workbench.sandbox.routes.records import require_bulk_size
from workbench.sandbox.wire import ApiError, read_id, show_time

TOO_MANY = {"refuse": 400, "too_large": 413}


def bulk_upsert(kind: Kind, call: Call) -> Any:
    """Hand in up to a hundred upserts; the answer says where to ask how they went."""
    rows = call.unwrap().get(kind.plural)
    if not isinstance(rows, list) or not rows:
        raise ApiError(400, "Invalid or missing attributes")
    rows = _keep_within_cap(call, rows)
    busy = call.tenant.settings.switches.busy_jobs
    if busy and len(call.tenant.waiting_jobs) >= busy:
        raise ApiError(405, "Too many bulk jobs are running. Try again later.")
    job = submit_job(call.tenant, object=kind.name, rows=rows)
    return {
        "job_status_url": f"{call.origin}/job_statuses/{job['id']}",
        "message": "The records are being processed. Ask the job's address how they went.",
    }


def _keep_within_cap(call: Call, rows: list[Any]) -> list[Any]:
    """The rows that will be processed: all of them, or as many as the cap allows where a switch cuts the rest off.

    Raises:
        ApiError: There are more, and the switch refuses them.
    """
    switches = call.tenant.settings.switches
    if len(rows) > switches.bulk_cap and switches.bulk_over_cap in TOO_MANY:
        raise ApiError(TOO_MANY[switches.bulk_over_cap], f"A bulk call takes at most {switches.bulk_cap} records")
    return rows[: switches.bulk_cap]


def assign_owner(call: Call) -> Any:
    """Give the selected contacts to another owner: all of them, or none where one is not there."""
    body = call.unwrap()
    ids = body.get("selected_ids")
    if not isinstance(ids, list) or not ids or not body.get("owner_id"):
        raise ApiError(400, "selected_ids and owner_id can't be blank")
    require_bulk_size(call, ids)
    wanted = list(dict.fromkeys(map(read_id, ids)))
    with call.tenant.store.transaction():
        for id in wanted:
            change_record(call.tenant, CONTACT, id, {"owner_id": body["owner_id"]})
    return {"message": f"{len(wanted)} contacts assigned."}


def read_job(call: Call) -> Any:
    """How a bulk write is getting on; its report is JSON inside a text, null until there is one."""
    job = find_job(call.tenant, call.id)
    return {
        "created_at": show_time(job["created_at"], call.tenant.zone),
        "status": job["status"],
        "status_updated_at": show_time(job["status_updated_at"], call.tenant.zone),
        "progress": show_progress(call.tenant, job),
        "job_type_name": job["action"],
        "data": job["data"],
    }


ROUTES: Routes = [
    *(("POST", f"/{kind.plural}/bulk_upsert", partial(bulk_upsert, kind)) for kind in CORE),
    ("POST", "/contacts/bulk_assign_owner", assign_owner),
    ("GET", "/job_statuses/{id}", read_job),
]
