"""Pacing against an account whose quota runs on a simulated clock."""

from __future__ import annotations

import pytest

from tests.freshsales.clock import Account, Clock
from workbench.freshsales.pacing import Pacer
from workbench.freshsales.plans import read_plans

GROWTH = read_plans()["growth"]
MOODS = ["polite", "cutover"]


def make_pacer(clock: Clock, *, share: float = 0.8, **options) -> Pacer:
    return Pacer(share, clock=clock, sleep=clock.sleep, **({"plan": GROWTH} | options))


def send(pacer: Pacer, account: Account, *, takes: float = 0.1) -> int:
    """One request of ours, as the client sends it."""
    pacer.wait_turn()
    status, headers = account.call("us")
    account.clock.advance(takes)
    pacer.note_answer(headers)
    if status == 429:
        pacer.wait_out(headers)
    return status


def send_for(pacer: Pacer, account: Account, seconds: float) -> int:
    """Requests of ours that were served within that time."""
    start = account.clock()
    while account.clock() < start + seconds:
        send(pacer, account)
    return account.count("us", since=start, until=start + seconds)


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("reset", ["seconds", "epoch", "milliseconds"])
def test_a_quiet_hour_gives_us_our_share_and_no_more(mood: str, reset: str):
    """Alone on the account we send the agreed share of the hour's quota, however the reset header is written."""
    clock = Clock()
    account = Account(clock, reset=reset)
    assert 780 <= send_for(make_pacer(clock, mood=mood), account, 3600) <= 800
    assert account.refused["us"] == 0


@pytest.mark.covers("N-79")
@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("customer", [0.05, 0.2])
def test_a_shared_hour_sees_no_refusal(mood: str, customer: float):
    """While the customer's own integrations use up to their share, nobody is ever answered 429."""
    clock = Clock()
    account = Account(clock)
    clock.every(3600 / (customer * account.quota), lambda: account.call("customer"))
    served = send_for(make_pacer(clock, mood=mood), account, 3 * 3600)
    assert account.refused == {"us": 0, "customer": 0}
    assert 3 * 760 <= served <= 3 * 800


def test_a_customer_that_saves_its_share_for_the_end_of_the_hour_still_gets_it():
    """Whatever a quiet customer left over is not ours: its whole share is there in the last minute of the hour."""
    clock = Clock()
    account = Account(clock)
    pacer = make_pacer(clock)
    while clock() < account.start + 3540:
        send(pacer, account)
    for _ in range(200):
        account.call("customer")
    send_for(pacer, account, 55)
    assert account.refused == {"us": 0, "customer": 0}


@pytest.mark.parametrize("mood", MOODS)
def test_a_customer_busier_than_expected_slows_us_down_instead_of_being_refused(mood: str):
    """A burst that takes most of the quota leaves us what remains beyond the customer's part of the time left."""
    clock = Clock()
    account = Account(clock)
    pacer = make_pacer(clock, mood=mood)
    send(pacer, account)
    for _ in range(700):
        account.call("customer")
        clock.advance(1 / 70)
    clock.every(20, lambda: account.call("customer"))
    send_for(pacer, account, 3500)
    assert account.refused == {"us": 0, "customer": 0}


def test_a_load_started_again_within_the_hour_leaves_the_customer_its_part():
    """A new process knows nothing of what the last one sent, and still does not eat into the customer's calls."""
    clock = Clock()
    account = Account(clock)
    for _ in range(5):
        pacer = make_pacer(clock, mood="cutover")
        for _ in range(160):
            send(pacer, account)
    left = account.quota - account.used
    remaining_time = account.start + account.hour - clock()
    assert left >= 200 * remaining_time / account.hour - 5


@pytest.mark.parametrize(("declared", "true"), [("enterprise", 1000), ("growth", 5000)])
def test_a_plan_declared_wrongly_is_learnt_from_the_headers(declared: str, true: int):
    """After the first hour the share is that of the quota the tenant really has, and nobody was refused before."""
    clock = Clock()
    account = Account(clock, quota=true)
    pacer = make_pacer(clock, plan=read_plans()[declared], mood="cutover")
    start = clock()
    send_for(pacer, account, 7200)
    assert account.count("us", since=start + 3600, until=start + 7200) == pytest.approx(0.8 * true, rel=0.02)
    assert account.refused["us"] == 0


@pytest.mark.parametrize("reset", ["seconds", "whole"])
@pytest.mark.parametrize("mood", MOODS)
def test_an_hour_of_one_second_does_not_slow_a_load_down(mood: str, reset: str):
    """A scaled local tenant answers as fast as it can, even where it counts its reset in whole seconds."""
    clock = Clock()
    account = Account(clock, quota=5000, hour=1.0, reset=reset)
    pacer = make_pacer(clock, mood=mood, plan=read_plans()["enterprise"])
    start = clock()
    for _ in range(10_000):
        send(pacer, account, takes=0.0005)
    assert clock() - start < 1.3 * 10_000 * 0.0005
    assert account.refused["us"] == 0


