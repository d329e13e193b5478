"""The door every call comes through: is there quota left, what befalls it, and what was answered."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from workbench.sandbox.access import Area
from workbench.sandbox.entry import Entry
from workbench.sandbox.faults.befall import Sleep
from workbench.sandbox.faults.injector import Injector
from workbench.sandbox.jobs import run_due_jobs
from workbench.sandbox.purge import purge_expired
from workbench.sandbox.refusals import Refusal, refuse_too_many
from workbench.sandbox.tenant import Tenant


class Door:
    """Counts the call, hands it on, and writes it into the journal.

    Args:
        area: Which paths cost quota; the others cost none and leave no trace.
        sleep: Waits so many seconds of the client's clock; only faults wait.
    """

    def __init__(self, app: ASGIApp, *, tenant: Tenant, area: Area, sleep: Sleep = asyncio.sleep) -> None:
        self._app = app
        self._tenant = tenant
        self._area = area
        bases = tuple(base for base in area.paid if area.paid[0].startswith(base))
        self._injector = Injector(tenant, self._serve, bases=bases, login=area.login, sleep=sleep)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] == "http":
            run_due_jobs(self._tenant)
            purge_expired(self._tenant)
        if scope["type"] != "http" or not self._area.costs(scope["path"]):
            await self._app(scope, receive, send)
        elif self._tenant.faults.is_quiet:
            await self._serve(_without_suffix(scope), receive, Entry(self._tenant, scope, send))
        else:
            await self._injector(_without_suffix(scope), receive, send)

    async def _serve(self, scope: Scope, receive: Receive, entry: Entry) -> None:
        quota = self._tenant.quota
        if scope["path"].endswith(".xml"):
            await Refusal(status=406).send(entry)
        elif quota.is_minute_full or not quota.remaining:
            await refuse_too_many(self._tenant, wait=quota.wait).send(entry)
        else:
            quota.spend()
            entry.cost = 1
            await self._run(scope, receive, entry)

    async def _run(self, scope: Scope, receive: Receive, entry: Entry) -> None:
        try:
            await self._app(scope, receive, entry)
        except Exception:
            # What breaks the application is told to nobody in its own words, but it was a call.
            if not entry.is_written:
                entry.write(500, status=500)
            raise


def _without_suffix(scope: Scope) -> Scope:
    """The same call without the `.json` some clients put behind a path."""
    path = scope["path"]
    return {**scope, "path": path.removesuffix(".json")} if path.endswith(".json") else scope
