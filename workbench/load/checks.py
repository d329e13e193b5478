"""What a body must meet before it costs a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.destinations import LONGEST_NOTE, find_destination
from workbench.errors import HoldRecord
from workbench.freshsales.schema import TenantSchema
from workbench.load.identifiers import IDENTIFIERS

LONGEST_TEXT = 255  # what a standard text field stores
LONGEST = {"description": LONGEST_NOTE}
# Its limit is above 300 and known to nobody; the tenant's answer decides.
UNCHECKED = {("deal", "name")}


def check_body(object: str, body: Mapping[str, Any], schema: TenantSchema) -> None:
    """Let a body pass that the tenant can take, as far as that is known without asking.

    Raises:
        HoldRecord: A required field is empty, or a standard text is too long.
    """
    values = {**body, **body.get("custom_field", {})}
    for field in _list_required(object, schema):
        if values.get(field) is None or not str(values[field]).strip():
            raise HoldRecord(
                f"{field} is empty; the tenant takes no {object} without it",
                code="missing_required",
                field=field,
                release="complete the source, or give the field a default in the mapping",
            )
    for field, value in body.items():
        longest = LONGEST.get(field, LONGEST_TEXT)
        if isinstance(value, str) and len(value) > longest and (object, field) not in UNCHECKED:
            raise HoldRecord(
                f"{field}: {len(value):,} characters, the field stores {longest:,}",
                code="too_long",
                field=field,
                release="shorten it in the source or by a transform, or map it to a field that stores more",
            )


def _list_required(object: str, schema: TenantSchema) -> list[str]:
    if object not in schema.fields:
        return list(find_destination(object).required)
    # Which identifier a contact needs is settled before; see `identifiers`.
    return [
        field.name for field in schema.fields[object].values() if field.is_required and field.name not in IDENTIFIERS
    ]
