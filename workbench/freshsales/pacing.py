"""When the next request may go: the tenant's hourly quota, shared with the customer's own integrations.

Three bounds hold at once. Of every window of quota we send at most our share, so that the rest is there whenever the
customer wants it. A customer that took more than its share keeps its part of the time that is left, so that a busy one
is not refused because of us. And no minute takes more than our share of the minute's limit.

How large the quota is and what is left of it is learnt from the answers, see `quota`. Where a tenant says nothing, the
plan's figures stand in for it. Our own requests are counted from a log (`sent`), which processes on one account share.
It is kept here rather than in pyrate-limiter, whose buckets run on a clock of their own and know nothing of headers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from math import inf
from typing import Literal

from workbench.freshsales.plans import PlanLimits, read_plans
from workbench.freshsales.quota import MINUTE, SHORTEST_WAIT, Quota
from workbench.freshsales.quota_headers import HOUR, read_retry_after
from workbench.freshsales.sent import OwnLog, SentLog

Mood = Literal["polite", "cutover"]
Wait = tuple[float, str]  # seconds, and why
# In polite mood the first tenth of our share goes unspread, so that a short stage does not crawl.
UNSPREAD = 0.1
SPREADING = "requests are spread over the hour"
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 60.0
JITTER = 0.5  # the most that is taken off such a wait, so that clients which failed together do not come back together
LONG_REFUSED = 30.0  # seconds; what refuses for longer may be a used-up hour
SLICE = 60.0  # of a long wait: a machine that slept meanwhile finds that the time has come


class Pacer:
    """Holds requests back until they may go. It expects one request at a time.

    Args:
        share: Part of the quota we may use, above 0 and at most 1; the rest stays with the customer.
        plan: The figures to go by until, or unless, the tenant's headers show its own; null takes Growth's.
        mood: `polite` spreads requests over the window, `cutover` sends while there is budget and then waits.
        clock: Seconds since 1970.
        on_wait: Told the seconds and the reason before each wait.
        sent: Log of our requests; null keeps one for this process alone.
        draw: Numbers from 0 to 1 that keep waits of several clients apart; by default it keeps them as they are.
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
        sent: SentLog | None = None,
        draw: Callable[[], float] = lambda: 0.0,
    ) -> None:
        plan = plan or read_plans()["growth"]
        self.share = share
        self.mood = mood
        self._per_minute = plan.requests_per_minute
        self._clock, self._sleep, self._on_wait = clock, sleep, on_wait or (lambda seconds, reason: None)
        self._sent = sent or OwnLog()
        self._draw = draw
        self._quota = Quota(plan.requests_per_hour, share=share, sent=self._sent, clock=clock)
        self._sent_at = -inf  # when the last of this process went
        self._answers, self._answering = 0, 0.0
        self._refused = 0  # refusals in a row
        self._refused_since = self._reopened = inf  # when those began, and when those before them ended

    def wait_turn(self) -> None:
        """Return when the next request may go, and count it as sent."""
        while True:
            with self._sent.turn():
                wait = self._find_wait(self._clock())
                if wait is None:
                    self._sent_at = self._clock()
                    self._sent.add(self._sent_at)
                    return
            self.pause(*wait)

    def note_answer(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer how long answers take, and from its headers what is left of the quota."""
        now = self._clock()
        self._answers, self._answering = self._answers + 1, self._answering + max(now - self._sent_at, 0.0)
        self._quota.note_answer(headers, sent_at=self._sent_at, now=now)

    def note_success(self) -> None:
        """Forget the refusals before: the next one starts with a short wait again."""
        if self._refused and self._sent_at - self._refused_since >= LONG_REFUSED:
            self._quota.learn_from_refusals(opened=self._reopened, reopened=self._sent_at, refused=self._refused)
            self._reopened = self._sent_at
        self._refused = 0

    def wait_out(self, headers: Mapping[str, str]) -> None:
        """Wait as long as a refusal asks for: `Retry-After`, else the end of a used-up window, else ever longer."""
        self._refused_since = self._refused_since if self._refused else self._sent_at
        self._refused += 1
        asked = read_retry_after(headers, now=self._clock())
        if asked is not None:
            self.pause(asked, "the tenant asked to wait")
        elif (window := self._quota.window) and window.remaining == 0 and window.ends > self._clock():
            self.pause(window.ends - self._clock(), "the hour's quota is used up")
        else:
            self.back_off(self._refused, "the tenant is busy")

    def back_off(self, attempt: int, reason: str) -> float:
        """Wait longer with each attempt, 1 s, 2 s, 4 s to a minute, less what `draw` takes off; returns how long."""
        longest = min(FIRST_BACKOFF * 2 ** min(attempt - 1, 10), LONGEST_BACKOFF)
        seconds = longest * (1 - JITTER * self._draw())
        self.pause(seconds, reason)
        return seconds

    def pause(self, seconds: float, reason: str) -> None:
        """Wait, and say for how long and why."""
        seconds = max(seconds, SHORTEST_WAIT)
        self._on_wait(seconds, reason)
        until = self._clock() + seconds
        while seconds > 0 and self._clock() < until:
            self._sleep(min(seconds, SLICE))
            seconds -= SLICE

    @property
    def now(self) -> float:
        """Seconds since 1970."""
        return self._clock()

    @property
    def seconds_per_request(self) -> float | None:
        """How long an answer took on average so far; null before the first."""
        return self._answering / self._answers if self._answers else None

    def _find_wait(self, now: float) -> Wait | None:
        """How long nothing may go, and why; null where a request may go."""
        minute = self._find_full(
            MINUTE * self._quota.scale, self._per_minute, "of this minute's requests is used up", now
        )
        per_hour, window = self._quota.per_hour, self._quota.window
        if minute or window is None:
            plan = "of the plan's requests is used up"
            by_log = self.share * per_hour - 1
            return minute or self._find_full(HOUR, per_hour, plan, now) or self._find_gap(now, HOUR, by_log)
        left = window.ends - now
        # Once a window has ended, the first answer of the next one says how large it is.
        return None if left <= 0 else self._find_wait_in_window(left, now)

    def _find_wait_in_window(self, left: float, now: float) -> Wait | None:
        ours = self.share * self._quota.per_hour - self._quota.count_used()
        if ours < 1:
            return left, "our share of this hour's quota is used up, the rest stays with the customer"
        beyond = self._quota.count_beyond_customer(left)
        if beyond < 1:
            return left, "the customer uses more of this hour's quota than expected, what is left stays with it"
        return self._find_gap(now, left, min(ours, beyond))

    def _find_full(self, seconds: float, quota: int | None, what: str, now: float) -> Wait | None:
        """A wait where our share of a quota went within the last so many seconds."""
        if not quota or not seconds:
            return None
        free_at = self._sent.newest(max(int(self.share * quota), 1)) + seconds
        return (free_at - now, f"our share {what}") if free_at > now else None

    def _find_gap(self, now: float, left: float, budget: float) -> Wait | None:
        """A wait so that the budget lasts for the time that is left."""
        if self.mood == "cutover" or self._quota.count_used() < UNSPREAD * self.share * self._quota.per_hour:
            return None
        gap = self._sent.newest() + left / (budget + 1) - now
        return (gap, SPREADING) if gap > 0 else None
