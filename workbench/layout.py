"""Layouts: the files of one source's export, their columns, and how sensitive each column is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import name_nearest, raise_problems
from workbench.model import TAGS
from workbench.toml_file import read_toml

COLUMN_TYPES = ("id", "text", "integer", "decimal", "date", "datetime", "boolean")
UNKNOWN_COLUMNS = ("refuse", "drop")
# A staged file is named after its object, so the name must be a plain file name everywhere.
_NAME_MARKS = set("abcdefghijklmnopqrstuvwxyz0123456789_")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutColumn:
    """One column: what its values are, and what they give away about a person."""

    name: str
    type: str
    tag: str = "none"

    @property
    def is_secret(self) -> bool:
        """Whether the column is dropped while the source is read."""
        return self.tag == "secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutObject:
    """One file of the export.

    Attributes:
        key: Columns that tell its records apart; empty where the source gives them no id.
        is_required: An export without this file is refused; otherwise the object is staged without rows.
    """

    name: str
    file: str
    key: tuple[str, ...]
    is_required: bool
    columns: dict[str, LayoutColumn]

    @property
    def kept(self) -> list[str]:
        """Columns that are staged, in the layout's order: all but the secret ones."""
        return [column.name for column in self.columns.values() if not column.is_secret]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The files of one source's export.

    Attributes:
        unknown_columns: `refuse` a file with a column the layout does not name, or `drop` the column and report it.
        encoding: Python codec of every file, empty where it is found by evidence.
    """

    name: str
    title: str
    unknown_columns: str
    encoding: str
    objects: dict[str, LayoutObject]

    def column(self, name: str, column: str) -> LayoutColumn:
        """The column of that object."""
        return self.objects[name].columns[column]


def read_layout(path: Path) -> Layout:
    """Read and check a layout.

    Raises:
        UsageError: The file cannot be read, or names every wrong, missing or unknown key at once.
    """
    data = read_toml(path)
    raise_problems(f"{path}: a layout that cannot be used", _find_shape_problems(data) or _find_problems(data))
    head = data["layout"]
    return Layout(
        name=head["name"],
        title=head.get("title", head["name"]),
        unknown_columns=head.get("unknown_columns", "refuse"),
        encoding=head.get("encoding", ""),
        objects={row["name"]: _build_object(row) for row in data["object"]},
    )


def _build_object(row: dict[str, Any]) -> LayoutObject:
    return LayoutObject(
        name=row["name"],
        file=row["file"],
        key=tuple(row.get("key", ())),
        is_required=row.get("required", True),
        columns={name: LayoutColumn(name=name, **column) for name, column in row["columns"].items()},
    )


_TOP = ("layout", "object")
_HEAD = {"name": str, "title": str, "unknown_columns": str, "encoding": str}
_OBJECT = {"name": str, "file": str, "key": list, "required": bool, "columns": dict}
_COLUMN = {"type": str, "tag": str}
_WORDS = {str: "a text", list: "a list of columns", bool: "true or false", dict: "a table"}


def _find_shape_problems(data: dict[str, Any]) -> list[str]:
    """What keeps the rest from being checked at all: tables that are no tables."""
    problems = [f"{key} is not known here{name_nearest(key, _TOP)}" for key in data if key not in _TOP]
    if not isinstance(data.get("layout"), dict):
        problems.append("[layout] is missing; it names the layout: name, title, unknown_columns")
    rows = data.get("object")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        problems.append("[[object]] is missing; each file of the export has one: name, file, key, required, columns")
    return problems


def _find_problems(data: dict[str, Any]) -> list[str]:
    head, rows = data["layout"], data["object"]
    problems = _find_key_problems("[layout]", head, _HEAD, needed=("name",))
    problems += _find_choice_problems("[layout]", head, "unknown_columns", UNKNOWN_COLUMNS)
    problems += _find_encoding_problems(head.get("encoding"))
    for place, row in enumerate(rows, start=1):
        problems += _find_object_problems(f"[[object]] {row.get('name', f'number {place}')}", row)
    for key in ("name", "file"):
        problems += _find_repeats(key, [row.get(key) for row in rows])
    return problems


def _find_object_problems(where: str, row: dict[str, Any]) -> list[str]:
    problems = _find_key_problems(where, row, _OBJECT, needed=("name", "file", "columns"))
    if problems:
        return problems
    if not row["name"] or set(row["name"]) - _NAME_MARKS:
        problems.append(f"{where}: name = {row['name']!r}: use a to z, 0 to 9 and _")
    if Path(row["file"]).name != row["file"] or row["file"] in ("", ".", ".."):
        problems.append(f"{where}: file = {row['file']!r}: a file name without folders")
    if not row["columns"]:
        problems.append(f"{where}: columns is empty; name every column of {row['file']}")
    for name, column in row["columns"].items():
        problems += _find_column_problems(f"{where}: column {name}", name, column)
    return problems + _find_key_column_problems(where, row)


def _find_column_problems(where: str, name: str, column: Any) -> list[str]:
    if not isinstance(column, dict):
        return [f'{where} = {column!r}: write {name} = {{ type = "text", tag = "none" }}']
    problems = _find_key_problems(where, column, _COLUMN, needed=("type",))
    problems += _find_choice_problems(where, column, "type", COLUMN_TYPES)
    problems += _find_choice_problems(where, column, "tag", TAGS)
    if name != name.strip() or not name or name.startswith("_"):
        problems.append(f"{where}: a column name has no blanks around it and no _ before it")
    return problems


def _find_key_column_problems(where: str, row: dict[str, Any]) -> list[str]:
    problems = []
    for column in row.get("key", []):
        if not isinstance(column, str) or column not in row["columns"]:
            problems.append(
                f"{where}: key names {column!r}, which is no column{name_nearest(str(column), row['columns'])}"
            )
        elif isinstance(row["columns"][column], dict) and row["columns"][column].get("tag") == "secret":
            problems.append(f"{where}: key names {column}, which is secret and therefore never staged")
    return problems


def _find_key_problems(
    where: str, values: dict[str, Any], known: dict[str, type], *, needed: tuple[str, ...]
) -> list[str]:
    problems = [f"{where}: {key} is missing" for key in needed if key not in values]
    for key, value in values.items():
        if key not in known:
            problems.append(f"{where}: {key} is not a key here{name_nearest(key, known)}")
        elif not isinstance(value, known[key]):
            problems.append(f"{where}: {key} = {value!r}: expected {_WORDS[known[key]]}")
    return problems


def _find_choice_problems(where: str, values: dict[str, Any], key: str, allowed: tuple[str, ...]) -> list[str]:
    value = values.get(key, allowed[0])
    if not isinstance(value, str) or value in allowed:
        return []
    return [f"{where}: {key} = {value!r}: use one of {', '.join(allowed)}"]


def _find_encoding_problems(encoding: Any) -> list[str]:
    if not encoding or not isinstance(encoding, str):
        return []
    try:
        "a".encode(encoding)
    except (LookupError, ValueError):
        return [f"[layout]: encoding = {encoding!r} is no text encoding Python knows; such as utf-8, cp1252, utf-16"]
    return []


def _find_repeats(key: str, values: list[Any]) -> list[str]:
    """Names that stand twice; the case of letters is no difference, as it is none to some file systems."""
    counted = Counter(value.casefold() for value in values if isinstance(value, str))
    return [f"[[object]]: {key} = {value!r} stands more than once" for value, count in counted.items() if count > 1]
