"""JSON Schemas of records, as clients read and write them, from the fields of their objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.sandbox.fields import Field
from workbench.sandbox.objects.contact_lists import CONTACT_LIST
from workbench.sandbox.objects.documents import DOCUMENT, LINK
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CLASSIC, KINDS
from workbench.sandbox.schema import standard_fields
from workbench.sandbox.tenant import Tenant

Schema = dict[str, Any]
ANYTHING: Schema = {}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": 10**18}
TEXT: Schema = {"type": "string"}
WORD: Schema = {"type": ["string", "null"]}
TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
DAY: Schema = {"type": ["string", "null"], "description": "A day, YYYY-MM-DD."}
NUMBER: Schema = {"type": ["number", "null"]}
# What a value of each type of field is like; a dropdown is known by its list or its choices.
TYPES: dict[str, Schema] = {
    "text": WORD,
    "textarea": WORD,
    "number": NUMBER,
    "checkbox": {"type": ["boolean", "null"]},
    "date": DAY,
    "date_time": TIME,
    "date_time_split": TIME,
}
TARGETS = ("Contact", "SalesAccount", "Deal")
# What activities take beside their fields: what they are about.
ABOUT: Schema = {
    "targetable_type": {"type": "string", "enum": [*TARGETS]},
    "targetable_id": ID,
}
MORE: dict[str, Schema] = {
    "contact": {
        "email": WORD,
        "emails": {"anyOf": [WORD, {"type": "array", "items": {"$ref": "#/components/schemas/email"}}]},
        "sales_accounts": {"type": "array", "maxItems": 10, "items": {"$ref": "#/components/schemas/account_link"}},
    },
    "lead": {"email": WORD, "company": {"type": "object"}, "deal": {"type": "object"}},
    "deal": {
        "amount": {"type": ["number", "string"], "maximum": 9_007_199_254_740_991},
        "contacts_added_list": {"type": "array", "items": ID},
        "products": {"type": "array", "items": {"$ref": "#/components/schemas/line_item"}},
    },
    "product": {"product_pricings": {"type": "array", "items": {"$ref": "#/components/schemas/price"}}},
    "cpq_document": {"products": {"type": "array", "items": {"$ref": "#/components/schemas/line_item"}}},
    "phone_call": {**ABOUT, "call_direction": {"type": "boolean"}, "call_notes": TEXT},
    "document_link": {"targetable_type": {"type": "string", "enum": [*TARGETS, "Product"]}, "targetable_id": ID},
    **{name: ABOUT for name in ("task", "appointment", "note", "sales_activity")},
}
# What is written in another form than it is read.
READ_ONLY: dict[str, Schema] = {
    "contact": {"emails": {"type": "array", "items": {"$ref": "#/components/schemas/email"}}, "mcr_id": ID},
    "deal": {"amount": {"type": "string", "pattern": r"^-?\d+\.\d+$"}},
}
PARTS: dict[str, Schema] = {
    "email": {
        "type": "object",
        "properties": {"value": TEXT, "is_primary": {"type": "boolean"}},
        "required": ["value"],
    },
    "account_link": {
        "type": "object",
        "properties": {"id": ID, "is_primary": {"type": "boolean"}},
        "required": ["id"],
    },
    "line_item": {
        "type": "object",
        "properties": {
            "id": ID,
            "quantity": {"type": "integer", "minimum": 1},
            "unit_price": {"type": ["number", "null"]},
            "discount": {"type": ["number", "null"]},
            "_destroy": {"type": "boolean"},
        },
        "required": ["id"],
    },
    "price": {
        "type": "object",
        "properties": {
            "id": ID,
            "currency_code": {"type": "string", "minLength": 3, "maxLength": 3},
            "unit_price": {"type": "number", "minimum": 0},
            "_destroy": {"type": "boolean"},
        },
    },
    "meta": {"type": "object", "properties": {"total": {"type": "integer"}, "total_pages": {"type": "integer"}}},
    "errors": {
        "type": "object",
        "properties": {
            "errors": {
                "type": "object",
                "properties": {"code": {"type": "integer"}, "message": {"type": "array", "items": TEXT}},
                "required": ["code", "message"],
            }
        },
        "required": ["errors"],
    },
    "item": {"type": "object", "properties": {"id": ID, "name": WORD}, "required": ["id"]},
}


def describe_records(tenant: Tenant) -> dict[str, Schema]:
    """The components of the document: every object as it is read, as it is written, and their parts."""
    schemas = dict(PARTS)
    for kind in list_kinds(tenant):
        fields = kind.fields(tenant)
        schemas[kind.name] = _describe_read(tenant, kind.name, fields.values())
        schemas[attributes_of(kind.name)] = _describe_write(tenant, kind.name, fields.values())
    fields = standard_fields("module")
    schemas["module_record"] = _describe_read(tenant, "module_record", fields.values())
    schemas[attributes_of("module_record")] = _describe_write(tenant, "module_record", fields.values())
    return schemas


def list_kinds(tenant: Tenant) -> list[Kind]:
    """The objects the tenant's edition has, custom modules aside."""
    is_classic = tenant.settings.edition == "classic"
    known = [kind for kind in KINDS.values() if is_classic or kind not in CLASSIC]
    return [*known, CONTACT_LIST, DOCUMENT, LINK]


