"""The lines of a text file, taken singly or many at once, and given back where they have to be read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice

LONG = 4_096  # characters of a line that is long; about one such line more than asked for may be taken


class CsvLines:
    """The lines of a file, which remembers those of the record being read so that they can be read again.

    Attributes:
        before: Lines of the file before the record being read.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._taken: list[str] = []
        self._again: deque[str] = deque()
        self.before = 0

    def __iter__(self) -> CsvLines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._taken.append(line)
        return line

    @property
    def number(self) -> int:
        """Line of the file on which the record being read begins, counted from 1."""
        return self.before + 1

    @property
    def place(self) -> int:
        """Lines of the file that are read, the record being read included."""
        return self.before + len(self._taken)

    def begin_record(self) -> None:
        """Forget the record before."""
        self.before += len(self._taken)
        self._taken.clear()

    def give_back(self) -> None:
        """Let all lines of the record but its first be read again."""
        self._again.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]

    def take(self, size: int) -> list[str]:
        """The next lines as they stand, of about so many characters; none at the end."""
        lines: list[str] = []
        at_once = max(1, size // LONG)
        while size > 0 and (more := self.take_count(at_once)):
            lines += more
            size -= sum(map(len, more))
        return lines

    def take_count(self, count: int) -> list[str]:
        """The next lines as they stand, fewer at the end."""
        again = [self._again.popleft() for _ in range(min(count, len(self._again)))]
        lines = again + list(islice(self._lines, count - len(again)))
        self.before += len(lines)
        return lines

    def put_back(self, lines: list[str]) -> None:
        """Undo `take` of these lines."""
        self._again.extendleft(reversed(lines))
        self.before -= len(lines)
