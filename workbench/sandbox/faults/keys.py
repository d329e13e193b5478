"""The keys of a fault in a scenario file: which there are, and which values they may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.errors import name_nearest
from workbench.sandbox.faults.kinds import FaultKind

# Paths of the objects a fault may be about; custom modules have one each.
OBJECTS = {
    "contact": "/contacts",
    "sales_account": "/sales_accounts",
    "deal": "/deals",
    "lead": "/leads",
    "task": "/tasks",
    "appointment": "/appointments",
    "note": "/notes",
    "sales_activity": "/sales_activities",
    "phone_call": "/phone_calls",
    "document": "/documents",
    "product": "/cpq/products",
}
# Keys every fault may have, with the type of their values.
KEYS: dict[str, type] = {
    "at": int,
    "every": int,
    "odds": float,
    "from": int,
    "until": int,
    "from_seconds": float,
    "until_seconds": float,
    "count": int,
    "method": str,
    "path": str,
    "object": str,
    "only": str,
    "sending": str,
}
LISTS = ("at", "method")
COUNTED = ("at", "every", "from", "until", "count")
# Words a key or an option may have, where not just any will do.
WORDS = {
    "only": ("writes", "reads"),
    "method": ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"),
    "which": ("random", "first", "last"),
    "retry_after": ("", "date"),
    "add": ("note", "deal"),
}
# No wait and no count is longer than this; a clock cannot have all numbers there are.
MOST = 10**9
# Options that are amounts, and the least and most they may be.
RANGES = {
    "seconds": (0, MOST),
    "share": (0, 1),
    "odds": (0, 1),
    "from_seconds": (0, MOST),
    "until_seconds": (0, MOST),
    "remaining": (-1, MOST),
    "per_hour": (0, MOST),
    "bytes": (0, MOST),
    "which": (1, MOST),
}
STATUSES = {"server_error": (500, 599), "html": (200, 599)}
STARTS = {"from": "until", "from_seconds": "until_seconds"}
CHOICES = ("at", "every", "odds")


def find_problems(kind: FaultKind, facts: Mapping[str, Any]) -> list[str]:
    """Every key of a fault that is unknown or has a value it cannot have, a line each."""
    problems = [problem for key, value in facts.items() for problem in _check_key(kind, key, value)]
    asked = [key for key in CHOICES if key in facts]
    if len(asked) > 1:
        problems.append(f"{' and '.join(asked)} do not go together; keep one")
    return problems or [
        f"{end} is {facts[end]}, before {start}"
        for start, end in STARTS.items()
        if start in facts and end in facts and facts[end] < facts[start]
    ]


def find_head_problems(about: Any) -> list[str]:
    """What is wrong with the section [scenario]."""
    if not isinstance(about, dict):
        return ["[scenario] is a section with name, about and seed"]
    known = {"name": str, "about": str, "seed": int}
    problems = [f"[scenario] has no key {key!r}{name_nearest(key, known)}" for key in about if key not in known]
    return problems + [
        f"[scenario] {key} is {about[key]!r}; use {_describe(type)}"
        for key, type in known.items()
        if key in about and not _is_a(about[key], type)
    ]


def read_word(kind: FaultKind | None, key: str, text: str) -> Any:
    """A value of the command line, as a TOML file would have it; several go with + between them."""
    option = kind.options.get(key) if kind else None
    wanted = type(option.default) if option else KEYS.get(key, str)
    if wanted is list or (key in LISTS and "+" in text):
        return [_read_plain(part, int if wanted is list else wanted) for part in text.split("+")]
    return _read_plain(text, float if option and option.accepts_number else wanted)


def _read_plain(text: str, wanted: type) -> Any:
    if wanted is bool:
        return {"true": True, "false": False}.get(text, text)
    for read in (int, float) if wanted in (int, float) else ():
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _check_key(kind: FaultKind, key: str, value: Any) -> list[str]:
    option = kind.options.get(key)
    if option is None and key not in KEYS:
        return [f"no key {key!r}{name_nearest(key, [*kind.options, *KEYS])}"]
    wanted = type(option.default) if option else KEYS[key]
    or_number = bool(option and option.accepts_number)
    values = value if key in LISTS and isinstance(value, list) else [value]
    if not values or not all(_is_a(each, wanted) or (or_number and _is_a(each, float)) for each in values):
        return [f"{key} is {value!r}; use {_describe(wanted, or_number=or_number, or_list=key in LISTS)}"]
    return [problem for each in values for problem in _check_value(kind, key, each)]


def _check_value(kind: FaultKind, key: str, value: Any) -> list[str]:
    if key in COUNTED and value < 1:
        return [f"{key} is {value}; calls are counted from 1"]
    if key == "object" and value not in OBJECTS and not value.startswith("cm_"):
        return [f"no object {value!r}{name_nearest(value, OBJECTS)}"]
    if key == "path" and not value.startswith(("/", "*", "?", "[")):
        return [f"path is {value!r}; begin with /, as in /contacts"]
    if key in WORDS and isinstance(value, str):
        known = [word for word in WORDS[key] if word]
        return [] if value in WORDS[key] else [f"no {key} {value!r}{name_nearest(value, known)}"]
    if key == "rows" and not all(_is_a(each, int) and each >= 0 for each in value):
        return [f"rows is {value!r}; use numbers from 0"]
    least, most = STATUSES.get(kind.name, (0, 0)) if key == "status" else RANGES.get(key, (0, 0))
    if kind.name == "trickle" and key == "bytes":
        least = 1
    if (least, most) != (0, 0) and not least <= value <= most:
        return [f"{key} is {value}; use {least} {'or more' if most == MOST and value < least else f'to {most}'}"]
    return []


def _is_a(value: Any, wanted: type) -> bool:
    if isinstance(value, bool) or wanted is bool:
        return isinstance(value, bool) and wanted is bool
    return isinstance(value, int | float) and value == value if wanted is float else isinstance(value, wanted)


def _describe(wanted: type, *, or_number: bool = False, or_list: bool = False) -> str:
    words = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", list: "a list"}
    return words[wanted] + (" or a number" if or_number else "") + (" or a list of them" if or_list else "")
