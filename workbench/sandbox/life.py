"""The life of a record: made, changed, deleted to the bin, brought back, purged. Each is one transaction."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.capabilities import require_room
from workbench.sandbox.digest import STAMPS
from workbench.sandbox.matching import find_by, match_record, with_identifier
from workbench.sandbox.objects.drafts import draft_record
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import ATTACHED, KINDS
from workbench.sandbox.purge import drop_record, mark_deleted
from workbench.sandbox.store import BINNED, DORMANT, LIVE, Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError

# What goes along with a deleted account where the client asks for it.
ALONG = ("contact", "deal")


def find_record(tenant: Tenant, kind: Kind, id: int, *, state: str = LIVE) -> Record:
    """The record of that id.

    Raises:
        ApiError: 404 where there is none.
    """
    record = tenant.store.read(kind.name, id, state=state)
    if record is None:
        noun = kind.noun or kind.name.replace("_", " ")
        raise ApiError(404, f"The {noun} you're looking for is not in the CRM or has been deleted.")
    return record


def create_record(tenant: Tenant, kind: Kind, sent: dict[str, Any], *, like: Record | None = None) -> Record:
    """Keep a new record.

    Args:
        like: What it takes over from another one.

    Raises:
        ApiError: 400 with every problem of what was sent.
    """
    with tenant.store.transaction():
        require_room(tenant, kind.name)
        record = draft_record(tenant, kind, _settle_account(tenant, kind, sent), like=like)
        keys, links = kind.key_rows(tenant, record), kind.link_ids(tenant, record)
        tenant.store.insert(kind.name, record, keys=keys, links=links)
    return record


def change_record(tenant: Tenant, kind: Kind, id: int, sent: dict[str, Any]) -> Record:
    """Change the attributes that were sent and leave the others.

    Raises:
        ApiError: 404 or 400.
    """
    with tenant.store.transaction():
        before = find_record(tenant, kind, id)
        record = draft_record(tenant, kind, _settle_account(tenant, kind, sent), before=before)
        _replace(tenant, kind, record)
    return record


def upsert_record(
    tenant: Tenant, kind: Kind, identifier: Any, sent: dict[str, Any], *, also: tuple[str, ...] = ()
) -> tuple[Record, bool]:
    """Change the record an identifier finds, or make one that carries it.

    Args:
        identifier: Names and values; the first that finds a record decides.
        also: Names allowed here beside those of the object.

    Returns:
        The record, and whether it is new.

    Raises:
        ApiError: 400 where the identifier is none, 404 where an id finds nothing.
    """
    found, named = match_record(tenant, kind, identifier, also=also)
    if found:
        return change_record(tenant, kind, found, sent), False
    if "id" in named:
        find_record(tenant, kind, 0)
    return create_record(tenant, kind, with_identifier(sent, named)), True


def delete_account(tenant: Tenant, id: int) -> None:
    """Delete an account together with the contacts and deals that belong to it.

    Raises:
        ApiError: 404 where there is none.
    """
    with tenant.store.transaction():
        along = [(KINDS[name], each["id"]) for name in ALONG for each in tenant.store.children(id, name)]
        delete_record(tenant, KINDS["sales_account"], id)
        for kind, each_id in along:
            delete_record(tenant, kind, each_id)


def delete_record(tenant: Tenant, kind: Kind, id: int) -> None:
    """Move a record to the recycle bin, or remove it where its object has none.

    What is only about this record goes out of sight with it. An account's deals and child accounts lose it for good.

    Raises:
        ApiError: 404 where there is none.
    """
    with tenant.store.transaction():
        record = find_record(tenant, kind, id)
        if not kind.keeps_deleted:
            tenant.store.drop(id)
            return
        _replace(tenant, kind, mark_deleted(tenant, record))
        tenant.store.move(id, state=BINNED)
        _hide_activities(tenant, id)
        if kind.name == "sales_account":
            _unlink_account(tenant, id)


def restore_record(tenant: Tenant, kind: Kind, id: int) -> Record:
    """Bring a record back from the recycle bin, with its activities.

    Raises:
        ApiError: 404 where the bin does not hold it, 400 where its identifiers are taken by now.
    """
    with tenant.store.transaction():
        record = find_record(tenant, kind, id, state=BINNED)
        draft_record(tenant, kind, {}, before=record)
        record.pop("deleted_at", None)
        _replace(tenant, kind, record)
        tenant.store.move(id, state=LIVE)
        for activity in ATTACHED:
            for each in tenant.store.children(id, activity.name, state=DORMANT):
                tenant.store.move(each["id"], state=LIVE)
    return record


def forget_record(tenant: Tenant, kind: Kind, id: int) -> None:
    """Remove a record for good, live or binned, with what is only about it.

    Raises:
        ApiError: 404 where there is none.
    """
    with tenant.store.transaction():
        if tenant.store.read(kind.name, id, state=BINNED) is None:
            delete_record(tenant, kind, id)
        drop_record(tenant, id)


def clone_record(tenant: Tenant, kind: Kind, id: int, sent: dict[str, Any]) -> Record:
    """Make a copy of a record with other values where they are sent.

    Raises:
        ApiError: 404 or 400.
    """
    before = find_record(tenant, kind, id)
    unique = {each.name for each in tenant.schema.custom_fields(kind.name) if each.unique}
    own = {"id", "sent_stamps", *STAMPS, *kind.unlike}
    copied = {name: value for name, value in before.items() if name not in own}
    custom = {name: value for name, value in before["custom_field"].items() if name not in unique}
    return create_record(tenant, kind, sent, like={**copied, "custom_field": custom})


def _settle_account(tenant: Tenant, kind: Kind, sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent for a deal, with the account it describes named, found by name, or made."""
    described = sent.get("sales_account")
    if kind.name != "deal" or not isinstance(described, dict):
        return sent
    accounts = KINDS["sales_account"]
    id = described.get("id") or find_by(tenant, accounts, "name", described.get("name") or "")
    return {**sent, "sales_account_id": id or create_record(tenant, accounts, described)["id"]}


def keep_record(tenant: Tenant, kind: Kind, record: Record) -> Record:
    """Keep a record that was changed by other means than its attributes, and say when."""
    with tenant.store.transaction():
        changed = {**record, "updated_at": tenant.stamp(), "updater_id": tenant.admin_id}
        _replace(tenant, kind, changed)
    return changed


def _replace(tenant: Tenant, kind: Kind, record: Record) -> None:
    keys, links = kind.key_rows(tenant, record), kind.link_ids(tenant, record)
    tenant.store.update(kind.name, record, keys=keys, links=links)


def _hide_activities(tenant: Tenant, parent_id: int) -> None:
    for activity in ATTACHED:
        for each in tenant.store.children(parent_id, activity.name):
            if not tenant.store.has_live_parent(each["id"]):
                tenant.store.move(each["id"], state=DORMANT)


def _unlink_account(tenant: Tenant, id: int) -> None:
    for object, field in (("deal", "sales_account_id"), ("sales_account", "parent_sales_account_id")):
        for record in tenant.store.children(id, object):
            if record.get(field) == id:
                _replace(tenant, KINDS[object], {**record, field: None})
