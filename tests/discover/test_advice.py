"""What the customer is told: by source, by plan, with the plan's own figures."""

import polars as pl
import pytest

from tests.packs import PACK, write_pack
from workbench.discover.advice import list_notes, list_windows, read_notes
from workbench.discover.timeline import describe_window, plan_timeline
from workbench.engagement import TEMPLATES
from workbench.errors import UsageError
from workbench.freshsales.plans import read_plans
from workbench.layout import read_layout
from workbench.model import DURATIONS, NOTES, frame
from workbench.pack import read_pack

PLANS = read_plans()


def read_source(name):
    layout = read_layout(TEMPLATES / "layouts" / f"{name}.toml")
    return read_pack(TEMPLATES / "packs" / f"{name}.toml", layout)


def tell(name, *, plan="growth"):
    """The notes of a source on a plan, as one text for each requirement they answer."""
    notes = list_notes(read_source(name), PLANS[plan])
    told = {}
    for row in notes.iter_rows(named=True):
        for id in row["requirement"].split(", "):
            told[id] = " ".join([told.get(id, ""), row["text"], row["refuted"]]).strip()
    return told


@pytest.mark.covers("F-09", "F-10", "F-11", "F-12", "F-13", "F-23")
def test_the_gotchas_of_freshsales_hold_for_the_customers_plan(tmp_path):
    """Five are told to everybody, with the figures of the plan held; Freddy is said to be there or not to be."""
    pack, _ = write_pack(tmp_path, PACK)
    by_plan = {
        name: {row["requirement"]: row["text"] for row in list_notes(pack, plan).iter_rows(named=True)}
        for name, plan in PLANS.items()
    }

    assert set(by_plan) >= {"growth", "pro", "enterprise"}
    assert all({"F-09", "F-10", "F-11", "F-12", "F-13"} <= set(told) for told in by_plan.values())
    assert "On Growth nothing is scored" in by_plan["growth"]["F-09"]
    assert (
        "On Pro it is there" in by_plan["pro"]["F-09"] and "On Enterprise it is there" in by_plan["enterprise"]["F-09"]
    )
    assert "stay disabled after the migration" in by_plan["pro"]["F-10"]
    assert "500 bot sessions, once" in by_plan["pro"]["F-11"]
    assert "by the minute and without an upper limit" in by_plan["pro"]["F-12"]
    assert "Growth stores 2 GB for each user, and no file above 150 MB" in by_plan["growth"]["F-13"]
    assert "Enterprise stores 100 GB for each user" in by_plan["enterprise"]["F-13"]


@pytest.mark.covers("F-14")
def test_notes_come_in_three_groups(tmp_path):
    """Of the source, of Freshsales, and of the two together, in that order; a source that says nothing has none."""
    notes = list_notes(read_source("rsoft_crm"), PLANS["growth"])
    bare = list_notes(write_pack(tmp_path, PACK)[0], PLANS["growth"])

    assert notes.schema == NOTES
    assert notes["group"].unique(maintain_order=True).to_list() == ["source", "freshsales", "pair"]
    assert bare["group"].unique(maintain_order=True).to_list() == ["freshsales", "pair"]


PRINTED = [
    ("neon_dx", "N-01", "N-90", ("5 of 9 objects 1:1", "2 of 8", "grade B, Standard", "3 to 5 weeks")),
    ("rsoft_crm", "R-01", "R-90", ("8 of 10 objects 1:1", "4 of 8", "grade C, Moderate", "2 to 4 weeks")),
    ("aerona", "A-01", "A-90", ("12 of 12 objects 1:1", "2 of 8", "grade B, Standard", "48 to 72 hours")),
    ("clinic", "C-01", "C-90", ("12 of 12 objects 1:1", "2 of 8", "grade B, Standard", "48 to 72 hours")),
    ("octopuspro", "O-01", "O-90", ("8 of 9 objects 1:1", "2 of 8", "grade B, Standard", "2 to 4 weeks")),
]


@pytest.mark.parametrize(
    ("source", "figure", "tally", "said"),
    [pytest.param(*row, marks=pytest.mark.covers(row[1], row[2])) for row in PRINTED],
)
def test_printed_figures_stand_beside_the_counted_ones(source, figure, tally, said):
    """What is published about a source is quoted as published, and is said to give way to what was counted."""
    told = tell(source)

    assert told[figure] == told[tally]
    assert all(words in told[figure] for words in said)
    assert "are counted from your own mapping and replace them" in told[figure]


