"""Limits as sources have them: windows, requests at the same time, and what answers say."""

from __future__ import annotations

import random
from collections import deque

import pytest

from tests.sources.api.world import START, Clock
from workbench.layout.api import Limit
from workbench.sources.api.limiter import Limiter

WINDOW = Limit(requests=10, seconds=60.0)


def make_limiter(*limits, **settings):
    clock = Clock()
    return Limiter(limits, clock=clock, sleep=clock.sleep, **{"share": 1.0} | settings), clock


def send(limiter, clock, *, takes=0.5, method="GET", path="a"):
    """Send a request that is answered after so long; gives the moments between which the source counts it."""
    with limiter.turn(method, path):
        began = clock.now
        clock.now += takes
    return began, clock.now


def most_in(moments, seconds):
    """The most moments that lie in any stretch of so many seconds."""
    held, most = deque(), 0
    for moment in sorted(moments):
        held.append(moment)
        while held[0] <= moment - seconds:
            held.popleft()
        most = max(most, len(held))
    return most


@pytest.mark.parametrize("seed", range(5))
def test_no_window_holds_more_wherever_the_source_counts(seed):
    """The source may count a request at any moment between its sending and its answer."""
    dice = random.Random(seed)
    limiter, clock = make_limiter(WINDOW)
    counted = []
    for _ in range(200):
        began, ended = send(limiter, clock, takes=dice.uniform(0, 9))
        counted.append(dice.choice([began, ended, dice.uniform(began, ended)]))
        clock.now += dice.choice([0, 0, 0, dice.uniform(0, 30)])

    assert most_in(counted, 60.0) == 10
    assert clock.now - START < 200 / 10 * 60 + 200 * 15


def test_a_share_is_left_to_the_customer():
    """Nine of ten, and of one there is always one."""
    limiter, clock = make_limiter(WINDOW, share=0.9)
    began = [send(limiter, clock, takes=0)[0] for _ in range(10)]
    assert [round(moment - START) for moment in began] == [0] * 9 + [60]

    limiter, clock = make_limiter(Limit(requests=1, seconds=5.0), share=0.5)
    assert send(limiter, clock)[0] == START


def test_all_limits_hold_at_once():
    """Two a second and five a minute: the sixth waits for the minute."""
    limiter, clock = make_limiter(Limit(requests=2, seconds=1.0), Limit(requests=5, seconds=60.0))

    began = [round(send(limiter, clock, takes=0)[0] - START) for _ in range(6)]

    assert began == [0, 0, 1, 1, 2, 60]


def test_a_limit_of_one_path_leaves_the_others_alone():
    """Searches wait for their own limit, lists do not."""
    limiter, clock = make_limiter(Limit(requests=1, seconds=60.0, method="POST", path="*/search"))
    send(limiter, clock, method="POST", path="a/search", takes=0)

    assert send(limiter, clock, path="a/search", takes=0)[0] == START
    assert send(limiter, clock, method="POST", path="a", takes=0)[0] == START
    assert send(limiter, clock, method="POST", path="b/search", takes=0)[0] == START + 60


def test_what_was_sent_is_known_to_the_next_process(tmp_path):
    """A request without an answer, of a process that was killed, counts from when it is found; half a line is none."""
    log = tmp_path / "log"
    limiter, clock = make_limiter(WINDOW, log=log)
    for _ in range(8):
        send(limiter, clock, takes=0)
    limiter._enter("GET", "killed")
    log.write_text(log.read_text() + "+ 10 GE")

    clock.now += 30
    again = Limiter((WINDOW,), share=1.0, log=log, clock=clock, sleep=clock.sleep)
    began = [round(send(again, clock, takes=0)[0] - START) for _ in range(11)]

    assert began == [30] + [60] * 8 + [90, 90]


def test_a_machine_that_slept_finds_that_the_time_has_come():
    """A long wait is slept in pieces, each of which looks at the clock."""
    limiter, clock = make_limiter(Limit(requests=1, seconds=3600.0))
    send(limiter, clock, takes=0)
    sleeps = []

    def oversleep(seconds):
        sleeps.append(seconds)
        clock.now += 2_000

    limiter._sleep = oversleep
    send(limiter, clock, takes=0)

    assert sleeps == [60.0, 60.0]


@pytest.mark.parametrize(
    ("limit", "headers", "waited"),
    [
        (WINDOW, {"retry-after": "7"}, 7),
        (WINDOW, {}, 1),
        (WINDOW, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 1),
        (Limit(requests=9, seconds=9.0, reset="x-reset"), {"x-reset": "12"}, 12),
        (Limit(requests=9, seconds=9.0, reset="x-reset", reset_is="unix"), {"x-reset": str(int(START) + 20)}, 21),
    ],
)
def test_a_refusal_is_waited_out_for_as_long_as_it_says(limit, headers, waited):
    """Seconds, a moment, or nothing at all."""
    limiter, clock = make_limiter(limit)
    limiter.note_refusal(headers)

    assert send(limiter, clock)[0] - START == waited


def test_refusals_that_say_nothing_are_waited_out_longer_each_time():
    """Up to a minute; an answer in between begins anew."""
    limiter, clock = make_limiter(Limit(requests=1000, seconds=1.0))
    waited = []
    for _ in range(8):
        limiter.note_refusal({})
        before = clock.now
        waited.append(send(limiter, clock, takes=0)[0] - before)
    limiter.note_answer({})
    limiter.note_refusal({})

    assert waited == [1, 2, 4, 8, 16, 32, 60, 60]
    assert send(limiter, clock)[0] - clock.now == -0.5 and clock.slept[-1] == 1.0


def test_a_source_that_says_nothing_is_left_is_not_asked():
    """The answer before the refusal says it already."""
    limiter, clock = make_limiter(Limit(requests=100, seconds=60.0, remaining="x-left", reset="x-reset"))
    limiter.note_answer({"x-left": "1", "x-reset": "30"})
    assert send(limiter, clock, takes=0)[0] == START

    limiter.note_answer({"x-left": "0", "x-reset": "30"})

    assert send(limiter, clock)[0] == START + 30
