"""What a scoping call asks for, as a run of discovery leaves it, and what of it the handoff repeats."""

import polars as pl
import pytest

from tests.stages.walk import start_walk
from workbench import tables
from workbench.discover.quote import COUNTED
from workbench.discover.tallies import ALIKE, find_tally
from workbench.engagement import TEMPLATES

DEMO = TEMPLATES / "demo"
CARD = """
[card]
title = "Move"
currency = "CHF"
valid_days = 10
"""


def rate(name: str) -> str:
    return f'[[rate]]\nname = "{name}"\nper = "{name}"\nprice = 1\n'


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """The demo clinic, handed over, with a rate card of its own that charges everything that is counted once."""
    walk = start_walk(
        tmp_path_factory.mktemp("scoping"), source=DEMO / "clinic", cutover_source=DEMO / "clinic_later",
        roster=DEMO / "roster.csv",
    )  # fmt: skip
    (walk.folder / "rates.toml").write_text(CARD + "".join(rate(name) for name in COUNTED))
    walk.go_to("handoff")
    return walk


def test_every_frame_of_the_scope_lies_in_the_run_folder(walk):
    """Tallies, needs of the plans, timeline, quote and notes are saved as they are shown."""
    result, folder = walk.results["discovery"], walk.engagement.latest_run("discovery").path

    for name in ("tallies", "plan_needs", "plan_fit", "timeline", "quote", "notes"):
        assert pl.read_parquet(folder / f"{name}.parquet").equals(getattr(result, name))
    assert result.facts["Recommended plan"] == "Growth"
    assert result.facts["Time"].startswith("From the export to the switch")


@pytest.mark.covers("F-15", "F-16")
def test_the_grade_card_has_its_six_lines(walk):
    """Overall, compatibility with its tally, clarity, timeline, API and volume, in this order."""
    result = walk.results["discovery"]
    alike, of = find_tally(result.tallies, ALIKE)
    lines = ("Overall", "Object compatibility", "Field mapping clarity", "Timeline", "API constraints", "Data volume")

    html = tables.show_grade(result.grade).html

    places = [html.index(line) for line in lines]
    assert places == sorted(places)
    assert f"{alike} of {of} objects are 1:1" in html and "final once the sample is signed off" in html
    assert f"Grade {result.grade.letter}: {result.grade.word}" in html


@pytest.mark.covers("F-19")
def test_the_quote_counts_what_the_mapping_has(walk):
    """Objects, decisions, modules and fields of the quote are those of the map; the text is written beside it."""
    result, folder = walk.results["discovery"], walk.engagement.latest_run("discovery").path
    counted = dict(result.quote.select("per", "counted").iter_rows())
    made = {(phase.destination, rule.to) for phase in result.phases for rule in phase.fields if rule.to[:3] == "cf_"}

    assert counted[f"grade_{result.grade.letter.lower()}"] == counted["engagement"] == 1
    assert counted["object"] == len({phase.source for phase in result.phases})
    assert counted["decision"] == result.tallies["count"][1]
    assert counted["module"] == len({destination for destination, _ in made if destination.startswith("cm_")})
    assert counted["custom_field"] == len(made)
    assert counted["gap"] == result.gaps.height
    assert counted["hypercare_day"] == 5
    assert "record" not in counted
    assert f"**Together: {result.quote['counted'].sum():,}.00 CHF**" in (folder / "quote.md").read_text()


def test_the_scope_document_says_what_each_plan_would_lose(walk):
    """The mapping writes the plans and their losses, by object and field, into the text the customer signs for."""
    text = (walk.engagement.latest_run("mapping").path / "scope.md").read_text()

    assert "Recommended: **growth**" in text
    assert "| growth | medications | object | cm_medication | note |" in text
    assert "| free | contact | custom fields |" in text


def test_the_handoff_repeats_what_outlives_the_switch(walk):
    """Notes are handed over as a file, and the log of the first days says how long they are looked after."""
    result, folder = walk.results["handoff"], walk.engagement.latest_run("handoff").path

    assert result.notes.equals(walk.results["discovery"].notes)
    assert pl.read_csv(folder / "notes.csv", infer_schema=False)["name"].to_list() == result.notes["name"].to_list()
    assert result.windows["part"].to_list() == ["Hypercare"]
    assert "- 5 business days of hypercare: Questions of the first days" in (folder / "hypercare.md").read_text()
