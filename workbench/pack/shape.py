"""The shape of a pack file: which keys stand where, of which type. Checked before anything is built."""

from __future__ import annotations

from typing import Any

from workbench.errors import name_nearest
from workbench.pack.keys import (
    ALIKE_KEYS,
    AMONG_KEYS,
    ANY,
    AUDIT_KEYS,
    CATALOG_KEYS,
    COMPUTE_KEYS,
    DEDUPE_KEYS,
    DERIVE_KEYS,
    FIELD_KEYS,
    GAP_KEYS,
    INVENTORY_KEYS,
    LIMIT_KEYS,
    LINES_KEYS,
    LINES_PRODUCT_KEYS,
    LOOKUP_KEYS,
    MERGE_KEYS,
    MODULE_KEYS,
    NOTE_KEYS,
    NUMBERS,
    OBJECT_KEYS,
    OWN_FIELDS_KEYS,
    OWNERS_KEYS,
    PACK_KEYS,
    PIVOT_KEYS,
    REFERENCE_KEYS,
    ROUTE_KEYS,
    SAME_KEYS,
    SEGMENTS_KEYS,
    SKIP_KEYS,
    TABLE,
    TABLES,
    TEXT,
    TEXTS,
    TICKET_FIELD_KEYS,
    TICKETS_KEYS,
    TOP_KEYS,
    VIEW_KEYS,
    VIEW_ROW_KEYS,
    WINDOW_KEYS,
    YES_NO,
)

_OF_ROUTES = set(ROUTE_KEYS) - {"outcome", "fidelity", "requirement", "reason", "skip"}
# What a rule says that compares keys; one that takes the source's word for it says none of it.
_COMPARING = ("from", "via", "same")

_FITS = {
    TEXT: lambda value: isinstance(value, str),
    TEXTS: lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    NUMBERS: lambda value: isinstance(value, list) and all(isinstance(item, (int, float)) for item in value),
    TABLE: lambda value: isinstance(value, dict),
    TABLES: lambda value: isinstance(value, list) and all(isinstance(item, dict) for item in value),
    YES_NO: lambda value: isinstance(value, bool),
    ANY: lambda value: isinstance(value, (str, int, float, bool)),
}


def find_shape_problems(data: dict[str, Any]) -> list[str]:
    """Name every key that is missing, unknown or of the wrong type, in the whole file."""
    problems = check_keys("the file", data, TOP_KEYS, needed=("pack", "object"))
    if problems:
        return problems
    problems = check_keys("[pack]", data["pack"], PACK_KEYS, needed=("name", "title", "layout"))
    if "owners" in data:
        problems += check_keys("[owners]", data["owners"], OWNERS_KEYS, needed=("object", "id"))
    for name, keys in (("catalog", CATALOG_KEYS), ("segments", SEGMENTS_KEYS)):
        needed = tuple(key for key in keys if key not in ("requirement", "tags"))
        problems += check_keys(f"[{name}]", data[name], keys, needed=needed) if name in data else []
    if "tickets" in data:
        problems += check_keys("[tickets]", data["tickets"], TICKETS_KEYS, needed=("object", "fields"))
        for row in data["tickets"].get("fields", []):
            at = f"[tickets] field {row.get('to', '?')}"
            problems += check_keys(at, row, TICKET_FIELD_KEYS, needed=("to",), is_open=True)
    for row in data["object"]:
        problems += _check_object(row)
    for place, row in enumerate(data.get("view", []), start=1):
        problems += _check_view(f"[[view]] {row.get('object', place)}", row)
    for place, row in enumerate(data.get("pivot", []), start=1):
        problems += _check_pivot(f"[[pivot]] {row.get('object', place)}", row)
    for row in data.get("audit", []):
        problems += _check_limit(row)
    for place, row in enumerate(data.get("dedupe", []), start=1):
        problems += _check_dedupe(f"[[dedupe]] {row.get('object', place)}", row)
    for name, keys, needed, is_open in (
        ("derive", DERIVE_KEYS, ("object", "column", "from", "match"), False),
        ("compute", COMPUTE_KEYS, ("object", "column", "via"), True),
        ("inventory", INVENTORY_KEYS, ("name", "what", "why", "rebuild"), False),
        ("audit", AUDIT_KEYS, ("name", "object", "count"), False),
        ("gap", GAP_KEYS, ("object", "gap", "consequence", "remedy"), False),
        ("note", NOTE_KEYS, ("name", "text"), False),
        ("window", WINDOW_KEYS, ("name", "days", "basis"), False),
    ):
        for place, row in enumerate(data.get(name, []), start=1):
            problems += check_keys(f"[[{name}]] {_title(row, place)}", row, keys, needed=needed, is_open=is_open)
    return problems


def check_keys(
    where: str, table: dict[str, Any], keys: dict[str, str], *, needed: tuple[str, ...] = (), is_open: bool = False
) -> list[str]:
    """Name the keys of one table that are missing, unknown or of the wrong type.

    Args:
        is_open: Further keys may stand here; they are options of a transform and checked with it.
    """
    problems = [f"{where}: {key} is missing; it takes {keys[key]}" for key in needed if key not in table]
    for key, value in table.items():
        if key not in keys:
            problems += [] if is_open else [f"{where}: {key} is not a key here{name_nearest(key, keys)}"]
        elif not _FITS[keys[key]](value):
            problems.append(f"{where}: {key} = {value!r}: expected {keys[key]}")
    return problems


