"""Many records in one call, for contacts, accounts and deals only."""

from __future__ import annotations

from functools import partial
from typing import Any

from workbench.sandbox.jobs import DONE, find_job, submit_job
from workbench.sandbox.life import change_record
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CORE
from workbench.sandbox.routes.records import require_bulk_size
from workbench.sandbox.wire import ApiError, Call, Routes, read_id, show_time


def bulk_upsert(kind: Kind, call: Call) -> Any:
    """Hand in up to a hundred upserts; the answer says where to ask how they went."""
    rows = call.unwrap().get(kind.plural)
    if not isinstance(rows, list) or not rows:
        raise ApiError(400, "Invalid or missing attributes")
    require_bulk_size(call, rows)
    busy = call.tenant.settings.switches.busy_jobs
    if busy and len(call.tenant.waiting_jobs) >= busy:
        raise ApiError(405, "Too many bulk jobs are running. Try again later.")
    job = submit_job(call.tenant, object=kind.name, rows=rows)
    return {
        "job_status_url": f"{call.origin}/job_statuses/{job['id']}",
        "message": "The records are being processed. Ask the job's address how they went.",
    }


def assign_owner(kind: Kind, call: Call) -> Any:
    """Give the selected records to another owner."""
    body = call.unwrap()
    ids = body.get("selected_ids")
    if not isinstance(ids, list) or not ids or not body.get("owner_id"):
        raise ApiError(400, "selected_ids and owner_id can't be blank")
    require_bulk_size(call, ids)
    with call.tenant.store.transaction():
        for id in dict.fromkeys(map(read_id, ids)):
            change_record(call.tenant, kind, id, {"owner_id": body["owner_id"]})
    return {"message": f"{len(ids)} records assigned."}


def read_job(call: Call) -> Any:
    """How a bulk write is getting on; its report is JSON inside a text."""
    job = find_job(call.tenant, call.id)
    is_done = job["status"] == DONE
    return {
        "id": job["id"],
        "created_at": show_time(job["created_at"], call.tenant.zone),
        "status": job["status"],
        "status_updated_at": show_time(job["status_updated_at"], call.tenant.zone),
        "progress": 100 if is_done else 0,
        "job_type_name": "bulk_upsert",
        "data": job["data"],
    }


ROUTES: Routes = [
    *(("POST", f"/{kind.plural}/bulk_upsert", partial(bulk_upsert, kind)) for kind in CORE),
    *(("POST", f"/{kind.plural}/bulk_assign_owner", partial(assign_owner, kind)) for kind in CORE),
    ("GET", "/job_statuses/{id}", read_job),
]
