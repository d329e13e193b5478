"""Records of custom modules: a name, an owner, and whatever fields the tenant gave them."""

from __future__ import annotations

from functools import cache, partial

from workbench.sandbox.objects.kind import Draft, Kind, Reference
from workbench.sandbox.objects.show import show_base
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant


def shape_record(draft: Draft) -> None:
    """A module has no rules beyond those of its fields."""


def show_record(tenant: Tenant, record: Record, includes: frozenset[str], *, entity_name: str) -> Record:
    """A module's record as a client reads it."""
    return {
        "id": record["id"],
        "name": record.get("name"),
        **show_base(tenant, module_kind(entity_name), record, includes),
        "creater_id": record["creater_id"],
        "updater_id": record["updater_id"],
    }


@cache
def module_kind(entity_name: str) -> Kind:
    """The object a custom module is."""
    return Kind(
        name=entity_name,
        plural=entity_name,
        model=entity_name,
        shape=shape_record,
        show=partial(show_record, entity_name=entity_name),
        keys=("name",),
        references={
            "owner": Reference(field="owner_id", beside="users", selector="owners"),
            "creater": Reference(field="creater_id", beside="users", selector="owners"),
            "updater": Reference(field="updater_id", beside="users", selector="owners"),
        },
        thin=("id", "name", "created_at", "updated_at"),
    )
