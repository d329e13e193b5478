"""Progress: one line, updated no faster than it can be read, and no notebook needed."""

from __future__ import annotations

import subprocess
import sys

from workbench.progress import Progress, report_progress


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def test_updates_are_at_most_five_a_second():
    """Of a thousand reports in one second, the first, one each fifth of it, and the last are shown."""
    clock, shown = Clock(), []
    progress = Progress(lambda line, is_first: shown.append((line, is_first)), clock=clock)

    for done in range(1001):
        clock.seconds = done / 1000
        progress.report("contacts", done=done, total=1000)

    assert shown[0] == ("contacts: 0 of 1,000", True)
    assert shown[-1] == ("contacts: 1,000 of 1,000", False)
    assert [is_first for _, is_first in shown].count(True) == 1
    assert len(shown) == 6


def test_the_end_is_always_shown():
    """Work that is done within a moment still says so, and so does work of nothing."""
    shown = []
    progress = Progress(lambda line, is_first: shown.append(line), clock=Clock())

    progress.report("notes", done=0, total=2)
    progress.report("notes", done=1, total=2)
    progress.report("notes", done=2, total=2)
    progress.report("tasks", done=0, total=0)

    assert shown == ["notes: 0 of 2", "notes: 2 of 2", "tasks: 0 of 0"]


def test_outside_of_a_notebook_it_goes_to_stderr(capsys):
    """Standard output stays free for results; no control characters where nobody looks."""
    report_progress("contacts", done=5, total=5)

    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "contacts: 5 of 5\n")


def test_ipython_is_not_loaded_for_it():
    """A command that only reports progress does not pay for a notebook's machinery."""
    code = (
        "import sys, workbench.progress as p; p.report_progress('x', done=1, total=1); print('IPython' in sys.modules)"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert (run.stdout, run.stderr) == ("False\n", "x: 1 of 1\n")


def test_a_wait_is_said_without_a_count(capsys):
    """What has no number of records, such as waiting for quota, is one sentence."""
    report_progress("waiting for quota; the next request goes in 59 min")

    assert capsys.readouterr().err.endswith("waiting for quota; the next request goes in 59 min\n")
