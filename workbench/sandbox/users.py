"""Who works in a tenant."""

from __future__ import annotations

from dataclasses import dataclass

ADMIN = "admin@tenant.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who can own records of the tenant, and call it if they have a key.

    Attributes:
        key: API key of their own; the first user has the tenant's beside it.
        role: `admin`, `agent` (no settings, no bulk deletes, nothing removed for good) or `readonly`.
        language: Language of the messages they get, empty for the tenant's.
    """

    name: str
    email: str
    is_active: bool = True
    key: str = ""
    role: str = "admin"
    language: str = ""


DEFAULT_USERS = (
    User(name="Avery Admin", email=ADMIN),
    User(name="Noor Haddad", email="noor.haddad@tenant.example"),
    User(name="Priya Raman", email="priya.raman@tenant.example"),
    User(name="Tomas Berg", email="tomas.berg@tenant.example"),
    User(name="Lucia Ferro", email="lucia.ferro@tenant.example"),
    User(name="Owen Marsh", email="owen.marsh@tenant.example", is_active=False),
)
