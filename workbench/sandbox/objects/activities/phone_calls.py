"""Phone calls, logged by hand: who called whom, and what was said. When cannot be written."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.calls import Call
from workbench.sandbox.objects.activities.about import CREATER, link_activity, show_first_parent, take_parents
from workbench.sandbox.objects.kind import Draft, Kind
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, format_time, parse_time, show_time

WRAPPER = "phone_call"
INCOMING = (True, 1, "true", "1")
# What a live tenant answers when its code stumbles over a body.
STUMBLE = {"error_code": 500}


def read_call(call: Call, *, shape: str) -> tuple[dict[str, Any], str]:
    """The attributes of a call and the text of its note.

    Args:
        shape: The body this tenant knows: `top_level`, `wrapped` or `any`.

    Raises:
        ApiError: 500 for a body the tenant stumbles over, 400 for one that says nothing.
    """
    is_wrapped = isinstance(call.body, dict) and WRAPPER in call.body
    if is_wrapped and shape == "top_level":
        raise ApiError(500, body=STUMBLE)
    if not is_wrapped and shape == "wrapped":
        raise ApiError(400, "Invalid or missing attributes")
    sent = call.unwrap(WRAPPER)
    return sent, _read_note(sent, shape)


def _read_note(sent: dict[str, Any], shape: str) -> str:
    """The text of the note, nested or plain; a nested one where only the plain one is known makes it stumble."""
    nested = sent.get("note")
    if nested is not None and (shape == "top_level" or not isinstance(nested, dict)):
        raise ApiError(500, body=STUMBLE)
    plain = sent.get("call_notes") if shape != "wrapped" else None
    text = (nested or {}).get("description") or plain
    return text if isinstance(text, str) else ""


def shape_phone_call(draft: Draft) -> None:
    """A call is about something and has a direction; whatever is not true is false, without a word."""
    take_parents(draft, is_required=True)
    if draft.sent.get("call_direction") is None and draft.before is None:
        draft.problems.append("Call direction can't be blank")
    elif draft.has("call_direction"):
        sent = draft.sent["call_direction"]
        draft.record["call_direction"] = isinstance(sent, str | int) and sent in INCOMING
    moment = parse_time(draft.sent.get("conversation_time"))
    if moment and draft.tenant.settings.switches.phone_call_time_writable:
        draft.record["conversation_time"] = format_time(moment)


def keep_note(tenant: Tenant, record: Record, note: Record) -> None:
    """Let a call know the note it came with."""
    record["note_id"] = note["id"]
    tenant.store.update(PHONE_CALL.name, record, keys=(), links=link_activity(record))


def time_of_call(record: Record) -> str:
    """When a call took place, as the store keeps times."""
    return record.get("conversation_time") or record["created_at"]


def show_phone_call(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A call as a client reads it; it took place when it was written down, unless a client could say otherwise."""
    is_incoming = bool(record.get("call_direction"))
    return {
        "id": record["id"],
        "call_direction": is_incoming,
        "status": "incoming" if is_incoming else "outgoing",
        "conversation_time": show_time(time_of_call(record), tenant.zone),
        "call_duration": None,
        "recording": None,
        "is_manual": True,
        "is_external_recording_url": False,
        "root_phone_call_id": None,
        "cost": None,
        "user_id": record["creater_id"],
        "note_id": record.get("note_id"),
        **show_first_parent(record),
        "targetables": record.get("targetables") or [],
    }


PHONE_CALL = Kind(
    name="phone_call",
    plural="phone_calls",
    model="PhoneCall",
    shape=shape_phone_call,
    show=show_phone_call,
    own=frozenset({"call_direction", "targetable"}),
    links=link_activity,
    keeps_deleted=False,
    references={"user": CREATER},
)
