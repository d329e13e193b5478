"""One record at a time: contacts, accounts, deals and the records of custom modules."""

from __future__ import annotations

from functools import partial, wraps
from typing import Any

from starlette.responses import Response

from workbench.sandbox.calls import Answer, Call, Routes
from workbench.sandbox.checks import is_true
from workbench.sandbox.jobs import DESTROY, submit_job
from workbench.sandbox.life import (
    change_record,
    clone_record,
    create_record,
    delete_account,
    delete_record,
    find_record,
    forget_record,
    keep_record,
    restore_record,
    upsert_record,
)
from workbench.sandbox.objects.contacts import KIND as CONTACT
from workbench.sandbox.objects.contacts import read_team
from workbench.sandbox.objects.include import show_one
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CORE, find_module
from workbench.sandbox.store import Record
from workbench.sandbox.wire import ApiError, read_id

# Asks on the delete of an account for its contacts and deals to go too.
ALONG = "delete_associated_contacts_deals"


def create(kind: Kind, call: Call) -> Any:
    """Make a record."""
    sent = call.unwrap(kind.name)
    return _show(kind, call, create_record(call.tenant, kind, sent), also={"products"} & set(sent))


def read(kind: Kind, call: Call) -> Any:
    """Show a record with what it brings along."""
    return _show(kind, call, find_record(call.tenant, kind, call.id))


def change(kind: Kind, call: Call) -> Any:
    """Change the attributes that were sent."""
    sent = call.unwrap(kind.name)
    return _show(kind, call, change_record(call.tenant, kind, call.id, sent), also={"products"} & set(sent))


def delete(kind: Kind, call: Call) -> Any:
    """Move a record to the recycle bin; on some tenants it is gone at once, and the answer is empty."""
    if kind.name == "sales_account" and _takes_along(call):
        delete_account(call.tenant, call.id)
    elif call.tenant.settings.switches.delete_form == "gone":
        find_record(call.tenant, kind, call.id)
        forget_record(call.tenant, kind, call.id)
        return Response(status_code=204)
    else:
        delete_record(call.tenant, kind, call.id)
    return True


def delete_module_record(kind: Kind, call: Call) -> Any:
    """Delete a record of a custom module, which is told in words."""
    delete_record(call.tenant, kind, call.id)
    return {"message": "The record was deleted."}


def _takes_along(call: Call) -> bool:
    asked = is_true(call.query.get(ALONG, ""))
    return asked and call.tenant.settings.switches.account_delete_options


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
    """Bring a record back from the recycle bin, where the tenant lets clients do so."""
    if not call.tenant.settings.switches.restore_by_api:
        raise ApiError(404, "There is nothing at this address.")
    return _show(kind, call, restore_record(call.tenant, kind, call.id))


def change_team(kind: Kind, call: Call) -> Any:
    """Add people to the team of a contact, change what they are in it, or take them out."""
    with call.tenant.store.transaction():
        record = find_record(call.tenant, kind, call.id)
        sent = call.unwrap().get("team_users")
        if not isinstance(sent, list) or not sent:
            raise ApiError(400, "Invalid or missing attributes")
        try:
            team = read_team(call.tenant, record, sent)
        except ValueError as problem:
            raise ApiError(400, str(problem)) from None
        return _show(kind, call, keep_record(call.tenant, kind, {**record, "team_users": team}))


def refuse_list(call: Call) -> Any:
    """Refuse a bare list: records are listed through views."""
    raise ApiError(403, "You are not authorized to perform this action.")


def in_module(handler: Any) -> Any:
    """The same call on the custom module the path names."""

    @wraps(handler)
    def answer(call: Call) -> Any:
        kind = find_module(call.tenant, call.path["entity"])
        if handler in (create, change):
            _require_wrapper(kind, call)
        return handler(kind, call)

    return answer


def _require_wrapper(kind: Kind, call: Call) -> None:
    """Refuse a module's record whose body does, or does not, name the module around it."""
    wanted = call.tenant.settings.switches.module_wrapper
    is_wrapped = isinstance(call.body, dict) and isinstance(call.body.get(kind.name), dict)
    if (wanted == "required" and not is_wrapped) or (wanted == "refused" and is_wrapped):
        raise ApiError(400, "Invalid or missing attributes")


def bulk_delete(kind: Kind, call: Call) -> Any:
    """Delete the selected records; an id that is not there is passed over."""
    ids = call.unwrap().get("selected_ids")
    if not isinstance(ids, list) or not ids:
        raise ApiError(400, "selected_ids can't be blank")
    require_bulk_size(call, ids)
    many = call.tenant.settings.switches.async_destroy_from
    if many and len(ids) >= many:
        submit_job(call.tenant, object=kind.name, rows=list(dict.fromkeys(map(read_id, ids))), action=DESTROY)
        return {"message": "Deleting now... we'll let you know once this is done."}
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


def _show(kind: Kind, call: Call, record: Record, *, also: set[str] | None = None) -> dict[str, Any]:
    """The envelope of a record; products of a deal that were just sent are shown unasked (`also`)."""
    return show_one(call.tenant, kind, record, call.includes | (also or set()))


def _life(path: str, kind: Kind) -> Routes:
    return [
        ("POST", path, partial(create, kind)),
        ("PUT", f"{path}/{{id}}", partial(change, kind)),
        ("DELETE", f"{path}/{{id}}", partial(delete, kind)),
    ]


def record_routes(kind: Kind) -> Routes:
    """Everything that can be done with one record of an object that has a recycle bin."""
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
    ]


MODULE_RECORD = "/custom_module/{entity}/{id}"
ROUTES: Routes = [
    *(route for kind in CORE for route in record_routes(kind)),
    ("POST", "/contacts/{id}/manage_team_members", partial(change_team, CONTACT)),
    ("POST", "/custom_module/{entity}", in_module(create)),
    ("POST", "/custom_module/{entity}/bulk_destroy", in_module(bulk_delete)),
    ("GET", MODULE_RECORD, in_module(read)),
    ("PUT", MODULE_RECORD, in_module(change)),
    ("DELETE", MODULE_RECORD, in_module(delete_module_record)),
    ("POST", f"{MODULE_RECORD}/clone", in_module(clone)),
    ("DELETE", f"{MODULE_RECORD}/forget", in_module(forget)),
    ("PUT", f"{MODULE_RECORD}/restore", in_module(restore)),
]
