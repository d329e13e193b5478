"""The schema: objects with their fields, how much of the plan's room they take, and the lists a client picks from."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.field_rooms import ALL, count_used, rooms_of_module, rooms_of_plan
from workbench.sandbox.fields import Field
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.page.html import build_url
from workbench.sandbox.page.look import HOME, Look

MOST_CHOICES = 12
NAMES = {ALL: "in all"}


def show_schema(look: Look) -> tuple[str, dict[str, Any]]:
    """Every object with its fields and limits, and every list."""
    return "schema.html", {
        "objects": [_describe(look, kind) for kind in look.kinds.values()],
        "lists": [_describe_list(name, items) for name, items in sorted(look.tenant.selectors.items())],
        "plan": look.tenant.settings.plan,
    }


def _describe(look: Look, kind: Kind) -> dict[str, Any]:
    fields = kind.fields(look.tenant).values()
    return {
        "name": kind.name,
        "label": look.label(kind),
        "href": build_url(f"{HOME}/{kind.plural}"),
        "is_module": kind.name in look.tenant.schema.modules,
        "own": [_describe_field(look, field) for field in fields if not field.is_custom],
        "custom": [_describe_field(look, field) for field in fields if field.is_custom],
        "limits": _list_limits(look, kind),
    }


def _describe_field(look: Look, field: Field) -> dict[str, Any]:
    choices = [choice.value for choice in field.choices]
    target = look.find_kind(field.points_at) if field.points_at else None
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type.replace("_", " "),
        "required": field.required,
        "unique": field.unique,
        "limit": field.limit,
        "choices": choices[:MOST_CHOICES],
        "more": max(len(choices) - MOST_CHOICES, 0),
        "from": f"selector {field.selector}" if field.selector else look.label(target) if target else "",
    }


def _list_limits(look: Look, kind: Kind) -> list[dict[str, Any]]:
    """Used and allowed custom fields of each kind that is used, and in all."""
    fields = look.tenant.schema.custom_fields(kind.name)
    is_module = kind.name in look.tenant.schema.modules
    rooms = rooms_of_module() if is_module else rooms_of_plan(look.tenant.limits, kind.name)
    used = count_used(fields)
    return [
        {"name": NAMES.get(room, room.replace("_", " ")), "used": used[room], "most": most}
        for room, most in rooms.items()
        if used[room]
    ]


def _describe_list(name: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    words = ("display_name", "name", "currency_code", "value")
    shown = [{"id": item["id"], "name": next((item[word] for word in words if item.get(word)), "")} for item in items]
    return {"name": name, "label": name.replace("_", " ").capitalize(), "rows": shown}
