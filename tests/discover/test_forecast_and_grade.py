"""Request forecast and complexity grade: the same findings always give the same answer."""

import polars as pl
import pytest

from workbench.discover.forecast import forecast_requests, sum_plan
from workbench.discover.grade import grade_engagement
from workbench.freshsales.plans import read_plans
from workbench.model import FORECAST, OBJECTS, RELATIONSHIPS, empty, frame

LINK = {"child": "a", "child_field": "b", "parent": "c", "parent_field": "d", "filled": 2, "matched": 1, "orphans": 1}


def build_objects(*pairs):
    rows = [{"source": str(n), "outcome": outcome, "fidelity": fidelity, "rows": 10}
            for n, (outcome, fidelity) in enumerate(pairs)]  # fmt: skip
    return frame([*rows, {"source": "Workflow rules", "outcome": "inventory", "fidelity": ""}], OBJECTS)


def grade(records=1000, objects=(("migrate", "1:1"),), plan="growth", links=()):
    forecast = forecast_requests([("remarks", "note", records)], read_plans(), share=1.0)
    return grade_engagement(build_objects(*objects), forecast, frame(list(links), RELATIONSHIPS), plan=plan)


def test_requests_and_hours_follow_records_quota_and_share():
    """By the hundred or one a record, a request a page of what is there, spread over the agreed part of the quota."""
    forecast = forecast_requests(
        [("organizations", "sales_account", 500), ("visits", "appointment", 1_500)],
        read_plans(),
        share=0.5,
        existing=250,
    )

    growth = forecast.filter(pl.col("plan") == "growth")
    assert forecast.schema == FORECAST
    assert growth.rows() == [
        ("growth", "sweep", 250, 3, 0.006),
        ("growth", "organizations", 500, 5 + 1 + 5, 0.022),
        ("growth", "visits", 1_500, 1_500, 3.0),
    ]
    assert sum_plan(forecast, "growth") == (2_000, 1_514, pytest.approx(3.028))
    assert sum_plan(forecast, "enterprise") == (2_000, 1_514, pytest.approx(3.028 / 5))


def test_an_empty_load_takes_no_time():
    """No phases, no rows, and sums of zero."""
    forecast = forecast_requests([], read_plans(), share=0.8)

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
    assert api.finding.startswith("1,000 requests take 1.0 hours of the growth plan's quota")
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
    assert grade(records=48_000).timeline.startswith("2.0 days of loading around the clock: 48,000 requests")
