"""The fields the workbench writes itself: the external id, and what a policy had to step in for."""

from __future__ import annotations

from workbench.destinations import find_destination
from workbench.model import FieldRule
from workbench.transforms.compose import EXTERNAL_ID

CONTACT_ID = "external_id"
SOURCE_ID = "cf_source_id"
SOURCE_OWNER = "cf_source_owner"  # keeps the name of an owner the tenant does not know
PLACEHOLDER_FLAG = "cf_placeholder_email"
# Empty in every record: the load fills them where a policy had to step in.
FILLED_BY_LOAD = (PLACEHOLDER_FLAG, SOURCE_OWNER)
RESERVED = (CONTACT_ID, SOURCE_ID, *FILLED_BY_LOAD)

_CONTACT_ID = FieldRule(to=CONTACT_ID, source=EXTERNAL_ID, tag="id")
_SOURCE_ID = FieldRule(to=SOURCE_ID, source=EXTERNAL_ID, type="text", label="Source id", tag="id")
_PLACEHOLDER = FieldRule(to=PLACEHOLDER_FLAG, type="checkbox", label="Placeholder email")
_SOURCE_OWNER = FieldRule(to=SOURCE_OWNER, type="text", label="Source owner", tag="name")


def list_own_rules(destination: str) -> tuple[FieldRule, ...]:
    """The rules of the fields the workbench writes itself, where the destination has such fields."""
    if destination == "contact":
        return (_CONTACT_ID, _PLACEHOLDER, _SOURCE_OWNER)
    found = find_destination(destination)
    return () if found.text or found.is_bare else (_SOURCE_ID, _SOURCE_OWNER)


def name_id_field(destination: str) -> str:
    """The field that carries the external id: whole, or in the last line of an activity's text."""
    return CONTACT_ID if destination == "contact" else find_destination(destination).text or SOURCE_ID
