"""Tasks: what somebody has to do, until when, and whether it is done."""

from __future__ import annotations

from workbench.sandbox.objects.activities.about import (
    CREATER,
    OWNER,
    UPDATER,
    link_activity,
    merge_rows,
    show_activity,
    take_parents,
)
from workbench.sandbox.objects.kind import Draft, Kind, Reference
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import read_id

OPEN, DONE = 0, 1


def shape_task(draft: Draft) -> None:
    """A task is the caller's own unless told, and one that is done was done now."""
    take_parents(draft)
    if draft.get("owner_id") is None:
        draft.record["owner_id"] = draft.tenant.admin_id
    _take_status(draft)
    _take_users(draft)


def _take_status(draft: Draft) -> None:
    """When a task was completed is the tenant's to say: the moment its status became 1."""
    status = draft.get("status") or OPEN
    if status not in (OPEN, DONE):
        draft.problems.append("Status is not included in the list")
    was_done = draft.before is not None and draft.before.get("status") == DONE
    draft.record["status"] = status
    if status != DONE:
        draft.record["completed_date"] = None
    elif not was_done:
        draft.record["completed_date"] = draft.tenant.stamp()


def _take_users(draft: Draft) -> None:
    """Who the task is shared with: whoever was named, or its owner alone."""
    kept = draft.get("users") or []
    if draft.before and kept == [{"id": draft.before["owner_id"]}]:
        kept = []
    sent = draft.sent.get("task_users_attributes")
    users = merge_rows(kept, sent, read=lambda row: _read_user(draft, row), problems=draft.problems)
    draft.record["users"] = users or [{"id": draft.get("owner_id")}]


def _read_user(draft: Draft, row: Record) -> Record:
    id = read_id(row.get("user_id"))
    if draft.tenant.find_choice("owners", id) is None:
        raise ValueError("Invalid user provided.")
    return {"id": id}


def show_task(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A task as a client reads it."""
    shown = show_activity(tenant, TASK, record, includes, times=("due_date", "completed_date"))
    return shown | ({"user_ids": [each["id"] for each in record.get("users") or []]} if "users" in includes else {})


TASK = Kind(
    name="task",
    plural="tasks",
    model="Task",
    shape=shape_task,
    show=show_task,
    links=link_activity,
    keeps_deleted=False,
    references={
        "owner": OWNER,
        "creater": CREATER,
        "updater": UPDATER,
        "users": Reference(field="users", beside="users", selector="owners"),
    },
    leads=frozenset({"classic"}),
)