def attributes_of(name: str) -> str:
    """The component that says what of an object a client may write."""
    return f"{name}_attributes"


def refer_to(name: str) -> Schema:
    """A component by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(items: Schema) -> Schema:
    """An array of these."""
    return {"type": "array", "items": items}


def object_of(properties: dict[str, Schema], *, required: Iterable[str] | None = None) -> Schema:
    """An object with these properties, all of them required unless told."""
    names = list(properties) if required is None else list(required)
    return {"type": "object", "properties": properties, **({"required": names} if names else {})}


def _describe_read(tenant: Tenant, name: str, fields: Iterable[Field]) -> Schema:
    standard, custom = _split(tenant, fields)
    described = {"id": ID, **standard, **READ_ONLY.get(name, {}), **_describe_custom(custom)}
    stamps = {"created_at": TIME, "updated_at": TIME}
    return object_of(_without_limits(described | stamps), required=["id"])


def _describe_write(tenant: Tenant, name: str, fields: Iterable[Field]) -> Schema:
    standard, custom = _split(tenant, fields)
    more = {key: value for key, value in MORE.get(name, {}).items()}
    return object_of({**standard, **_describe_custom(custom), **more}, required=[])


def _split(tenant: Tenant, fields: Iterable[Field]) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """What the fields hold by name: standard ones, and custom ones."""
    described = {field.name: (field, describe_field(tenant, field)) for field in fields}
    return (
        {name: schema for name, (field, schema) in described.items() if not field.is_custom},
        {name: schema for name, (field, schema) in described.items() if field.is_custom},
    )


def _describe_custom(custom: dict[str, Schema]) -> dict[str, Schema]:
    return {"custom_field": object_of(custom, required=[])} if custom else {}


def describe_field(tenant: Tenant, field: Field) -> Schema:
    """What a field holds, with its label."""
    return {**_describe_value(tenant, field), "title": field.label}


def _describe_value(tenant: Tenant, field: Field) -> Schema:
    if field.selector:
        ids = [item["id"] for item in tenant.selectors.get(field.selector, [])]
        return {"type": ["integer", "null"], **({"enum": [*ids, None]} if ids else {})}
    if field.choices and field.type != "multi_select_dropdown":
        is_named = field.is_custom
        return {"enum": [*((each.value if is_named else each.id) for each in field.choices), None]}
    if field.name == "tags":
        return list_of(TEXT)
    if field.points_at:
        return {"type": ["integer", "null"]}
    if field.type == "multi_select_dropdown":
        return WORD
    limit = {"maxLength": field.limit} if field.limit else {}
    return {**TYPES.get(field.type, ANYTHING), **limit}


def _without_limits(described: dict[str, Schema]) -> dict[str, Schema]:
    """The same for what is read: a switch may let more be kept, and an item of a list may be gone from it."""
    return {
        name: {key: value for key, value in schema.items() if key not in ("maxLength", "enum", "maximum")}
        for name, schema in described.items()
    }
