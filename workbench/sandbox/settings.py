"""What a local tenant is set up as: plan, edition, users, clock and switches."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass, field

from workbench.freshsales.plans import read_plans
from workbench.sandbox.switches import Switches

ADMIN = "admin@tenant.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who can own records of the tenant."""

    name: str
    email: str
    is_active: bool = True


EDITIONS = ("suite", "classic")
DEFAULT_USERS = (
    User(name="Avery Admin", email=ADMIN),
    User(name="Noor Haddad", email="noor.haddad@tenant.example"),
    User(name="Priya Raman", email="priya.raman@tenant.example"),
    User(name="Tomas Berg", email="tomas.berg@tenant.example"),
    User(name="Lucia Ferro", email="lucia.ferro@tenant.example"),
    User(name="Owen Marsh", email="owen.marsh@tenant.example", is_active=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """Everything that decides how a fresh tenant looks and behaves.

    Attributes:
        plan: `free`, `growth`, `pro` or `enterprise`.
        edition: `suite` (no leads) or `classic`.
        key: API key of the first user.
        time_scale: How many seconds of tenant time pass in one second; 3600 makes the quota's hour a second long.
        seed: Where the counter of ids starts, so that two tenants of one seed mint the same ids.
        time_zone: IANA zone in which the account writes its times.
        calls_per_hour: Hourly quota; null takes the plan's.
        activity_types: Sales activity types an administrator added, where the plan allows them.
    """

    plan: str = "enterprise"
    edition: str = "suite"
    key: str = "local-tenant-key"
    time_scale: float = 1.0
    seed: int = 1
    users: tuple[User, ...] = DEFAULT_USERS
    time_zone: str = "America/Chicago"
    calls_per_hour: int | None = None
    activity_types: tuple[str, ...] = ()
    switches: Switches = field(default_factory=Switches)


def find_problems(settings: TenantSettings) -> list[str]:
    """Every setting with a value it cannot have, a line each; none means that a tenant can be built."""
    choices = [
        ("plan", settings.plan, tuple(read_plans())),
        ("edition", settings.edition, EDITIONS),
    ]
    problems = [
        f"no {name} {value!r}; known: {', '.join(known)}" for name, value, known in choices if value not in known
    ]
    problems += settings.switches.problems()
    if settings.time_zone not in zoneinfo.available_timezones():
        problems.append(f"no time zone {settings.time_zone!r}; use an IANA name such as Europe/Berlin")
    if not settings.time_scale > 0:
        problems.append(f"time_scale is {settings.time_scale}; use a number above 0")
    if not any(user.is_active for user in settings.users):
        problems.append("no active user; name at least one")
    return problems
