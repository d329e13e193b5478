"""The timeline: the load by its forecast, everything else by the windows of the engagement."""

import pytest

from tests.packs import PACK, write_pack
from workbench.discover.advice import list_windows
from workbench.discover.timeline import plan_timeline, say_timeline, sum_days
from workbench.errors import UsageError
from workbench.model import DURATIONS, TIMELINE, frame

DURATION = {
    "plan": "growth",
    "mood": "polite",
    "requests": 4_800,
    "hours_least": 36.0,
    "hours": 40.0,
    "hours_most": 60.0,
}
OWN = """
[[window]]
name = "Export"
days = [5, 10]
unit = "business days"
basis = "Support makes the export"
[[window]]
name = "Security review"
days = [1, 1]
basis = "Agreed with the customer"
[[window]]
name = "Freddy re-warming"
days = [28, 56]
side = "after"
basis = "Activity first"
"""


def plan(tmp_path, *, text=OWN, plan="growth"):
    pack, _ = write_pack(tmp_path, PACK + text)
    durations = frame([DURATION, {**DURATION, "mood": "cutover", "hours_least": 1.0}], DURATIONS)
    return plan_timeline(list_windows(pack), durations, plan=plan, share=0.8)


def test_the_load_takes_what_is_forecast_and_the_rest_what_was_agreed(tmp_path):
    """Hours of the polite load become days; a window of the pack replaces the general one of its name."""
    timeline = plan(tmp_path)
    by_part = {row["part"]: row for row in timeline.iter_rows(named=True)}

    assert timeline.schema == TIMELINE
    assert (by_part["Load"]["days_least"], by_part["Load"]["days_most"]) == (1.5, 2.5)
    assert "4,800 requests at 80%" in by_part["Load"]["basis"]
    assert (by_part["Export"]["days_most"], by_part["Export"]["unit"]) == (10.0, "business days")
    assert timeline["part"].to_list()[:2] == ["Security review", "Export"]
    assert timeline["part"].to_list()[-2:] == ["Hypercare", "Freddy re-warming"]


def test_the_way_to_the_switch_is_the_sum_of_its_parts(tmp_path):
    """Business days count as 7/5 of a day; what follows the switch does not lengthen the way to it."""
    timeline = plan(tmp_path)
    before = timeline.filter(timeline["side"] != "after")
    expected = sum(
        row["days_most"] * (1.4 if row["unit"] == "business days" else 1) for row in before.iter_rows(named=True)
    )

    least, most = sum_days(timeline)

    assert most == pytest.approx(expected) and least < most
    assert f"to {round(most)} days, 2 days of them loading" in say_timeline(timeline)
    assert say_timeline(timeline).endswith("5 business days of hypercare, 28 to 56 days of Freddy re-warming.")


def test_a_window_that_makes_no_sense_is_named(tmp_path):
    """Days that run backwards, an unknown unit and an unknown side are all said at once."""
    text = '[[window]]\nname = "Export"\ndays = [5, 1]\nunit = "weeks"\nside = "beside"\nbasis = "x"\n'

    with pytest.raises(UsageError) as error:
        plan(tmp_path, text=text)

    assert all(word in str(error.value) for word in ("days = [5, 1]", "'weeks'", "'beside'", "[[window]] Export"))
