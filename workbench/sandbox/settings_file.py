"""Settings of a tenant as a person writes them: one TOML file, a CSV of users, words of a command line."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from workbench.errors import UsageError, name_nearest, raise_problems
from workbench.sandbox.settings import TenantSettings, find_problems
from workbench.sandbox.switch_words import WORDS, collect_switches
from workbench.sandbox.switches import Switches
from workbench.sandbox.users import User
from workbench.toml_file import read_toml

# What each setting is written as; those that are not here have a form of their own.
PLAIN = {
    "plan": (str, "a word"),
    "edition": (str, "a word"),
    "key": (str, "a text"),
    "time_scale": (float, "a number"),
    "seed": (int, "a whole number"),
    "time_zone": (str, "an IANA name"),
    "calls_per_hour": (int, "a whole number"),
    "is_sandbox": (bool, "true or false"),
    "storage_bytes": (int, "a whole number"),
    "max_file_bytes": (int, "a whole number"),
}
OWN_FORM = ("users", "activity_types", "renamed_views", "switches")
USER_COLUMNS = tuple(each.name for each in fields(User))
NEEDED_COLUMNS = ("name", "email")


def read_settings(
    path: Path | None,
    *,
    given: dict[str, Any],
    switches: Iterable[tuple[str, str]] = (),
    users: Path | None = None,
) -> TenantSettings:
    """The settings of a file, with those of the command line in their place.

    Args:
        path: TOML file with the names of `TenantSettings`, its switches under `[switches]`; null for none.
        given: Settings of the command line by name; null values are left to the file.
        switches: Switches of the command line, as texts.
        users: CSV name,email,is_active, further key, role and language, for the users; null leaves them to the file.

    Raises:
        UsageError: Every value a setting or switch cannot have, and every name that is none.
    """
    written = read_toml(path) if path else {}
    values, problems = _collect(written)
    if users:
        values["users"] = read_users(users)
    turned, wrong = collect_switches(switches)
    in_file, wrong_in_file = collect_switches(_read_table(written, "switches").items())
    values |= {name: value for name, value in given.items() if value is not None}
    settings = TenantSettings(**values, switches=Switches(**in_file | turned))
    problems += [*wrong_in_file, *wrong, *find_problems(settings)]
    raise_problems(str(path) if path else "tenant", problems)
    return settings


def read_users(path: Path) -> tuple[User, ...]:
    """The users a CSV file names, in its order; the first has the tenant's key.

    Raises:
        UsageError: It cannot be read, has other columns, or a row lacks a name, an e-mail or a clear `is_active`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows, columns = list(reader), [str(name).strip() for name in reader.fieldnames or ()]
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: not a CSV file in UTF-8: {error}") from error
    problems = [f"no column {name!r}" for name in NEEDED_COLUMNS if name not in columns]
    problems += [
        f"unknown column {name!r}{name_nearest(name, USER_COLUMNS)}" for name in set(columns) - {*USER_COLUMNS}
    ]
    problems += [f"user {number}: more cells than columns" for number, row in enumerate(rows, start=1) if None in row]
    raise_problems(str(path), problems)
    cleaned = [{str(name).strip(): str(text or "").strip() for name, text in row.items() if name} for row in rows]
    return _read_users(cleaned, where=str(path))


def _read_users(rows: list[dict[str, Any]], *, where: str) -> tuple[User, ...]:
    problems = [problem for number, row in enumerate(rows, start=1) for problem in _find_user_problems(number, row)]
    raise_problems(where, problems or ([] if rows else ["no users; name at least one"]))
    return tuple(User(**{name: _read_word(name, value) for name, value in row.items() if value != ""}) for row in rows)


def _find_user_problems(number: int, row: dict[str, Any]) -> list[str]:
    problems = [f"user {number}: no {name}" for name in NEEDED_COLUMNS if not str(row.get(name) or "").strip()]
    problems += [
        f"user {number}: no {name!r}{name_nearest(name, USER_COLUMNS)}" for name in row if name not in USER_COLUMNS
    ]
    texts = [name for name in USER_COLUMNS if name != "is_active" and not isinstance(row.get(name, ""), str)]
    problems += [f"user {number}: {name} is no text" for name in texts]
    if not isinstance(_read_word("is_active", row.get("is_active") or True), bool):
        problems.append(f"user {number}: is_active is {row['is_active']!r}; use true or false")
    return problems


def _read_word(name: str, value: Any) -> Any:
    return WORDS.get(str(value).lower(), value) if name == "is_active" else value


def _collect(written: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The settings that can be read from a file, and a line for each that cannot."""
    known = (*PLAIN, *OWN_FORM)
    problems = [f"no setting {name!r}{name_nearest(name, known)}" for name in written if name not in known]
    values: dict[str, Any] = {}
    for name, (kind, form) in PLAIN.items():
        if name not in written:
            continue
        value = float(written[name]) if kind is float and type(written[name]) is int else written[name]
        if type(value) is kind:
            values[name] = value
        else:
            problems.append(f"{name} is {written[name]!r}; use {form}")
    for name, read in (("users", _take_users), ("activity_types", _take_types), ("renamed_views", _take_views)):
        try:
            values |= {name: read(written[name])} if name in written else {}
        except UsageError as error:
            problems.append(str(error))
    if not isinstance(written.get("switches", {}), dict):
        problems.append("switches is no table; write them under [switches]")
    return values, problems


def _take_users(sent: Any) -> tuple[User, ...]:
    if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
        raise UsageError("users are no list; write each under [[users]]")
    return _read_users(sent, where="users")


def _take_types(sent: Any) -> tuple[str, ...]:
    if not isinstance(sent, list) or not all(isinstance(each, str) for each in sent):
        raise UsageError("activity_types is no list of names")
    return tuple(sent)


def _take_views(sent: Any) -> dict[str, str]:
    if not isinstance(sent, dict) or not all(isinstance(each, str) for each in sent.values()):
        raise UsageError("renamed_views are no names; write the new name behind the old one")
    return sent


def _read_table(written: dict[str, Any], name: str) -> dict[str, Any]:
    return written[name] if isinstance(written.get(name), dict) else {}
