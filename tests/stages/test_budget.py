"""What an engagement says about requests and hours: before the load, and after it."""

import polars as pl
import pytest

from tests.stages.walk import start_walk
from workbench.engagement import TEMPLATES
from workbench.model import DURATIONS, REQUESTS, SAVINGS
from workbench.sandbox.clinic_export import write_export


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """The demo clinic on Growth, loaded."""
    walk = start_walk(tmp_path_factory.mktemp("budget"), source=TEMPLATES / "demo" / "clinic", plan="growth")
    text = (walk.folder / "engagement.toml").read_text()
    (walk.folder / "engagement.toml").write_text(f"{text}\n[cutover]\nat = 2026-12-01T08:00:00\n")
    walk.go_to("load")
    return walk


def frame_of(walk, stage, name):
    """A frame that the newest run of a stage left."""
    return pl.read_parquet(walk.engagement.latest_run(stage).path / f"{name}.parquet")


@pytest.mark.parametrize(("stage", "plans"), [("discovery", 4), ("mapping", 1)])
def test_the_forecast_is_a_range_with_choices_and_a_latest_start(walk, stage, plans):
    """Discovery forecasts every plan, mapping the customer's; both before a record is written."""
    durations, savings = frame_of(walk, stage, "durations"), frame_of(walk, stage, "savings")

    assert (durations.schema, savings.schema) == (DURATIONS, SAVINGS)
    assert durations["plan"].n_unique() == plans and durations["start_by"].null_count() == 0
    assert durations["start_by"].str.contains("2026-1[12]-").all()
    assert "one note per contact" in " ".join(savings["policy"])
    assert "```toml" in (walk.engagement.latest_run(stage).path / "savings.md").read_text()


def test_the_load_stays_with_its_plan(walk):
    """What was used is in the run folder beside the plan and the least; every request of the run is in it."""
    requests, facts = frame_of(walk, "load", "requests"), walk.results["load"].facts

    assert requests.schema == REQUESTS
    assert requests["used"].sum() == facts["Requests used"]
    assert requests["planned"].sum() == facts["Requests planned"]
    assert requests["used"].sum() <= 1.02 * requests["least"].sum()
    written = requests.filter(kind="records")
    assert written["records"].sum() < walk.results["load"].counts["attempted"].sum()  # the sample stands already


LARGER = [pytest.param(plan, marks=pytest.mark.slow) for plan in ("pro", "enterprise")]


@pytest.mark.parametrize("plan", ["growth", *LARGER])
def test_a_clinic_of_the_usual_mix_costs_what_the_stage_said(tmp_path, plan):
    """Mostly visits, conditions and procedures, few people: 1.02 times the least, shown before and met after."""
    write_export(tmp_path / "export", seed=7, patients=28)
    walk = start_walk(tmp_path, source=tmp_path / "export", plan=plan)
    result = walk.go_to("load")
    requests, durations = frame_of(walk, "load", "requests"), result.facts
    least, planned, used = (requests[name].sum() for name in ("least", "planned", "used"))

    assert result.counts["loaded"].sum() + result.counts["skipped"].sum() == result.counts["attempted"].sum()
    assert requests.filter(kind="records")["records"].sum() > 500
    assert used <= 1.02 * least and used == pytest.approx(planned, rel=0.01), requests
    assert durations["Requests planned"] == planned
