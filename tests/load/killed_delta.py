"""Attempts at a delta or a retry that end at their k-th request as if killed: what was not durable by then is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx
import polars as pl

from tests.load.world import PHASES, World, open_tenant
from workbench.ledger import Ledger
from workbench.load.delta import apply_delta, find_delta
from workbench.load.gone import delete_gone, judge_gone
from workbench.load.phases import load_phases
from workbench.load.retry import ATTEMPTED, judge_held
from workbench.sandbox import in_process

Records = dict[str, pl.DataFrame]
Attempt = Callable[[World, Ledger], None]


class Killed(BaseException):
    """The process ends here; no handler of the workbench may see it as a failure."""


@dataclass
class Doomed(httpx.BaseTransport):
    """The network, which ends everything at the k-th request: before it goes, or once the tenant has done it."""

    inner: httpx.BaseTransport
    left: int
    after: bool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, or end."""
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        response = self.inner.handle_request(request)
        if self.left == 0:
            raise Killed
        return response


def bring_over(previous: Records, current: Records) -> Attempt:
    """A delta that deletes what left the source."""

    def attempt(world: World, ledger: Ledger) -> None:
        setup = world.setup(ledger, run_label="50_cutover/x")
        delta = find_delta(previous, current)
        apply_delta(setup, PHASES, current, delta, deleted="delete", on_phase=lambda count: None)
        delete_gone(setup, judge_gone(setup, PHASES, current, policy="delete"))

    return attempt


def send_held(records: Records) -> Attempt:
    """A retry."""

    def attempt(world: World, ledger: Ledger) -> None:
        setup = world.setup(ledger, run_label="40_load/retry")
        judged = judge_held(setup, PHASES, records)
        only = judged.filter(pl.col("verdict").is_in(ATTEMPTED))
        load_phases(setup, PHASES, records, only=only, on_phase=lambda count: None)

    return attempt


def kill_and_resume(world: World, attempt: Attempt) -> int:
    """Kill attempt after attempt at its first, second, third ... request, until one is through before its end comes.

    Returns:
        How many were killed.
    """
    killed = 0
    while _is_killed(world, attempt, at=1 + killed // 2, after=killed % 2 == 0):
        killed += 1
    return killed


def _is_killed(world: World, attempt: Attempt, *, at: int, after: bool) -> bool:
    ledger = world.ledger()
    with open_tenant(Doomed(in_process(world.app), at, after)) as tenant:
        try:
            attempt(replace(world, tenant=tenant), ledger)
        except Killed:
            ledger._database.close()  # nothing is saved any more, as when the process is gone
            return True
    ledger.close()
    return False
