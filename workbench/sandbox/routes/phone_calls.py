"""Phone calls: logged, read and deleted one at a time; there is no list of them."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.calls import Answer, Call, Routes
from workbench.sandbox.life import create_record, delete_record, find_record
from workbench.sandbox.objects.activities import NOTE, PHONE_CALL
from workbench.sandbox.objects.activities.phone_calls import keep_note, read_call
from workbench.sandbox.objects.include import bring_along, show_one
from workbench.sandbox.store import Record

BESIDE = frozenset({"user", "targetable"})


def create(call: Call) -> Any:
    """Log a call, and its note."""
    is_api = call.origin.endswith("/api")
    shape = call.tenant.settings.switches.phone_call_shape if is_api else "any"
    sent, text = read_call(call, shape=shape)
    with call.tenant.store.transaction():
        record = create_record(call.tenant, PHONE_CALL, sent)
        notes = [_add_note(call, record, text)] if text else []
    return Answer(status=201, body=_show_all(call, record, notes))


def _add_note(call: Call, record: Record, text: str) -> Record:
    note = create_record(call.tenant, NOTE, {"description": text, "targetables": record["targetables"]})
    keep_note(call.tenant, record, note)
    return note


def _show_all(call: Call, record: Record, notes: list[Record]) -> dict[str, Any]:
    """A new call stands among everything it touched, each in an array of its own."""
    return {
        "phone_calls": [PHONE_CALL.show(call.tenant, record, BESIDE)],
        "notes": [NOTE.show(call.tenant, note, frozenset()) for note in notes],
        **bring_along(call.tenant, PHONE_CALL, [record], BESIDE),
        "targetables": record["targetables"],
    }


def read(call: Call) -> Any:
    """Show a call; it is wrapped as `call`."""
    shown = show_one(call.tenant, PHONE_CALL, find_record(call.tenant, PHONE_CALL, call.id), call.includes)
    return {"call": shown.pop(PHONE_CALL.name), **shown}


def delete(call: Call) -> Any:
    """Remove a call for good, and the note it came with."""
    with call.tenant.store.transaction():
        record = find_record(call.tenant, PHONE_CALL, call.id)
        delete_record(call.tenant, PHONE_CALL, call.id)
        if record.get("note_id") and call.tenant.store.read(NOTE.name, record["note_id"]):
            delete_record(call.tenant, NOTE, record["note_id"])
    return True


ROUTES: Routes = [
    ("POST", "/phone_calls", create),
    ("GET", "/phone_calls/{id}", read),
    ("DELETE", "/phone_calls/{id}", delete),
]
