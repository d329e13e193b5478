"""Which record an upsert means: the identifiers a client names, and what they find."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.objects.kind import Kind, normalise_key
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, read_id


def match_record(
    tenant: Tenant, kind: Kind, identifier: Any, *, also: tuple[str, ...] = ()
) -> tuple[int | None, dict[str, Any]]:
    """Id of the record an identifier finds, null where it finds none, and the identifier as it is understood.

    Args:
        identifier: Names and values; the first that finds a record decides.
        also: Names allowed here beside those of the object.

    Raises:
        ApiError: 400 where the identifier is none.
    """
    allowed = {*kind.identifiers, *also, *(each.name for each in tenant.schema.custom_fields(kind.name) if each.unique)}
    named = dict(identifier) if isinstance(identifier, dict) else {}
    if tenant.settings.switches.plain_email_upserts and "email" in named:
        named["emails"] = named.pop("email")
    if not named or not set(named) <= allowed or not all(_is_plain(value) for value in named.values()):
        raise ApiError(400, "Please provide a unique field to identify the record.")
    for name, value in named.items():
        found = find_by(tenant, kind, name, value)
        if found:
            return found, named
    return None, named


def find_by(tenant: Tenant, kind: Kind, name: str, value: Any) -> int | None:
    """Id of the oldest live record with this key; null where there is none."""
    if name == "id":
        record = tenant.store.read(kind.name, read_id(value))
        return record["id"] if record else None
    found = tenant.store.find(kind.name, name, normalise_key(value))
    return found[0] if found else None


def with_identifier(sent: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a new record, with what identifies it among them."""
    custom = {name: value for name, value in named.items() if name.startswith("cf_")}
    own = {name: value for name, value in named.items() if name not in custom}
    if "email" in sent:
        own.pop("emails", None)
    return {**own, **sent, "custom_field": {**custom, **(sent.get("custom_field") or {})}}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int) and str(value).strip() != ""
