"""Everything that can be wrong with a layout file, each said with its place and what is allowed there."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import Any

from workbench.errors import name_nearest
from workbench.layout.paths import find_path_problem
from workbench.layout.values import COLUMN_TYPES, FORMATS, UNKNOWN_COLUMNS
from workbench.model import NEVER_STAGED, TAGS

# A staged file is named after its object, so the name must be a plain file name everywhere.
_NAME_MARKS = set("abcdefghijklmnopqrstuvwxyz0123456789_")
_TOP = ("layout", "object", "api")
_HEAD = {
    "name": str, "title": str, "unknown_columns": str, "unknown_tag": str, "encoding": str, "null": list,
    "beside": list,
}  # fmt: skip
_OBJECT = {
    "name": str, "file": str, "key": list, "required": bool, "columns": dict, "format": str, "records": str,
    "sheet": str, "resource": str, "encoding": str, "delimiter": str, "null": list, "unknown_columns": str,
    "unknown_tag": str, "also": list,
}  # fmt: skip
# What an object's further forms say; all else they share with it.
FORM_KEYS = ("file", "format", "records", "sheet", "resource", "delimiter")
_COLUMN = {"type": str, "tag": str, "path": str, "required": bool, "written": (str, list)}
_WORDS = {
    str: "a text", list: "a list of texts", bool: "true or false", dict: "a table", (str, list): "a text or a list",
    int: "a whole number", (int, float): "a number",
}  # fmt: skip
# Keys that say something about one format only.
_ONLY = {"records": ("json",), "sheet": ("xlsx",), "resource": ("fhir",), "delimiter": ("csv",)}
_NESTED = ("json", "jsonl", "fhir")
# What tells two objects apart that read the same file.
_PARTS = ("format", "records", "sheet", "resource")


def find_layout_problems(data: dict[str, Any]) -> list[str]:
    """Name every wrong, missing or unknown key; nothing but the shape where that is wrong already."""
    return _find_shape_problems(data) or _find_problems(data)


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
    problems = find_key_problems("[layout]", head, _HEAD, needed=("name",))
    problems += _find_shared_problems("[layout]", head)
    for place, row in enumerate(rows, start=1):
        problems += _find_object_problems(f"[[object]] {row.get('name', f'number {place}')}", row)
    problems += _find_repeats("name", [row.get("name") for row in rows])
    forms = [form for row in rows for form in (row, *_list_forms(row))]
    return problems + _find_repeats("file", [_describe_place(form) for form in forms])


def _find_shared_problems(where: str, values: dict[str, Any]) -> list[str]:
    """What the head and an object may both say."""
    problems = find_choice_problems(where, values, "unknown_columns", UNKNOWN_COLUMNS)
    problems += find_choice_problems(
        where, values, "unknown_tag", tuple(tag for tag in TAGS if tag not in NEVER_STAGED)
    )
    problems += _find_encoding_problems(where, values.get("encoding"))
    null = values.get("null", [])
    if isinstance(null, list) and not all(isinstance(text, str) for text in null):
        problems.append(f'{where}: null = {null!r}: expected texts, such as null = ["NULL", "N/A"]')
    return problems


def _find_object_problems(where: str, row: dict[str, Any]) -> list[str]:
    problems = find_key_problems(where, row, _OBJECT, needed=("name", "file", "columns"))
    if problems:
        return problems
    if not row["name"] or set(row["name"]) - _NAME_MARKS:
        problems.append(f"{where}: name = {row['name']!r}: use a to z, 0 to 9 and _")
    problems += _find_file_problems(where, row)
    if not row["columns"]:
        problems.append(f"{where}: columns is empty; name every column of {row['file']}")
    problems += _find_shared_problems(where, row) + _find_format_problems(where, row)
    for form in row.get("also", ()):
        problems += _find_form_problems(f"{where}, also", form)
    formats = [form.get("format", "csv") for form in (row, *_list_forms(row))]
    for name, column in row["columns"].items():
        problems += _find_column_problems(f"{where}: column {name}", name, column, formats)
    return problems + _find_key_column_problems(where, row)


def _find_form_problems(where: str, form: Any) -> list[str]:
    if not isinstance(form, dict):
        return [f'{where} = {form!r}: write also = [{{ file = "...", format = "json" }}]']
    known = {key: _OBJECT[key] for key in FORM_KEYS}
    problems = find_key_problems(where, form, known, needed=("file",))
    return problems or _find_file_problems(where, form) + _find_format_problems(where, form)


def _list_forms(row: dict[str, Any]) -> list[dict[str, Any]]:
    also = row.get("also", [])
    return [form for form in also if isinstance(form, dict)] if isinstance(also, list) else []


def _find_file_problems(where: str, row: dict[str, Any]) -> list[str]:
    if _is_inside(row["file"]):
        return []
    return [f"{where}: file = {row['file']!r}: a path inside the export, such as a.csv, b/c.csv or d_*.csv"]


def _is_inside(file: str) -> bool:
    parts = PurePosixPath(file).parts
    return bool(parts) and not set(parts) & {"..", "/"} and "\\" not in file and ":" not in parts[0]


def _find_format_problems(where: str, row: dict[str, Any]) -> list[str]:
    format_ = row.get("format", "csv")
    problems = find_choice_problems(where, row, "format", FORMATS)
    problems += [
        f"{where}: {key} goes with format = {formats[0]!r}"
        for key, formats in _ONLY.items()
        if key in row and format_ in FORMATS and format_ not in formats
    ]
    if format_ == "fhir" and not row.get("resource"):
        problems.append(f'{where}: resource is missing; it names the type of record, such as resource = "Patient"')
    if len(row.get("delimiter", ",")) != 1:
        problems.append(f"{where}: delimiter = {row['delimiter']!r}: one character")
    if problem := find_path_problem(row.get("records", "")):
        problems.append(f"{where}: records = {row['records']!r}: {problem}")
    return problems


def _find_column_problems(where: str, name: str, column: Any, formats: list[str]) -> list[str]:
    if not isinstance(column, dict):
        return [f'{where} = {column!r}: write {name} = {{ type = "text", tag = "none" }}']
    problems = find_key_problems(where, column, _COLUMN, needed=("type",))
    problems += find_choice_problems(where, column, "type", COLUMN_TYPES)
    problems += find_choice_problems(where, column, "tag", TAGS)
    if name != name.strip() or not name or name.startswith("_"):
        problems.append(f"{where}: a column name has no blanks around it and no _ before it")
    path = column.get("path", "")
    if isinstance(path, str) and path and not path.startswith("@"):
        if not set(formats) & set(_NESTED):
            problems.append(f"{where}: path goes with format = 'json', 'jsonl' or 'fhir'")
        elif problem := find_path_problem(path):
            problems.append(f"{where}: path = {path!r}: {problem}")
    elif isinstance(path, str) and path and path not in ("@folder", "@file"):
        problems.append(f"{where}: path = {path!r}: use @folder or @file for where the record stands")
    return problems


def _find_key_column_problems(where: str, row: dict[str, Any]) -> list[str]:
    problems = []
    for column in row.get("key", []):
        if not isinstance(column, str) or column not in row["columns"]:
            problems.append(
                f"{where}: key names {column!r}, which is no column{name_nearest(str(column), row['columns'])}"
            )
        elif isinstance(row["columns"][column], dict) and row["columns"][column].get("tag") in NEVER_STAGED:
            tag = row["columns"][column]["tag"]
            problems.append(f"{where}: key names {column}, which is {tag} and therefore never staged")
    return problems


def find_key_problems(
    where: str, values: dict[str, Any], known: dict[str, Any], *, needed: tuple[str, ...]
) -> list[str]:
    """Keys that are missing, unknown or of another type."""
    problems = [f"{where}: {key} is missing" for key in needed if key not in values]
    for key, value in values.items():
        if key not in known:
            problems.append(f"{where}: {key} is not a key here{name_nearest(key, known)}")
        elif not isinstance(value, known[key]):
            problems.append(f"{where}: {key} = {value!r}: expected {_WORDS[known[key]]}")
    return problems


def find_choice_problems(where: str, values: dict[str, Any], key: str, allowed: tuple[str, ...]) -> list[str]:
    """A value that is none of those allowed."""
    value = values.get(key, allowed[0])
    if not isinstance(value, str) or value in allowed:
        return []
    return [f"{where}: {key} = {value!r}: use one of {', '.join(allowed)}"]


def _find_encoding_problems(where: str, encoding: Any) -> list[str]:
    if not encoding or not isinstance(encoding, str):
        return []
    try:
        "a".encode(encoding)
    except (LookupError, ValueError):
        return [f"{where}: encoding = {encoding!r} is no text encoding Python knows; such as utf-8, cp1252, utf-16"]
    return []


def _describe_place(row: dict[str, Any]) -> Any:
    """The file, with the part of it that is read; objects of different formats may read one file pattern."""
    if not isinstance(row.get("file"), str):
        return None
    return " ".join([row["file"], *(str(row[key]) for key in _PARTS if row.get(key, "csv") != "csv")])


def _find_repeats(key: str, values: list[Any]) -> list[str]:
    """Names that stand twice; the case of letters is no difference, as it is none to some file systems."""
    counted = Counter(value.casefold() for value in values if isinstance(value, str))
    return [f"[[object]]: {key} = {value!r} stands more than once" for value, count in counted.items() if count > 1]
