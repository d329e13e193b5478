"""How often a source lets itself be asked, counted as the source does it: in windows of its own clock."""

from __future__ import annotations

from collections import Counter, deque
from fnmatch import fnmatchcase

from workbench.layout.api import Limit


class Meter:
    """Counts against one limit.

    Attributes:
        over: Requests that came beyond it.
        most: The most requests that ever counted at once.
    """

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.over = 0
        self.most = 0
        self._came: dict[str, deque[float]] = {}
        self._under_way: Counter[str] = Counter()

    def enter(self, method: str, path: str, now: float) -> bool:
        """Count a request that came; whether it is within the limit."""
        if not self.counts(method, path):
            return True
        which = self._name(method, path)
        if self.limit.kind == "concurrent":
            self._under_way[which] += 1
            count = self._under_way[which]
        else:
            came = self._came.setdefault(which, deque())
            while came and came[0] <= now - self.limit.seconds:
                came.popleft()
            came.append(now)
            count = len(came)
        self.most = max(self.most, count)
        self.over += count > self.limit.requests
        return count <= self.limit.requests

    def leave(self, method: str, path: str) -> None:
        """A request was answered."""
        if self.limit.kind == "concurrent" and self.counts(method, path):
            self._under_way[self._name(method, path)] -= 1

    def counts(self, method: str, path: str) -> bool:
        """Whether such a request counts."""
        return self.limit.method in ("", method) and (not self.limit.path or fnmatchcase(path, self.limit.path))

    def describe(self, method: str, path: str, now: float) -> dict[str, str]:
        """The headers that say how much is left."""
        limit, came = self.limit, self._came.get(self._name(method, path), deque())
        said = {limit.remaining: str(max(limit.requests - len(came), 0))} if limit.remaining else {}
        if limit.reset:
            left = max(came[0] + limit.seconds - now, 0.0) if came else 0.0
            said[limit.reset] = str(int(now + left) + 1) if limit.reset_is == "unix" else f"{left:.3f}"
        return said

    def _name(self, method: str, path: str) -> str:
        return f"{method} {path}" if self.limit.is_each else ""
