"""The users who may call a tenant, and the one whose call is being answered."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from workbench.sandbox.settings import TenantSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A user with a key.

    Attributes:
        id: Their id among the owners.
        role: `admin`, `agent` or `readonly`.
        language: Language of the messages they get.
    """

    id: int
    key: str
    role: str
    language: str


# Whose call is being answered; null outside of calls.
CALLER: ContextVar[Caller | None] = ContextVar("caller", default=None)


def list_callers(settings: TenantSettings, owners: list[dict[str, Any]]) -> tuple[Caller, ...]:
    """Everybody with a key: the first user has the tenant's, those who left have none.

    Args:
        owners: The users as the tenant keeps them; one opened again may keep others than the settings name.
    """
    ids = {owner["email"].lower(): owner["id"] for owner in owners if owner["is_active"]}
    first = settings.users[0]
    keyed = [(ids.get(first.email.lower(), owners[0]["id"]), first, settings.key)]
    keyed += [(ids.get(user.email.lower()), user, user.key) for user in settings.users if user.is_active and user.key]
    return tuple(
        Caller(id=id, key=key, role=user.role, language=user.language or settings.switches.language)
        for id, user, key in keyed
        if id
    )
