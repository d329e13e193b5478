"""Custom fields as clients describe them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench.freshsales.plans import FieldType, find_field_type, read_field_types
from workbench.sandbox.fields import Choice, Field
from workbench.sandbox.wire import ApiError, read_id

UNIQUE_TYPES = ("text", "number")
# What a formula may return; a number where it does not say.
RETURNED_TYPES = ("number", "decimal", "text", "date", "date_time", "checkbox")
CODE_SHIFT = 1
NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_codes(codes: str) -> dict[str, int]:
    """The number of each type, by the switch that says which numbers this tenant has."""
    types = list(read_field_types().values())
    numbers = [type.code for type in types]
    if codes == "reversed":
        numbers.reverse()
    shift = CODE_SHIFT if codes == "shifted" else 0
    return {type.name: number + shift for type, number in zip(types, numbers, strict=True)}


def read_type(sent: Any, *, codes: str = "own") -> FieldType:
    """The type a client names by word or by number.

    Raises:
        ApiError: There is no such type.
    """
    by_code = {code: read_field_types()[name] for name, code in read_codes(codes).items()}
    found = by_code.get(read_id(sent)) or find_field_type(str(sent))
    if found is None:
        raise ApiError(400, "Field type is invalid")
    return found


def name_field(label: str) -> str:
    """The internal name a label becomes: `cf_` and the label in snake case."""
    snake = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    return snake if snake.startswith("cf_") else f"cf_{snake}"


def read_new_field(attributes: dict[str, Any], *, mint: Callable[[], int], codes: str = "own") -> Field:
    """A custom field as a client describes it.

    Args:
        mint: Gives a new id.
        codes: Which numbers the types have, see `read_codes`.

    Raises:
        ApiError: The label or the type is missing or wrong.
    """
    label = str(attributes.get("label") or "").strip()
    if not label:
        raise ApiError(400, "Label can't be blank")
    type = read_type(attributes.get("type") or attributes.get("field_type") or "", codes=codes)
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
        returns=_read_returned(attributes) if type.name == "formula" else "",
    )
    if field.unique and field.type not in UNIQUE_TYPES:
        raise ApiError(400, "Only text and number fields can be unique")
    return with_choices(field, attributes.get("choices") or [], mint=mint)


def change_field(field: Field, sent: dict[str, Any], *, mint: Callable[[], int]) -> Field:
    """The field with another label, choices, or requirement; its name and type stay for ever.

    Raises:
        ApiError: The label is blank, or the choices are no list.
    """
    if "label" in sent and not str(sent["label"] or "").strip():
        raise ApiError(400, "Label can't be blank")
    field = replace(
        field,
        label=str(sent.get("label", field.label)).strip(),
        required=bool(sent.get("required", field.required)),
    )
    return with_choices(field, sent["choices"], mint=mint) if sent.get("choices") is not None else field


def with_choices(field: Field, sent: Any, *, mint: Callable[[], int]) -> Field:
    """The field with these options, as texts or as objects with a `value` and perhaps the `id` of one to rename.

    An option that was there keeps its id; one that is left out is gone. Records keep the text they were written with,
    whatever becomes of its option.

    Raises:
        ApiError: They are no list.
    """
    if not isinstance(sent, list):
        raise ApiError(400, "Choices are invalid")
    rows = [each if isinstance(each, dict) else {"value": each} for each in sent]
    known, ids = {choice.id for choice in field.choices}, {choice.value: choice.id for choice in field.choices}
    choices = []
    for row in rows:
        value = str(row.get("value") if row.get("value") is not None else "")
        named = read_id(row.get("id"))
        id = named if named in known else ids.get(value) or mint()
        known.discard(named)
        is_off = row.get("disabled") or row.get("inactive") or row.get("is_active") is False
        choices.append(Choice(id=id, value=value, is_active=not is_off))
    return replace(field, choices=tuple(choices))


def _read_returned(attributes: dict[str, Any]) -> str:
    sent = attributes.get("return_type") or attributes.get("returns") or RETURNED_TYPES[0]
    found = find_field_type(str(sent))
    if found is None or found.name not in RETURNED_TYPES:
        raise ApiError(400, "Return type is invalid")
    return found.name
