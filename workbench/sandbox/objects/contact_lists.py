"""Static lists of contacts: a name, and whoever was put on it."""

from __future__ import annotations

from workbench.sandbox.objects.kind import Draft, Kind
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant


def shape_list(draft: Draft) -> None:
    """A list starts empty; contacts are put on it by calls of their own."""
    draft.record.setdefault("contacts", [])


def show_list(tenant: Tenant, record: Record, includes: frozenset[str]) -> Record:
    """A list as a client reads it: hardly more than its name."""
    return {"id": record["id"], "name": record["name"]}


CONTACT_LIST = Kind(
    name="list",
    plural="lists",
    model="List",
    shape=shape_list,
    show=show_list,
    keeps_deleted=False,
)


def list_members(record: Record) -> list[int]:
    """Ids of the contacts on a list; some may be gone by now."""
    return [each["id"] for each in record["contacts"]]


def set_members(tenant: Tenant, record: Record, ids: list[int]) -> None:
    """Put these contacts on a list in the place of those it had."""
    kept = {**record, "contacts": [{"id": id} for id in sorted(set(ids))], "updated_at": tenant.stamp()}
    # Contacts are not linked to their lists: a list of many would be slow to add to.
    tenant.store.update(CONTACT_LIST.name, kept, keys=(), links=())


def move_everybody(tenant: Tenant, *, source: int, target: int | None) -> None:
    """Take every contact off one list, and put them on the other where there is one."""
    left = tenant.store.read(CONTACT_LIST.name, source)
    if left is None or source == target:
        return
    set_members(tenant, left, [])
    joined = tenant.store.read(CONTACT_LIST.name, target) if target else None
    if joined:
        set_members(tenant, joined, [*list_members(joined), *list_members(left)])
