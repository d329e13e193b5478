"""One Freshsales account: its settings, records, schema, lists and quota, held together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workbench.errors import UsageError, raise_problems
from workbench.freshsales.plans import read_plans
from workbench.sandbox.callers import CALLER, list_callers
from workbench.sandbox.content import open_content, require_file
from workbench.sandbox.digest import digest_content
from workbench.sandbox.faults.scenario import Scenario
from workbench.sandbox.faults.schedule import Schedule
from workbench.sandbox.features import find_capabilities
from workbench.sandbox.files import Files, folder_of
from workbench.sandbox.quota import Quota
from workbench.sandbox.schema import Schema
from workbench.sandbox.seed import seed_selectors, seed_views
from workbench.sandbox.settings import TenantSettings, find_problems
from workbench.sandbox.storage import Storage
from workbench.sandbox.store import Record, Store
from workbench.sandbox.wire import format_time

FIRST_ID = 31_000_000_000
SEED_STRIDE = 10_000_000


class Tenant:
    """A local Freshsales account.

    Args:
        path: SQLite file that keeps it, made and seeded where absent; null keeps it in memory.
        clock: Seconds since 1970 on the client's clock.
        scenario: What goes wrong; null for nothing.

    Raises:
        UsageError: A setting has a value it cannot have, or the file is none of a tenant's.
    """

    def __init__(
        self,
        settings: TenantSettings,
        *,
        path: Path | None,
        clock: Callable[[], float],
        scenario: Scenario | None = None,
    ) -> None:
        raise_problems("tenant", find_problems(settings))
        self.settings = settings
        self.limits = read_plans()[settings.plan]
        self.capabilities = find_capabilities(settings)
        self.zone = _find_zone(settings)
        self.clock = clock
        self.path = path
        self._scenario = scenario or Scenario()
        self.store = Store(path)
        self.files = Files(folder_of(path) if path else None)
        self.store.when_gone["document"] = self._release_file
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
        """Id of the user whose key the call being answered carries; the first user's outside of calls."""
        caller = CALLER.get()
        return caller.id if caller else self.selectors["owners"][0]["id"]

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
        return capability in self.capabilities

    def find_choice(self, selector: str, id: Any) -> Record | None:
        """The item of a list with that id; null where there is none."""
        return self._choices[selector].get(id)

    def digest(self, *, with_schema: bool = False) -> str:
        """Sha256 over everything live a client could have written, so that equal digests mean equal content.

        What the tenant stamps by itself, ids of e-mail entries, empty fields, the recycle bin, the journal and the
        counters stay outside. Times a client was allowed to set count.
        """
        with self.store.beside() as content:
            return digest_content(content, schema=self.schema.export() if with_schema else None)

    def records(self, object: str) -> list[Record]:
        """The live records of an object as they are stored, by id."""
        return [record for _, record in self.store.live(object)]

    def count(self, object: str) -> int:
        """How many live records an object has."""
        return self.store.count(object)

    def journal(self, *, since: int = 0, limit: int = -1) -> list[Record]:
        """Calls, bulk jobs and events after the row of that number, oldest first; bodies are never kept.

        Each has `seq`; `at` in seconds since 1970; `method`, which is JOB where a bulk job was done and EVENT where
        something happened to the tenant; `path` and `query`; `status` the client got, null where it got none; `meant`,
        the status the tenant answered with, null where the call never came to it; `cost` in calls; `fault`, empty for
        none; and `records`, the ids of what was written.
        """
        return self.store.journal.rows(since=since, limit=limit)

    def snapshot(self, path: Path) -> None:
        """Copy the whole tenant into a file, and the files uploaded to it into a folder beside.

        Raises:
            UsageError: There can be no file, or it is the tenant's own.
        """
        self._require_other(path)
        with ExitStack() as stack:
            with self.store.lock:
                content = stack.enter_context(self.store.beside())
                self.files.copy_to(folder_of(path), content.file_hashes())
            content.save(path)

    def restore(self, path: Path) -> None:
        """Put a snapshot in the place of the whole tenant, files, quota and journal included.

        Raises:
            UsageError: There is no such file, it is none of a tenant's, or files that belong to it are missing.
        """
        self._require_other(path)
        with open_content(path) as content:
            self.files.copy_from(folder_of(path), content.file_hashes())
        self.store.restore(path)
        self._open()

    def close(self) -> None:
        """Close the store; nothing is lost but what was kept in memory only."""
        self.store.close()
        self.files.close()

    def _open(self) -> None:
        self._last_id = self.store.fact("last_id") or FIRST_ID + self.settings.seed * SEED_STRIDE
        if self.store.fact("selectors") is None:
            with self.store.transaction():
                self._seed()
        self.selectors: dict[str, list[Record]] = self.store.fact("selectors")
        self.views: dict[str, list[Record]] = self.store.fact("views")
        self.callers = list_callers(self.settings, self.selectors["owners"])
        self._choices = {name: {item["id"]: item for item in items} for name, items in self.selectors.items()}
        self.schema = Schema(self.store, self.limits)
        # When the oldest record in the recycle bin may have been put there; null while it is empty.
        self.bin_since: float | None = self.store.fact("bin_since")
        self.waiting_jobs: list[int] = self.store.fact("waiting_jobs") or []
        # When each of them is due, as far as it was looked up.
        self.job_dues: dict[int, float] = {}
        self.quota = Quota(
            self.store,
            per_hour=self.settings.calls_per_hour or self.limits.requests_per_hour,
            per_minute=self.settings.switches.per_minute or self._per_minute_of_plan(),
            clock=self.clock,
            time_scale=self.settings.time_scale,
            switches=self.settings.switches,
        )
        self.faults = Schedule(self.store, self._scenario, clock=self.clock, scale=lambda: self.time_scale)
        users = sum(owner["is_active"] for owner in self.selectors["owners"])
        self.storage = Storage(self.store, self.settings, self.limits, users=users)
        self._sweep_files()

    def set_scenario(self, scenario: Scenario) -> None:
        """Let these things go wrong from now on, and count anew."""
        self._scenario = scenario
        with self.store.transaction():
            self.faults.set_scenario(scenario)
            self.faults.keep()

    def _per_minute_of_plan(self) -> int:
        """Only the pages about Classic name a figure."""
        return (self.limits.requests_per_minute or 0) if self.settings.edition == "classic" else 0

    def _require_other(self, path: Path) -> None:
        require_file(path)
        if self.path and path.absolute() == self.path.absolute():
            raise UsageError(f"{path}: is where this tenant is kept; name another file for its snapshot")

    def _sweep_files(self) -> None:
        """Remove files no record stands for, as a server that was killed may leave them."""
        if self.files.find_strays(self.store.file_hashes()):
            with self.store.transaction():
                self.files.remove(self.files.find_strays(self.store.file_hashes()))

    def _release_file(self, document: Record) -> None:
        if not self.store.find("document", "sha256", document["sha256"], state=None):
            self.files.remove([document["sha256"]])

    def _seed(self) -> None:
        stamp = self.stamp()
        switches = self.settings.switches
        selectors = seed_selectors(
            users=self.settings.users,
            activity_types=self.settings.activity_types if self.can("custom_activities") else (),
            pipelines=switches.pipelines if self.can("multiple_pipelines") else 1,
            has_currencies=self.can("multi_currency"),
            has_territories=self.can("territories"),
            is_classic=self.settings.edition == "classic",
            stamp=stamp,
            mint=self.mint,
        )
        self.store.set_fact("selectors", selectors)
        views = seed_views(
            renamed=self.settings.renamed_views, has_all_deals=switches.all_deals_view, stamp=stamp, mint=self.mint
        )
        self.store.set_fact("views", views)


def _find_zone(settings: TenantSettings) -> tzinfo:
    """The zone the account writes its times in; Classic writes them in UTC."""
    is_classic_utc = settings.edition == "classic" and not settings.switches.classic_offsets
    is_utc = is_classic_utc or settings.switches.utc_times
    return UTC if is_utc else ZoneInfo(settings.time_zone)
