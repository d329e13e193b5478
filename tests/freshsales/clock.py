"""A clock that only moves when somebody uses time, and an account whose quota runs on it."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil


class Clock:
    """Seconds since 1970; sleeping moves it and takes no time. What is due meanwhile happens at its own moment."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []
        self._due: tuple[float, float, Callable[[], object]] | None = None
        self._once: list[tuple[float, Callable[[], object]]] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.slept.append(seconds)
        self.advance(seconds)

    def every(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something over and over, from now on."""
        self._due = (self.now, seconds, act)

    def at(self, moments: list[float], act: Callable[[], object]) -> None:
        """Do something at each of these moments."""
        self._once = sorted([*self._once, *((moment, act) for moment in moments)], key=lambda due: due[0])

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self._once and self._once[0][0] <= end:
            at, act = self._once.pop(0)
            self.now = max(self.now, at)
            act()
        while self._due and self._due[0] <= end:
            at, step, act = self._due
            self.now = max(self.now, at)
            self._due = (at + step, step, act)
            act()
        self.now = end


class Account:
    """A quota in fixed windows, shared by everybody who calls; says what is left in its headers."""

    def __init__(self, clock: Clock, *, quota: int = 1000, hour: float = 3600.0, reset: str = "seconds") -> None:
        self.clock, self.quota, self.hour, self.reset = clock, quota, hour, reset
        self.start, self.used = clock(), 0
        self.served: list[tuple[float, str]] = []
        self.refused = {"us": 0, "customer": 0}

    def call(self, who: str) -> tuple[int, dict[str, str]]:
        """One call; status and headers."""
        while self.clock() >= self.start + self.hour:
            self.start, self.used = self.start + self.hour, 0
        if self.used >= self.quota:
            self.refused[who] += 1
            return 429, self._headers()
        self.used += 1
        self.served.append((self.clock(), who))
        return 200, self._headers()

    def count(self, who: str, *, since: float, until: float) -> int:
        """Calls served in a span of time."""
        return sum(since <= at < until and caller == who for at, caller in self.served)

    def _headers(self) -> dict[str, str]:
        left = self.start + self.hour - self.clock()
        ends = {
            "seconds": left,
            "whole": ceil(left),
            "epoch": self.clock() + left,
            "milliseconds": (self.clock() + left) * 1000,
        }
        return {"x-ratelimit-remaining": str(self.quota - self.used), "x-ratelimit-reset": f"{ends[self.reset]:.3f}"}
