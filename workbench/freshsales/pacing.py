"""When the next request may go: the tenant's hourly quota, shared with the customer's own integrations.

Three bounds hold at once. Of every window of quota we send at most our share, so that the rest is there whenever the
customer wants it. A customer that took more than its share keeps its part of the time that is left, so that a busy one
is not refused because of us. And no minute takes more than our share of the minute's limit.

The window is read from the answers, see `quota_headers`. Where a tenant says nothing about its quota, the plan's
figures stand in for it. Our own requests are counted from a log (`sent`), which processes on one account share. It is
kept here rather than in pyrate-limiter, whose buckets run on a clock of their own and know nothing of headers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Literal

from workbench.freshsales.plans import PlanLimits, read_plans
from workbench.freshsales.quota_headers import HOUR, read_quota, read_retry_after
from workbench.freshsales.sent import OwnLog, SentLog

Mood = Literal["polite", "cutover"]
Wait = tuple[float, str]  # seconds, and why
MINUTE = 60.0
# In polite mood the first tenth of our share goes unspread, so that a short stage does not crawl.
UNSPREAD = 0.1
SPREADING = "requests are spread over the hour"
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 60.0
JUST_BEGUN = 5.0  # seconds; a window that began no longer ago shows how many calls it holds
SHORTEST_WAIT = 0.001  # less would not move the clock for certain
SLICE = 60.0  # of a long wait: a machine that slept meanwhile finds that the time has come
MOST_A_SECOND = 100  # calls of others; a client with eight connections comes to about that
SAME_END = 2.0  # seconds by which two answers about one window may disagree, for some count in whole seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the last answer said about the quota, on our clock.

    Attributes:
        remaining: Calls left.
        read_at: When the request that was answered had gone.
        began: From when on our requests count against this window.
    """

    remaining: int
    read_at: float
    began: float
    ends: float


