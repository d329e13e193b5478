"""The schema: fields and forms of objects, and custom modules."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from workbench.freshsales.plans import read_field_types
from workbench.sandbox.new_fields import NAME, read_new_field, with_choices
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import find_kind, require_modules
from workbench.sandbox.schema import MODULE_PREFIX, Field, Module
from workbench.sandbox.store import BINNED, Record
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError, Call, Routes

NEEDED = {
    "entity_name": "Entity name can't be blank",
    "singular_name": "Singular name can't be blank",
    "plural_name": "Plural name can't be blank",
    "icon": "Icon can't be blank",
}
CHANGEABLE = ("singular_name", "plural_name", "icon", "description", "show_in_navigation_menu")


def list_fields(call: Call) -> Any:
    """Every field of an object, with its choices."""
    return {"fields": _show_fields(call.tenant, _read_object(call))}


def list_forms(call: Call) -> Any:
    """The form of an object: sections, and the fields in them."""
    kind = _read_object(call)
    fields = _show_fields(call.tenant, kind)
    section = {"id": 1, "name": "basic_information", "label": "Basic information", "type": "section", "fields": fields}
    form = {
        "id": call.tenant.schema.form_id(kind.name),
        "name": "Default form",
        "active": True,
        "form_class": kind.model,
        "fields": [section],
    }
    return {"forms": [form]}


def create_field(call: Call) -> Any:
    """Give an object one more custom field."""
    kind = _read_form(call)
    with call.tenant.store.transaction():
        field = read_new_field(call.unwrap("field"), mint=call.tenant.mint)
        call.tenant.schema.add_field(kind.name, field)
    return {"field": _show_field(call.tenant, kind, field)}


def change_field(call: Call) -> Any:
    """Change the label or the choices of a custom field; its name and type stay for ever."""
    kind, sent = _read_form(call), call.unwrap("field")
    with call.tenant.store.transaction():
        field = _find_field(call, kind)
        field = replace(field, label=str(sent.get("label") or field.label))
        if isinstance(sent.get("choices"), list):
            field = with_choices(field, sent["choices"], mint=call.tenant.mint)
        call.tenant.schema.change_field(kind.name, field)
    return {"field": _show_field(call.tenant, kind, field)}


def delete_field(call: Call) -> Any:
    """Take a custom field away."""
    kind = _read_form(call)
    call.tenant.schema.remove_field(kind.name, _find_field(call, kind).name)
    return True


def list_modules(call: Call) -> Any:
    """Every custom module."""
    require_modules(call.tenant)
    modules = call.tenant.schema.modules.values()
    return {"module_customizations": [_show_module(module) for module in modules]}


def read_module(call: Call) -> Any:
    """One custom module."""
    return {"module_customization": _show_module(_find_module(call))}


def create_module(call: Call) -> Any:
    """Make a custom module, with the fields every one starts with."""
    require_modules(call.tenant)
    sent = call.unwrap("module_customization")
    problems = [text for name, text in NEEDED.items() if not str(sent.get(name) or "").strip()]
    if problems:
        raise ApiError(400, *problems)
    entity_name = _read_entity_name(call.tenant, str(sent["entity_name"]))
    with call.tenant.store.transaction():
        module = Module(id=call.tenant.mint(), entity_name=entity_name, **_read_module(sent))
        call.tenant.schema.set_module(module)
    return {"module_customization": _show_module(module)}


def change_module(call: Call) -> Any:
    """Change what a custom module is called and how it looks."""
    module = replace(_find_module(call), **_read_module(call.unwrap("module_customization")))
    call.tenant.schema.set_module(module)
    return {"module_customization": _show_module(module)}


def delete_module(call: Call) -> Any:
    """Take a custom module away, with every record in it."""
    module, store = _find_module(call), call.tenant.store
    with store.transaction():
        for record in call.tenant.records(module.entity_name):
            store.drop(record["id"])
        count = store.count(module.entity_name, state=BINNED)
        for record in store.page(module.entity_name, state=BINNED, limit=count, offset=0):
            store.drop(record["id"])
        call.tenant.schema.remove_module(module.entity_name)
    return True


def _read_object(call: Call) -> Kind:
    kind = find_kind(call.tenant, call.path["object"])
    if kind.plural != call.path["object"]:
        raise ApiError(404, f"There is no {call.path['object']} in the CRM")
    return kind


def _read_form(call: Call) -> Kind:
    kind = _read_object(call)
    is_module = kind.name in call.tenant.schema.modules
    if not call.tenant.settings.switches.core_forms and not is_module:
        raise ApiError(404, "The form you're looking for is not in the CRM")
    if call.path["form"] != str(call.tenant.schema.form_id(kind.name)):
        raise ApiError(404, "The form you're looking for is not in the CRM")
    return kind


def _find_field(call: Call, kind: Kind) -> Field:
    for field in call.tenant.schema.custom_fields(kind.name):
        if field.id == call.id:
            return field
    raise ApiError(404, "The field you're looking for is not in the CRM")


def _show_fields(tenant: Tenant, kind: Kind) -> list[Record]:
    return [_show_field(tenant, kind, field) for field in kind.fields(tenant).values()]


def _show_field(tenant: Tenant, kind: Kind, field: Field) -> Record:
    return {
        "id": field.id,
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "field_type": read_field_types()[field.type].code if field.is_custom else None,
        "default": not field.is_custom,
        "custom": field.is_custom,
        "required": field.required,
        "unique": field.unique,
        "visible": True,
        "editable": True,
        "actionable": True,
        "base_model": kind.model,
        "position": list(kind.fields(tenant)).index(field.name) + 1,
        "choices": _show_choices(tenant, field),
        "points_at": field.points_at or None,
        "form_id": tenant.schema.form_id(kind.name),
    }


def _show_choices(tenant: Tenant, field: Field) -> list[Record]:
    if not field.selector:
        return [
            {"id": choice.id, "value": choice.value, "position": position}
            for position, choice in enumerate(field.choices, start=1)
        ]
    items = tenant.selectors[field.selector]
    return [
        {"id": item["id"], "value": item.get("name") or item.get("display_name"), "position": position}
        for position, item in enumerate(items, start=1)
    ]


def _read_entity_name(tenant: Tenant, sent: str) -> str:
    name = sent if sent.startswith(MODULE_PREFIX) else MODULE_PREFIX + sent
    if not NAME.fullmatch(name) or name == MODULE_PREFIX:
        raise ApiError(400, "Entity name is invalid")
    if name in tenant.schema.modules:
        raise ApiError(400, "Entity name has already been taken")
    return name


def _read_module(sent: dict[str, Any]) -> dict[str, Any]:
    given = {name: sent[name] for name in CHANGEABLE if sent.get(name) is not None}
    return {name: bool(value) if name == CHANGEABLE[-1] else str(value) for name, value in given.items()}


def _find_module(call: Call) -> Module:
    require_modules(call.tenant)
    for module in call.tenant.schema.modules.values():
        if call.id == module.id:
            return module
    raise ApiError(404, "The module you're looking for is not in the CRM")


def _show_module(module: Module) -> Record:
    return {**asdict(module), "table_name": module.entity_name, "status": 1, "custom": True, "configs": {}}


FIELD = "/settings/{object}/forms/{form}/fields"
MODULE = "/settings/module_customizations"
ROUTES: Routes = [
    ("GET", MODULE, list_modules),
    ("POST", MODULE, create_module),
    ("GET", f"{MODULE}/{{id}}", read_module),
    ("PUT", f"{MODULE}/{{id}}", change_module),
    ("DELETE", f"{MODULE}/{{id}}", delete_module),
    ("GET", "/settings/{object}/fields", list_fields),
    ("GET", "/settings/{object}/forms", list_forms),
    ("POST", FIELD, create_field),
    ("PUT", f"{FIELD}/{{id}}", change_field),
    ("DELETE", f"{FIELD}/{{id}}", delete_field),
]
