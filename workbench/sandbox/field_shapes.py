"""Fields as clients read them: one by one in a list, and as leaves of the sections of a form."""

from __future__ import annotations

import tomllib
import uuid
from functools import cache
from pathlib import Path
from typing import Any

from workbench.sandbox.fields import Field
from workbench.sandbox.new_fields import read_codes
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.schema import FORMS
from workbench.sandbox.store import Record
from workbench.sandbox.tenant import Tenant

# What an item of a tenant's own list tells beside its id and name, as far as it has it.
TOLD = ("is_active", "deal_pipeline_id", "forecast_type", "choice_type", "lifecycle_stage_id")
SUGGESTED = {
    "tags": "/search/auto_suggest/tags.json?&tag_type={name}&q=",
    "lists": "/search/auto_suggest/lists.json?&q=",
    "sales_account_id": "/search/auto_suggest/sales_accounts_full_details.json?&q=",
}
SECTIONS = {"basic_information": "Basic Information", "system_information": "System Information"}
# Ids of read-only fields follow those of the fields a client may write.
READ_ONLY_START = 500
FIXED = ("can_editable_be_changed", "can_editable_be_changed_field_permission", "can_uniqueness_be_changed")
FREE = ("can_label_be_renamed", "can_required_be_changed", "can_choices_be_customized")


@cache
def read_only_fields(object: str) -> dict[str, Field]:
    """The fields the tenant sets by itself, by name; `module` stands for any custom module."""
    with (Path(__file__).parent / "read_only_fields.toml").open("rb") as file:
        described = tomllib.load(file).get(object, {})
    named = [(name, label, type) for type, fields in described.items() for name, label in fields.items()]
    start = FORMS.get(object, 0) * 1000 + READ_ONLY_START
    return {
        name: Field(id=start + position, name=name, label=label, type=type)
        for position, (name, label, type) in enumerate(named, start=1)
    }


def list_shown_fields(tenant: Tenant, kind: Kind) -> list[tuple[Field, bool]]:
    """Every field of an object, and whether a client may write it."""
    writable = kind.fields(tenant)
    object = "module" if kind.name in tenant.schema.modules else kind.name
    fixed = [field for name, field in read_only_fields(object).items() if name not in writable]
    return [(field, True) for field in writable.values()] + [(field, False) for field in fixed]


def show_fields(tenant: Tenant, kind: Kind, *, with_groups: bool = False) -> list[Record]:
    """The fields of an object as its settings list them.

    Args:
        with_groups: Each names the group it stands in.
    """
    shown = []
    for position, (field, is_writable) in enumerate(list_shown_fields(tenant, kind), start=1):
        group = {"field_group_id": group_id(kind, is_writable=is_writable)} if with_groups else {}
        shown.append(_show_field(tenant, kind, field, position, is_writable=is_writable) | group)
    return shown


def show_groups(tenant: Tenant, kind: Kind) -> list[Record]:
    """The groups of an object's fields, with the fields in them."""
    fields = show_fields(tenant, kind, with_groups=True)
    return [
        {
            "id": id,
            "name": name,
            "model": kind.model,
            "position": position,
            "fields": [field for field in fields if field["field_group_id"] == id],
        }
        for position, name in enumerate(SECTIONS.values(), start=1)
        if (id := group_id(kind, is_writable=position == 1))
    ]


