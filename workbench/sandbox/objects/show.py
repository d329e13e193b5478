"""Records as a client reads them: what all objects share."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.fields import Field
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import show_day, show_time

# What the paths a record names begin with.
BASES = {"suite": "/crm/sales", "classic": ""}
LINKED = ("conversations/all", "document_associations", "notes", "tasks", "appointments")


def show_base(tenant: Tenant, kind: Kind, record: Record, includes: frozenset[str]) -> Record:
    """What every object shows: custom fields, tags, stamps, and its references as far as they are shown."""
    shown = {
        "custom_field": show_custom_fields(tenant, kind.name, record),
        "tags": record.get("tags") or [],
        "is_deleted": record.get("is_deleted", False),
        "created_at": show_time(record["created_at"], tenant.zone),
        "updated_at": show_time(record["updated_at"], tenant.zone),
    }
    hides = kind.hides_references and tenant.settings.switches.references_need_include
    for word, reference in kind.references.items():
        value = record.get(reference.field)
        if not isinstance(value, list) and (word in includes or not hides):
            shown[reference.field] = value
    return shown


def show_custom_fields(tenant: Tenant, object: str, record: Record) -> Record:
    """Every custom field of the object with the record's value, null where it has none."""
    return {
        field.name: _show_value(tenant, field, record["custom_field"].get(field.name))
        for field in tenant.schema.custom_fields(object)
    }


def _show_value(tenant: Tenant, field: Field, value: Any) -> Any:
    if field.type == "date":
        return show_day(value, tenant.zone)
    if field.type == "date_time":
        return show_time(value, tenant.zone)
    if field.type == "checkbox":
        return bool(value)
    return value


def show_links(tenant: Tenant, kind: Kind, record: Record, *, also: tuple[str, ...] = ()) -> dict[str, str]:
    """Paths of what belongs to a record."""
    base = BASES[tenant.settings.edition]
    return {name.partition("/")[0]: f"{base}/{kind.plural}/{record['id']}/{name}" for name in (*LINKED, *also)}


def show_thin(tenant: Tenant, kind: Kind, record: Record) -> Record:
    """A record as searches show it: a few attributes, no custom fields, no references."""
    shown = kind.show(tenant, record, frozenset())
    return {"partial": True, **{name: shown.get(name) for name in kind.thin}}
