"""Creating what the tenant lacks, as far as the API goes, and proving it by reading back."""

from __future__ import annotations

from typing import Any

import polars as pl

from workbench.errors import HoldRecord, UsageError
from workbench.freshsales.answers import Forbidden, InDoubt, NotFound
from workbench.freshsales.client import Tenant
from workbench.freshsales.plans import read_field_types
from workbench.freshsales.routes import ROUTES, is_module
from workbench.freshsales.schema.needs import LOOKUP
from workbench.freshsales.schema.reading import MODULES, read_fields
from workbench.freshsales.schema.values import SchemaField
from workbench.model import SCHEMA_PLAN, frame

ICON = "module"


def create_missing(tenant: Tenant, plan: pl.DataFrame) -> pl.DataFrame:
    """Create modules and fields through the API; whatever it refuses is left for the admin with a note.

    Args:
        plan: SCHEMA_PLAN from `plan_schema`.

    Returns:
        SCHEMA_PLAN with what became of every row; only what was found by reading back counts as created.
    """
    rows = plan.to_dicts()
    forms: dict[str, str] = {}
    tried = [row for row in rows if row["state"] == "missing" and row["how"] == "api"]
    for row in tried:
        row["note"] = _try_to_create(tenant, row, forms)
    fields: dict[str, dict[str, SchemaField]] = {}
    for row in tried:
        row.update(_verify(tenant, row, fields))
    return frame(rows, SCHEMA_PLAN)


def _try_to_create(tenant: Tenant, row: dict[str, Any], forms: dict[str, str]) -> str:
    """Why it could not be created, empty where nothing spoke against it."""
    try:
        if row["kind"] == "module":
            tenant.request("POST", MODULES, json={"module_customization": _describe_module(row)})
        else:
            form = _find_form(tenant, row["destination"], forms)
            tenant.request("POST", f"{form}/fields", json=_describe_field(row))
    except InDoubt:
        return ""  # reading back tells whether it was made
    except (Forbidden, NotFound):
        return "the API of this tenant does not create it: create it by hand"
    except (HoldRecord, UsageError) as error:
        return f"the tenant refused it: {error}"
    return ""


def _describe_module(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "entity_name": row["name"],
        "singular_name": row["label"],
        "plural_name": row["options"][0] if row["options"] else f"{row['label']}s",
        "icon": ICON,
        "show_in_navigation_menu": True,
    }


def _describe_field(row: dict[str, Any]) -> dict[str, Any]:
    field = {
        "label": row["label"],
        "name": row["name"],
        "field_type": read_field_types()[row["type"]].code,
        "required": False,
        "unique": row["is_unique"],
    }
    if row["type"] == LOOKUP:
        return field | {"points_at": next(iter(row["options"]), "")}
    return field | {"choices": [{"value": option} for option in row["options"]]}


def _find_form(tenant: Tenant, object: str, forms: dict[str, str]) -> str:
    """Path of the form an object's fields stand on; the active one where there are several."""
    if object not in forms:
        entity = object if is_module(object) else ROUTES[object].plural
        found = tenant.read("GET", f"settings/{entity}/forms").get("forms") or []
        chosen = next((form for form in found if form.get("active")), found[0] if found else None)
        if chosen is None:
            raise UsageError(f"{object}: the tenant shows no form to put fields on")
        forms[object] = f"settings/{entity}/forms/{chosen['id']}"
    return forms[object]


def _verify(tenant: Tenant, row: dict[str, Any], fields: dict[str, dict[str, SchemaField]]) -> dict[str, str]:
    object = row["destination"]
    try:
        if object not in fields:
            fields[object] = read_fields(tenant, object)
    except UsageError:
        fields[object] = {}
    if row["kind"] == "module":
        return _settle(row, is_there=bool(fields[object]), otherwise="the tenant does not show it")
    there = fields[object].get(row["name"])
    if there is None:
        return _settle(row, is_there=False, otherwise=f"the tenant does not show it under the name {row['name']}")
    lacking = set() if row["type"] == LOOKUP else set(row["options"]) - set(there.choices)
    if there.type == row["type"] and not lacking:
        return _settle(row, is_there=True, otherwise="")
    return _settle(
        row, is_there=False, otherwise=f"the tenant made it {there.type}, without {sorted(lacking) or 'fault'}"
    )


def _settle(row: dict[str, Any], *, is_there: bool, otherwise: str) -> dict[str, str]:
    if is_there:
        return {"state": "created", "note": ""}
    return {"how": "admin", "note": row["note"] or otherwise}
