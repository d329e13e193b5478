"""What is known of an account's hourly quota: the plan's figures at first, then what the answers teach.

The window is read from the answers' headers, see `quota_headers`. Others use the same quota; what they took is what is
missing beside our own requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf

from workbench.freshsales.plans import read_plans
from workbench.freshsales.quota_headers import HOUR, read_quota
from workbench.freshsales.sent import SentLog

MINUTE = 60.0
JUST_BEGUN = 5.0  # seconds; a window that began no longer ago shows how many calls it holds
LATE = 90.0  # seconds after its end in which a used-up hour is found to be over, asked once a minute
SHORTEST_WAIT = 0.001  # less would not move the clock for certain
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


class Quota:
    """The quota of one account, of which a share is ours.

    Args:
        per_hour: Calls of an hour by the plan.
        share: Part of them that is ours.
        sent: Log of our requests.

    Attributes:
        per_hour: As far as it is known by now.
        window: What the last answer said; null where none says anything.
    """

    def __init__(self, per_hour: int, *, share: float, sent: SentLog, clock: Callable[[], float]) -> None:
        self.per_hour = per_hour
        self.window: Window | None = None
        self._share, self._sent, self._clock = share, sent, clock
        self._sent_at = -inf  # when the request went that was answered last
        self._longest = 0.0  # the longest time to reset seen: how long a window is, as far as we know
        self._knows_length = False  # a window was seen from its beginning
        self._doubted = 0  # calls the newest window seemed to hold, where that was fewer than thought
        self._free = 0  # requests of ours in this window that cost nothing

    def note_answer(self, headers: Mapping[str, str], *, sent_at: float, now: float) -> None:
        """Learn from an answer's headers; without the quota's headers, what was known holds to the window's end.

        Args:
            sent_at: When the request that was answered had gone.
        """
        said = read_quota(headers, now=now)
        if said is None:
            if self.window and now >= self.window.ends:
                self.window = None  # the headers have stopped coming
            return
        remaining, seconds = said
        self._sent_at, self._longest = sent_at, max(self._longest, seconds)
        if self.window is None or self._is_next(remaining, seconds):
            self.window = self._open_window(remaining, seconds)
            return
        ends = min(now + seconds, self.window.ends)  # the answer that came fastest knows best
        if now >= ends:
            ends = now + self.scale  # still the same window, so it has not ended: ask once a second
        self._learn_change(remaining - self.window.remaining)
        self.window = replace(self.window, remaining=remaining, read_at=sent_at, ends=ends)

    def learn_from_refusals(self, *, opened: float, reopened: float, refused: int) -> None:
        """Where no header tells: calls taken again an hour after they were last taken again had used an hour up.

        Args:
            opened: When calls were last taken again before, and `reopened` when they are now.
            refused: How many of our calls were refused in between.
        """
        if self.window is None and 0 <= reopened - opened - HOUR <= LATE:
            # The customer's calls were among those that were taken, so it is the next larger quota that any plan has.
            taken = self._sent.count_since(opened) - refused - 1
            known = (plan.requests_per_hour for plan in read_plans().values())
            self.per_hour = min([self.per_hour, *(quota for quota in known if quota >= taken)])

    def count_used(self) -> int:
        """Requests of ours that count against the window, or went within the last hour where there is none."""
        began = self.window.began if self.window else self._clock() - HOUR
        return self._sent.count_since(began) - self._free

    def count_beyond_customer(self, left: float) -> float:
        """What is left for us beside a customer that has used its own share up: it keeps its part of the time left.

        Until then our own share is the only bound, for the two add up to the whole quota.
        """
        used = self.count_used()
        sent_since = max(self._sent.count_since(self.window.read_at) - 1, 0)  # by others on this account
        remaining = self.window.remaining - sent_since
        customers = self.per_hour - self._share * self.per_hour  # a whole number where ours is one
        if self.per_hour - used - remaining <= customers:
            return inf
        return remaining - customers * left / max(self._longest, left, SHORTEST_WAIT)

    @property
    def scale(self) -> float:
        """How long a minute of the tenant's is in ours; a local tenant may let its hours pass faster."""
        return min(max(self._longest, SHORTEST_WAIT) / HOUR, 1.0) if self._knows_length else 1.0

    def _is_next(self, remaining: int, seconds: float) -> bool:
        """Whether an answer is about another window than the last one was."""
        # Calls left rise within a window too, where a plan is raised; but then its end stays where it is.
        is_rise = remaining > self.window.remaining
        return self._sent_at + seconds > self.window.ends + SAME_END * self.scale or (
            is_rise and self._longest < MINUTE
        )

    def _open_window(self, remaining: int, seconds: float) -> Window:
        """A window as its first answer shows it, and what that teaches about the quota."""
        length = self._longest if self.window else max(self._longest, HOUR)
        ends = self._clock() + seconds + SHORTEST_WAIT
        began = min(self._sent_at, ends - length)  # what others on this account sent since is in the log
        seen = remaining + self._sent.count_since(began)
        self._free = 0
        if seen >= self.per_hour:
            self.per_hour, self._knows_length = seen, True
        elif seconds >= length - JUST_BEGUN:
            self._learn_fewer(seen)
        return Window(remaining=remaining, read_at=self._sent_at, began=began, ends=ends)

    def _learn_fewer(self, seen: int) -> None:
        """What it means that a window begins with fewer calls than thought."""
        # The customer may have made so many in its first seconds; but not the same number twice, and not any number.
        could_be_customer = self.per_hour - seen <= (1 - self._share) * self.per_hour and seen != self._doubted
        self._doubted = seen
        if not could_be_customer:
            self.per_hour = seen

    def _learn_change(self, change: int) -> None:
        """What it means how many calls are left now beside the last answer about the same window."""
        seconds = (self._sent_at - self.window.read_at) / self.scale
        others = -change - self._sent.count_since(self.window.read_at) + 1
        if change > 1 or others > MOST_A_SECOND * (1 + seconds):
            self.per_hour += change  # the plan was changed: nobody makes so many calls in that time
        elif change >= 0:
            self._free += 1  # the request that was answered cost nothing