def test_polite_spreads_and_cutover_does_not():
    """Half-way through a polite hour about half of the share is used; in cutover mood all of it went at once."""
    used = {}
    for mood in MOODS:
        clock = Clock()
        used[mood] = send_for(make_pacer(clock, mood=mood), Account(clock), 1800)
    assert 400 <= used["polite"] <= 480
    assert used["cutover"] == 800


def test_answers_that_take_long_are_not_followed_by_a_wait():
    """Requests that come apart by themselves are spread already."""
    clock = Clock()
    account = Account(clock)
    pacer = make_pacer(clock)
    for _ in range(300):
        send(pacer, account, takes=5.0)
    assert clock.slept == []


def test_a_short_stage_in_polite_mood_does_not_wait():
    """The few dozen requests of a preflight go at once."""
    clock = Clock()
    account = Account(clock)
    pacer = make_pacer(clock)
    for _ in range(60):
        send(pacer, account)
    assert clock.slept == []


def test_without_headers_the_plan_holds_for_every_hour_and_minute():
    """A tenant that says nothing about its quota gets no more than our share of the plan's figures."""
    clock = Clock()
    pacer = make_pacer(clock, mood="cutover")
    sent = []
    for _ in range(2000):
        pacer.wait_turn()
        sent.append(clock())
        clock.now += 0.01
    for seconds, most in ((3600, 800), (60, 320)):
        assert max(sum(at <= other < at + seconds for other in sent) for at in sent[::50]) == most


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Fri, 15 Jan 2027 08:00:30 GMT"}, 30),
        ({"retry-after": "999999"}, 3600),
        ({"retry-after": "soon"}, 1),
        ({"retry-after": "nan"}, 1),
        ({}, 1),
    ],
)
def test_a_refusal_waits_as_it_is_told(headers: dict[str, str], expected: float):
    """Retry-After counts in seconds or as a date; without one that can be read the first wait is a second."""
    clock = Clock()
    make_pacer(clock).wait_out(headers)
    assert sum(clock.slept) == pytest.approx(expected)


def test_refusals_in_a_row_wait_longer_and_never_give_up():
    """Without any word from the tenant the wait doubles up to a minute; a success starts it over."""
    clock = Clock()
    pacer = make_pacer(clock)
    for _ in range(9):
        pacer.wait_out({})
    pacer.note_success()
    pacer.wait_out({})
    assert clock.slept == [1, 2, 4, 8, 16, 32, 60, 60, 60, 1]


def test_clients_that_failed_together_do_not_come_back_together():
    """Each takes something off its waits, up to half of them."""
    clock, draws = Clock(), iter([0.0, 0.5, 1.0])
    pacer = make_pacer(clock, draw=draws.__next__)
    waited = [pacer.back_off(3, "the tenant is away") for _ in range(3)]
    assert waited == clock.slept == [4, 3, 2]


def test_a_used_up_window_is_waited_out_to_its_end():
    """Where the headers say that nothing is left, the wait ends with the window."""
    clock = Clock()
    pacer = make_pacer(clock)
    pacer.note_answer({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "90"})
    pacer.wait_out({})
    assert sum(clock.slept) == pytest.approx(90, abs=0.1)


def test_every_wait_is_told_with_its_reason():
    """Progress can show how long nothing will happen, and why."""
    clock, told = Clock(), []
    pacer = make_pacer(clock, on_wait=lambda seconds, reason: told.append((seconds, reason)))
    pacer.wait_out({"retry-after": "12"})
    assert told == [(12.0, "the tenant asked to wait")]


@pytest.mark.parametrize("value", ["", "many", "nan", "inf", "-5"])
def test_headers_that_make_no_sense_are_not_waited_for(value: str):
    """A nonsense reset neither crashes nor stalls the load."""
    clock = Clock()
    pacer = make_pacer(clock)
    pacer.note_answer({"x-ratelimit-remaining": "0", "x-ratelimit-reset": value})
    pacer.wait_turn()
    assert sum(clock.slept) < 1


def test_headers_that_stop_coming_leave_the_plan_in_charge():
    """After the last window the headers told of, requests are counted against the plan again."""
    clock = Clock()
    pacer = make_pacer(clock, mood="cutover")
    pacer.note_answer({"x-ratelimit-remaining": "900", "x-ratelimit-reset": "10"})
    clock.advance(11)
    sent = []
    for _ in range(900):
        pacer.wait_turn()
        sent.append(clock())
        clock.advance(0.01)
        pacer.note_answer({})
    assert sent[-1] - sent[0] > 3500
