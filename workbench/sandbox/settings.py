"""What a local tenant is set up as: plan, users, and a switch for everything public material leaves open."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass, field

from workbench.freshsales.plans import read_plans

ADMIN = "admin@tenant.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who can own records of the tenant."""

    name: str
    email: str
    is_active: bool = True


EDITIONS = ("suite", "classic")
IDENTIFIERS = ("email_or_mobile", "email", "mobile", "none")
DEFAULT_USERS = (
    User(name="Avery Admin", email=ADMIN),
    User(name="Noor Haddad", email="noor.haddad@tenant.example"),
    User(name="Priya Raman", email="priya.raman@tenant.example"),
    User(name="Tomas Berg", email="tomas.berg@tenant.example"),
    User(name="Lucia Ferro", email="lucia.ferro@tenant.example"),
    User(name="Owen Marsh", email="owen.marsh@tenant.example", is_active=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One switch per behaviour that differs between tenants or is unknown; the default is the best documented one.

    Attributes:
        required_identifier: What a contact must carry: `email_or_mobile`, `email`, `mobile` or `none`.
        unique_mobile: Two live contacts may not share a mobile number.
        reuse_deleted_email: The e-mail of a contact in the recycle bin may be used again.
        plain_email_upserts: Upsert accepts `email` beside `emails` as the unique identifier.
        created_at_writable: `created_at` and `updated_at` sent by the client are kept.
        references_need_include: Contacts and deals name their owner, stage and the like only when included.
        stage_owns_status: A contact status must belong to the contact's lifecycle stage.
        refuse_long_text: Text over the limit is refused; otherwise it is cut without a word.
        core_forms: Contacts, accounts and deals accept new fields through the forms endpoint.
        upsert_created_status: Status of an upsert that created its record.
        retry_after: A 429 carries `Retry-After`.
        per_minute: Calls allowed in a minute, 0 for no such limit; a refused call answers 400.
        failed_calls_cost: Calls answered with 4xx use up quota too.
        per_page_cap: Most records on one page.
        bulk_cap: Most records in one bulk call.
        busy_jobs: Unfinished jobs from which bulk answers 405, 0 for never.
        job_seconds: How long a bulk job runs before its records exist, in tenant time.
        index_lag_seconds: How long a new record stays invisible to search, lookup and filtered search.
        note_limit: Longest note, 0 for no limit.
        views_cover_pipelines: Views of deals show every pipeline, not only the first.
        default_activity_types: Sales activities may have one of the types every tenant has, not only its own.
    """

    required_identifier: str = "email_or_mobile"
    unique_mobile: bool = False
    reuse_deleted_email: bool = True
    plain_email_upserts: bool = False
    created_at_writable: bool = False
    references_need_include: bool = True
    stage_owns_status: bool = True
    refuse_long_text: bool = True
    core_forms: bool = True
    upsert_created_status: int = 200
    retry_after: bool = False
    per_minute: int = 0
    failed_calls_cost: bool = True
    per_page_cap: int = 100
    bulk_cap: int = 100
    busy_jobs: int = 0
    job_seconds: float = 0.0
    index_lag_seconds: float = 0.0
    note_limit: int = 0
    views_cover_pipelines: bool = True
    default_activity_types: bool = False


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
        ("required_identifier", settings.switches.required_identifier, IDENTIFIERS),
    ]
    problems = [
        f"no {name} {value!r}; known: {', '.join(known)}" for name, value, known in choices if value not in known
    ]
    if settings.time_zone not in zoneinfo.available_timezones():
        problems.append(f"no time zone {settings.time_zone!r}; use an IANA name such as Europe/Berlin")
    if not settings.time_scale > 0:
        problems.append(f"time_scale is {settings.time_scale}; use a number above 0")
    if not any(user.is_active for user in settings.users):
        problems.append("no active user; name at least one")
    return problems
