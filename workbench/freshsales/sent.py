"""When requests of ours went: kept in memory for one process, or in a small file that all on one account share.

A shared log is a SQLite file without a journal to flush: losing its last lines with the machine costs a few requests
of the customer's share once, and flushing would cost every request a disk write.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left, insort
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from math import inf
from pathlib import Path
from typing import Protocol

KEPT = 3700.0  # seconds; nobody asks for more than an hour
PATIENCE = 30.0  # seconds to wait for another process that is at it


class SentLog(Protocol):
    """The moments at which requests went, in seconds since 1970."""

    def turn(self) -> AbstractContextManager[None]:
        """Hold the others back, so that what was read still holds when something is added."""

    def add(self, at: float) -> None:
        """Note a request."""

    def count_since(self, moment: float) -> int:
        """How many went at that moment or after."""

    def newest(self, number: int = 1) -> float:
        """When the newest went, or the one that is so many from the end; minus infinity where there are fewer."""


class OwnLog:
    """The requests of this process alone."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def turn(self) -> AbstractContextManager[None]:
        return nullcontext()

    def add(self, at: float) -> None:
        insort(self._times, at)  # a clock can be set back
        del self._times[: bisect_left(self._times, at - KEPT)]

    def count_since(self, moment: float) -> int:
        return len(self._times) - bisect_left(self._times, moment)

    def newest(self, number: int = 1) -> float:
        return self._times[-number] if len(self._times) >= number else -inf


class SharedLog:
    """The requests of every process on one account, in a file that any of them may be first to make.

    Args:
        path: One file an account.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE IF NOT EXISTS sent (at REAL NOT NULL)")
        self._database.execute("CREATE INDEX IF NOT EXISTS by_time ON sent (at)")

    @contextmanager
    def turn(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._database.execute("COMMIT")

    def add(self, at: float) -> None:
        self._database.execute("DELETE FROM sent WHERE at < ?", (at - KEPT,))
        self._database.execute("INSERT INTO sent VALUES (?)", (at,))

    def count_since(self, moment: float) -> int:
        return self._database.execute("SELECT count(*) FROM sent WHERE at >= ?", (moment,)).fetchone()[0]

    def newest(self, number: int = 1) -> float:
        query = "SELECT at FROM sent ORDER BY at DESC LIMIT 1 OFFSET ?"
        found = self._database.execute(query, (number - 1,)).fetchone()
        return found[0] if found else -inf

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
