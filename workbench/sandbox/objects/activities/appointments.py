"""Appointments: who meets, when and where."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from workbench.sandbox.objects.activities.about import (
    CREATER,
    OWNER,
    UPDATER,
    link_activity,
    merge_rows,
    show_activity,
    take_parents,
)
from workbench.sandbox.objects.kind import Draft, Kind
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import read_id

ATTENDEES = "appointment_attendees_attributes"
USER = "FdMultitenant::User"
# Attendees get their ids from the appointment's; so many fit before the next one's begin.
MOST_ATTENDEES = 100
UNKNOWN = (
    "latitude", "longitude", "checkedin_at", "checkedout_latitude", "checkedout_longitude", "checkedout_location",
    "checkedout_at", "checkedin_duration", "conference_id", "note_id",
)  # fmt: skip


@cache
def time_zones() -> frozenset[str]:
    """The zone names appointments may carry; they are Rails names, not IANA's."""
    with (Path(__file__).parents[2] / "time_zones.toml").open("rb") as file:
        return frozenset(tomllib.load(file)["names"])


def shape_appointment(draft: Draft) -> None:
    """Appointments name their zone as Rails does."""
    take_parents(draft)
    zone = draft.get("time_zone")
    if zone and zone not in time_zones():
        draft.problems.append("Not a supported time zone")
    draft.record["attendees"] = merge_rows(
        draft.get("attendees") or [],
        draft.sent.get(ATTENDEES),
        read=lambda row: _read_attendee(draft, row),
        problems=draft.problems,
    )
    if len(draft.record["attendees"]) > MOST_ATTENDEES:
        draft.problems.append(f"An appointment can have at most {MOST_ATTENDEES} attendees")


def _read_attendee(draft: Draft, row: Record) -> Record:
    type, id = str(row.get("attendee_type")), read_id(row.get("attendee_id"))
    if not row.get("attendee_type") and row.get("id"):
        return _find_attendee(draft, read_id(row["id"]))
    known = {
        "Contact": lambda: draft.tenant.store.read("contact", id),
        USER: lambda: draft.tenant.find_choice("owners", id),
    }
    if type not in known:
        raise ValueError("Attendee type is invalid")
    if known[type]() is None:
        raise ValueError("Invalid attendee provided.")
    return {"attendee_type": type, "attendee_id": str(id)}


def _find_attendee(draft: Draft, id: int) -> Record:
    for shown, kept in zip(show_attendees(draft.record), draft.record.get("attendees") or [], strict=True):
        if shown["id"] == id:
            return kept
    raise ValueError("Invalid attendee provided.")


def show_attendees(record: Record) -> list[Record]:
    """The attendees of an appointment, each with an id of its own."""
    first = record.get("id", 0) * MOST_ATTENDEES
    return [{"id": first + position, **each} for position, each in enumerate(record.get("attendees") or [])]


def show_appointment(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """An appointment as a client reads it."""
    return {
        **show_activity(tenant, APPOINTMENT, record, includes, times=("from_date", "end_date")),
        "is_allday": bool(record.get("is_allday")),
        "provider": "freshsales",
        "can_checkin": True,
        "can_checkin_checkout": True,
        **dict.fromkeys(UNKNOWN),
        "appointment_attendee_ids": [each["id"] for each in show_attendees(record)],
    }


APPOINTMENT = Kind(
    name="appointment",
    plural="appointments",
    model="Appointment",
    noun="meeting",
    shape=shape_appointment,
    show=show_appointment,
    links=link_activity,
    keeps_deleted=False,
    references={"owner": OWNER, "creater": CREATER, "updater": UPDATER},
    hides_references=True,
    leads=frozenset({"suite", "classic"}),
)
