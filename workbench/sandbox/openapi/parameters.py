"""What stands in the path and the query of a call."""

from __future__ import annotations

import re

from workbench.sandbox.objects.include import CHILDREN
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.openapi.schemas import ID, TEXT, Schema, list_kinds
from workbench.sandbox.tenant import Tenant

COUNT: Schema = {"type": "integer", "minimum": 0}
# What a parameter of the query is like, by its name; `include` and the rest of the words are texts.
QUERY: dict[str, Schema] = {
    "page": {"type": "integer", "minimum": 1, "default": 1},
    "per_page": {**COUNT, "maximum": 100, "default": 25},
    "sort_type": {"type": "string", "enum": ["asc", "desc"]},
    "since": COUNT,
    "limit": COUNT,
    "with_schema": {"type": "string", "enum": ["0", "1", "true", "false"]},
    "f": {"type": "string", "examples": ["email"]},
}
FILTERS = {
    "tasks": ["open", "due today", "due tomorrow", "overdue", "completed"],
    "appointments": ["past", "upcoming"],
}


def describe_parameters(tenant: Tenant, path: str, kind: Kind, query: tuple[str, ...]) -> list[Schema]:
    """Every parameter of a call: those in the path, then those in the query."""
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": _describe_part(tenant, path, name)}
        for name in re.findall(r"{(\w+)}", path)
    ]
    in_query = [{"name": name, "in": "query", "schema": _describe_word(kind, path, name)} for name in query]
    return [*in_path, *in_query]


def _describe_part(tenant: Tenant, path: str, name: str) -> Schema:
    modules = sorted(tenant.schema.modules)
    if name in ("id", "form"):
        return ID
    if name == "entity":
        return {"type": "string", "pattern": "^cm_[a-z0-9_]+$", **({"enum": modules} if modules else {})}
    if name == "name":
        return {"type": "string", "enum": sorted(tenant.selectors)}
    is_search = path.startswith("/filtered_search")
    kinds = [kind for kind in list_kinds(tenant) if not is_search or kind.thin]
    return {"type": "string", "enum": [*(kind.name if is_search else kind.plural for kind in kinds), *modules]}


def _describe_word(kind: Kind, path: str, name: str) -> Schema:
    if name == "filter":
        return {"type": "string", "enum": FILTERS[kind.plural]}
    if name == "include" and path.startswith("/settings"):
        return {"type": "string", "enum": ["field_group"]}
    if name == "include":
        words = ", ".join(sorted({*kind.references, *CHILDREN, "targetable"}))
        return {"type": "string", "description": f"Words with commas between them, of: {words}."}
    return QUERY.get(name, TEXT)
