"""What the mapping asks of each plan, and what a cheaper one would lose, by object and field."""

from dataclasses import replace

import polars as pl
import pytest

from tests.packs import PACK, stage, write_pack
from workbench.discover.plan_fit import judge_plans
from workbench.discover.plan_needs import FITS, LACKS, LESS, list_plan_needs, measure_files
from workbench.freshsales.plans import read_plans
from workbench.model import FORECAST, PLAN_NEEDS, FieldRule, Phase, frame
from workbench.plan import compile_phases
from workbench.records import derive_columns

PLANS = read_plans()
MODULE = """
[[object]]
source = "visits"
needs = ["custom_modules"]
destination = "cm_visit"
fidelity = "1:1"
module = { label = "Visit", plural = "Visits" }
lookups = { cf_person = { object = "people", from = "PERSON" } }
fields = [
  { from = "WHAT", to = "name" },
  { from = "PRICE", to = "cf_price", via = "number", type = "decimal", label = "Price" },
  { from = "AT", to = "cf_at", type = "text", label = "At" },
  { from = "UNTIL", to = "cf_until", type = "text", label = "Until" },
]
[[object]]
source = "visits"
unless = ["custom_modules"]
destination = "note"
outcome = "merge"
fidelity = "1:many"
reason = "Without modules the visits of a person are one note"
merge = { by = ["PERSON"], line = "- {AT} {WHAT}" }
lookups = { targetable = { object = "people", from = "PERSON" } }
fields = [{ with = ["LINES"], to = "description", via = "template", text = "Visits\\n{LINES}" }]
[[object.skip]]
field = "UNTIL"
reason = "Read for the minutes"
[[object.skip]]
field = "PRICE"
reason = "A note has no figures"
"""


def compile_all(tmp_path, text):
    pack, layout = write_pack(tmp_path, text)
    staged = derive_columns(
        stage(firms=[{"ID": "f1", "NAME": "Firm"}], people=[{"ID": "p1", "LAST": "Ada"}],
              visits=[{"PERSON": "p1", "WHAT": "x"}]), pack,
    )  # fmt: skip
    compiled = {
        name: compile_phases(pack, layout=layout, capabilities=plan.capabilities) for name, plan in PLANS.items()
    }
    return pack, compiled, staged


def ask(pack, compiled, staged, *, hours=1.0, files=(), users=1):
    rows = [{"plan": name, "phase": "a", "records": 10, "requests": 10, "hours": hours} for name in PLANS]
    return list_plan_needs(
        pack, compiled, staged, plans=PLANS, forecast=frame(rows, FORECAST), files=list(files), users=users
    )


def pick(needs, plan, need, object=""):
    (row,) = needs.filter((pl.col("plan") == plan) & (pl.col("need") == need) & (pl.col("object") == object)).rows(
        named=True
    )
    return row


def without_visits(text):
    """The pack up to its object of visits, and what it computes of them left out."""
    return text[: text.index('[[object]]\nsource = "visits"')]


@pytest.mark.covers("F-23")
def test_an_object_without_modules_is_said_to_arrive_with_less(tmp_path):
    """Growth and Pro have notes where Enterprise has a module: which object, which fields, and why."""
    needs = ask(*compile_all(tmp_path, without_visits(PACK) + MODULE))

    assert needs.schema == PLAN_NEEDS
    for plan in ("growth", "pro"):
        row = pick(needs, plan, "object", "visits")
        assert (row["state"], row["needed"], row["allowed"]) == (LESS, "cm_visit", "note")
        assert row["fields"] == "PRICE, UNTIL"
        assert row["loses"] == "Without modules the visits of a person are one note"
    assert needs.filter((pl.col("plan") == "enterprise") & (pl.col("state") != FITS)).is_empty()


def test_the_smallest_plan_that_lacks_nothing_is_recommended(tmp_path):
    """Free has no custom fields; Growth has room for all of them, so that less detail alone does not rule it out."""
    pack, compiled, staged = compile_all(tmp_path, without_visits(PACK) + MODULE)
    fit = judge_plans(pack, ask(pack, compiled, staged))

    assert fit.filter("is_recommended")["plan"].to_list() == ["growth"]
    assert "contact: 4 custom fields, the plan has 0" in fit["lacks"][0]
    assert fit["lacks"].to_list()[1:] == ["", "", ""]


