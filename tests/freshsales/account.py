"""One account's quota, as the local tenant keeps it, on a clock that moves only when somebody uses time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from tests.freshsales.clock import Clock
from workbench.freshsales.pacing import Pacer
from workbench.freshsales.plans import read_plans
from workbench.sandbox import Switches
from workbench.sandbox.quota import HOUR, Quota
from workbench.sandbox.store import Store


class TenantAccount:
    """Calls against the tenant's own quota, ours and the customer's.

    Args:
        skew: Seconds by which the tenant's clock is ahead of ours; its answers then carry a `Date`.
        takes: Seconds from a request to its answer.
    """

    def __init__(self, plan: str = "growth", *, skew: float = 0.0, takes: float = 0.1, scale: float = 1.0, **switches):
        self.clock = Clock()
        self.skew, self.takes = skew, takes
        self.plan = read_plans()[plan]
        self.switches = Switches(**switches)
        self.quota = Quota(
            Store(None), per_hour=self.plan.requests_per_hour, per_minute=self.switches.per_minute,
            clock=lambda: self.clock() + skew, time_scale=scale, switches=self.switches,
        )  # fmt: skip
        self.served_at: list[float] = []  # requests of ours
        self.refused: Counter[str] = Counter()

    def call(self, who: str) -> tuple[int, dict[str, str]]:
        """One call that arrives now: status and headers."""
        is_refused = self.quota.is_minute_full or not self.quota.remaining
        if is_refused:
            self.refused[who] += 1
        else:
            self.quota.spend()
            self.served_at += [self.clock()] * (who == "us")
        return (429 if is_refused else 200), self._headers(is_refused)

    def pacer(self, share: float = 0.8, **options: Any) -> Pacer:
        """A pacer of ours on this account's clock."""
        return Pacer(share, clock=self.clock, sleep=self.clock.sleep, **({"plan": self.plan} | options))

    def send(self, pacer: Pacer) -> int:
        """One request of ours, as the client sends it; its status."""
        pacer.wait_turn()
        status, headers = self.call("us")
        self.clock.advance(self.takes)
        pacer.note_answer(headers)
        if status == 429:
            pacer.wait_out(headers)
        else:
            pacer.note_success()
        return status

    def send_for(self, pacer: Pacer, hours: float) -> int:
        """Requests of ours that were served in so many hours from now."""
        start, before = self.clock(), len(self.served_at)
        while self.clock() < start + hours * HOUR:
            self.send(pacer)
        return sum(at < start + hours * HOUR for at in self.served_at[before:])

    def _headers(self, is_refused: bool) -> dict[str, str]:
        headers = self.quota.headers()
        if is_refused and self.switches.retry_after:
            form = self.switches.retry_after_form
            headers["retry-after"] = self.quota.write_retry_after(self.quota.wait, form=form)
        if self.skew:
            moment = datetime.fromtimestamp(int(self.clock() + self.skew), UTC)
            headers["date"] = format_datetime(moment, usegmt=True)
        return headers
