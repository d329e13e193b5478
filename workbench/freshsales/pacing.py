"""When the next request may go: the tenant's hourly quota, shared with the customer's own integrations.

Two bounds hold at once. Of every window of quota we send at most our share; and of what is left at any moment we leave
the customer its part of the time that is left. So a customer that is busier than expected is never refused because of
us, and a quiet one does not tempt us to take the whole hour.

The window is read from the answers (`x-ratelimit-remaining`, `x-ratelimit-reset`). Where a tenant sends no such
headers, the plan's figures stand in for them and our own requests of the last hour and minute are counted. That log is
kept here rather than in pyrate-limiter, because it is ten lines and runs on the clock and the sleep it is handed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from math import inf, isfinite
from typing import Literal

from workbench.freshsales.plans import PlanLimits, read_plans

Mood = Literal["polite", "cutover"]
HOUR, MINUTE = 3600.0, 60.0
# In polite mood the first tenth of our share goes unspread, so that a short stage does not crawl.
UNSPREAD = 0.1
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 60.0
JUST_BEGUN = 5.0  # a window with all but that much of an hour ahead still holds the whole quota, or nearly
SHORTEST_WAIT = 0.001  # less would not move the clock for certain
# No window is that many seconds long: a larger reset header is a moment, in seconds or milliseconds since 1970.
EPOCH_SECONDS, EPOCH_MILLISECONDS = 1e9, 1e12


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the last answer said about the quota: calls left in this window, and when it ends on our clock."""

    remaining: int
    ends: float


