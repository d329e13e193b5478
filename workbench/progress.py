"""How far a piece of work is, as one line that follows it: in a notebook, and on a terminal."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

MARKER = "workbench_progress"  # output metadata in which the runner finds the line
MIN_SECONDS = 0.2  # between two updates; a browser repaints no more often than a reader can follow

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

    def report(self, text: str, *, done: int = 0, total: int | None = None) -> None:
        """Say that `done` of `total` records are through; `text` names the work, or says it all without a total."""
        is_first = self._shown_at is None
        if is_first or total is None or done >= total or self._clock() - self._shown_at >= MIN_SECONDS:
            self._shown_at = self._clock()
            self._show(text if total is None else f"{text}: {done:,} of {total:,}", is_first)


def report_progress(text: str, *, done: int = 0, total: int | None = None) -> None:
    """Show how far the work is: one output per notebook cell, or a line on stderr outside of a notebook."""
    global _current, _place
    shell = _find_shell()
    place = shell and (id(shell), shell.execution_count)
    if _current is None or place != _place:
        _current, _place = Progress(_show_in_notebook() if shell else _show_on_stderr), place
    _current.report(text, done=done, total=total)


_current: Progress | None = None
_place: tuple[int, int] | None = None


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


def _show_on_stderr(line: str, is_first: bool) -> None:
    """Rewrite the line on a terminal; elsewhere, such as in a log, only every line as it comes."""
    before = "" if is_first or not sys.stderr.isatty() else "\x1b[1A\x1b[2K"
    print(f"{before}{line}", file=sys.stderr, flush=True)
