"""Secrets, and where this machine keeps the signing key. The only reader of the environment."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.engagement.addresses import is_database, is_local, list_passwords
from workbench.engagement.values import Engagement
from workbench.errors import UsageError, raise_problems

# The local tenant's key is printed by its own help, so it protects nothing and may be a default.
LOCAL_KEY = "local-tenant-key"
KEY_VARIABLE = "WORKBENCH_TENANT_KEY"
LEDGER_VARIABLE = "WORKBENCH_LEDGER_URL"
# What an API asks for by a name of such an end is secret and comes from the environment; the rest from the settings.
SECRET_ENDINGS = ("key", "token", "password", "secret", "pin")


class Secret:
    """A value that never shows itself by accident: its text is `***` unless `reveal` is called."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for the one header that carries it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


def tenant_key(engagement: Engagement) -> Secret:
    """The API key, from the environment; a local tenant falls back to its public default.

    Raises:
        UsageError: The tenant is not local and the environment holds no key.
    """
    key = os.environ.get(KEY_VARIABLE, "")
    if not key and is_local(engagement.tenant_url):
        key = LOCAL_KEY
    if not key:
        raise UsageError(f"no API key for {engagement.tenant_url}: set {KEY_VARIABLE} in the environment")
    return Secret(key)


def source_password(engagement: Engagement) -> Secret | None:
    """The password of a protected export, from the environment; null where it holds none."""
    password = os.environ.get(engagement.password_variable, "")
    return Secret(password) if password else None


def source_values(engagement: Engagement, names: set[str]) -> dict[str, Secret]:
    """What the source's API has to be told, by name: secrets from the environment, the rest from the settings.

    Raises:
        UsageError: Names everything that is missing.
    """
    found, problems = {}, []
    for name in sorted(names):
        if name.lower().endswith(SECRET_ENDINGS):
            variable = engagement.source_variables.get(name, f"WORKBENCH_SOURCE_{name.upper()}")
            value, where = os.environ.get(variable, ""), f"set {variable} in the environment"
        else:
            value = engagement.source_settings.get(name, "")
            where = f'write settings = {{ {name} = "..." }} below [source] in engagement.toml'
        if value:
            found[name] = Secret(value)
        else:
            problems.append(f"{name} is not known: {where}")
    raise_problems(f"{engagement.source_address} cannot be asked", problems)
    return found


def ledger_url(engagement: Engagement) -> Secret | None:
    """The PostgreSQL database the ledger is kept in, null where it is a file; the environment's goes first.

    Raises:
        UsageError: What the environment holds is no such address.
    """
    url = os.environ.get(LEDGER_VARIABLE, "")
    if url and not is_database(url):
        raise UsageError(f"{LEDGER_VARIABLE}: expected postgresql://user:password@host/database")
    return Secret(url or engagement.ledger_address) if url or engagement.ledger_address else None


def known_secrets() -> tuple[Secret, ...]:
    """Every secret the environment holds for the workbench; none of them may stand in what a run leaves."""
    endings = tuple(end.upper() for end in SECRET_ENDINGS)
    held = [value for name, value in os.environ.items() if name.startswith("WORKBENCH_") and name.endswith(endings)]
    held += list_passwords(os.environ.get(LEDGER_VARIABLE, ""))
    return tuple(Secret(value) for value in held if value != LOCAL_KEY)


def home_folder() -> Path:
    """Where this analyst's signing key lies, outside of every engagement."""
    return Path(os.environ.get("WORKBENCH_HOME", Path.home() / ".config" / "workbench"))