@pytest.mark.covers("R-44")
def test_fields_beyond_the_limit_of_a_type_are_named(tmp_path):
    """Twenty text fields have room on Growth: the labels of those behind them are what the customer chooses among."""
    pack, compiled, staged = compile_all(tmp_path, without_visits(PACK) + MODULE)
    texts = tuple(FieldRule(to=f"cf_t{n}", source="LAST", type="text", label=f"Text {n}") for n in range(22))

    def widen(phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
        return tuple(
            replace(phase, fields=(*texts, *phase.fields)) if phase.destination == "contact" else phase
            for phase in phases
        )

    needs = ask(pack, {name: widen(phases) for name, phases in compiled.items()}, staged)

    row = pick(needs, "growth", "text fields", "contact")
    assert (row["state"], row["allowed"]) == (LACKS, "20")
    assert row["fields"].startswith("Text 20, Text 21")
    assert pick(needs, "pro", "text fields", "contact")["state"] == FITS
    fit = judge_plans(pack, needs)
    assert fit.filter("is_recommended")["plan"].to_list() == ["pro"]


@pytest.mark.covers("F-13", "A-46")
def test_files_need_storage_and_a_size(tmp_path):
    """Three gigabytes for one user have no room on Growth and have it on Pro; a file above 150 MB has it nowhere."""
    pack, compiled, staged = compile_all(tmp_path, without_visits(PACK) + MODULE)
    needs = ask(pack, compiled, staged, files=[100 * 1024**2] * 31)

    growth, pro = (pick(needs, plan, "storage", "document") for plan in ("growth", "pro"))
    assert (growth["state"], growth["allowed"]) == (LACKS, "2 GB a user, 1 user")
    assert "1.0 GB of files have no room" in growth["loses"] and pro["state"] == FITS
    assert pick(needs, "pro", "file size", "document")["state"] == FITS
    assert (
        pick(ask(pack, compiled, staged, files=[100 * 1024**2] * 31, users=2), "growth", "storage", "document")["state"]
        == FITS
    )
    large = pick(ask(pack, compiled, staged, files=[151 * 1024**2]), "enterprise", "file size", "document")
    assert large["state"] == LACKS and large["loses"].startswith("1 file too large")


def test_a_load_longer_than_a_month_has_no_room(tmp_path):
    """Hours decide as fields do: a plan whose quota takes two months is not recommended."""
    pack, compiled, staged = compile_all(tmp_path, without_visits(PACK) + MODULE)

    assert pick(ask(pack, compiled, staged, hours=720.0), "growth", "requests")["state"] == FITS
    assert pick(ask(pack, compiled, staged, hours=1440.0), "growth", "requests")["state"] == LACKS


def test_several_pipelines_need_a_plan_that_has_them(tmp_path):
    """Deals of two pipelines fit where there are several, and share one on Growth."""
    pack, compiled, staged = compile_all(tmp_path, without_visits(PACK) + MODULE)
    deals = Phase(
        name="firms.deal", source="firms", destination="deal", external_id=("ID",),
        fields=(FieldRule(to="deal_pipeline_id", source="NAME"),),
    )  # fmt: skip
    two = staged | {"firms": pl.concat([staged["firms"], staged["firms"].with_columns(NAME=pl.lit("Other"))])}
    needs = ask(pack, {name: (*phases, deals) for name, phases in compiled.items()}, two)

    growth = pick(needs, "growth", "pipelines", "deal")
    assert (growth["state"], growth["fields"], growth["needed"]) == (LACKS, "Firm, Other", "2 pipelines")
    assert pick(needs, "pro", "pipelines", "deal")["state"] == FITS

    kept = replace(deals, fields=(FieldRule(to="cf_source_pipeline", source="NAME", type="text", label="Was in"),))
    told = ask(pack, {name: (*phases, kept) for name, phases in compiled.items()}, two)
    assert pick(told, "growth", "pipelines", "deal")["state"] == LESS


def test_files_are_measured_where_they_lie(tmp_path):
    """Each file once, by its path inside the export; those that are missing or outside of it are not counted."""
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a.pdf").write_bytes(b"12345")
    (tmp_path / "secret").write_bytes(b"1")
    phase = Phase(
        name="scans", source="scans", destination="document", external_id=("ID",),
        fields=(FieldRule(to="path", source="PATH"),),
    )  # fmt: skip
    staged = {"scans": pl.DataFrame({"ID": ["1", "2", "3", "4"], "PATH": ["a.pdf", "a.pdf", "b.pdf", "../secret"]})}

    assert measure_files((phase,), staged, tmp_path / "export") == [5]
