"""The people of a tenant, who can own its records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One user of the tenant."""

    id: int
    name: str
    email: str
    is_active: bool


def read_user(item: dict[str, Any]) -> User:
    """A user from the tenant's list of owners; one without a word on it counts as active."""
    return User(
        id=int(item["id"]),
        name=item.get("display_name") or item.get("name") or "",
        email=item.get("email") or "",
        is_active=item.get("is_active") is not False,
    )


def find_user(users: Iterable[User], email: str | None) -> User | None:
    """The active user of that e-mail, upper and lower case alike; null where there is none."""
    wanted = (email or "").strip().casefold()
    return (
        next((user for user in users if user.is_active and user.email.casefold() == wanted), None) if wanted else None
    )


def list_emails(users: Iterable[User]) -> str:
    """The e-mails of the active users, for a message."""
    return ", ".join(sorted(user.email for user in users if user.is_active)) or "none"
