"""JSON records as flat ones: each addressed value a column, and whatever is not addressed a column of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from workbench.layout import LayoutObject
from workbench.layout.paths import Step, read_path


class Number(str):
    """A number as it is spelt in the file: all 18 digits of an id, and the 0 behind 1.50."""

    __slots__ = ()


@dataclass(slots=True)
class Place:
    """A place in a record: the column its value fills, and the places below it that the layout names."""

    column: str = ""
    names: dict[str, Place] = field(default_factory=dict)
    elements: dict[int, Place] = field(default_factory=dict)
    choices: dict[Step, Place] = field(default_factory=dict)

    @property
    def is_leaf(self) -> bool:
        """Whether nothing below it is named."""
        return not (self.names or self.elements or self.choices)

    def step(self, step: Step) -> Place:
        """The place one step down, made where it is new."""
        if step.is_choice:
            return self.choices.setdefault(step, Place())
        if step.place >= 0:
            return self.elements.setdefault(step.place, Place())
        return self.names.setdefault(step.name, Place())


def build_places(row: LayoutObject) -> Place:
    """The places of an object's columns; a column without a path stands at the top under its own name."""
    root = Place()
    for column in row.columns.values():
        place = root
        if column.path.startswith("@"):
            continue
        for step in read_path(column.path) if column.path else (Step(column.name),):
            place = place.step(step)
        place.column = column.name
    return root


def flatten(record: dict[str, Any], places: Place) -> dict[str, str]:
    """The cells of a record by column; what the layout does not address stands under its own path.

    A value that is null or not there is an empty text, lists and objects that are taken whole are JSON text.
    """
    found: dict[str, str] = {}
    _take_names(record, places, "", found)
    return found


def write_json(value: Any) -> str:
    """A value as a cell: texts and numbers as they stand, the rest as JSON, null as nothing."""
    if isinstance(value, str):
        return str(value)
    return "" if value is None else _dump(value)


def _dump(value: Any) -> str:
    if isinstance(value, dict):
        members = (f"{json.dumps(key, ensure_ascii=False)}: {_dump(item)}" for key, item in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dump, value)) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def _take_names(value: dict[str, Any], place: Place, prefix: str, found: dict[str, str]) -> None:
    for key, item in value.items():
        below = place.names.get(key)
        if below is None:
            if not place.column:
                _keep_unknown(item, prefix + key, found)
        elif below.is_leaf:
            found[below.column] = write_json(item)
        else:
            _take(item, below, prefix + key, found)


def _take(value: Any, place: Place, name: str, found: dict[str, str]) -> None:
    if place.column:
        found[place.column] = write_json(value)
    if place.is_leaf or value is None:
        return
    if isinstance(value, dict) and place.names:
        _take_names(value, place, f"{name}.", found)
    elif isinstance(value, list):
        _take_elements(value, place, name, found)
    elif not place.column:
        _keep_unknown(value, name, found)


def _take_elements(values: list[Any], place: Place, name: str, found: dict[str, str]) -> None:
    open_choices = dict(place.choices)
    for number, value in enumerate(values):
        chosen = [step for step in open_choices if isinstance(value, dict) and value.get(step.name) == step.value]
        for step in chosen:
            rest = {key: item for key, item in value.items() if key != step.name}
            _take(rest, open_choices.pop(step), f"{name}{step}", found)
        if number in place.elements:
            _take(value, place.elements[number], f"{name}[{number}]", found)
        elif not chosen and not place.column:
            _keep_unknown(value, f"{name}[{number}]", found)


def _keep_unknown(value: Any, name: str, found: dict[str, str]) -> None:
    found[name if name not in found else f"{name} (not addressed)"] = write_json(value)