class Pacer:
    """Holds requests back until they may go. It expects one request at a time.

    Args:
        share: Part of the quota we may use, above 0 and at most 1; the rest stays with the customer.
        plan: The figures to go by until, or unless, the tenant's headers show its own; null takes Growth's.
        mood: `polite` spreads requests over the window, `cutover` sends while there is budget and then waits.
        clock: Seconds since 1970.
        on_wait: Told the seconds and the reason before each wait.
        sent: Log of our requests; null keeps one for this process alone.
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
    ) -> None:
        plan = plan or read_plans()["growth"]
        self.share = share
        self.mood = mood
        self._quota, self._per_minute = plan.requests_per_hour, plan.requests_per_minute
        self._clock, self._sleep, self._on_wait = clock, sleep, on_wait or (lambda seconds, reason: None)
        self._sent = sent or OwnLog()
        self._window: Window | None = None
        self._longest = 0.0  # the longest time to reset seen: how long a window is, as far as we know
        self._knows_length = False  # a window was seen from its beginning
        self._doubted = 0  # calls the newest window seemed to hold, where that was fewer than thought
        self._free = 0  # requests of ours in this window that cost nothing
        self._sent_at = -inf  # when the last of this process went
        self._answers, self._answering = 0, 0.0
        self._refused = 0  # refusals in a row

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
        """Learn from an answer's headers; without the quota's headers, what was known holds to the window's end."""
        now = self._clock()
        self._answers, self._answering = self._answers + 1, self._answering + max(now - self._sent_at, 0.0)
        said = read_quota(headers, now=now)
        if said is None:
            if self._window and now >= self._window.ends:
                self._window = None  # the headers have stopped coming
            return
        remaining, seconds = said
        self._longest = max(self._longest, seconds)
        if self._window is None or self._is_next(remaining, seconds):
            self._window = self._open_window(remaining, seconds)
            return
        ends = min(now + seconds, self._window.ends)  # the answer that came fastest knows best
        if now >= ends:
            ends = now + self._scale  # still the same window, so it has not ended: ask once a second
        self._learn_change(remaining - self._window.remaining)
        self._window = replace(self._window, remaining=remaining, read_at=self._sent_at, ends=ends)

    def note_success(self) -> None:
        """Forget the refusals before: the next one starts with a short wait again."""
        self._refused = 0

    def wait_out(self, headers: Mapping[str, str]) -> None:
        """Wait as long as a refusal asks for: `Retry-After`, else the end of a used-up window, else ever longer."""
        self._refused += 1
        asked = read_retry_after(headers, now=self._clock())
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
        until = self._clock() + seconds
        while seconds > 0 and self._clock() < until:
            self._sleep(min(seconds, SLICE))
            seconds -= SLICE

    @property
    def seconds_per_request(self) -> float | None:
        """How long an answer took on average so far; null before the first."""
        return self._answering / self._answers if self._answers else None

    def _find_wait(self, now: float) -> Wait | None:
        """How long nothing may go, and why; null where a request may go."""
        minute = self._find_full(MINUTE * self._scale, self._per_minute, "of this minute's requests is used up", now)
        if minute or self._window is None:
            plan = "of the plan's requests is used up"
            return minute or self._find_full(HOUR, self._quota, plan, now) or self._find_gap(now, HOUR, self._by_log())
        left = self._window.ends - now
        # Once a window has ended, the first answer of the next one says how large it is.
        return None if left <= 0 else self._find_wait_in_window(left, now)

    def _find_wait_in_window(self, left: float, now: float) -> Wait | None:
        ours = self.share * self._quota - self._count_used()
        if ours < 1:
            return left, "our share of this hour's quota is used up, the rest stays with the customer"
        beyond = self._count_beyond_customer(left)
        if beyond < 1:
            return left, "the customer uses more of this hour's quota than expected, what is left stays with it"
        return self._find_gap(now, left, min(ours, beyond))

    def _count_beyond_customer(self, left: float) -> float:
        """What is left for us beside a customer that has used its own share up: it keeps its part of the time left.

        Until then our own share is the only bound, for the two add up to the whole quota.
        """
        used = self._count_used()
        sent_since = max(self._sent.count_since(self._window.read_at) - 1, 0)  # by others on this account
        remaining = self._window.remaining - sent_since
        customers = (1 - self.share) * self._quota
        if self._quota - used - remaining <= customers:
            return inf
        return remaining - customers * left / max(self._longest, left, SHORTEST_WAIT)

    def _find_full(self, seconds: float, quota: int | None, what: str, now: float) -> Wait | None:
        """A wait where our share of a quota went within the last so many seconds."""
        if not quota or not seconds:
            return None
        free_at = self._sent.newest(max(int(self.share * quota), 1)) + seconds
        return (free_at - now, f"our share {what}") if free_at > now else None

    def _find_gap(self, now: float, left: float, budget: float) -> Wait | None:
        """A wait so that the budget lasts for the time that is left."""
        if self.mood == "cutover" or self._count_used() < UNSPREAD * self.share * self._quota:
            return None
        gap = self._sent.newest() + left / (budget + 1) - now
        return (gap, SPREADING) if gap > 0 else None

    def _count_used(self) -> int:
        began = self._window.began if self._window else self._clock() - HOUR
        return self._sent.count_since(began) - self._free

    def _by_log(self) -> float:
        return self.share * self._quota - 1

    @property
    def _scale(self) -> float:
        """How long a minute of the tenant's is in ours; a local tenant may let its hours pass faster."""
        return min(max(self._longest, SHORTEST_WAIT) / HOUR, 1.0) if self._knows_length else 1.0

    def _is_next(self, remaining: int, seconds: float) -> bool:
        """Whether an answer is about another window than the last one was."""
        # Calls left rise within a window too, where a plan is raised; but then its end stays where it is.
        is_rise = remaining > self._window.remaining
        return self._sent_at + seconds > self._window.ends + SAME_END * self._scale or (
            is_rise and self._longest < MINUTE
        )

    def _open_window(self, remaining: int, seconds: float) -> Window:
        """A window as its first answer shows it, and what that teaches about the quota."""
        length = self._longest if self._window else max(self._longest, HOUR)
        ends = self._clock() + seconds + SHORTEST_WAIT
        began = min(self._sent_at, ends - length)  # what others on this account sent since is in the log
        seen = remaining + self._sent.count_since(began)
        self._free = 0
        if seen >= self._quota:
            self._quota, self._knows_length = seen, True
        elif seconds >= length - JUST_BEGUN:
            self._learn_fewer(seen)
        return Window(remaining=remaining, read_at=self._sent_at, began=began, ends=ends)

    def _learn_fewer(self, seen: int) -> None:
        """What it means that a window begins with fewer calls than thought."""
        # The customer may have made so many in its first seconds; but not the same number twice, and not any number.
        could_be_customer = self._quota - seen <= (1 - self.share) * self._quota and seen != self._doubted
        self._doubted = seen
        if not could_be_customer:
            self._quota = seen

    def _learn_change(self, change: int) -> None:
        """What it means how many calls are left now beside the last answer about the same window."""
        seconds = (self._sent_at - self._window.read_at) / self._scale
        others = -change - self._sent.count_since(self._window.read_at) + 1
        if change > 1 or others > MOST_A_SECOND * (1 + seconds):
            self._quota += change  # the plan was changed: nobody makes so many calls in that time
        elif change >= 0:
            self._free += 1  # the request that was answered cost nothing
