"""When the next request may go to a source, by the limits its layout declares.

A window's request counts from when it was sent until the window's length after it was answered: wherever in between
the source counted it, and wherever its own window begins, there are never more of them in one. What was sent is kept
in a file, so that a process that begins anew knows what the one before it used up.

pyrate-limiter was considered and left out: its buckets count a request when it is let through, which is one too early
at the edge of a window by the time the request travels, and it knows neither requests at the same time nor what the
answers say of the limit.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import floor
from pathlib import Path
from typing import TypeVar

from workbench.layout.api import Limit
from workbench.sources.api.sent import Sent, SentLog

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds after a refusal that names no time
SLICE = 60.0  # of a long wait: a machine that slept meanwhile finds that the time has come

Taken = TypeVar("Taken")


@dataclass(slots=True, eq=False)
class Count:
    """What counts against one limit."""

    limit: Limit
    most: int
    sent: deque[Sent] = field(default_factory=deque)

    def find_wait(self, method: str, path: str, now: float) -> float | None:
        """Seconds until one more may go; 0 at once, null when an answer has to come first."""
        if not _is_counted(self.limit, method, path):
            return 0.0
        self._forget(now)
        held = [sent for sent in self.sent if not self.limit.is_each or (sent.method, sent.path) == (method, path)]
        if len(held) < self.most:
            return 0.0
        ended = [sent.answered for sent in held if sent.answered is not None]
        if self.limit.kind == "concurrent" or len(ended) <= len(held) - self.most:
            return None
        return max(sorted(ended)[len(held) - self.most] + self.limit.seconds - now, 0.001)

    def add(self, sent: Sent) -> None:
        """Count a request."""
        if _is_counted(self.limit, sent.method, sent.path):
            self.sent.append(sent)

    def _forget(self, now: float) -> None:
        kept = 0.0 if self.limit.kind == "concurrent" else self.limit.seconds
        if self.sent and any(sent.answered is not None and sent.answered + kept <= now for sent in self.sent):
            alive = (sent for sent in self.sent if sent.answered is None or sent.answered + kept > now)
            self.sent = deque(alive)


class Limiter:
    """Holds requests back until they may go; threads may share it.

    Args:
        share: Part of each limit that is used; of one there is always one.
        log: File of what was sent, shared by all processes one after the other; null for none.
        clock: Seconds since 1970.
        on_wait: Told the seconds and the reason before each wait.
    """

    def __init__(
        self,
        limits: tuple[Limit, ...],
        *,
        share: float = 0.9,
        log: Path | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        on_wait: Callable[[float, str], None] | None = None,
    ) -> None:
        self._counts = [Count(limit, max(1, floor(limit.requests * share))) for limit in limits]
        self._clock, self._sleep, self._on_wait = clock, sleep, on_wait or (lambda seconds, reason: None)
        self._changed = threading.Condition()
        self._closed_until = 0.0
        self._refused = 0
        self._log = SentLog(log, keep=self.longest) if log else None
        for sent in self._log.read(clock()) if self._log else ():
            self._count(sent)

    @property
    def longest(self) -> float:
        """Seconds of the longest window."""
        return max((count.limit.seconds for count in self._counts), default=0.0)

    def count_at_once(self, method: str, path: str) -> int:
        """How many such requests may be under way at the same time; one where no limit speaks of it."""
        counts = [count for count in self._counts if count.limit.kind == "concurrent"]
        return min((count.most for count in counts if _is_counted(count.limit, method, path)), default=1)

    @property
    def ends_token(self) -> bool:
        """Whether going beyond a limit costs the token."""
        return any(count.limit.ends_token for count in self._counts)

    @contextmanager
    def turn(self, method: str, path: str) -> Iterator[None]:
        """Wait until the request may go; for as long as the block lasts it is under way."""
        sent = self._enter(method, path)
        try:
            yield
        finally:
            with self._changed:
                sent.answered = self._clock()
                if self._log:
                    self._log.note_answered(sent)
                self._changed.notify_all()

    def note_answer(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer that the limit is used up, where the source says so before it refuses."""
        self._refused = 0
        for count in self._counts:
            left = _read_number(headers.get(count.limit.remaining)) if count.limit.remaining else None
            if left is not None and left <= 0:
                self._close(self._read_reset(headers) or 0.0)

    def note_refusal(self, headers: Mapping[str, str]) -> int:
        """Wait after a refusal for as long as it asks, else longer each time; gives the refusals in a row."""
        self._refused += 1
        asked = _read_number(headers.get("retry-after")) or self._read_reset(headers)
        self._close(asked or min(FIRST_WAIT * 2 ** (self._refused - 1), LONGEST_WAIT))
        return self._refused

    def wait_window(self, reason: str) -> None:
        """Let the longest window pass without a request."""
        self.pause(self.longest, reason)

    def pause(self, seconds: float, reason: str) -> None:
        """Wait without sending anything."""
        ends = self._clock() + seconds
        if seconds > 0:
            self._on_wait(seconds, reason)
        while (left := ends - self._clock()) > 0:
            self._sleep(min(left, SLICE))

    def wait_turn(self, method: str, path: str) -> None:
        """Wait until the request could go, without taking the turn."""
        self._wait(method, path, lambda now: None)

    def _enter(self, method: str, path: str) -> Sent:
        return self._wait(method, path, lambda now: self._begin(method, path, now))

    def _wait(self, method: str, path: str, then: Callable[[float], Taken]) -> Taken:
        """What is done in the instant in which the request may go."""
        while True:
            with self._changed:
                now = self._clock()
                waits = [count.find_wait(method, path, now) for count in self._counts]
                if None in waits:
                    self._changed.wait()
                    continue
                wait = max([*waits, self._closed_until - now])
                if wait <= 0:
                    return then(now)
            self.pause(wait, "the source allows so many requests")

    def _begin(self, method: str, path: str, now: float) -> Sent:
        sent = Sent(method, path)
        if self._log:
            self._log.note_sent(sent, now)
        self._count(sent)
        return sent

    def _count(self, sent: Sent) -> None:
        for count in self._counts:
            count.add(sent)

    def _close(self, seconds: float) -> None:
        with self._changed:
            self._closed_until = max(self._closed_until, self._clock() + seconds)

    def _read_reset(self, headers: Mapping[str, str]) -> float | None:
        for limit in (count.limit for count in self._counts if count.limit.reset):
            said = _read_number(headers.get(limit.reset))
            if said is not None:
                # A moment counts in whole seconds, and the source's clock is not ours.
                return max(said - self._clock(), 0.0) + 1.0 if limit.reset_is == "unix" else said
        return None


def _is_counted(limit: Limit, method: str, path: str) -> bool:
    return limit.method in ("", method) and (not limit.path or fnmatchcase(path, limit.path))


def _read_number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:  # a date, or nothing a limit could be
        return None
