"""Static lists of contacts: made, renamed, filled, emptied and read."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.calls import Call, Routes, read_page
from workbench.sandbox.conditions import sort_order
from workbench.sandbox.jobs import MOVE_LIST, submit_job
from workbench.sandbox.life import change_record, create_record, find_record
from workbench.sandbox.objects.contact_lists import CONTACT_LIST, list_members, set_members
from workbench.sandbox.objects.include import show_many
from workbench.sandbox.objects.registry import KINDS
from workbench.sandbox.store import Record, Where
from workbench.sandbox.wire import ApiError, read_id

CONTACT = KINDS["contact"]
# What a call that names every contact at once is told.
LATER = {"message": "Updating now... we'll let you know once this is done."}


def list_lists(call: Call) -> Any:
    """A page of the lists."""
    page, store = read_page(call), call.tenant.store
    order = sort_order(call.tenant, call.word("sort"), call.word("sort_type"))
    records = store.page(CONTACT_LIST.name, order=order, limit=page.size, offset=page.offset)
    meta = page.meta(store.count(CONTACT_LIST.name))
    return show_many(call.tenant, CONTACT_LIST, records, frozenset(), meta)


def create_list(call: Call) -> Any:
    """Make an empty list."""
    return _show(call, create_record(call.tenant, CONTACT_LIST, call.unwrap(CONTACT_LIST.name)))


def change_list(call: Call) -> Any:
    """Rename a list."""
    return _show(call, change_record(call.tenant, CONTACT_LIST, call.id, call.unwrap(CONTACT_LIST.name)))


def _show(call: Call, record: Record) -> dict[str, Any]:
    return {CONTACT_LIST.name: CONTACT_LIST.show(call.tenant, record, frozenset())}


def list_contacts(call: Call) -> Any:
    """A page of the contacts on a list."""
    find_record(call.tenant, CONTACT_LIST, call.id)
    on_list = "id IN (SELECT c.value ->> 'id' FROM records l, json_each(l.body, '$.contacts') c WHERE l.id = ?)"
    where: Where = (on_list, [call.id])
    page, store = read_page(call), call.tenant.store
    order = sort_order(call.tenant, call.word("sort"), call.word("sort_type"))
    records = store.page(CONTACT.name, where, order=order, limit=page.size, offset=page.offset)
    meta = {**page.meta(store.count(CONTACT.name, where)), "avatar_data": {}}
    return show_many(call.tenant, CONTACT, records, call.includes, meta)


def add_contacts(call: Call) -> Any:
    """Put contacts on a list; one that is there already stays where it is."""
    with call.tenant.store.transaction():
        record = find_record(call.tenant, CONTACT_LIST, call.id)
        ids = _read_contacts(call)
        set_members(call.tenant, record, [*list_members(record), *ids])
    return _count(ids)


def remove_contacts(call: Call) -> Any:
    """Take contacts off a list at once, or all of them some time after."""
    with call.tenant.store.transaction():
        record = find_record(call.tenant, CONTACT_LIST, call.id)
        if _names_all(call):
            return _move_later(call, source=record, target=None)
        ids = _read_contacts(call)
        set_members(call.tenant, record, [id for id in list_members(record) if id not in set(ids)])
    return _count(ids)


def move_contacts(call: Call) -> Any:
    """Take contacts off one list and put them on this one; where none is named to take them off, only put them on."""
    with call.tenant.store.transaction():
        target, source = find_record(call.tenant, CONTACT_LIST, call.id), _find_source(call)
        if source and _names_all(call):
            return _move_later(call, source=source, target=target)
        ids = _read_contacts(call)
        if source and source["id"] != target["id"]:
            set_members(call.tenant, source, [id for id in list_members(source) if id not in set(ids)])
        set_members(call.tenant, target, [*list_members(target), *ids])
    return _count(ids)


def _find_source(call: Call) -> Record | None:
    sent = call.unwrap().get("from_list_id")
    return find_record(call.tenant, CONTACT_LIST, read_id(sent)) if sent else None


def _move_later(call: Call, *, source: Record, target: Record | None) -> dict[str, str]:
    row = {"source": source["id"], "target": target["id"] if target else None}
    submit_job(call.tenant, object=CONTACT.name, rows=[row], action=MOVE_LIST)
    return LATER


def _names_all(call: Call) -> bool:
    return call.unwrap().get("all") is True


def _read_contacts(call: Call) -> list[int]:
    """Ids of the live contacts among those that were sent; others are passed over."""
    sent = call.unwrap().get("ids")
    if not isinstance(sent, list) or not sent:
        raise ApiError(400, "Ids can't be blank")
    ids = dict.fromkeys(map(read_id, sent))
    return [id for id in ids if call.tenant.store.read(CONTACT.name, id)]


def _count(ids: list[int]) -> dict[str, str]:
    return {"message": f"{len(ids)} contact{'' if len(ids) == 1 else 's'} updated."}


ROUTES: Routes = [
    ("GET", "/lists", list_lists),
    ("POST", "/lists", create_list),
    ("PUT", "/lists/{id}", change_list),
    ("GET", "/contacts/lists/{id}", list_contacts),
    ("PUT", "/lists/{id}/add_contacts", add_contacts),
    ("PUT", "/lists/{id}/remove_contacts", remove_contacts),
    ("PUT", "/lists/{id}/move_contacts", move_contacts),
]
