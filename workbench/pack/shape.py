"""The shape of a pack file: which keys stand where, of which type. Checked before anything is built."""

from __future__ import annotations

from typing import Any

from workbench.errors import name_nearest

TEXT, TEXTS, TABLE, TABLES, YES_NO = "a text", "a list of texts", "a table", "a list of tables", "true or false"
ANY = "any value"

PACK_KEYS = {"name": TEXT, "title": TEXT, "layout": TEXT}
OWNERS_KEYS = {"object": TEXT, "id": TEXT, "name": TEXT, "role": TEXT, "email": TEXT}
DERIVE_KEYS = {
    "object": TEXT, "column": TEXT, "from": TEXT, "match": TABLE, "take": TEXT, "pick": TEXT, "order": TEXT,
    "count": YES_NO,
}  # fmt: skip
COMPUTE_KEYS = {"object": TEXT, "column": TEXT, "from": TEXT, "with": TEXTS, "via": TEXT}
ROUTE_KEYS = {
    "name": TEXT, "where": TEXT, "destination": TEXT, "outcome": TEXT, "fidelity": TEXT, "requirement": TEXTS,
    "reason": TEXT, "into": TEXT, "external_id": TEXTS, "owner": TEXT, "lookups": TABLE, "merge": TABLE,
    "module": TABLE, "fields": TABLES, "skip": TABLES,
}  # fmt: skip
OBJECT_KEYS = {key: kind for key, kind in ROUTE_KEYS.items() if key not in ("name", "where")} | {
    "source": TEXT, "needs": TEXTS, "unless": TEXTS, "route": TABLES,
}  # fmt: skip
_OF_ROUTES = set(ROUTE_KEYS) - {"outcome", "fidelity", "requirement", "reason", "skip"}
FIELD_KEYS = {
    "from": TEXT, "with": TEXTS, "to": TEXT, "via": TEXT, "value": ANY, "type": TEXT, "label": TEXT,
    "choices": TEXTS, "needs": TEXTS, "unless": TEXTS, "requirement": TEXTS, "reason": TEXT,
}  # fmt: skip
LOOKUP_KEYS = {"object": TEXT, "from": TEXT, "required": YES_NO}
MERGE_KEYS = {"by": TEXTS, "line": TEXT}
MODULE_KEYS = {"label": TEXT, "plural": TEXT}
SKIP_KEYS = {"field": TEXT, "reason": TEXT, "outcome": TEXT}
INVENTORY_KEYS = {"name": TEXT, "what": TEXT, "why": TEXT, "rebuild": TEXT, "requirement": TEXTS}
GAP_KEYS = {"object": TEXT, "field": TEXT, "gap": TEXT, "consequence": TEXT, "remedy": TEXT, "requirement": TEXTS}
TOP_KEYS = {
    "pack": TABLE, "owners": TABLE, "derive": TABLES, "compute": TABLES, "object": TABLES, "inventory": TABLES,
    "gap": TABLES,
}  # fmt: skip

_FITS = {
    TEXT: lambda value: isinstance(value, str),
    TEXTS: lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
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
    for row in data["object"]:
        problems += _check_object(row)
    for name, keys, needed, is_open in (
        ("derive", DERIVE_KEYS, ("object", "column", "from", "match"), False),
        ("compute", COMPUTE_KEYS, ("object", "column", "via"), True),
        ("inventory", INVENTORY_KEYS, ("name", "what", "why", "rebuild"), False),
        ("gap", GAP_KEYS, ("object", "gap", "consequence", "remedy"), False),
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
    if "module" in row:
        problems += check_keys(f"{where}, module", row["module"], MODULE_KEYS, needed=("label", "plural"))
    return problems


def _title(row: dict[str, Any], place: int) -> str:
    if "column" in row:
        return f"{row.get('object', '?')}.{row['column']}"
    return str(row.get("name") or row.get("gap") or place)
