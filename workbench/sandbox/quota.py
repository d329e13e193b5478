"""The calls an account may make in an hour and in a minute, and how it says so."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from workbench.sandbox.store import Store
from workbench.sandbox.switches import Switches

HOUR = 3600.0
MINUTE = 60.0


class Quota:
    """Counts calls in windows that open with the first call after the last window closed.

    Args:
        per_hour: Calls allowed in an hour of tenant time, until it is set anew.
        per_minute: Calls allowed in a minute of tenant time, 0 for no limit.
        clock: Seconds on the client's clock.
        time_scale: Seconds of tenant time in one second of the client's clock.
        switches: Decide what the headers look like.
    """

    def __init__(
        self,
        store: Store,
        *,
        per_hour: int,
        per_minute: int,
        clock: Callable[[], float],
        time_scale: float,
        switches: Switches,
    ) -> None:
        self._store = store
        self.per_minute = per_minute
        self._clock = clock
        self.time_scale = time_scale
        self._switches = switches
        # An older file has no third item.
        self._hour, self._minute, *rest = store.fact("quota") or [[0.0, 0], [0.0, 0]]
        self._set: int | None = rest[0] if rest else None
        self.per_hour = per_hour if self._set is None else self._set

    @property
    def remaining(self) -> int:
        """Calls left in this hour."""
        return max(self.per_hour - self._used(self._hour, HOUR), 0)

    @property
    def reset(self) -> float:
        """Seconds on the client's clock until the hour ends."""
        return self._left(self._hour, HOUR)

    @property
    def is_minute_full(self) -> bool:
        """Whether the limit of this minute is reached."""
        return bool(self.per_minute) and self._used(self._minute, MINUTE) >= self.per_minute

    @property
    def wait(self) -> float:
        """Seconds on the client's clock until a call that is refused now would be let in."""
        return self._left(self._hour, HOUR) if not self.remaining else self._left(self._minute, MINUTE)

    def spend(self) -> None:
        """Count one call."""
        self._hour = self._count(self._hour, HOUR)
        self._minute = self._count(self._minute, MINUTE)

    def give_back(self) -> None:
        """Uncount the call counted last."""
        self._hour[1] -= 1
        self._minute[1] -= 1

    def set_limit(self, per_hour: int) -> None:
        """Allow so many calls an hour from now on, those of this hour included."""
        self.per_hour = self._set = per_hour

    def leave(self, remaining: int) -> None:
        """Take as used what is over so many calls in this hour, which begins now if none is running."""
        if not self._used(self._hour, HOUR):
            self._hour = [self._clock(), 0]
        self._hour[1] = max(self.per_hour - remaining, 0)

    def keep(self) -> None:
        """Write the windows down, so that a tenant started again does not forget what was used."""
        self._store.set_fact("quota", [self._hour, self._minute, self._set])

    def headers(self) -> dict[str, str]:
        """What every answer says about the quota; nothing where the switch is off."""
        if not self._switches.quota_headers:
            return {}
        return {"x-ratelimit-remaining": str(self.remaining), "x-ratelimit-reset": self._write_reset()}

    def write_retry_after(self, seconds: float, *, form: str) -> str:
        """A `Retry-After` of so many seconds, rounded up: as `seconds`, or as the `date` they end on."""
        if form == "seconds":
            return str(math.ceil(seconds) or 1)
        moment = datetime.fromtimestamp(math.ceil(self._clock() + seconds), UTC)
        return format_datetime(moment, usegmt=True)

    def _write_reset(self) -> str:
        unit, reset = self._switches.reset_unit, self.reset
        if unit == "seconds_left":
            return str(math.ceil(reset)) if self.time_scale == 1 else f"{reset:.3f}"
        end = self._clock() + reset
        if unit == "iso":
            return datetime.fromtimestamp(end, UTC).isoformat(timespec="seconds" if self.time_scale == 1 else "auto")
        return str(math.ceil(end)) if self.time_scale == 1 else f"{end:.3f}"

    def _left(self, window: list[Any], length: float) -> float:
        return max(window[0] + length / self.time_scale - self._clock(), 0.0)

    def _used(self, window: list[Any], length: float) -> int:
        return window[1] if self._clock() < window[0] + length / self.time_scale else 0

    def _count(self, window: list[Any], length: float) -> list[Any]:
        used = self._used(window, length)
        return [window[0] if used else self._clock(), used + 1]
