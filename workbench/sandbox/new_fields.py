"""Custom fields as clients describe them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench.freshsales.plans import FieldType, find_field_type, read_field_types
from workbench.sandbox.schema import Choice, Field
from workbench.sandbox.wire import ApiError, read_id

UNIQUE_TYPES = ("text", "number")
NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_type(sent: Any) -> FieldType:
    """The type a client names by word or by number.

    Raises:
        ApiError: There is no such type.
    """
    by_code = {type.code: type for type in read_field_types().values()}
    found = by_code.get(read_id(sent)) or find_field_type(str(sent))
    if found is None:
        raise ApiError(400, "Field type is invalid")
    return found


def name_field(label: str) -> str:
    """The internal name a label becomes: `cf_` and the label in snake case."""
    snake = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    return snake if snake.startswith("cf_") else f"cf_{snake}"


def read_new_field(attributes: dict[str, Any], *, mint: Callable[[], int]) -> Field:
    """A custom field as a client describes it.

    Args:
        mint: Gives a new id.

    Raises:
        ApiError: The label or the type is missing or wrong.
    """
    label = str(attributes.get("label") or "").strip()
    if not label:
        raise ApiError(400, "Label can't be blank")
    type = read_type(attributes.get("type") or attributes.get("field_type") or "")
    name = name_field(str(attributes.get("name") or label))
    if not NAME.fullmatch(name) or len(name) <= len("cf_"):
        raise ApiError(400, "Name is invalid")
    field = Field(
        id=mint(),
        name=name,
        label=label,
        type=type.name,
        required=bool(attributes.get("required")),
        unique=bool(attributes.get("unique") or attributes.get("is_unique")),
        limit=type.longest,
        points_at=str(attributes.get("points_at") or ""),
    )
    if field.unique and field.type not in UNIQUE_TYPES:
        raise ApiError(400, "Only text and number fields can be unique")
    return with_choices(field, attributes.get("choices") or [], mint=mint)


def with_choices(field: Field, sent: Any, *, mint: Callable[[], int]) -> Field:
    """The field with these options, as texts or as objects with a `value`; an option that was there keeps its id.

    Raises:
        ApiError: They are no list.
    """
    if not isinstance(sent, list):
        raise ApiError(400, "Choices are invalid")
    values = [str(each.get("value", "") if isinstance(each, dict) else each) for each in sent]
    ids = {choice.value: choice.id for choice in field.choices}
    return replace(field, choices=tuple(Choice(id=ids.get(value) or mint(), value=value) for value in values))
