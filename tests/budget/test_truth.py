"""What was forecast, held against loads that really ran: the tenant's own quota, and a clock that waits for nobody."""

import pytest

from tests.budget.rehearsal import ANSWER, rehearse
from workbench.budget.durations import forecast_durations
from workbench.budget.requests import sum_requests
from workbench.freshsales.connect import _say_wait
from workbench.freshsales.plans import read_plans
from workbench.sandbox.faults.scenario import Scenario, read_fault

# In cutover mood more than an hour's share, or the load is over in minutes and the tenant's jobs are all there is.
PATIENTS = {("pro", "cutover"): 600, ("enterprise", "cutover"): 1_100}
PATIENTS |= {(plan, "polite"): 300 for plan in ("growth", "pro", "enterprise")} | {("growth", "cutover"): 300}


def forecast(requests, plan, mood, share=0.8):
    """The forecast of one plan and mood, made before the load."""
    durations = forecast_durations({plan: sum_requests(requests)}, read_plans(), share=share, answer=ANSWER)
    return durations.filter(mood=mood).row(0, named=True)


def refused(rehearsal):
    """Calls answered 429 since the set-up."""
    return [call for call in rehearsal.world.store.journal() if call["status"] == 429]


CASES = [("growth", "polite"), ("enterprise", "polite"), ("growth", "cutover")]
LONG = [("pro", "polite"), ("pro", "cutover"), ("enterprise", "cutover")]


@pytest.mark.covers("N-79")
@pytest.mark.parametrize(("plan", "mood"), [*CASES, *(pytest.param(*case, marks=pytest.mark.slow) for case in LONG)])
def test_a_clean_load_takes_the_requests_and_hours_that_were_forecast(tmp_path, plan, mood):
    """Within 3 % of the hours, 2 % of the least requests, the plan itself, and without one refusal."""
    rehearsal = rehearse(tmp_path / "ledger.sqlite", plan)
    requests, hours = rehearsal.load(tmp_path, patients=PATIENTS[plan, mood], mood=mood)
    rehearsal.line.inner.close()

    least, planned = sum_requests(requests)
    used = requests["used"].sum()
    said = forecast(requests, plan, mood)
    assert used <= 1.02 * least
    assert used == pytest.approx(planned, rel=0.01)
    assert said["requests"] == pytest.approx(used, rel=0.03)
    assert said["hours"] == pytest.approx(hours, rel=0.03)
    assert said["hours_least"] <= hours * 1.001 and hours <= said["hours_most"]
    assert refused(rehearsal) == []


def test_a_busy_customer_is_inside_the_range_and_never_refused(tmp_path):
    """The customer uses its whole share all the time: the load takes as long as was said, and both get through."""
    rehearsal = rehearse(tmp_path / "ledger.sqlite", "growth")
    quota = rehearsal.world.store.quota
    turned_away = []

    def call():
        turned_away.extend([1] * (not quota.remaining))
        if quota.remaining:
            quota.spend()

    rehearsal.clock.every(18.05, call)
    requests, hours = rehearsal.load(tmp_path, patients=300)
    rehearsal.line.inner.close()

    said = forecast(requests, "growth", "polite")
    assert (turned_away, refused(rehearsal)) == ([], [])
    assert said["hours_least"] * 0.99 <= hours <= said["hours_most"]
    assert said["hours"] == pytest.approx(hours, rel=0.03)


@pytest.mark.parametrize(
    ("mood", "form"),
    [("polite", "retry_after=1800"), ("cutover", "retry_after=1800"), ("cutover", "retry_after=date"),
     ("cutover", "wrapped=true")],
)  # fmt: skip
def test_a_load_that_only_has_to_wait_goes_on_and_says_when(tmp_path, capsys, monkeypatch, mood, form):
    """Told to wait half an hour, or not told how long, and then for the next hour: every record is in at the end."""
    rehearsal = rehearse(tmp_path / "ledger.sqlite", "growth")
    monkeypatch.setattr("workbench.progress._current", None)  # no line of a test before stands there already
    fault = read_fault(f"too_many:at=60,{form}")
    rehearsal.world.store.set_scenario(Scenario(faults=(fault,)))
    requests, hours = rehearsal.load(tmp_path, patients=300, mood=mood, on_wait=_say_wait)
    rehearsal.line.inner.close()

    assert len(refused(rehearsal)) + len(wrapped(rehearsal)) == 1
    assert requests["used"].sum() <= 1.02 * sum_requests(requests)[0] + 1
    assert hours >= 1 and "next request at" in capsys.readouterr().err


def wrapped(rehearsal):
    """Calls answered 400 because of a fault."""
    return [call for call in rehearsal.world.store.journal() if call["status"] == 400 and call["fault"]]
