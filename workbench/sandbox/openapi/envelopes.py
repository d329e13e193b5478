"""The bodies and answers there are: one record, a page of them, a bulk of them, and what is said in few words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.sandbox.objects.contact_lists import CONTACT_LIST
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.openapi.schemas import (
    ANYTHING,
    ID,
    TEXT,
    TIME,
    WORD,
    Schema,
    attributes_of,
    list_of,
    object_of,
    refer_to,
)
from workbench.sandbox.switches import Switches

JSON, FORM, BYTES = "application/json", "multipart/form-data", "application/octet-stream"
META = refer_to("meta")
COUNT: Schema = {"type": "integer", "minimum": 0}
MESSAGE = object_of({"message": TEXT})
DONE: Schema = {"const": True}
IDS = list_of(ID)
PAGE = ("page", "per_page")
LIST = (*PAGE, "sort", "sort_type", "include")
Build = Callable[[Kind], Schema]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a handler takes and gives.

    Attributes:
        answer: What it answers; null for an answer without a body to describe.
        body: What it takes; null for nothing.
        is_optional: The body may be left out.
        query: Names of the parameters it reads.
        statuses: With which statuses it answers, by the tenant's switches.
        refusals: Statuses it may refuse with beside those all handlers share.
        takes, gives: Media types of body and answer.
    """

    answer: Build | None
    body: Build | None = None
    is_optional: bool = False
    query: tuple[str, ...] = ()
    statuses: Callable[[Switches], tuple[int, ...]] = lambda switches: (200,)
    refusals: tuple[int, ...] = ()
    takes: str = JSON
    gives: str = JSON


def always(schema: Schema) -> Build:
    """The same whatever the object."""
    return lambda kind: schema


def one(kind: Kind) -> Schema:
    """The envelope of one record."""
    return object_of({kind.name: refer_to(kind.name)})


def many(kind: Kind) -> Schema:
    """The envelope of a page of records."""
    return object_of({kind.plural: list_of(refer_to(kind.name)), "meta": META})


def thin(kind: Kind) -> Schema:
    """Records as searches show them."""
    return list_of({"type": "object", "properties": {"id": ID, "partial": DONE}, "required": ["id"]})


def wrapped(kind: Kind) -> Schema:
    """The attributes of a record, with or without the wrapper around them."""
    attributes = refer_to(attributes_of(kind.name))
    return {"anyOf": [object_of({kind.name: attributes}), attributes]}


def upserted(kind: Kind) -> Schema:
    """A record with what names it."""
    names = {name: ANYTHING for name in kind.identifiers}
    return object_of(
        {"unique_identifier": object_of(names, required=[]), kind.name: refer_to(attributes_of(kind.name))}
    )


def bulk_rows(kind: Kind) -> Schema:
    """Up to a hundred upserts."""
    names = {name: ANYTHING for name in (*kind.identifiers, *kind.bulk_identifiers)}
    row = object_of({**names, "data": refer_to(attributes_of(kind.name))}, required=["data"])
    return object_of({kind.plural: {**list_of(row), "minItems": 1, "maxItems": 100}})


def module_body(kind: Kind) -> Schema:
    """The attributes of a module's record, with or without the module's name around them."""
    attributes = refer_to(attributes_of("module_record"))
    return {"anyOf": [{"type": "object", "minProperties": 1, "additionalProperties": attributes}, attributes]}


def module_one(kind: Kind) -> Schema:
    """The envelope of a module's record: the module's name, and beside it what it brings along."""
    return {"type": "object", "minProperties": 1}


SELECTED = object_of({"selected_ids": {**IDS, "minItems": 1}})
ASSIGNED = object_of({"selected_ids": {**IDS, "minItems": 1}, "owner_id": ID})
VIEW = object_of({"id": ID, "name": TEXT, "model_class_name": TEXT})
NEW_FIELD = object_of(
    {
        "label": TEXT,
        "field_type": ANYTHING,
        "type": TEXT,
        "required": {"type": "boolean"},
        "choices": list_of(ANYTHING),
    },
    required=["label"],
)
FIELD = object_of({"id": ANYTHING, "name": TEXT, "label": TEXT, "type": TEXT, "choices": list_of(ANYTHING)})
FORM_SHOWN = object_of({"id": ID, "name": TEXT, "fields": list_of(ANYTHING)})
MODULE = object_of({"entity_name": TEXT, "singular_name": TEXT, "plural_name": TEXT, "icon": TEXT})
MODULE_SHOWN = object_of({"id": ID, **MODULE["properties"], "table_name": TEXT, "status": COUNT})
MODULE_CHANGE = object_of({**MODULE["properties"], "description": TEXT}, required=[])
JOB = object_of({"created_at": TIME, "status": TEXT, "progress": {"type": "number"}, "data": WORD})
HIT = object_of({"id": TEXT, "type": TEXT, "name": WORD, "email": WORD})
RULE = object_of({"attribute": TEXT, "operator": TEXT, "value": ANYTHING})
MEMBERS = object_of({"ids": IDS, "all": {"type": "boolean"}, "from_list_id": ID}, required=[])
TEAM = object_of({"team_users": list_of(object_of({"user_id": ID, "designation_id": ID}, required=["user_id"]))})
UPLOAD = object_of(
    {
        "file": {"type": "string", "contentMediaType": BYTES},
        "file_name": TEXT,
        "is_shared": {"type": "boolean"},
        "targetable_type": {"type": "string", "enum": ["Contact", "SalesAccount", "Deal", "Product"]},
        "targetable_id": ID,
    },
    required=["file", "targetable_type", "targetable_id"],
)
UPLOADED = object_of({"id": ID, "url": TEXT, "msg": TEXT})
TIMELINE = object_of(
    {
        "activities": list_of(ANYTHING),
        "meta": object_of({"has_next": {"type": "boolean"}, "has_previous": {"type": "boolean"}}),
    }
)
ITEMS: Schema = {"type": "object", "minProperties": 1, "additionalProperties": ANYTHING}
CPQ_DONE = {"anyOf": [object_of({"success": TEXT}), object_of({"msg": object_of({"id": COUNT, "code": TEXT})})]}
FAULTS = object_of({"name": TEXT, "seed": ANYTHING, "faults": list_of(ANYTHING)})
QUOTA = object_of({"per_hour": COUNT, "remaining": COUNT, "reset": {"type": "number"}})
SNAPSHOT = object_of({"snapshot": TEXT, "digest": TEXT})
NAMED = object_of({"name": TEXT})
LIST_ONE = object_of({CONTACT_LIST.name: refer_to(CONTACT_LIST.name)})
LIST_BODY = wrapped(CONTACT_LIST)
