"""A local tenant in this process on which things go wrong, and a client of it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sandbox.conftest import BASE, HEADERS, Api, Clock
from workbench.sandbox import Switches, TenantSettings, build_app, in_process
from workbench.sandbox.faults import Scenario, read_fault


class Day(Api):
    """A tenant with faults; waiting moves its clock and takes no time.

    Args:
        lines: Faults as the command line has them.
    """

    def __init__(
        self, *lines: str, seed: int = 1, path: Any = None, switches: dict[str, Any] | None = None, **settings: Any
    ) -> None:
        self.clock = Clock()
        self.waits: list[float] = []
        scenario = Scenario(seed=seed, faults=tuple(map(read_fault, lines)))
        made = TenantSettings(switches=Switches(**(switches or {})), **settings)
        self.app = build_app(made, path=path, clock=self.clock, scenario=scenario, sleep=self._sleep)
        self.tenant = self.app.state.tenant
        self.http = httpx.Client(transport=in_process(self.app), base_url=BASE, headers=HEADERS)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.now += seconds

    def post_contact(self, number: int = 1) -> httpx.Response:
        """One write of a new contact."""
        return self.http.post("/contacts", json={"contact": {"email": f"a{number}@example.org"}})

    def look(self) -> httpx.Response:
        """One read."""
        return self.http.get("/selector/owners")

    def struck(self) -> list[str]:
        """The fault of every row of the journal."""
        return [row["fault"] for row in self.tenant.journal()]

    def close(self) -> None:
        """Let go of it."""
        self.http.close()
        self.tenant.close()
