"""Request forecast and complexity grade: the same findings always give the same answer."""

import polars as pl
import pytest

from workbench.discover.forecast import forecast_requests, sum_plan
from workbench.discover.grade import grade_engagement
from workbench.freshsales.plans import read_plans
from workbench.model import FORECAST, OBJECTS, RELATIONSHIPS, REQUESTS, empty, frame

LINK = {"child": "a", "child_field": "b", "parent": "c", "parent_field": "d", "filled": 2, "matched": 1, "orphans": 1}


def build_objects(*pairs):
    rows = [{"source": str(n), "outcome": outcome, "fidelity": fidelity, "rows": 10}
            for n, (outcome, fidelity) in enumerate(pairs)]  # fmt: skip
    return frame([*rows, {"source": "Workflow rules", "outcome": "inventory", "fidelity": ""}], OBJECTS)


def build_plan(*rows):
    """REQUESTS: a row of (kind, phase, records, planned) each."""
    named = [dict(zip(("kind", "phase", "records", "planned"), row, strict=True)) for row in rows]
    return frame(named, REQUESTS)


def grade(records=1000, objects=(("migrate", "1:1"),), plan="growth", links=()):
    planned = build_plan(("records", "remarks", records, records))
    forecast = forecast_requests(dict.fromkeys(read_plans(), planned), read_plans(), share=1.0)
    return grade_engagement(build_objects(*objects), forecast, frame(list(links), RELATIONSHIPS), plan=plan)


def test_hours_follow_requests_quota_and_share():
    """Every request of the plan counts, also those before the first record, within the agreed part of the quota."""
    planned = build_plan(
        ("settings", "", 0, 18), ("existing", "", 250, 4), ("records", "organizations", 500, 11),
        ("records", "visits", 1_500, 1_500),
    )  # fmt: skip
    forecast = forecast_requests(dict.fromkeys(read_plans(), planned), read_plans(), share=0.5)

    growth = forecast.filter(pl.col("plan") == "growth")
    assert forecast.schema == FORECAST
    assert growth.drop("hours").rows() == [
        ("growth", "sweep", 250, 22),
        ("growth", "organizations", 500, 11),
        ("growth", "visits", 1_500, 1_500),
    ]
    assert growth["hours"][2] / growth["hours"].sum() == pytest.approx(1_500 / 1_533)
    # Three windows of 500 are waited out, and 33 requests of the fourth go at once.
    assert sum_plan(forecast, "growth") == (2_000, 1_533, pytest.approx(3.0, abs=0.01))
    assert sum_plan(forecast, "enterprise") == (2_000, 1_533, pytest.approx(1_533 / 2_500, rel=0.1))


def test_plans_that_take_other_records_are_forecast_with_theirs():
    """Where a plan has no modules, what is a module elsewhere is a note there, and counts as that plan loads it."""
    planned = {name: build_plan(("records", "plans", n, n)) for name, n in (("growth", 40), ("enterprise", 60))}
    forecast = forecast_requests(planned, read_plans(), share=0.8)

    assert dict(forecast.select("plan", "requests").iter_rows()) == {"growth": 40, "enterprise": 60}


def test_an_empty_load_takes_no_time():
    """No phases, no rows, and sums of zero."""
    forecast = forecast_requests({"growth": empty(REQUESTS)}, read_plans(), share=0.8)

    assert forecast.equals(empty(FORECAST))
    assert sum_plan(forecast, "growth") == (0, 0, 0)


@pytest.mark.covers("F-15", "F-16")
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ("A", "Simple")),
        ({"records": 90_000, "plan": "growth"}, ("B", "Standard")),
        ({"objects": [("split", "1:many"), ("migrate", "1:1")]}, ("B", "Standard")),
        ({"objects": [("split", "lossy")], "records": 100}, ("C", "Moderate")),
        ({"objects": [("split", "lossy")], "records": 500_000, "plan": "growth"}, ("D", "Complex")),
    ],
)
def test_the_letter_follows_the_four_inputs(facts, expected):
    """Compatibility, clarity, API and volume each add up to two points; the sum names the letter."""
    actual = grade(**facts)

    assert (actual.letter, actual.word) == expected
    assert [item.name for item in actual.inputs] == [
        "Object compatibility",
        "Field mapping clarity",
        "API constraints",
        "Data volume",
    ]
    assert actual.points == sum(item.points for item in actual.inputs)


@pytest.mark.covers("F-16")
def test_the_findings_count_what_the_mapping_says():
    """Both tallies come from the objects themselves; what is only written down is no object."""
    objects = [("migrate", "1:1"), ("migrate", "1:many"), ("merge", "lossy"), ("exclude", "")]
    compatibility, clarity, api, volume = grade(objects=objects, links=[LINK]).inputs

    assert compatibility.finding.startswith("1 of 4 objects are 1:1")
    assert clarity.finding.startswith("2 of 4 objects need a mapping decision")
    assert "1 of 1 relationships hold orphans" in clarity.finding
    assert api.finding.startswith("1,000 requests take 1 h of the growth plan's quota")
    assert volume.finding == "1,000 records to load"


@pytest.mark.covers("F-20")
def test_above_two_million_records_it_is_scoped_individually():
    """The limit itself is still graded; one record more is not."""
    assert grade(records=2_000_000).word != "Scoped individually"
    actual = grade(records=2_000_001)

    assert (actual.letter, actual.word) == ("D", "Scoped individually")
    assert "above 2,000,000" in actual.inputs[-1].finding


def test_the_timeline_says_how_it_was_reckoned():
    """Days come from requests and quota, and the text says so."""
    assert grade(records=48_000).timeline.startswith("2 days of loading around the clock: 48,000 requests")
