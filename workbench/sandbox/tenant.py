"""One Freshsales account: its settings, records, schema, lists and quota, held together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workbench.errors import raise_problems
from workbench.freshsales.plans import read_plans
from workbench.sandbox.quota import Quota
from workbench.sandbox.schema import Schema
from workbench.sandbox.seed import seed_selectors, seed_views
from workbench.sandbox.settings import TenantSettings, find_problems
from workbench.sandbox.store import Record, Store
from workbench.sandbox.wire import format_time

FIRST_ID = 31_000_000_000
SEED_STRIDE = 10_000_000
# What the tenant sets by itself; a record brought back to its before-image still differs in these.
STAMPS = frozenset(
    {"created_at", "updated_at", "creater_id", "updater_id", "stage_updated_time", "last_assigned_at", "completed_date"}
)
# Fields that name other records; one that is no longer live is shown by nobody and counts for nothing.
REFERRING = ("sales_accounts", "contacts", "targetables")


class Tenant:
    """A local Freshsales account.

    Args:
        path: SQLite file that keeps it, made and seeded where absent; null keeps it in memory.
        clock: Seconds since 1970 on the client's clock.

    Raises:
        UsageError: A setting has a value it cannot have, or the file is none of a tenant's.
    """

    def __init__(self, settings: TenantSettings, *, path: Path | None, clock: Callable[[], float]) -> None:
        raise_problems("tenant", find_problems(settings))
        self.settings = settings
        self.limits = read_plans()[settings.plan]
        self.zone = ZoneInfo(settings.time_zone)
        self.clock = clock
        self.store = Store(path)
        self._open()

    @property
    def time_scale(self) -> float:
        """Seconds of tenant time in one second of the client's clock."""
        return self.quota.time_scale

    @time_scale.setter
    def time_scale(self, value: float) -> None:
        self.quota.time_scale = value

    @property
    def admin_id(self) -> int:
        """Id of the user the API key belongs to."""
        return self.selectors["owners"][0]["id"]

    def stamp(self) -> str:
        """Now, as the store keeps times."""
        return format_time(datetime.fromtimestamp(self.clock(), UTC))

    def mint(self) -> int:
        """A new id, never given out before."""
        self._last_id += 1
        self.store.set_fact("last_id", self._last_id)
        return self._last_id

    def can(self, capability: str) -> bool:
        """Whether the plan has a capability."""
        return capability in self.limits.capabilities

    def find_choice(self, selector: str, id: Any) -> Record | None:
        """The item of a list with that id; null where there is none."""
        return self._choices[selector].get(id)

    def digest(self, *, with_schema: bool = False) -> str:
        """Sha256 over everything live a client could have written, so that equal digests mean equal content.

        What the tenant stamps by itself, ids of e-mail entries, empty fields, the recycle bin, the journal and the
        counters stay outside.
        """
        rows = list(self.store.live())
        ids = {record["id"] for _, record in rows}
        digest = hashlib.sha256()
        for object, record in rows:
            digest.update(_canonical([object, _content(record, ids)]))
        if with_schema:
            digest.update(_canonical(self.schema.export()))
        return digest.hexdigest()

    def records(self, object: str) -> list[Record]:
        """The live records of an object as they are stored, by id."""
        return [record for _, record in self.store.live(object)]

    def count(self, object: str) -> int:
        """How many live records an object has."""
        return self.store.count(object)

    def journal(self) -> list[Record]:
        """Every call answered so far: at (seconds since 1970), method, path, status, cost."""
        return self.store.journal()

    def snapshot(self, path: Path) -> None:
        """Copy the whole tenant into a file."""
        self.store.snapshot(path)

    def restore(self, path: Path) -> None:
        """Put a snapshot in the place of the whole tenant, quota and journal included."""
        self.store.restore(path)
        self._open()

    def close(self) -> None:
        """Close the store; nothing is lost."""
        self.store.close()

    def _open(self) -> None:
        self._last_id = self.store.fact("last_id") or FIRST_ID + self.settings.seed * SEED_STRIDE
        if self.store.fact("selectors") is None:
            with self.store.transaction():
                self._seed()
        self.selectors: dict[str, list[Record]] = self.store.fact("selectors")
        self.views: dict[str, list[Record]] = self.store.fact("views")
        self._choices = {name: {item["id"]: item for item in items} for name, items in self.selectors.items()}
        self.schema = Schema(self.store, self.limits)
        self.waiting_jobs: list[int] = self.store.fact("waiting_jobs") or []
        self.quota = Quota(
            self.store,
            per_hour=self.settings.calls_per_hour or self.limits.requests_per_hour,
            per_minute=self.settings.switches.per_minute,
            clock=self.clock,
            time_scale=self.settings.time_scale,
        )

    def _seed(self) -> None:
        stamp = self.stamp()
        has_pipelines = self.can("multiple_pipelines")
        activity_types = self.settings.activity_types if self.can("custom_activities") else ()
        selectors = seed_selectors(
            users=self.settings.users,
            activity_types=activity_types,
            has_pipelines=has_pipelines,
            stamp=stamp,
            mint=self.mint,
        )
        self.store.set_fact("selectors", selectors)
        views = seed_views(user_id=selectors["owners"][0]["id"], stamp=stamp, mint=self.mint)
        self.store.set_fact("views", views)


def _content(record: Record, live: set[int]) -> Record:
    kept = {name: value for name, value in record.items() if name not in STAMPS}
    for name in REFERRING:
        kept[name] = [each for each in kept.get(name) or [] if each["id"] in live]
    return _without_empty(kept)


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        cleaned = {key: _without_empty(each) for key, each in value.items()}
        # A checkbox nobody ticked reads as false whether it was ever written or not.
        return {key: each for key, each in cleaned.items() if each is not False and each not in (None, "", [], {})}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
