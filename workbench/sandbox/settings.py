"""What a local tenant is set up as: plan, edition, users, clock and switches."""

from __future__ import annotations

import math
import re
import zoneinfo
from dataclasses import dataclass, field

from workbench.errors import name_nearest
from workbench.freshsales.plans import read_plans
from workbench.sandbox.seed import list_view_names
from workbench.sandbox.switches import LANGUAGES, Switches
from workbench.sandbox.users import DEFAULT_USERS, User

# What an Authorization header cannot carry in a key.
UNFIT = re.compile(r'[^!-~]|[,"]')
# Ids stay within the digits the store and every client take.
LARGEST_SEED = 10**8
EDITIONS = ("suite", "classic")
ROLES = ("admin", "agent", "readonly")


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
        max_file_bytes: Largest file that can be uploaded; null takes the plan's.
        storage_bytes: Room for all files together; null takes the plan's for each active user.
        renamed_views: Names users gave to the views they may rename, by the name these began with.
        is_sandbox: The tenant is the sandbox of another one, which only some plans come with.
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
    max_file_bytes: int | None = None
    storage_bytes: int | None = None
    renamed_views: dict[str, str] = field(default_factory=dict)
    is_sandbox: bool = False
    switches: Switches = field(default_factory=Switches)


def find_problems(settings: TenantSettings) -> list[str]:
    """Every setting with a value it cannot have, a line each; none means that a tenant can be built."""
    choices = [
        ("plan", settings.plan, tuple(read_plans())),
        ("edition", settings.edition, EDITIONS),
        *(("role", user.role, ROLES) for user in settings.users),
        *(("language", user.language or LANGUAGES[0], LANGUAGES) for user in settings.users),
    ]
    problems = [
        f"no {name} {value!r}; known: {', '.join(known)}" for name, value, known in choices if value not in known
    ]
    problems += settings.switches.problems()
    if settings.time_zone not in zoneinfo.available_timezones():
        problems.append(f"no time zone {settings.time_zone!r}; use an IANA name such as Europe/Berlin")
    if not 0 < settings.time_scale < math.inf:
        problems.append(f"time_scale is {settings.time_scale}; use a number above 0")
    if not 0 <= settings.seed <= LARGEST_SEED:
        problems.append(f"seed is {settings.seed}; use 0 to {LARGEST_SEED}")
    for name in ("max_file_bytes", "storage_bytes"):
        if (getattr(settings, name) or 0) < 0:
            problems.append(f"{name} is {getattr(settings, name)}; use 0 or more")
    if settings.calls_per_hour is not None and not settings.calls_per_hour > 0:
        problems.append(f"calls_per_hour is {settings.calls_per_hour}; use a whole number above 0")
    views = list_view_names()
    problems += [f"no view {name!r}{name_nearest(name, views)}" for name in settings.renamed_views if name not in views]
    return problems + _find_user_problems(settings) + _find_plan_problems(settings)


def _find_user_problems(settings: TenantSettings) -> list[str]:
    problems = []
    if not any(user.is_active for user in settings.users):
        problems.append("no active user; name at least one")
    emails = [user.email.strip().lower() for user in settings.users]
    problems += [f"user {email!r} is named twice" for email in sorted(_find_repeated(emails))]
    keys = [settings.key, *(user.key for user in settings.users[1:] if user.key)]
    problems += [
        f"key {key!r} has blanks, commas, quotes or letters outside of ASCII; leave them out"
        for key in keys
        if UNFIT.search(key)
    ]
    if not settings.key or _find_repeated(keys):
        problems.append("two users have the same key, or the first has none; give each a key of their own")
    return problems


def _find_plan_problems(settings: TenantSettings) -> list[str]:
    plans, smallest = list(read_plans()), settings.switches.sandbox_plan
    if not settings.is_sandbox or settings.plan not in plans or smallest not in plans:
        return []
    if plans.index(settings.plan) >= plans.index(smallest):
        return []
    return [f"plan {settings.plan!r} comes with no sandbox; the switch sandbox_plan says {smallest}"]


def _find_repeated(words: list[str]) -> set[str]:
    return {word for word in words if words.count(word) > 1}
