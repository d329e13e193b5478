"""One record at a time: contacts, accounts, deals, activities and the records of custom modules."""

from __future__ import annotations

from functools import partial
from typing import Any

from workbench.sandbox.life import (
    change_record,
    clone_record,
    create_record,
    delete_record,
    find_record,
    forget_record,
    restore_record,
    upsert_record,
)
from workbench.sandbox.objects.activities import APPOINTMENT, NOTE, SALES_ACTIVITY, TASK, show_note
from workbench.sandbox.objects.include import show_one
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CORE, find_module
from workbench.sandbox.store import Record
from workbench.sandbox.wire import Answer, ApiError, Call, Routes, read_id, read_page

CREATED = (TASK, APPOINTMENT, SALES_ACTIVITY)
DELETED = {"success": "200"}


def create(kind: Kind, call: Call) -> Any:
    """Make a record; activities answer 201, the others 200."""
    record = create_record(call.tenant, kind, call.unwrap(kind.name))
    shown = _show(kind, call, record)
    return Answer(status=201, body=shown) if kind in CREATED else shown


def read(kind: Kind, call: Call) -> Any:
    """Show a record with what it brings along."""
    return _show(kind, call, find_record(call.tenant, kind, call.id))


def change(kind: Kind, call: Call) -> Any:
    """Change the attributes that were sent."""
    return _show(kind, call, change_record(call.tenant, kind, call.id, call.unwrap(kind.name)))


def delete(kind: Kind, call: Call) -> Any:
    """Delete a record; activities say so in an object, the others with a bare true."""
    delete_record(call.tenant, kind, call.id)
    return True if kind.keeps_deleted else DELETED


def upsert(kind: Kind, call: Call) -> Any:
    """Change the record the unique identifier finds, or make it."""
    body = call.unwrap()
    sent = body.get(kind.name)
    if not isinstance(sent, dict):
        raise ApiError(400, "Invalid or missing attributes")
    record, is_new = upsert_record(call.tenant, kind, body.get("unique_identifier"), sent)
    shown = _show(kind, call, record)
    return Answer(status=call.tenant.settings.switches.upsert_created_status, body=shown) if is_new else shown


def clone(kind: Kind, call: Call) -> Any:
    """Make a copy of a record."""
    sent = call.unwrap(kind.name) if call.body else {}
    return _show(kind, call, clone_record(call.tenant, kind, call.id, sent))


def forget(kind: Kind, call: Call) -> Any:
    """Remove a record for good."""
    forget_record(call.tenant, kind, call.id)
    return True


def restore(kind: Kind, call: Call) -> Any:
    """Bring a record back from the recycle bin."""
    return _show(kind, call, restore_record(call.tenant, kind, call.id))


def list_notes(kind: Kind, call: Call) -> Any:
    """A page of the notes about a record, oldest first."""
    find_record(call.tenant, kind, call.id)
    notes, page = call.tenant.store.children(call.id, "note"), read_page(call)
    shown = [show_note(call.tenant, each, call.includes) for each in notes[page.offset : page.offset + page.size]]
    return {"notes": shown, "meta": page.meta(len(notes))}


def list_documents(kind: Kind, call: Call) -> Any:
    """The files about a record; this tenant keeps none."""
    find_record(call.tenant, kind, call.id)
    return {"documents": [], "meta": {"total": 0, "total_pages": 0}}


def refuse_list(call: Call) -> Any:
    """Refuse a bare list: records are listed through views."""
    raise ApiError(403, "You are not authorized to perform this action.")


def in_module(handler: Any) -> Any:
    """The same call on the custom module the path names."""

    def answer(call: Call) -> Any:
        return handler(find_module(call.tenant, call.path["entity"]), call)

    return answer


def bulk_delete(kind: Kind, call: Call) -> Any:
    """Delete the selected records; an id that is not there is passed over."""
    ids = call.unwrap().get("selected_ids")
    if not isinstance(ids, list) or not ids:
        raise ApiError(400, "selected_ids can't be blank")
    require_bulk_size(call, ids)
    with call.tenant.store.transaction():
        for id in dict.fromkeys(map(read_id, ids)):
            if call.tenant.store.read(kind.name, id):
                delete_record(call.tenant, kind, id)
    return {"message": f"{len(ids)} records deleted."}


def require_bulk_size(call: Call, rows: list[Any]) -> None:
    """Refuse with 400 more records than one bulk call takes."""
    most = call.tenant.settings.switches.bulk_cap
    if len(rows) > most:
        raise ApiError(400, f"A bulk call takes at most {most} records")


def _show(kind: Kind, call: Call, record: Record) -> dict[str, Any]:
    shown = show_one(call.tenant, kind, record, call.includes)
    if kind is APPOINTMENT:
        attendees = [
            {"id": record["id"] * 10 + position, **each} for position, each in enumerate(record.get("attendees") or [])
        ]
        shown |= {"appointment_attendees": attendees, "conferences": [], "notes": []}
    return shown


def _life(path: str, kind: Kind) -> Routes:
    return [
        ("POST", path, partial(create, kind)),
        ("PUT", f"{path}/{{id}}", partial(change, kind)),
        ("DELETE", f"{path}/{{id}}", partial(delete, kind)),
    ]


def _core(kind: Kind) -> Routes:
    path = f"/{kind.plural}"
    return [
        ("GET", path, refuse_list),
        ("POST", f"{path}/upsert", partial(upsert, kind)),
        ("POST", f"{path}/bulk_destroy", partial(bulk_delete, kind)),
        ("GET", f"{path}/{{id}}", partial(read, kind)),
        *_life(path, kind),
        ("POST", f"{path}/{{id}}/clone", partial(clone, kind)),
        ("DELETE", f"{path}/{{id}}/forget", partial(forget, kind)),
        ("PUT", f"{path}/{{id}}/restore", partial(restore, kind)),
        ("GET", f"{path}/{{id}}/notes", partial(list_notes, kind)),
        ("GET", f"{path}/{{id}}/document_associations", partial(list_documents, kind)),
    ]


MODULE_RECORD = "/custom_module/{entity}/{id}"
ROUTES: Routes = [
    *(route for kind in CORE for route in _core(kind)),
    *(route for kind in (TASK, APPOINTMENT, NOTE, SALES_ACTIVITY) for route in _life(f"/{kind.plural}", kind)),
    *(("GET", f"/{kind.plural}/{{id}}", partial(read, kind)) for kind in (TASK, APPOINTMENT, SALES_ACTIVITY)),
    ("POST", "/custom_module/{entity}", in_module(create)),
    ("POST", "/custom_module/{entity}/bulk_destroy", in_module(bulk_delete)),
    ("GET", MODULE_RECORD, in_module(read)),
    ("PUT", MODULE_RECORD, in_module(change)),
    ("DELETE", MODULE_RECORD, in_module(delete)),
    ("POST", f"{MODULE_RECORD}/clone", in_module(clone)),
    ("DELETE", f"{MODULE_RECORD}/forget", in_module(forget)),
    ("PUT", f"{MODULE_RECORD}/restore", in_module(restore)),
]
