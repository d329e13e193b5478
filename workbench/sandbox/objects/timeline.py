"""What happened around a record, newest first: when it was made, and every activity about it."""

from __future__ import annotations

from workbench.sandbox.objects.activities import APPOINTMENT, NOTE, PHONE_CALL, SALES_ACTIVITY, TASK
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import show_time

ACTIVE = (TASK, APPOINTMENT, NOTE, SALES_ACTIVITY, PHONE_CALL)
Happening = tuple[str, Kind, Record, str]


def list_happenings(tenant: Tenant, kind: Kind, record: Record) -> list[Record]:
    """The timeline of one record, newest first, as a client reads it."""
    happened: list[Happening] = [(record["created_at"], kind, record, "create")]
    for each in ACTIVE:
        for child in tenant.store.children(record["id"], each.name):
            happened.append((child["created_at"], each, child, "create"))
            if each is TASK and child.get("completed_date"):
                happened.append((child["completed_date"], each, child, "complete"))
    happened.sort(key=lambda one: (one[0], one[2]["id"], one[3] == "complete"), reverse=True)
    return [_show(tenant, kind, record, each) for each in happened]


def _show(tenant: Tenant, kind: Kind, record: Record, happening: Happening) -> Record:
    at, about, child, action = happening
    return {
        "id": f"{child['id']}-{action}",
        "action_type": f"{about.name}_{action}",
        "actionable_type": about.model,
        "actionable_id": child["id"],
        "targetable_type": kind.model,
        "targetable_id": record["id"],
        "user_activity": True,
        "user_id": child["creater_id"],
        "created_at": show_time(at, tenant.zone),
    }
