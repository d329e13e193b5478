"""A layout file to its values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.errors import raise_problems
from workbench.layout.api import build_api
from workbench.layout.api_checks import find_api_problems
from workbench.layout.checks import FORM_KEYS, find_layout_problems
from workbench.layout.values import UNKNOWN_TAG, Layout, LayoutColumn, LayoutObject
from workbench.toml_file import read_toml


def read_layout(path: Path) -> Layout:
    """Read and check a layout.

    Raises:
        UsageError: The file cannot be read, or names every wrong, missing or unknown key at once.
    """
    data = read_toml(path)
    raise_problems(f"{path}: a layout that cannot be used", find_layout_problems(data) or find_api_problems(data))
    head = data["layout"]
    return Layout(
        name=head["name"],
        title=head.get("title", head["name"]),
        unknown_columns=head.get("unknown_columns", "refuse"),
        encoding=head.get("encoding", ""),
        objects={row["name"]: _build_object(row, head) for row in data["object"]},
        api=build_api(data.get("api"), [row["name"] for row in data["object"]]),
        beside=tuple(head.get("beside", ())),
    )


def _build_object(row: dict[str, Any], head: dict[str, Any]) -> LayoutObject:
    columns = {name: _build_column(name, column) for name, column in row["columns"].items()}
    given = {key: row[key] for key in FORM_KEYS if key in row and key != "file"}
    shared = {key: value for key, value in row.items() if key not in (*FORM_KEYS, "also")}
    return LayoutObject(
        name=row["name"],
        file=row["file"],
        key=tuple(row.get("key", ())),
        is_required=row.get("required", True),
        columns={name: column for name, column in columns.items() if "*" not in name},
        open_columns={name: column for name, column in columns.items() if "*" in name},
        encoding=row.get("encoding", head.get("encoding", "")),
        null=tuple(row.get("null", head.get("null", ()))),
        unknown_columns=row.get("unknown_columns", head.get("unknown_columns", "refuse")),
        unknown_tag=row.get("unknown_tag", head.get("unknown_tag", UNKNOWN_TAG)),
        also=tuple(_build_object(shared | form, head) for form in row.get("also", ())),
        **given,
    )


def _build_column(name: str, column: dict[str, Any]) -> LayoutColumn:
    written = column.get("written", ())
    return LayoutColumn(
        name=name,
        type=column["type"],
        tag=column.get("tag", "none"),
        path=column.get("path", ""),
        is_required=column.get("required", True),
        written=(written,) if isinstance(written, str) else tuple(written),
    )
