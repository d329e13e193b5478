"""How long requests take: a tenant's quota comes in windows of an hour, and each opens with the first call in it.

This is the pacer's own arithmetic (`workbench.freshsales.pacing`) without its clock: in polite mood the first tenth of
our share goes as fast as answers come, the rest is spread to the window's end; in cutover mood everything goes as fast
as answers and the minute's limit allow, and then the window is waited out.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.freshsales.pacing import MINUTE, UNSPREAD, Mood
from workbench.freshsales.plans import PlanLimits
from workbench.freshsales.quota_headers import HOUR

USUAL_ANSWER = 0.3  # seconds; taken where no answer was timed yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What lets requests through.

    Attributes:
        share: Part of the hourly quota that is ours, 0 to 1.
        answer: Seconds a request takes from being sent to being answered.
        taken: Part of our share that a customer busier than agreed takes from it, 0 to 1.
    """

    plan: PlanLimits
    share: float
    mood: Mood = "polite"
    answer: float = USUAL_ANSWER
    taken: float = 0.0

    @property
    def a_window(self) -> int:
        """Requests one window lets through."""
        ours = int(self.share * self.plan.requests_per_hour * (1 - self.taken))
        return max(min(ours, int(HOUR / self._fastest)), 1)

    def count_hours(self, requests: int) -> float:
        """Hours from the first request to the answer to the last."""
        if not requests:
            return 0.0
        whole, rest = divmod(requests - 1, self.a_window)
        return whole + self._count_seconds(rest + 1) / HOUR

    @property
    def _fastest(self) -> float:
        """Seconds from one request to the next where nothing holds them back but the minute's limit."""
        most = self.plan.requests_per_minute
        return max(self.answer, MINUTE / max(int(self.share * most), 1) if most else 0.0)

    def _count_seconds(self, requests: int) -> float:
        """Seconds for the first requests of a window."""
        unspread = int(UNSPREAD * self.a_window)
        quick = min(requests, unspread)
        if self.mood == "cutover":
            return self._burst(requests)
        left = self.a_window - unspread + 1
        gap = max((HOUR - self._burst(unspread)) / left, self.answer)
        return self._burst(quick) + (requests - quick) * gap

    def _burst(self, requests: int) -> float:
        """Seconds for requests that follow each other at once, as many a minute as are allowed."""
        most = self.plan.requests_per_minute
        a_minute = max(int(self.share * most), 1) if most else requests
        full = max(requests - 1, 0) // a_minute if a_minute * self.answer < MINUTE else 0
        return full * MINUTE + (requests - full * a_minute) * self.answer
