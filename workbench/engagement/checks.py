"""Checks of an engagement's settings: every wrong, missing or unknown one, all at once."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.engagement.addresses import is_address, is_database, is_whole_address, list_passwords
from workbench.engagement.environment import LEDGER_VARIABLE, SECRET_ENDINGS
from workbench.engagement.values import CHOICES, PLANS, SOURCE_PASSWORD_VARIABLE, SWITCH_CHOICES, Policies
from workbench.errors import name_nearest

# What may go by import file: it is found again in lists that show the external id, as those of modules do not.
IMPORTABLE = ("sales_account", "contact", "deal")

_TEXT, _NUMBER, _WHOLE, _LIST = (str,), (int, float), (int,), (list,)
_SETTINGS: dict[str, dict[str, tuple[type, ...]]] = {
    "engagement": {
        "name": _TEXT,
        "customer": _TEXT,
        "pack": _TEXT,
        "source": _TEXT,
        "cutover_source": _TEXT,
        "time_zone": _TEXT,
        "country": _TEXT,
    },
    "tenant": {"url": _TEXT, "plan": _TEXT, "share": _NUMBER},
    "policies": {policy.name: _TEXT for policy in fields(Policies)},
    "sample": {"size": _WHOLE, "seed": _WHOLE},
    "load": {"import": _LIST},
    "source": {"password_variable": _TEXT, "settings": (dict,), "variables": (dict,)},
    "ledger": {"url": _TEXT},
    "cutover": {
        "at": (datetime,),
        "time_zone": _TEXT,
        "mode": _TEXT,
        "frozen_since": (datetime,),
        "deleted": _TEXT,
        "small": _WHOLE,
        "most_deleted": _WHOLE,
    },
}
_REQUIRED = {"engagement": ("name", "pack", "source"), "tenant": ("url", "plan")}


def find_problems(data: dict) -> list[str]:
    """Name everything that is wrong with the settings."""
    problems = []
    for table, values in data.items():
        if table not in _SETTINGS:
            problems.append(f"[{table}] is not a table here{name_nearest(table, _SETTINGS)}")
            continue
        if not isinstance(values, dict):
            problems.append(f"{table} = {values!r}: expected a table; write [{table}] and its settings below")
            continue
        for key, value in values.items():
            if key not in _SETTINGS[table]:
                problems.append(f"[{table}] {key} is not a setting{name_nearest(key, _SETTINGS[table])}")
            elif not isinstance(value, _SETTINGS[table][key]) or isinstance(value, bool):
                problems.append(f"[{table}] {key} = {value!r}: expected {_SETTINGS[table][key][0].__name__}")
    for table, keys in _REQUIRED.items():
        given = data.get(table, {})
        problems += [f"[{table}] {key} is missing" for key in keys if isinstance(given, dict) and key not in given]
    return problems or _find_bad_values(data)


def find_zone(data: dict) -> str:
    """The zone a cutover is written in: its own, else the engagement's."""
    return data["cutover"].get("time_zone", data["engagement"].get("time_zone", "UTC"))


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _find_bad_values(data: dict) -> list[str]:
    problems = []
    tenant, policies, sample = data["tenant"], data.get("policies", {}), data.get("sample", {})
    allowed = {("tenant", "plan"): PLANS}
    allowed |= {("policies", key): values for key, values in CHOICES.items()}
    allowed |= {("cutover", key): values for key, values in SWITCH_CHOICES.items()}
    for (table, key), values in allowed.items():
        value = data.get(table, {}).get(key, values[0])
        if value not in values:
            problems.append(f"[{table}] {key} = {value!r}: use one of {', '.join(values)}")
    if not is_whole_address(tenant["url"]):
        problems.append(f"[tenant] url = {tenant['url']!r}: expected http(s)://host/crm/sales/api")
    address = data.get("ledger", {}).get("url", "")
    if address and not is_database(address):
        problems.append("[ledger] url: expected postgresql://host/database")
    elif list_passwords(address):
        problems.append(
            f"[ledger] url holds a password, and this file is evidence that others read: set {LEDGER_VARIABLE} in the "
            "environment, or keep the password in libpq's own password file"
        )
    if "cutover" in data and not _is_zone(zone := find_zone(data)):
        problems.append(f"[cutover] time_zone = {zone!r}: use an IANA name such as Europe/Berlin")
    if data.get("cutover", {}).get("small", 0) < 0:
        problems.append("[cutover] small: a number of records, 0 or more")
    if data.get("cutover", {}).get("most_deleted", 0) < 0:
        problems.append("[cutover] most_deleted: a number of records, 0 or more")
    if not 0 < tenant.get("share", 1.0) <= 1:
        problems.append(f"[tenant] share = {tenant['share']}: a part of the quota, above 0 and at most 1")
    for object in data.get("load", {}).get("import", ()):
        if object not in IMPORTABLE:
            problems.append(
                f"[load] import: {object!r} cannot go by import file{name_nearest(str(object), IMPORTABLE)}"
            )
    variable = data.get("source", {}).get("password_variable", SOURCE_PASSWORD_VARIABLE)
    if not re.fullmatch(r"WORKBENCH_\w*_PASSWORD", variable):
        # Only variables of such names are known as secrets and looked for in what a run leaves.
        problems.append(
            "[source] password_variable: the name of an environment variable, such as WORKBENCH_CLINIC_PASSWORD; "
            "the password itself stands in no file"
        )
    problems += _find_source_problems(data["engagement"], data.get("source", {}))
    if not 1 <= sample.get("size", 200) <= 500:
        problems.append(f"[sample] size = {sample['size']}: 1 to 500 records")
    if policies.get("unmatched_owner") == "fallback" and not policies.get("fallback_owner"):
        problems.append(
            "[policies] unmatched_owner = 'fallback' needs fallback_owner = an e-mail of a user in the tenant"
        )
    return problems


def _find_source_problems(core: dict, source: dict) -> list[str]:
    problems = []
    address, endings = core["source"], "|".join(end.upper() for end in SECRET_ENDINGS)
    if is_address(address) and (not is_whole_address(address) or urlsplit(address).username is not None):
        problems.append(f"[engagement] source = {address!r}: expected http(s)://host/path, without a user")
    if is_address(core.get("cutover_source", "")):
        problems.append("[engagement] cutover_source: leave it out; workbench extract NAME --cutover asks the source")
    for name, variable in source.get("variables", {}).items():
        if not re.fullmatch(rf"WORKBENCH_\w*({endings})", str(variable)):
            problems.append(f"[source] variables: {name}: the name of an environment variable: WORKBENCH_..._KEY")
    for name, value in source.get("settings", {}).items():
        if name.lower().endswith(SECRET_ENDINGS) or not isinstance(value, str):
            problems.append(
                f"[source] settings: {name}: a text that is no secret; those stand in the environment, "
                f"as WORKBENCH_SOURCE_{name.upper()}"
            )
    return problems
