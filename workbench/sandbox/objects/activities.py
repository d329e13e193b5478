"""Tasks, appointments, notes and sales activities: what was or will be done, and about whom."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from workbench.sandbox.objects.kind import Draft, Kind, Reference
from workbench.sandbox.objects.show import show_base
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import read_id, show_time

# What an activity can be about, by the name clients use.
MODELS = {"Contact": "contact", "SalesAccount": "sales_account", "Deal": "deal"}
USERS = {
    "owner": Reference(field="owner_id", beside="users", selector="owners"),
    "creater": Reference(field="creater_id", beside="users", selector="owners"),
    "updater": Reference(field="updater_id", beside="users", selector="owners"),
}
UNKNOWN_OF_APPOINTMENT = (
    "latitude", "longitude", "checkedin_at", "checkedout_latitude", "checkedout_longitude", "checkedout_location",
    "checkedout_at", "checkedin_duration", "conference_id", "note_id",
)  # fmt: skip


@cache
def time_zones() -> frozenset[str]:
    """The zone names appointments may carry; they are Rails names, not IANA's."""
    with (Path(__file__).parent.parent / "time_zones.toml").open("rb") as file:
        return frozenset(tomllib.load(file)["names"])


def shape_task(draft: Draft) -> None:
    """A task is the caller's own unless told, and one that is done was done now."""
    _take_parent(draft)
    if draft.get("owner_id") is None:
        draft.record["owner_id"] = draft.tenant.admin_id
    is_done = draft.get("status") == 1
    was_done = draft.before is not None and draft.before.get("status") == 1
    if is_done and not was_done:
        draft.record["completed_date"] = draft.tenant.stamp()
    elif not is_done:
        draft.record |= {"status": 0, "completed_date": None}


def shape_appointment(draft: Draft) -> None:
    """Appointments name their zone as Rails does."""
    _take_parent(draft)
    zone = draft.get("time_zone")
    if zone and zone not in time_zones():
        draft.problems.append("Not a supported time zone")
    attendees = draft.sent.get("appointment_attendees_attributes")
    if isinstance(attendees, list):
        draft.record["attendees"] = [
            {"attendee_type": str(each.get("attendee_type")), "attendee_id": str(each.get("attendee_id"))}
            for each in attendees
            if isinstance(each, dict)
        ]


def shape_note(draft: Draft) -> None:
    """A note is about something, and no longer than the tenant stores."""
    _take_parent(draft)
    if not draft.get("targetables"):
        draft.problems.append("Targetable can't be blank")
    limit = draft.tenant.settings.switches.note_limit
    if limit and len(draft.get("description") or "") > limit:
        draft.problems.append("Description is not in required length")


def shape_sales_activity(draft: Draft) -> None:
    """A sales activity is about something, and of a type the tenant lets clients write."""
    _take_parent(draft)
    if not draft.get("targetables"):
        draft.problems.append("Targetable can't be blank")
    type = draft.tenant.find_choice("sales_activity_types", draft.get("sales_activity_type_id"))
    if type and type["is_default"] and not draft.tenant.settings.switches.default_activity_types:
        draft.problems.append("Invalid sales activity type provided.")


def _take_parent(draft: Draft) -> None:
    """What the activity is about, from `targetable_type` and `targetable_id`, `targetable`, or `targetables`."""
    sent = draft.sent
    if isinstance(sent.get("targetables"), list):
        pairs = [(each.get("type"), each.get("id")) for each in sent["targetables"] if isinstance(each, dict)]
    elif isinstance(sent.get("targetable"), dict):
        pairs = [(sent["targetable"].get("type"), sent["targetable"].get("id"))]
    elif sent.get("targetable_type") or sent.get("targetable_id"):
        pairs = [(sent.get("targetable_type"), sent.get("targetable_id"))]
    else:
        return
    draft.record["targetables"] = [_read_parent(draft, type, id) for type, id in pairs]


def _read_parent(draft: Draft, type: Any, id: Any) -> Record:
    object = MODELS.get(str(type))
    if object is None:
        draft.problems.append("Targetable type is invalid")
    elif draft.tenant.store.read(object, read_id(id)) is None:
        draft.problems.append("The record this is about is not in the CRM")
    else:
        return {"id": read_id(id), "type": str(type)}
    return {}


def show_task(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A task as a client reads it."""
    return _show(tenant, TASK, record, includes, times=("due_date", "completed_date"))


def show_appointment(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """An appointment as a client reads it."""
    shown = _show(tenant, APPOINTMENT, record, includes, times=("from_date", "end_date"))
    attendees = range(len(record.get("attendees") or []))
    return {
        **shown,
        "is_allday": bool(record.get("is_allday")),
        "provider": "freshsales",
        "can_checkin": True,
        "can_checkin_checkout": True,
        **dict.fromkeys(UNKNOWN_OF_APPOINTMENT),
        "appointment_attendee_ids": [record["id"] * 10 + position for position in attendees],
    }


def show_note(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A note as a client reads it."""
    shown = _show(tenant, NOTE, record, includes)
    return {**shown, "url": None, "duration": None, "has_access": True, "collab_context": None}


def show_sales_activity(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A sales activity as a client reads it; it took place when it ended."""
    times = ("start_date", "end_date", "completed_date")
    shown = _show(tenant, SALES_ACTIVITY, record, includes, times=times)
    return {**shown, "conversation_time": shown["end_date"], "remote_id": None, "import_id": None}


def _show(
    tenant: Tenant, kind: Kind, record: Record, includes: frozenset[str], *, times: tuple[str, ...] = ()
) -> Record:
    base = show_base(tenant, kind, record, includes)
    names = [name for name in kind.fields(tenant) if name not in ("owner_id", "targetable") and name[:3] != "cf_"]
    return {
        "id": record["id"],
        **{name: record.get(name) for name in names},
        **{name: show_time(record.get(name), tenant.zone) for name in times},
        **{name: base[name] for name in base if name not in ("custom_field", "tags", "is_deleted")},
        **({"custom_field": base["custom_field"]} if kind is SALES_ACTIVITY else {}),
        "creater_id": record["creater_id"],
        "targetables": record.get("targetables") or [],
    }


def link_activity(record: Record) -> list[int]:
    """The records an activity is about."""
    return [each["id"] for each in record.get("targetables") or [] if each]


TASK = Kind(
    name="task",
    plural="tasks",
    model="Task",
    shape=shape_task,
    show=show_task,
    links=link_activity,
    keeps_deleted=False,
    references=USERS,
)
APPOINTMENT = Kind(
    name="appointment",
    plural="appointments",
    model="Appointment",
    shape=shape_appointment,
    show=show_appointment,
    links=link_activity,
    keeps_deleted=False,
    references=USERS,
    hides_references=True,
)
NOTE = Kind(
    name="note",
    plural="notes",
    model="Note",
    shape=shape_note,
    show=show_note,
    links=link_activity,
    keeps_deleted=False,
    references={"creater": USERS["creater"]},
)
SALES_ACTIVITY = Kind(
    name="sales_activity",
    plural="sales_activities",
    model="SalesActivity",
    shape=shape_sales_activity,
    show=show_sales_activity,
    own=frozenset({"targetable"}),
    links=link_activity,
    keeps_deleted=False,
    references=USERS,
)
