"""The calls an account may make in an hour."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workbench.sandbox.store import Store

HOUR = 3600.0
MINUTE = 60.0


class Quota:
    """Counts calls in windows that open with the first call after the last window closed.

    Args:
        per_hour: Calls allowed in an hour of tenant time.
        per_minute: Calls allowed in a minute of tenant time, 0 for no limit.
        clock: Seconds on the client's clock.
        time_scale: Seconds of tenant time in one second of the client's clock.
    """

    def __init__(
        self, store: Store, *, per_hour: int, per_minute: int, clock: Callable[[], float], time_scale: float
    ) -> None:
        self._store = store
        self.per_hour = per_hour
        self.per_minute = per_minute
        self._clock = clock
        self.time_scale = time_scale
        self._hour, self._minute = store.fact("quota") or [[0.0, 0], [0.0, 0]]

    @property
    def remaining(self) -> int:
        """Calls left in this hour."""
        return max(self.per_hour - self._used(self._hour, HOUR), 0)

    @property
    def reset(self) -> float:
        """Seconds on the client's clock until the hour ends."""
        left = self._hour[0] + HOUR / self.time_scale - self._clock()
        return max(left, 0.0)

    @property
    def is_minute_full(self) -> bool:
        """Whether the limit of this minute is reached."""
        return bool(self.per_minute) and self._used(self._minute, MINUTE) >= self.per_minute

    def spend(self) -> None:
        """Count one call."""
        self._hour = self._count(self._hour, HOUR)
        self._minute = self._count(self._minute, MINUTE)

    def give_back(self) -> None:
        """Uncount the call counted last."""
        self._hour[1] -= 1

    def keep(self) -> None:
        """Write the windows down, so that a tenant started again does not forget what was used."""
        self._store.set_fact("quota", [self._hour, self._minute])

    def headers(self) -> dict[str, str]:
        """What every answer says about the quota."""
        reset = str(math.ceil(self.reset)) if self.time_scale == 1 else f"{self.reset:.3f}"
        return {"x-ratelimit-remaining": str(self.remaining), "x-ratelimit-reset": reset}

    def _used(self, window: list[Any], length: float) -> int:
        return window[1] if self._clock() < window[0] + length / self.time_scale else 0

    def _count(self, window: list[Any], length: float) -> list[Any]:
        used = self._used(window, length)
        return [window[0] if used else self._clock(), used + 1]
