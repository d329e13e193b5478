"""Everything that can be wrong with the `[api]` of a layout, each said with its place and what is allowed there."""

from __future__ import annotations

from typing import Any

from workbench.errors import name_nearest
from workbench.layout.api import AUTHS, ENDS, LIMITS, METHODS, PAGINGS, RESETS, find_endpoint
from workbench.layout.checks import find_choice_problems, find_key_problems
from workbench.layout.paths import find_path_problem

_NUMBER = (int, float)
_API = {
    "auth": dict, "limit": list, "paging": dict, "object": dict, "headers": dict, "share": _NUMBER, "timeout": _NUMBER,
}  # fmt: skip
_AUTH = {
    "kind": str, "header": str, "value": str, "user": str, "password": str, "parameter": str, "path": str,
    "body": dict, "answer": str, "answer_header": str, "seconds": _NUMBER,
}  # fmt: skip
_LIMIT = {
    "requests": int, "kind": str, "seconds": _NUMBER, "method": str, "path": str, "is_each": bool,
    "ends_token": bool, "remaining": str, "reset": str, "reset_is": str,
}  # fmt: skip
_PAGING = {
    "kind": str, "parameter": str, "first": int, "size_parameter": str, "size": int, "next": str, "total": str,
    "ends": str,
}  # fmt: skip
_ENDPOINT = {
    "path": str, "method": str, "records": str, "parameters": dict, "body": dict, "paging": dict, "since": dict,
    "detail": str, "record": str, "each": str, "key": list, "attachments": dict, "paths": dict, "written": dict,
}  # fmt: skip
_SINCE = {"parameter": str, "value": str, "format": str}
_ATTACHMENTS = {"path": str, "folder": str, "name": str, "column": str}
# What each way of saying who asks, and each way of paging, cannot do without.
_AUTH_NEEDS = {"header": ("value",), "basic": ("user",), "query": ("parameter", "value"), "login": ("path", "value")}
_PAGING_NEEDS = {
    "page": ("parameter",), "offset": ("parameter", "size"), "next": ("next",), "cursor": ("parameter", "next"),
}  # fmt: skip


def find_api_problems(data: dict[str, Any]) -> list[str]:
    """Name every wrong, missing or unknown key of a layout's `[api]`, whose objects are sound."""
    if "api" not in data:
        return []
    api = data["api"]
    if not isinstance(api, dict):
        return ["api: expected a table; write [api] and below it [api.auth], [[api.limit]] and [api.object.NAME]"]
    problems = find_key_problems("[api]", api, _API, needed=("object",))
    if problems:
        return problems
    objects = {row["name"]: row for row in data["object"] if isinstance(row.get("name"), str)}
    problems += _find_auth_problems(api.get("auth", {}))
    problems += [problem for limit in api.get("limit", ()) for problem in _find_limit_problems(limit)]
    if not 0 < api.get("share", 1) <= 1:
        problems.append(f"[api]: share = {api['share']}: a part of each limit, above 0 and at most 1")
    for name, row in api["object"].items():
        where = f"[api.object.{name}]"
        matching = [known for known in objects if find_endpoint(api["object"], known) is row]
        if name not in objects and "*" not in name:
            problems.append(f"{where}: no object of that name{name_nearest(name, objects)}")
        elif not isinstance(row, dict):
            problems.append(f'{where} = {row!r}: expected a table, such as {{ path = "{name}" }}')
        else:
            problems += find_key_problems(where, row, _ENDPOINT, needed=("path",)) or [
                problem for known in matching for problem in _find_endpoint_problems(where, row, objects[known], api)
            ]
    return problems


def _find_auth_problems(auth: dict[str, Any]) -> list[str]:
    where = "[api.auth]"
    problems = find_key_problems(where, auth, _AUTH, needed=_AUTH_NEEDS.get(str(auth.get("kind")), ()))
    problems += find_choice_problems(where, auth, "kind", AUTHS)
    if auth.get("kind") == "login" and not (auth.get("answer") or auth.get("answer_header")):
        problems.append(f"{where}: say where a login's token stands: answer = PATH, or answer_header = NAME")
    return problems


def _find_limit_problems(limit: Any) -> list[str]:
    where = "[[api.limit]]"
    if not isinstance(limit, dict):
        return [f"{where} = {limit!r}: expected a table"]
    problems = find_key_problems(where, limit, _LIMIT, needed=("requests",))
    problems += find_choice_problems(where, limit, "kind", LIMITS)
    problems += find_choice_problems(where, limit, "reset_is", RESETS)
    if not problems and limit["requests"] < 1:
        problems.append(f"{where}: requests = {limit['requests']}: one or more")
    if not problems and limit.get("kind", "window") == "window" and not limit.get("seconds", 0) > 0:
        problems.append(f"{where}: seconds is missing; a window is so many requests in so many seconds")
    return problems


def _find_endpoint_problems(where: str, row: dict[str, Any], object_: dict[str, Any], api: dict[str, Any]) -> list[str]:
    problems = find_choice_problems(where, row, "method", METHODS)
    problems += _find_paging_problems(where, api.get("paging", {}) | row.get("paging", {}))
    if not (object_.get("key") or row.get("key")):
        problems.append(f"{where}: its object has no key; write key = [...], by which a record on two pages is known")
    problems += [
        f"{where}: {key} = {row[key]!r}: {problem}"
        for key in ("records", "record")
        if (problem := find_path_problem(row.get(key, "")))
    ]
    for part, known, needed in (
        ("since", _SINCE, ("parameter",)),
        ("attachments", _ATTACHMENTS, ("path", "folder")),
    ):
        if part in row:
            problems += find_key_problems(f"{where} {part}", row[part], known, needed=needed)
    columns = object_.get("columns", {})
    problems += [
        f"{where}: {part} names {name!r}, which is no column{name_nearest(name, columns)}"
        for part in ("paths", "written", "key")
        for name in row.get(part, ())
        if name not in columns
    ]
    if row.get("each") and (row["each"] not in api["object"] or api["object"][row["each"]].get("each")):
        problems.append(f"{where}: each = {row['each']!r}: name an object with an endpoint that has no `each` itself")
    return problems


def _find_paging_problems(where: str, paging: dict[str, Any]) -> list[str]:
    where = f"{where} paging"
    problems = find_key_problems(where, paging, _PAGING, needed=_PAGING_NEEDS.get(str(paging.get("kind")), ()))
    problems += find_choice_problems(where, paging, "kind", PAGINGS)
    return problems + find_choice_problems(where, paging, "ends", ENDS)
