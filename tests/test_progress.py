"""Progress: one line, updated no faster than it can be read, and no notebook needed."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import datetime

from workbench.progress import LineWriter, Progress, report_progress, report_wait


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


def test_a_wait_names_the_time_of_the_next_request_and_keeps_the_work_in_sight():
    """When, why, that nobody has to do anything, and how far the work is."""
    shown = []
    progress = Progress(lambda line, is_first: shown.append(line), clock=Clock())

    progress.report("contacts", done=7, total=20)
    progress.report_wait("our share of this hour is used up", until=datetime(2026, 1, 1, 14, 5), seconds=1200)
    progress.report_wait("the tenant asked to wait", until=datetime(2026, 1, 1, 14, 5, 30), seconds=30)

    assert shown[1:] == [
        "next request at 14:05: our share of this hour is used up; it goes on by itself (contacts: 7 of 20)",
        "next request at 14:05:30: the tenant asked to wait; it goes on by itself (contacts: 7 of 20)",
    ]


def test_a_wait_is_said_without_work_before_it(capsys):
    """A stage that begins inside a used-up hour says so too."""
    report_wait("the hour's quota is used up", seconds=600)

    assert re.search(r"next request at \d\d:\d\d: the hour's quota is used up", capsys.readouterr().err)


def test_a_log_gets_few_lines():
    """Of an hour with five updates a second and one wait, a line a minute, the wait, and the ends of the work."""
    clock, log = Clock(), io.StringIO()
    write = LineWriter(log, clock=clock)
    for second in range(3600):
        clock.seconds = second
        for _ in range(5):
            write(f"contacts: {second + 1:,} of 3,600")
    write("next request at 14:05: the hour's quota is used up; it goes on by itself (contacts: 3,600 of 3,600)")
    write("notes: 1 of 9")

    lines = log.getvalue().splitlines()
    assert len(lines) <= 60 + 5 + 2
    assert lines[0] == "contacts: 1 of 3,600" and lines[-3] == "contacts: 3,600 of 3,600"
    assert lines[-2].startswith("next request at 14:05") and lines[-1] == "notes: 1 of 9"
    assert "\x1b" not in log.getvalue()


def test_a_terminal_gets_one_line_in_place():
    """Every update takes the place of the one before."""
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    write = LineWriter(terminal, clock=Clock())
    for done in range(3):
        write(f"contacts: {done} of 3")

    assert terminal.getvalue() == "contacts: 0 of 3\n\x1b[1A\x1b[2Kcontacts: 1 of 3\n\x1b[1A\x1b[2Kcontacts: 2 of 3\n"
