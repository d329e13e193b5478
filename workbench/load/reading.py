"""Reading one record of any object back from the tenant, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.destinations import DOCUMENT
from workbench.freshsales.client import NotFound, Tenant
from workbench.load.documents import list_documents
from workbench.values import INCLUDES, Values, read_values

# Comes along with one record; that a list takes it is shown by no public sample.
ALONE = {"deal": ("products",)}
Parent = tuple[str, int]  # object and id of the record a note hangs on


def is_hidden(object: str, sent: Mapping[str, Any]) -> bool:
    """Whether lists leave out something that was sent for a record, so that only the record itself shows it."""
    return any(name in sent for name in ALONE.get(object, ()))


def get_record(tenant: Tenant, object: str, id: int, *, parent: Parent | None = None) -> dict[str, Any]:
    """The record the tenant holds under an id, with everything it points at.

    Args:
        parent: Needed for notes and files, which can only be read through the record they hang on.

    Raises:
        NotFound: It is not there.
    """
    if object == DOCUMENT:
        return _require(object, id, list_documents(tenant, parent).get(id) if parent else None)
    if object != "note":
        return tenant.get(object, id, include=(*INCLUDES.get(object, ()), *ALONE.get(object, ())))
    notes = tenant.activities_of(*parent)["notes"] if parent else []
    return _require(object, id, next((each for each in notes if each["id"] == id), None))


def _require(object: str, id: int, found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        raise NotFound(f"{object} {id}: not there", code="edited_in_tenant", release="it was deleted in Freshsales")
    return found


def read_record(tenant: Tenant, object: str, id: int, *, parent: Parent | None = None) -> Values:
    """The same as values, see `read_values`."""
    return read_values(object, get_record(tenant, object, id, parent=parent))