def group_id(kind: Kind, *, is_writable: bool) -> str:
    """Id of the group a field stands in; the same in every tenant."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind.name}/{list(SECTIONS)[not is_writable]}"))


def show_form(tenant: Tenant, kind: Kind) -> Record:
    """The form of an object: sections, and the fields in them."""
    leaves: dict[bool, list[Record]] = {True: [], False: []}
    for position, (field, is_writable) in enumerate(list_shown_fields(tenant, kind), start=1):
        leaves[is_writable].append(show_leaf(tenant, kind, field, position, is_writable=is_writable))
    sections = [
        {
            **_show_frame(tenant, kind, name=name, label=label, type="section", position=position),
            "id": group_id(kind, is_writable=position == 1),
            "parent_id": None,
            "custom": False,
            "required": False,
            "choices": [],
            "field_options": {},
            "fields": leaves[position == 1],
        }
        for position, (name, label) in enumerate(SECTIONS.items(), start=1)
    ]
    return {
        "id": tenant.schema.form_id(kind.name),
        "name": "Default form",
        "description": None,
        "active": True,
        "form_class": kind.model,
        "field_class": f"{kind.model}Field",
        "grouped_mandatory_fields": [],
        "fields": [section for section in sections if section["fields"]],
    }


def show_leaf(tenant: Tenant, kind: Kind, field: Field, position: int, *, is_writable: bool = True) -> Record:
    """A field as it stands on a form; its id is text here."""
    return {
        **_show_frame(tenant, kind, name=field.name, label=field.label, type=field.type, position=position),
        "id": str(field.id),
        "parent_id": group_id(kind, is_writable=is_writable),
        "field_type": read_codes(tenant.settings.switches.field_codes).get(field.type),
        "custom": field.is_custom,
        "required": _is_required(tenant, kind, field),
        "editable": is_writable and field.type != "formula",
        "choices": [
            {
                **{name: choice[name] for name in ("id", "value", "position")},
                "is_active": choice.get("is_active", True),
                "inactive": not choice.get("is_active", True),
                "disabled": not choice.get("is_active", True),
            }
            for choice in _show_choices(tenant, field)
        ],
        "field_options": {
            **dict.fromkeys(FIXED, False),
            **dict.fromkeys(FREE, field.is_custom),
            "allow_fields_to_be_added": False,
            "can_not_be_hidden": not field.is_custom,
            "system_field": not is_writable,
            "unique": field.unique,
            "lookup_type": field.points_at or None,
            "return_type": field.returns or None,
        },
        "fields": [],
    }


def _show_frame(tenant: Tenant, kind: Kind, *, name: str, label: str, type: str, position: int) -> Record:
    return {
        "name": name,
        "label": label,
        "original_label": label,
        "type": type,
        "position": position,
        "visible": True,
        "editable": True,
        "field_class": f"{kind.model}Field",
        "form_id": tenant.schema.form_id(kind.name),
        "default_value": None,
        "allow_clearing_default_value": False,
        "quick_add_position": None,
        "hint": None,
        "link": None,
        "placeholder": None,
        "original_placeholder": None,
    }


def _show_field(tenant: Tenant, kind: Kind, field: Field, position: int, *, is_writable: bool) -> Record:
    shown = {
        "id": field.id,
        "label": field.label,
        "name": field.name,
        "type": field.type,
        "default": not field.is_custom,
        "actionable": True,
        "position": position,
        "choices": _show_choices(tenant, field),
        "base_model": kind.model,
        "required": _is_required(tenant, kind, field),
        "quick_add_position": position + 2 if is_writable else None,
        "visible": is_writable,
    }
    if field.type == "auto_complete":
        url = SUGGESTED.get(field.name, "/search?per_page=5&include=lead,contact,sales_account,deal&q=")
        shown["auto_suggest_url"] = url.format(name=kind.name)
    if field.is_custom:
        shown |= {"unique": field.unique, "points_at": field.points_at or None}
    return shown


def _is_required(tenant: Tenant, kind: Kind, field: Field) -> bool:
    """Whether a record needs it; which identifier a contact needs is each tenant's own choice."""
    chosen = {"emails": "email", "mobile_number": "mobile"}.get(field.name) if kind.name == "contact" else None
    return field.required or chosen == tenant.settings.switches.required_identifier


def _show_choices(tenant: Tenant, field: Field) -> list[Record]:
    """Options of a custom field have ids of text, items of a tenant's list and sizes of accounts their numbers."""
    if not field.selector:
        read = str if field.is_custom else int
        options = [
            {"id": read(choice.id), "value": choice.value, "position": position, "is_active": choice.is_active}
            for position, choice in enumerate(field.choices, start=1)
        ]
        return [_without_default(option) for option in options]
    return [
        {"id": item["id"], "value": _name(item), "position": position}
        | {name: item[name] for name in TOLD if name in item}
        for position, item in enumerate(tenant.selectors[field.selector], start=1)
    ]


def _without_default(option: Record) -> Record:
    """An option without the word that it is active, which it is unless it says otherwise."""
    return {name: value for name, value in option.items() if name != "is_active" or not value}


def _name(item: dict[str, Any]) -> str | None:
    return item.get("name") or item.get("display_name") or item.get("currency_code")