def _check_limit(row: dict[str, Any]) -> list[str]:
    where = f"[[audit]] {row.get('name', '?')}, limit"
    return check_keys(where, row["limit"], LIMIT_KEYS, needed=("object", "column")) if "limit" in row else []


def _check_dedupe(where: str, row: dict[str, Any]) -> list[str]:
    is_told = "merged_into" in row
    has_key = not is_told and ("alike" not in row or any(key in row for key in _COMPARING))
    problems = check_keys(where, row, DEDUPE_KEYS, needed=("object", "id", *(_COMPARING if has_key else ())))
    problems += [
        f"{where}: {key} stands beside merged_into; write two rules"
        for key in (*_COMPARING, "among", "column")
        if is_told and key in row
    ]
    if problems:
        return problems
    if has_key:
        problems = check_keys(f"{where}, same", row["same"], SAME_KEYS, needed=("from", "via"))
    for table in row.get("references", []):
        problems += check_keys(f"{where}, references", table, REFERENCE_KEYS, needed=("object", "column"))
    for table in row.get("alike", []):
        problems += check_keys(f"{where}, alike", table, ALIKE_KEYS, needed=("from", "as"))
    if "among" in row:
        problems += check_keys(f"{where}, among", row["among"], AMONG_KEYS, needed=("object", "id", "from", "same"))
    if "among" in row and "alike" in row:
        problems.append(f"{where}: alike compares records of one object; write a rule without among for it")
    if ("among" in row) != ("column" in row):
        problems.append(f"{where}: column and among go together: the column gets the id of the record found there")
    return problems


def _check_object(row: dict[str, Any]) -> list[str]:
    where = f"[[object]] {row.get('source', '?')}"
    problems = check_keys(where, row, OBJECT_KEYS, needed=("source",)) or _check_parts(where, row)
    if "route" in row:
        beside = [key for key in row if key in _OF_ROUTES]
        problems += [f"{where}: {key} stands beside routes; write it into each route" for key in beside]
    for place, route in enumerate(row.get("route", []) if not problems else [], start=1):
        at = f"{where}, route {route.get('name', place)}"
        problems += check_keys(at, route, ROUTE_KEYS, needed=("name", "where")) or _check_parts(at, route)
    return problems


def _check_view(where: str, row: dict[str, Any]) -> list[str]:
    problems = check_keys(where, row, VIEW_KEYS, needed=("object", "key", "rows"))
    for place, part in enumerate(row["rows"] if not problems else [], start=1):
        problems += check_keys(f"{where}, rows {part.get('from', place)}", part, VIEW_ROW_KEYS, needed=("from",))
    return problems


def _check_pivot(where: str, row: dict[str, Any]) -> list[str]:
    problems = check_keys(where, row, PIVOT_KEYS, needed=("object", "from", "match", "name", "value", "fields"))
    if problems:
        return problems
    problems = check_keys(f"{where}, fields", row["fields"], OWN_FIELDS_KEYS, needed=("object", "id", "label", "type"))
    for word, kind in (row["fields"].get("kinds", {}) if not problems else {}).items():
        at = f"{where}, kind {word}"
        if not isinstance(kind, dict):
            problems.append(f'{at} = {kind!r}: write {word} = {{ type = "text" }}')
        elif not isinstance(kind.get("type"), str):
            problems.append(f"{at}: type is missing; it takes {TEXT}")
    return problems


def _check_parts(where: str, row: dict[str, Any]) -> list[str]:
    problems = []
    for place, table in enumerate(row.get("fields", []), start=1):
        at = f"{where}, field {table.get('to', place)}"
        problems += check_keys(at, table, FIELD_KEYS, needed=("to",), is_open=True)
    for name, table in row.get("lookups", {}).items():
        at = f"{where}, lookup {name}"
        if isinstance(table, dict):
            problems += check_keys(at, table, LOOKUP_KEYS, needed=("object", "from"))
        else:
            problems.append(f'{at} = {table!r}: write {name} = {{ object = "...", from = "..." }}')
    for place, table in enumerate(row.get("skip", []), start=1):
        problems += check_keys(
            f"{where}, skip {table.get('field', place)}", table, SKIP_KEYS, needed=("field", "reason")
        )
    if "merge" in row:
        problems += check_keys(f"{where}, merge", row["merge"], MERGE_KEYS, needed=("by", "line"))
    if "lines" in row:
        needed = ("object", "match", "product", "quantity", "unit_price")
        wrong = check_keys(f"{where}, lines", row["lines"], LINES_KEYS, needed=needed)
        product = row["lines"].get("product") if not wrong else {}
        problems += wrong or check_keys(
            f"{where}, lines, product", product, LINES_PRODUCT_KEYS, needed=tuple(LINES_PRODUCT_KEYS)
        )
    if "module" in row:
        problems += check_keys(f"{where}, module", row["module"], MODULE_KEYS, needed=("label", "plural"))
    return problems


def _title(row: dict[str, Any], place: int) -> str:
    if "column" in row:
        return f"{row.get('object', '?')}.{row['column']}"
    return str(row.get("name") or row.get("gap") or place)
