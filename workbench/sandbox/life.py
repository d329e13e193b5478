"""The life of a record: made, changed, deleted to the bin, brought back, purged. Each is one transaction."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.objects.drafts import draft_record
from workbench.sandbox.objects.kind import Kind, normalise_key
from workbench.sandbox.objects.registry import ACTIVITIES, KINDS
from workbench.sandbox.store import BINNED, DORMANT, LIVE, Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, read_id

# Attributes a copy does not take over: they tell one record from another.
IDENTIFYING = ("id", "created_at", "updated_at", "emails", "external_id", "name", "mobile_number")


def find_record(tenant: Tenant, kind: Kind, id: int, *, state: str = LIVE) -> Record:
    """The record of that id.

    Raises:
        ApiError: 404 where there is none.
    """
    record = tenant.store.read(kind.name, id, state=state)
    if record is None:
        noun = kind.name.replace("_", " ")
        raise ApiError(404, f"The {noun} you're looking for is not in the CRM or has been deleted.")
    return record


def create_record(tenant: Tenant, kind: Kind, sent: dict[str, Any]) -> Record:
    """Keep a new record.

    Raises:
        ApiError: 400 with every problem of what was sent.
    """
    with tenant.store.transaction():
        record = draft_record(tenant, kind, _settle_account(tenant, kind, sent))
        keys, links = kind.key_rows(tenant, record), kind.link_ids(tenant, record)
        tenant.store.insert(kind.name, record, keys=keys, links=links)
    return record


def change_record(tenant: Tenant, kind: Kind, id: int, sent: dict[str, Any]) -> Record:
    """Change the attributes that were sent and leave the others.

    Raises:
        ApiError: 404 or 400.
    """
    with tenant.store.transaction():
        record = draft_record(tenant, kind, sent, before=find_record(tenant, kind, id))
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
    found, named = _match(tenant, kind, identifier, also)
    if found:
        return change_record(tenant, kind, found, sent), False
    if "id" in named:
        find_record(tenant, kind, 0)
    return create_record(tenant, kind, _with_identifier(sent, named)), True


def delete_record(tenant: Tenant, kind: Kind, id: int) -> None:
    """Move a record to the recycle bin, or remove it where its object has none.

    What is only about this record goes out of sight with it. An account's deals and child accounts lose it for good.

    Raises:
        ApiError: 404 where there is none.
    """
    with tenant.store.transaction():
        find_record(tenant, kind, id)
        if not kind.keeps_deleted:
            tenant.store.drop(id)
            return
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
        tenant.store.move(id, state=LIVE)
        for activity in ACTIVITIES:
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
        for activity in ACTIVITIES:
            for each in tenant.store.children(id, activity.name, state=DORMANT):
                tenant.store.drop(each["id"])
        tenant.store.drop(id)


def clone_record(tenant: Tenant, kind: Kind, id: int, sent: dict[str, Any]) -> Record:
    """Make a copy of a record with other values where they are sent.

    Raises:
        ApiError: 404 or 400.
    """
    before = find_record(tenant, kind, id)
    unique = {each.name for each in tenant.schema.custom_fields(kind.name) if each.unique}
    copied = {name: value for name, value in before.items() if name not in IDENTIFYING}
    custom = {name: value for name, value in before["custom_field"].items() if name not in unique}
    custom |= sent.get("custom_field") or {}
    return create_record(tenant, kind, {**copied, **sent, "custom_field": custom})


def _settle_account(tenant: Tenant, kind: Kind, sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent for a deal, with the account it describes found by name, or made."""
    account = sent.get("sales_account")
    if kind.name != "deal" or not isinstance(account, dict):
        return sent
    found, _ = upsert_record(tenant, KINDS["sales_account"], {"name": account.get("name") or ""}, account)
    return {**sent, "sales_account_id": found["id"]}


def _replace(tenant: Tenant, kind: Kind, record: Record) -> None:
    keys, links = kind.key_rows(tenant, record), kind.link_ids(tenant, record)
    tenant.store.update(kind.name, record, keys=keys, links=links)


def _match(tenant: Tenant, kind: Kind, identifier: Any, also: tuple[str, ...]) -> tuple[int | None, dict[str, Any]]:
    allowed = {*kind.identifiers, *also, *(each.name for each in tenant.schema.custom_fields(kind.name) if each.unique)}
    named = dict(identifier) if isinstance(identifier, dict) else {}
    if tenant.settings.switches.plain_email_upserts and "email" in named:
        named["emails"] = named.pop("email")
    if not named or not set(named) <= allowed or not all(_is_plain(value) for value in named.values()):
        raise ApiError(400, "Please provide a unique field to identify the record.")
    for name, value in named.items():
        found = _find(tenant, kind, name, value)
        if found:
            return found, named
    return None, named


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int) and str(value).strip() != ""


def _find(tenant: Tenant, kind: Kind, name: str, value: Any) -> int | None:
    if name == "id":
        record = tenant.store.read(kind.name, read_id(value))
        return record["id"] if record else None
    found = tenant.store.find(kind.name, name, normalise_key(value))
    return found[0] if found else None


def _with_identifier(sent: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    custom = {name: value for name, value in named.items() if name.startswith("cf_")}
    own = {name: value for name, value in named.items() if name not in custom}
    if "email" in sent:
        own.pop("emails", None)
    return {**own, **sent, "custom_field": {**custom, **(sent.get("custom_field") or {})}}


def _hide_activities(tenant: Tenant, parent_id: int) -> None:
    for activity in ACTIVITIES:
        for each in tenant.store.children(parent_id, activity.name):
            if not tenant.store.has_live_parent(each["id"]):
                tenant.store.move(each["id"], state=DORMANT)


def _unlink_account(tenant: Tenant, id: int) -> None:
    for object, field in (("deal", "sales_account_id"), ("sales_account", "parent_sales_account_id")):
        for record in tenant.store.children(id, object):
            if record.get(field) == id:
                _replace(tenant, KINDS[object], {**record, field: None})
