"""Members of JSON records: found by a path, and put into the text of another path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from workbench.errors import UsageError
from workbench.layout import LayoutObject
from workbench.layout.api import Endpoint
from workbench.layout.paths import Step, read_path
from workbench.sources.nested import write_json

_NAME = re.compile(r"\{(\w+)\}")


def find_member(value: Any, steps: tuple[Step, ...]) -> Any:
    """What stands at the end of the steps; null where nothing does."""
    for step in steps:
        if step.is_choice:
            elements = value if isinstance(value, list) else []
            value = next(
                (each for each in elements if isinstance(each, dict) and each.get(step.name) == step.value), None
            )
        elif step.place >= 0:
            value = value[step.place] if isinstance(value, list) and step.place < len(value) else None
        else:
            value = value.get(step.name) if isinstance(value, dict) else None
    return value


def list_key_paths(row: LayoutObject, endpoint: Endpoint) -> tuple[tuple[Step, ...], ...]:
    """Where the parts of an object's key stand in a record that its endpoint gives."""
    return tuple(read_path(endpoint.paths.get(name) or row.columns[name].place) for name in endpoint.key or row.key)


def read_key(record: Mapping[str, Any], paths: tuple[tuple[Step, ...], ...]) -> str:
    """The key of a record as one text; empty where any part of it is."""
    parts = [write_json(find_member(record, steps)) for steps in paths]
    return "\x1f".join(parts) if all(parts) else ""


def fill_path(path: str, record: Mapping[str, Any]) -> str:
    """The path with members of the record where it names them.

    Raises:
        UsageError: The record has no such member.
    """

    def put(match: re.Match[str]) -> str:
        text = write_json(record.get(match[1]))
        if not text or text in (".", ".."):
            raise UsageError(f"{path}: a record has no {match[1]}; check the path in layout.toml")
        return quote(text, safe="")

    return _NAME.sub(put, path)
