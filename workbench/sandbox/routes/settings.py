"""The schema: fields and forms of objects, and the fields clients add to them."""

from __future__ import annotations

from typing import Any

from workbench.sandbox import new_fields
from workbench.sandbox.calls import Call, Routes
from workbench.sandbox.field_shapes import show_fields, show_form, show_groups, show_leaf
from workbench.sandbox.fields import Field
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.registry import CATALOG, find_kind
from workbench.sandbox.schema import FORMS
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError

NO_FORM = "The form you're looking for is not in the CRM"


def list_fields(call: Call) -> Any:
    """Every field of an object, with its choices; `include=field_group` brings their groups along."""
    kind, tenant = _read_object(call), call.tenant
    if "field_group" not in call.includes:
        return {"fields": show_fields(tenant, kind)}
    return {"fields": show_fields(tenant, kind, with_groups=True), "field_groups": show_groups(tenant, kind)}


def list_groups(call: Call) -> Any:
    """The groups of an object's fields."""
    return {"field_groups": show_groups(call.tenant, _read_object(call))}


def list_forms(call: Call) -> Any:
    """The forms of an object: each has sections, and fields in them."""
    return {"forms": [show_form(call.tenant, _read_formed(call))]}


def read_form(call: Call) -> Any:
    """One form of an object."""
    kind = _read_formed(call)
    _require_form(call, kind)
    return {"form": show_form(call.tenant, kind)}


def create_field(call: Call) -> Any:
    """Give an object one more custom field."""
    kind, tenant = _read_writable_form(call), call.tenant
    with tenant.store.transaction():
        codes = tenant.settings.switches.field_codes
        field = new_fields.read_new_field(call.unwrap("field"), mint=tenant.mint, codes=codes)
        tenant.schema.add_field(kind.name, field)
    return {"field": _show(tenant, kind, field)}


def change_field(call: Call) -> Any:
    """Change a custom field's label, choices, or whether it is required."""
    kind, tenant = _read_writable_form(call), call.tenant
    with tenant.store.transaction():
        field = new_fields.change_field(_find_field(call, kind), call.unwrap("field"), mint=tenant.mint)
        tenant.schema.change_field(kind.name, field)
    return {"field": _show(tenant, kind, field)}


def delete_field(call: Call) -> Any:
    """Take a custom field away, with every value records have in it."""
    kind = _read_writable_form(call)
    with call.tenant.store.transaction():
        call.tenant.schema.remove_field(kind.name, _find_field(call, kind).name)
    return True


def _read_object(call: Call) -> Kind:
    kind = find_kind(call.tenant, call.path["object"])
    if kind.plural != call.path["object"] or kind in CATALOG and not _shows_fields(call.tenant, kind):
        raise ApiError(404, f"There is no {call.path['object']} in the CRM")
    return kind


def _shows_fields(tenant: Tenant, kind: Kind) -> bool:
    """Whether a client may see which fields this object of the catalog has."""
    return kind.name == "product" and tenant.settings.switches.product_fields and tenant.can("products")


def _read_formed(call: Call) -> Kind:
    """The object of the path, as far as it has a form at all: tasks, appointments and notes have none."""
    kind = _read_object(call)
    if kind.name not in FORMS and kind.name not in call.tenant.schema.modules:
        raise ApiError(404, NO_FORM)
    return kind


def _require_form(call: Call, kind: Kind) -> None:
    if call.path["form"] != str(call.tenant.schema.form_id(kind.name)):
        raise ApiError(404, NO_FORM)


def _read_writable_form(call: Call) -> Kind:
    kind = _read_formed(call)
    if not call.tenant.settings.switches.core_forms and kind.name not in call.tenant.schema.modules:
        raise ApiError(404, NO_FORM)
    _require_form(call, kind)
    return kind


def _find_field(call: Call, kind: Kind) -> Field:
    for field in call.tenant.schema.custom_fields(kind.name):
        if field.id == call.id:
            return field
    raise ApiError(404, "The field you're looking for is not in the CRM")


def _show(tenant: Tenant, kind: Kind, field: Field) -> dict[str, Any]:
    position = list(kind.fields(tenant)).index(field.name) + 1
    return show_leaf(tenant, kind, field, position)


FORM = "/settings/{object}/forms/{form}"
ROUTES: Routes = [
    ("GET", "/settings/{object}/fields", list_fields),
    ("GET", "/settings/{object}/field_groups", list_groups),
    ("GET", "/settings/{object}/forms", list_forms),
    ("GET", FORM, read_form),
    ("POST", f"{FORM}/fields", create_field),
    ("PUT", f"{FORM}/fields/{{id}}", change_field),
    ("DELETE", f"{FORM}/fields/{{id}}", delete_field),
]
