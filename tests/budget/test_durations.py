"""Hours: the arithmetic of windows against the pacer itself, and the latest start that still is in time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.freshsales.account import TenantAccount
from workbench.budget.durations import find_latest_start, forecast_durations
from workbench.budget.windows import Pace
from workbench.freshsales.plans import read_plans
from workbench.model import DURATIONS

MARKS = (500, 805, 1700, 4600)  # requests


@pytest.mark.parametrize("plan", ["growth", "pro", "enterprise"])
@pytest.mark.parametrize("mood", ["polite", "cutover"])
@pytest.mark.parametrize(("share", "takes"), [(0.8, 0.05), (0.3, 1.2), (1.0, 0.3)])
def test_hours_are_those_the_pacer_takes(plan, mood, share, takes):
    """Within 2 % at any number of requests, whatever the plan, the mood, the share and the speed of answers."""
    account = TenantAccount(plan, takes=takes)
    pacer, start, took = account.pacer(share, mood=mood), account.clock(), {}
    for number in range(1, MARKS[-1] + 1):
        account.send(pacer)
        took[number] = (account.clock() - start) / 3600

    pace = Pace(plan=account.plan, share=share, mood=mood, answer=takes)
    assert [pace.count_hours(mark) for mark in MARKS] == pytest.approx([took[mark] for mark in MARKS], rel=0.02)


def test_nothing_takes_no_time():
    """No request, no hour."""
    assert Pace(plan=read_plans()["growth"], share=0.8).count_hours(0) == 0


def test_a_forecast_is_a_range_around_what_is_expected():
    """Best, expected and worst stand in order for every plan and mood, and cutover mood is never the slower one."""
    durations = forecast_durations(dict.fromkeys(read_plans(), (9_900, 10_000)), read_plans(), share=0.8)

    assert durations.schema == DURATIONS
    for found in durations.iter_rows(named=True):
        assert found["requests_least"] < found["requests"] < found["requests_most"]
        assert found["hours_least"] < found["hours"] < found["hours_most"]
    hours = {(found["plan"], found["mood"]): found["hours"] for found in durations.iter_rows(named=True)}
    assert all(hours[plan, "cutover"] <= hours[plan, "polite"] for plan in read_plans())
    assert hours["growth", "polite"] == pytest.approx(12.5, rel=0.02)
    assert durations["start_by"].null_count() == durations.height


def test_the_latest_start_counts_with_the_worst_case_and_the_cutovers_own_zone():
    """Started then, even the worst case is done in time; the time is written as people there read it."""
    cutover = datetime(2026, 12, 1, 8, tzinfo=ZoneInfo("Europe/Berlin"))
    durations = forecast_durations({"growth": (9_900, 10_000)}, read_plans(), share=0.8, cutover=cutover)

    polite = durations.row(0, named=True)
    start = find_latest_start(cutover, polite["hours_most"])
    assert polite["start_by"] == f"{start:%Y-%m-%d %H:%M} CET"
    assert 0 <= (cutover - start).total_seconds() / 3600 - polite["hours_most"] < 5 / 60
    assert start.minute % 5 == 0


def test_a_night_in_which_the_clocks_change_is_as_long_as_it_is():
    """On the night the clocks go back, ten hours before eight in the morning is eleven in the evening."""
    cutover = datetime(2026, 10, 25, 8, tzinfo=ZoneInfo("Europe/Berlin"))

    assert f"{find_latest_start(cutover, 10.0):%d %H:%M %Z}" == "24 23:00 CEST"
