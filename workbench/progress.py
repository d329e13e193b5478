"""How far a piece of work is, as one line that follows it: in a notebook, and on a terminal."""

from __future__ import annotations

import html
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TextIO
from uuid import uuid4

MARKER = "workbench_progress"  # output metadata in which the runner finds the line
MIN_SECONDS = 0.2  # between two updates; a browser repaints no more often than a reader can follow
LOG_SECONDS = 60.0  # between two lines about the same work where lines stay, as in a log
IN_MINUTES = 120.0  # seconds; the end of a longer wait is named without them
_IS_DONE = re.compile(r": ([\d,]+) of \1$")

Show = Callable[[str, bool], None]


class Progress:
    """One line about one piece of work, updated in place at most five times a second.

    The first line and every line that says the work is done are always shown.

    Args:
        show: Takes the line and whether it is the first.
        clock: Seconds that only ever grow.
    """

    def __init__(self, show: Show, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._show = show
        self._clock = clock
        self._shown_at: float | None = None
        self._work = ""  # the newest line about the work itself

    def report(self, text: str, *, done: int = 0, total: int | None = None) -> None:
        """Say that `done` of `total` records are through; `text` names the work, or says it all without a total."""
        is_first = self._shown_at is None
        if is_first or total is None or done >= total or self._clock() - self._shown_at >= MIN_SECONDS:
            self._shown_at = self._clock()
            self._work = text if total is None else f"{text}: {done:,} of {total:,}"
            self._show(self._work, is_first)

    def report_wait(self, reason: str, *, until: datetime, seconds: float) -> None:
        """Say when the next request goes and why not before; the work stays in sight behind it."""
        at = until.strftime("%H:%M" if seconds >= IN_MINUTES else "%H:%M:%S")
        behind = f" ({self._work})" if self._work else ""
        self._show(f"next request at {at}: {reason}; it goes on by itself{behind}", self._shown_at is None)
        self._shown_at = self._clock()


class LineWriter:
    """Writes lines of progress: in place on a terminal, and few of them where every line stays.

    There, a line is written when it is about something else than the one before, when a minute has passed, and when
    the work is done.

    Args:
        stream: Null for whatever standard error is at that moment.
    """

    def __init__(self, stream: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._about: str | None = None
        self._written_at = 0.0

    def __call__(self, line: str) -> None:
        """Show a line in the place of the one before."""
        about = line.partition(":")[0]
        is_news = about != self._about or _IS_DONE.search(line) or self._clock() - self._written_at >= LOG_SECONDS
        stream = self._stream or sys.stderr
        if stream.isatty():
            before = "" if self._about is None else "\x1b[1A\x1b[2K"
        elif is_news:
            before = ""
        else:
            return
        self._about, self._written_at = about, self._clock()
        print(f"{before}{line}", file=stream, flush=True)


def report_progress(text: str, *, done: int = 0, total: int | None = None) -> None:
    """Show how far the work is: one output per notebook cell, or a line on stderr outside of a notebook."""
    _find_progress().report(text, done=done, total=total)


def report_wait(reason: str, *, seconds: float) -> None:
    """Show that nothing happens for so long, why, and when it goes on, in the place of the line of progress."""
    until = datetime.fromtimestamp(time.time() + seconds).astimezone()
    _find_progress().report_wait(reason, until=until, seconds=seconds)


_current: Progress | None = None
_place: tuple[int, int] | None = None


def _find_progress() -> Progress:
    global _current, _place
    shell = _find_shell()
    place = shell and (id(shell), shell.execution_count)
    if _current is None or place != _place:
        _current, _place = Progress(_show_in_notebook() if shell else _show_on_stderr()), place
    return _current


def _find_shell() -> Any:
    """The notebook's shell; null outside of a kernel. IPython is never imported for it."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    return shell if hasattr(shell, "kernel") else None


def _show_in_notebook() -> Show:
    from IPython.display import publish_display_data

    display_id = uuid4().hex

    def show(line: str, is_first: bool) -> None:
        publish_display_data(
            {"text/html": f'<p class="progress">{html.escape(line)}</p>', "text/plain": line},
            metadata={MARKER: line},
            transient={"display_id": display_id},
            update=not is_first,
        )

    return show


def _show_on_stderr() -> Show:
    write = LineWriter()
    return lambda line, is_first: write(line)
