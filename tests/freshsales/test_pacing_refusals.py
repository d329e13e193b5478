"""Refusals nobody could foresee, in every form they come in: waited out, few, and the share used all the same."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from tests.freshsales.account import TenantAccount
from workbench.freshsales.sent import SharedLog

MOODS = ["polite", "cutover"]
ENOUGH = 0.98  # of what was allowed, while there is work
HALF_AN_HOUR = 1800.0


class BusyAccount(TenantAccount):
    """An account that refuses everything for a while, whatever is left of its quota.

    Args:
        form: What its refusals say of the time to wait.
    """

    def __init__(self, form: str, **options):
        super().__init__(**options)
        self.form, self.busy_until = form, 0.0

    def call(self, who):
        if self.clock() >= self.busy_until:
            return super().call(who)
        self.refused[who] += 1
        left = self.busy_until - self.clock()
        moment = datetime.fromtimestamp(self.busy_until + 1, UTC)  # an HTTP date counts in whole seconds
        said = {
            "seconds": f"{left + 1:.0f}",
            "date": format_datetime(moment, usegmt=True),
            "epoch": f"{self.busy_until + 1:.0f}",
            "missing": None,
            "garbage": "a while",
            "empty": "",
        }[self.form]
        return 429, self._headers(False) | ({} if said is None else {"retry-after": said})


NAMED = ["seconds", "date", "epoch"]
UNNAMED = ["missing", "garbage", "empty"]


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("quota_headers", [True, False])
@pytest.mark.parametrize("seconds", [3.0, 120.0, HALF_AN_HOUR])
@pytest.mark.parametrize("form", [*NAMED, *UNNAMED])
def test_a_refusal_of_any_form_is_waited_out_and_the_share_is_used(mood, quota_headers, seconds, form):
    """Named times cost one refusal; others as many as waits that grow to a minute need; the quota is used up after."""
    account = BusyAccount(form, plan="growth", quota_headers=quota_headers)
    pacer = account.pacer(mood=mood)
    account.send_for(pacer, 0.25)
    began = account.clock()
    account.busy_until = began + seconds
    account.send_for(pacer, 0.75)
    first = sum(at < account.served_at[0] + 3600 for at in account.served_at)
    later = [account.send_for(pacer, 1) for _ in range(2)]

    assert account.refused["us"] <= 1 if form in NAMED else account.refused["us"] <= 7 + seconds / 60
    assert first >= ENOUGH * 800 or not quota_headers  # without headers the hour rolls on, see below
    assert all(ENOUGH * 800 <= count <= 801 for count in later), later
    assert account.refused["customer"] == 0


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("quota_headers", [True, False])
def test_a_customer_that_takes_its_fifth_in_bursts_is_never_refused(mood, quota_headers):
    """Two hundred calls within seconds, at another moment of every hour; we get our four fifths."""
    account = TenantAccount("growth", quota_headers=quota_headers)
    pacer, start = account.pacer(mood=mood), account.clock()
    bursts = [start + hour * 3600 + at + 0.02 * n
              for hour, at in enumerate((30, 1750, 3300, 10, 2600)) for n in range(200)]  # fmt: skip
    account.clock.at(bursts, lambda: account.call("customer"))
    served = [account.send_for(pacer, 1) for _ in range(5)]

    assert account.refused == {}
    assert sum(served) >= ENOUGH * 5 * 800 and max(served) <= 801, served


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("retry_after", [True, False])
def test_a_smaller_plan_without_any_header_costs_few_refusals(mood, retry_after):
    """From Enterprise to Growth, and nothing says so but the refusals: they are learnt from, and the load goes on."""
    account = TenantAccount("enterprise", quota_headers=False, retry_after=retry_after)
    pacer = account.pacer(mood=mood)
    account.send_for(pacer, 1)
    account.quota.set_limit(1000)
    served = [account.send_for(pacer, 1) for _ in range(6)]

    assert sum(served[1:]) >= ENOUGH * 5 * 800, served
    assert max(served[3:]) <= 801, served  # and the customer's share is left to it again
    assert account.refused["us"] <= 130, account.refused


@pytest.mark.parametrize("mood", MOODS)
def test_a_larger_plan_in_the_middle_of_an_hour_is_used_in_that_hour(mood):
    """From Growth to Enterprise at half past: what is allowed from then on is used before the hour is over."""
    account = TenantAccount("growth", takes=0.05)
    pacer = account.pacer(mood=mood)
    account.send_for(pacer, 0.5)
    account.quota.set_limit(5000)
    before = len(account.served_at)
    account.send_for(pacer, 0.49)
    first = len(account.served_at)
    served = account.send_for(pacer, 1)

    assert first >= ENOUGH * 4000 - 40, (before, first)
    assert served >= ENOUGH * 4000
    assert account.refused == {}


@pytest.mark.parametrize("mood", MOODS)
def test_two_processes_with_a_customer_in_bursts_use_our_share_together(mood, tmp_path):
    """One log, two loads, one busy customer: nobody is refused, and the share is used."""
    account = TenantAccount("pro")
    pacers = [account.pacer(mood=mood, sent=SharedLog(tmp_path / "sent.sqlite")) for _ in range(2)]
    start = account.clock()
    account.clock.at([start + hour * 3600 + 900 + 0.05 * n for hour in range(3) for n in range(400)],
                     lambda: account.call("customer"))  # fmt: skip
    while account.clock() < start + 3 * 3600:
        for pacer in pacers:
            account.send(pacer)

    assert account.refused == {}
    assert ENOUGH * 3 * 1600 <= sum(at < start + 3 * 3600 for at in account.served_at) <= 3 * 1601


def test_every_wait_of_a_load_is_told_with_the_seconds_it_takes():
    """What is told adds up to what was waited: nobody sees a load stand still without a reason."""
    told = []
    account = BusyAccount("missing", plan="growth")
    pacer = account.pacer(mood="cutover", on_wait=lambda seconds, reason: told.append((seconds, reason)))
    account.send_for(pacer, 0.1)
    account.busy_until = account.clock() + 300
    account.send_for(pacer, 1.2)

    assert sum(seconds for seconds, _ in told) == pytest.approx(sum(account.clock.slept), abs=1)
    assert all(reason for _, reason in told)
    assert {reason for _, reason in told} >= {"the tenant is busy"}