REACHED = [
    ("neon_dx", "N-91", "N-92", ("429", "no records in bulk", "belongs to another vendor")),
    ("rsoft_crm", "R-91", "R-92", ("CSV export", "publishes no API", "no bulk reads")),
    ("aerona", "A-91", "A-92", ("300 requests in a quarter of an hour", "no records in bulk", "1.0 is public")),
    ("clinic", "C-91", "C-92", ("publish no API", "none hands out records in bulk")),
    ("octopuspro", "O-91", "O-92", ("5 to 10 business days", "no records in bulk", "API keys and webhooks")),
]


@pytest.mark.covers("F-17")
@pytest.mark.parametrize("source", ["neon_dx", "rsoft_crm", "aerona", "clinic", "octopuspro"])
def test_the_printed_timeline_of_all_sources_is_told_with_each(source):
    """Two to seven days for eight objects is what is published; the report says that its own figures replace it."""
    assert "8 objects typically runs 2 to 7 days end to end" in tell(source)["F-17"]
    assert "replaces it" in tell(source)["F-17"]


@pytest.mark.parametrize(
    ("source", "api", "bulk", "said"),
    [pytest.param(*row, marks=pytest.mark.covers(row[1], row[2], "F-18")) for row in REACHED],
)
def test_how_a_source_is_reached_is_said_with_what_is_printed_wrongly(source, api, bulk, said):
    """API, limits and the want of bulk reads are told, and what public material refutes is marked as such."""
    told = tell(source)

    assert told[api] == told[bulk] == told["F-18"]
    assert all(words in told[api] for words in said)


HYPERCARE = [
    ("neon_dx", "N-82", "3 days of hypercare"),
    ("rsoft_crm", "R-77", "7 days of hypercare"),
    ("octopuspro", "O-74", "5 business days of hypercare"),
    ("clinic", "", "5 business days of hypercare"),
]


@pytest.mark.parametrize(
    ("source", "said"),
    [pytest.param(name, said, marks=pytest.mark.covers(id) if id else ()) for name, id, said in HYPERCARE],
)
def test_each_source_is_looked_after_as_long_as_was_promised(source, said):
    """The window after the switch is the source's own where it has one."""
    durations = frame(
        [{"plan": "growth", "mood": "polite", "requests": 1, "hours_least": 0, "hours_most": 0}], DURATIONS
    )
    timeline = plan_timeline(list_windows(read_source(source)), durations, plan="growth", share=0.8)

    (window,) = timeline.filter(pl.col("part") == "Hypercare").rows(named=True)

    assert (window["side"], describe_window(window)) == ("after", said)


@pytest.mark.covers("N-29", "N-18", "N-53", "N-39", "N-34")
def test_what_changes_with_a_learning_system_is_told():
    """Scores warm up for weeks, segments count anew, sends without credentials fail unseen."""
    told = tell("neon_dx", plan="pro")
    windows = {window.name: window for window in read_source("neon_dx").windows}

    assert "4 to 8 weeks of re-warming" in told["N-29"]
    assert (windows["Freddy re-warming"].days, windows["Freddy re-warming"].side) == ((28, 56), "after")
    assert told["N-18"] == told["N-53"] and "counts differ" in told["N-18"]
    assert "fail silently" in told["N-39"]
    assert "the official pages say Enterprise" in told["N-34"]


@pytest.mark.covers("R-50", "R-51", "R-53", "R-54", "O-50", "O-51", "O-52", "O-63", "C-74", "A-50", "A-51")
def test_what_moves_the_price_and_the_dates_is_told():
    """Add-ons, fees or commission, disputed invoices, tiers, waiting for an export, and what is another engagement."""
    rsoft, octopus = tell("rsoft_crm"), tell("octopuspro")

    assert "paid for beside the plan" in rsoft["R-50"]
    assert rsoft["R-51"] == rsoft["R-54"] and "limited by the tier" in rsoft["R-51"]
    assert "no request limits and no bulk reads" in rsoft["R-53"]
    assert "a fee for each booking or a commission" in octopus["O-50"]
    assert "wrong charges and disputes" in octopus["O-51"]
    assert octopus["O-52"] == octopus["O-63"] and "5 to 10 business days" in octopus["O-63"]
    assert "engagements of their own" in tell("clinic")["C-74"]
    assert "behind a password" in tell("aerona")["A-50"] and "large practice" in tell("aerona")["A-51"]


def test_a_note_that_cannot_be_told_is_named(tmp_path):
    """An unknown group, plan and figure are all said at once, in a pack as in the general notes."""
    note = '[[note]]\nname = "Odd"\ntext = "{price}"\ngroup = "nobody"\nplans = ["gold"]\n'
    (tmp_path / "notes.toml").write_text(note)

    for read in (lambda: write_pack(tmp_path, PACK + note), lambda: read_notes(tmp_path / "notes.toml")):
        with pytest.raises(UsageError) as error:
            read()
        assert all(word in str(error.value) for word in ("'nobody'", "'gold'", "{price}", "[[note]] Odd"))