class Pacer:
    """Holds requests back until they may go. It expects one request at a time.

    Args:
        share: Part of the quota we may use, above 0 and at most 1; the rest stays with the customer.
        plan: The figures to go by until, or unless, the tenant's headers show its own; null takes Growth's.
        mood: `polite` spreads requests over the window, `cutover` sends while there is budget and then waits.
        clock: Seconds since 1970.
        on_wait: Told the seconds and the reason before each wait.
    """

    def __init__(
        self,
        share: float = 0.8,
        *,
        plan: PlanLimits | None = None,
        mood: Mood = "polite",
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        on_wait: Callable[[float, str], None] | None = None,
    ) -> None:
        plan = plan or read_plans()["growth"]
        self.share = share
        self.mood = mood
        self._plan_quota, self._per_minute = plan.requests_per_hour, plan.requests_per_minute
        self._clock, self._sleep, self._on_wait = clock, sleep, on_wait or (lambda seconds, reason: None)
        self._window: Window | None = None
        self._seen_quota = 0  # calls a whole window was seen to hold; better knowledge than the plan's name
        self._longest = 0.0  # the longest time to reset seen: how long a window is, as far as we know
        self._own = 0  # requests of ours in this window
        self._sent_at = -inf  # when the last of ours went
        self._log: deque[float] = deque()  # when ours went, for tenants without headers
        self._refused = 0  # refusals in a row

    def wait_turn(self) -> None:
        """Return when the next request may go, and count it as sent."""
        while blocked := self._find_block():
            self.pause(*blocked)
        if (gap := self._find_gap() - (self._clock() - self._sent_at)) > 0:
            self.pause(gap, "spreading requests over the hour")
        self._sent_at = self._clock()
        self._own += 1
        if self._window is None:
            self._log.append(self._sent_at)

    def note_answer(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer's headers; without the quota's headers, what was known holds to the window's end."""
        remaining, reset = _number(headers.get("x-ratelimit-remaining")), _number(headers.get("x-ratelimit-reset"))
        if remaining is None or reset is None:
            if self._window and self._clock() >= self._window.ends:
                self._window = None  # the headers have stopped coming
            return
        seconds = self._seconds_to(reset)
        if self._is_new_window(remaining, seconds):
            self._own = 1
            self._seen_quota = max(self._seen_quota, int(remaining) + 1)
        self._plan_quota = max(self._plan_quota, int(remaining) + 1)
        self._longest = max(self._longest, seconds)
        self._window = Window(remaining=int(remaining), ends=self._clock() + seconds)

    def note_success(self) -> None:
        """Forget the refusals before: the next one starts with a short wait again."""
        self._refused = 0

    def wait_out(self, headers: Mapping[str, str]) -> None:
        """Wait as long as a refusal asks for: `Retry-After`, else the end of a used-up window, else ever longer."""
        self._refused += 1
        asked = self._read_retry_after(headers.get("retry-after"))
        if asked is not None:
            self.pause(asked, "the tenant asked to wait")
        elif self._window and self._window.remaining == 0 and self._window.ends > self._clock():
            self.pause(self._window.ends - self._clock(), "the hour's quota is used up")
        else:
            self.back_off(self._refused, "the tenant is busy")

    def back_off(self, attempt: int, reason: str) -> None:
        """Wait longer with each attempt: 1 s, 2 s, 4 s, ... to a minute."""
        self.pause(min(FIRST_BACKOFF * 2 ** min(attempt - 1, 10), LONGEST_BACKOFF), reason)

    def pause(self, seconds: float, reason: str) -> None:
        """Wait, and say for how long and why."""
        seconds = max(seconds, SHORTEST_WAIT)
        self._on_wait(seconds, reason)
        self._sleep(seconds)

    @property
    def _share_of_quota(self) -> float:
        return self.share * (self._seen_quota or self._plan_quota)

    def _find_block(self) -> tuple[float, str] | None:
        """Seconds nothing may go for, and why; null where a request may go."""
        if self._window is None:
            return self._find_block_by_log()
        left = self._window.ends - self._clock()
        # Once a window has ended, the first answer of the next one says how large it is.
        if left <= 0 or self._find_budget(left) >= 1:
            return None
        return left, "our share of this hour's quota is used up, the rest stays with the customer"

    def _find_block_by_log(self) -> tuple[float, str] | None:
        now = self._clock()
        while self._log and self._log[0] <= now - HOUR:
            self._log.popleft()
        for seconds, quota in ((HOUR, self._plan_quota), (MINUTE, self._per_minute)):
            most = max(int(self.share * quota), 1) if quota else 0
            if most and len(self._log) >= most and self._log[-most] + seconds > now:
                return self._log[-most] + seconds - now, "our share of the plan's quota is used up"
        return None

    def _find_gap(self) -> float:
        """Seconds from one request to the next so that the budget lasts to the end of the window."""
        sent = self._own if self._window else len(self._log)
        if self.mood == "cutover" or sent < UNSPREAD * self._share_of_quota:
            return 0.0
        if self._window is None:
            return HOUR / self._share_of_quota
        left = max(self._window.ends - self._clock(), 0.0)
        return left / max(self._find_budget(left), 1.0)

    def _find_budget(self, left: float) -> float:
        """Requests we may still send in this window; a window is taken to be as long as the longest seen."""
        ours = self._share_of_quota - self._own
        kept = (1 / self.share - 1) * self._share_of_quota * left / max(self._longest, left, SHORTEST_WAIT)
        return min(ours, self._window.remaining - kept)

    def _is_new_window(self, remaining: float, seconds: float) -> bool:
        if self._window is None:
            return seconds >= HOUR - JUST_BEGUN
        # Calls left only ever fall within a window, so a rise is a new one even where clocks disagree about its end.
        return self._clock() >= self._window.ends or remaining > self._window.remaining

    def _seconds_to(self, reset: float) -> float:
        if reset >= EPOCH_MILLISECONDS:
            reset /= 1000
        if reset >= EPOCH_SECONDS:
            reset -= self._clock()
        return max(reset, 0.0)

    def _read_retry_after(self, text: str | None) -> float | None:
        seconds = _number(text)
        if seconds is None and text:
            try:
                seconds = parsedate_to_datetime(text).timestamp() - self._clock()
            except ValueError:
                return None
        return None if seconds is None else min(max(seconds, 0.0), HOUR)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if isfinite(number) else None
