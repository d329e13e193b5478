"""Pacing against the quota the local tenant keeps: whole hours, every form of header, changes in the middle."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.freshsales.account import TenantAccount
from workbench.freshsales.plans import read_plans

MOODS = ["polite", "cutover"]
ENOUGH = 0.98  # of what was allowed, while there is work


def hours(account: TenantAccount, pacer, count: int) -> list[int]:
    """Requests of ours that were served in each of so many hours."""
    return [account.send_for(pacer, 1) for _ in range(count)]


@pytest.mark.covers("N-79")
@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("plan", ["growth", "pro", "enterprise"])
@pytest.mark.parametrize("switches", [{}, {"quota_headers": False}, {"per_minute": 400}])
def test_our_share_is_used_up_and_nothing_more(plan, mood, switches):
    """At least 98 % of the agreed share hour after hour, never more, and no refusal: with headers and without."""
    account = TenantAccount(plan, takes=0.05, **switches)
    allowed = 0.8 * account.plan.requests_per_hour
    served = hours(account, account.pacer(mood=mood), 3)

    assert all(ENOUGH * allowed <= count <= allowed for count in served), served
    assert account.refused == {}


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("share", [0.05, 0.3, 0.95, 1.0])
def test_any_share_is_kept(mood, share):
    """From a twentieth to everything."""
    account = TenantAccount()
    served = hours(account, account.pacer(share, mood=mood), 3)

    assert all(ENOUGH * share * 1000 <= count <= share * 1000 for count in served), served
    assert account.refused == {}


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("skew", [0, 600, -600, 86_400])
@pytest.mark.parametrize("reset", ["epoch", "iso"])
def test_clocks_that_disagree_change_nothing(mood, skew, reset):
    """A reset that names a moment is read on the clock of the tenant that wrote it."""
    account = TenantAccount(reset_unit=reset, skew=skew)
    served = hours(account, account.pacer(mood=mood), 3)

    assert all(ENOUGH * 800 <= count <= 801 for count in served), served
    assert account.refused == {}


@settings(max_examples=25)
@given(
    mood=st.sampled_from(MOODS),
    share=st.sampled_from([0.5, 0.8, 0.9]),
    moments=st.lists(st.floats(0, 3599), max_size=500),
    takes=st.sampled_from([0.05, 0.4]),
)
def test_a_customer_within_its_share_is_never_refused_whenever_it_calls(mood, share, moments, takes):
    """Early, late, evenly or all at once: what is the customer's is there, and we get our share beside it."""
    account = TenantAccount(takes=takes)
    pacer, start = account.pacer(share, mood=mood), account.clock()
    account.send(pacer)  # the window is ours from its first second, as a load's first request opens it
    due = sorted(start + 1 + moment * 0.99 for moment in moments[: round((1 - share) * 1000)])
    account.clock.at(due, lambda: account.call("customer"))
    served = 1 + account.send_for(pacer, 0.999)

    assert account.refused == {}
    assert ENOUGH * share * 1000 - 1 <= served <= share * 1000


@pytest.mark.parametrize("mood", MOODS)
def test_a_smaller_plan_in_the_middle_of_a_run_is_noticed_at_once(mood):
    """From Enterprise to Growth: in that very hour, and in those after it, we take our share of what there is now."""
    account = TenantAccount("enterprise")
    pacer = account.pacer(mood=mood)
    hours(account, pacer, 1)
    account.quota.set_limit(1000)
    served = hours(account, pacer, 2)

    assert all(ENOUGH * 800 <= count <= 801 for count in served), served
    assert account.refused == {}


@pytest.mark.parametrize("mood", MOODS)
def test_a_larger_plan_in_the_middle_of_a_run_is_used_at_once(mood):
    """From Growth to Enterprise."""
    account = TenantAccount("growth", takes=0.05)
    pacer = account.pacer(mood=mood)
    hours(account, pacer, 1)
    account.quota.set_limit(5000)
    served = hours(account, pacer, 2)

    assert all(ENOUGH * 4000 <= count <= 4001 for count in served), served
    assert account.refused == {}


@pytest.mark.parametrize("mood", MOODS)
def test_an_hour_somebody_else_used_up_is_waited_out(mood):
    """Few calls are left all of a sudden: we wait for the next window, take our share there, and nobody is refused."""
    account = TenantAccount()
    pacer = account.pacer(mood=mood)
    hours(account, pacer, 1)
    account.quota.leave(10)
    served = hours(account, pacer, 2)

    assert served[0] <= 10 and served[1] >= ENOUGH * 800
    assert account.refused == {}


@pytest.mark.parametrize("mood", MOODS)
def test_a_plan_declared_too_large_is_corrected_by_the_first_answer(mood):
    """The engagement says Enterprise, the tenant is Growth: already the first hour is the right one."""
    account = TenantAccount("growth")
    served = hours(account, account.pacer(mood=mood, plan=read_plans()["enterprise"]), 2)

    assert all(ENOUGH * 800 <= count <= 801 for count in served), served
    assert account.refused == {}


def test_calls_that_cost_nothing_are_not_counted_as_used():
    """Where refused values give their call back, our share of the quota is still there for others."""
    account = TenantAccount()
    pacer = account.pacer(mood="cutover")
    free = 0
    for number in range(1000):
        pacer.wait_turn()
        _, headers = account.call("us")
        account.clock.advance(0.2)
        if number % 4 == 1:
            account.quota.give_back()
            headers, free = account.quota.headers(), free + 1
        pacer.note_answer(headers)
    assert free == 250 and account.clock.slept == []


@pytest.mark.parametrize("switches", [{}, {"quota_headers": False}])
def test_the_minute_is_kept_whatever_the_hour_allows(switches):
    """In cutover mood no minute takes more than our share of the minute's limit."""
    account = TenantAccount("enterprise", takes=0.001, per_minute=400, **switches)
    account.send_for(account.pacer(mood="cutover"), 0.2)

    sent = account.served_at
    most = max(sum(at <= other < at + 60 for other in sent[place : place + 500]) for place, at in enumerate(sent[::40]))
    assert most <= 320 and account.refused == {}


@pytest.mark.parametrize("retry_after", ["seconds", "date"])
def test_a_minute_shorter_than_thought_is_recovered_from(retry_after):
    """A limit nobody told us of costs a refusal now and then, and never the load."""
    account = TenantAccount(per_minute=60, retry_after=True, retry_after_form=retry_after, takes=0.01)
    served = hours(account, account.pacer(mood="cutover"), 1)

    assert served[0] >= 0.95 * 800
    assert account.refused["us"] < 20
