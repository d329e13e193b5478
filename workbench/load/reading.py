"""Reading one record of any object back from the tenant, as values."""

from __future__ import annotations

from typing import Any

from workbench.freshsales.client import NotFound, Tenant
from workbench.values import INCLUDES, Values, read_values

Parent = tuple[str, int]  # object and id of the record a note hangs on


def get_record(tenant: Tenant, object: str, id: int, *, parent: Parent | None = None) -> dict[str, Any]:
    """The record the tenant holds under an id, with everything it points at.

    Args:
        parent: Needed for notes, which can only be read through the record they hang on.

    Raises:
        NotFound: It is not there.
    """
    if object != "note":
        return tenant.get(object, id, include=INCLUDES.get(object, ()))
    notes = tenant.activities_of(*parent)["notes"] if parent else []
    note = next((each for each in notes if each["id"] == id), None)
    if note is None:
        raise NotFound(f"note {id}: not there", code="edited_in_tenant", release="it was deleted in Freshsales")
    return note


def read_record(tenant: Tenant, object: str, id: int, *, parent: Parent | None = None) -> Values:
    """The same as values, see `read_values`."""
    return read_values(object, get_record(tenant, object, id, parent=parent))
