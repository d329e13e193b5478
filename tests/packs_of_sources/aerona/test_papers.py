"""The order, the balance, the diff and the papers of an AeronaClinic migration, on every plan."""

from __future__ import annotations

import polars as pl
import pytest

from tests.packs_of_sources.aerona.conftest import PATIENTS, SEED, begin, load_world
from workbench.engagement import TEMPLATES
from workbench.errors import UsageError
from workbench.generate.aerona_files import turn_into_pages
from workbench.generate.registry import generate
from workbench.layout import read_layout
from workbench.pack import read_pack
from workbench.pack.coverage import find_silent_columns
from workbench.sources.files import read_staged

PASSWORD = "harbour-row"


# Requirements, and what the register says: the object, and words of gap, consequence and remedy.
GAPS = {
    "A-04": ("invoice_lines", "neither deals nor sales activities", "as products from Pro on", "a deal is a bill"),
    "A-07 A-21": ("appointments", "Reminders are not sent", "nobody is reminded", "Build the reminder workflows"),
    "A-18 A-21": (
        "appointments",
        "no fields of the clinic's own",
        "All_Day_Event and Reminder_Flag",
        "Filter by the words",
    ),
}


def check_load(world) -> None:
    """Nothing but the document without its file is held, the balance closes, and the tenant holds what was loaded."""
    counts = world.walk.results["load"].counts
    assert counts.filter(pl.col("attempted") != pl.col("loaded") + pl.col("skipped") + pl.col("held")).is_empty()
    # The lines of a deal are no records but part of theirs.
    counts = counts.filter(~pl.col("phase").str.ends_with(".lines"))
    in_tenant = {name: len(world.walk.records(name)) for name in counts["destination"].unique()}

    assert world.walk.results["load"].held["code"].to_list() == ["file_missing"]
    assert dict(counts.group_by("destination").agg(pl.col("loaded").sum()).iter_rows()) == in_tenant


def test_the_pack_is_silent_about_no_column():
    """Every staged column is mapped, read by another one, or left behind with a reason."""
    layout = read_layout(TEMPLATES / "layouts" / "aerona.toml")

    assert find_silent_columns(read_pack(TEMPLATES / "packs" / "aerona.toml", layout), layout) == []


class TestLoad:
    @pytest.mark.covers("A-69", "A-70")
    def test_the_sample_comes_back_as_sent(self, world):
        """Ids, times, statuses and owners of the sampled records are compared; only the lost file differs."""
        sample = world.walk.results["sample"]
        lost = [row["documentId"] for row in world.rows("documents") if not (world.source / row["path"]).exists()]
        assert set(sample.diff["external_id"]) <= set(lost)
        assert 100 <= sample.sample.height <= 500 and sample.compared["compared"].sum() > 1000
        seen = set(sample.compared.filter(pl.col("compared") > 0).select("phase", "field").iter_rows())
        assert {
            ("patients.patient", "external_id"), ("patients.patient", "owner_id"), ("clinics", "name"),
            ("appointments.event", "from_date"), ("appointments.event", "owner_id"), ("treatment_plans", "cf_status"),
            ("bills", "amount"), ("notes.of_patient", "description"),
        } <= seen  # fmt: skip

    @pytest.mark.covers("A-67")
    def test_accounts_come_first_and_bills_after_their_contacts(self, world):
        """Accounts, contacts, then what hangs on them; plans and deals after the contacts they name."""
        order = [row["destination"] for row in world.walk.results["load"].counts.to_dicts()]

        assert order[:3] == ["sales_account", "contact", "contact"]
        assert min(order.index(name) for name in ("appointment", "task", "cm_treatment_plan", "note", "deal")) > 2

    def test_the_balance_closes_on_the_largest_plan(self, world):
        """attempted = loaded + skipped + held in every phase, and the tenant holds exactly what was loaded."""
        check_load(world)

    def test_the_balance_closes_on_smaller_plans(self, smaller):
        """Also below Enterprise, where plans are notes and, on Growth, appointments tasks; the diff shows no more."""
        check_load(smaller)
        sample = smaller.walk.results["sample"]
        phases = {phase.name: phase.destination for phase in smaller.walk.results["mapping"].phases}

        assert sample.diff.filter(pl.col("phase") != "documents.of_patient").is_empty()
        assert phases["treatment_plans"] == "note"
        assert ("appointments.event" in phases) is (smaller.walk.plan == "pro")

    def test_every_row_of_the_export_has_one_outcome(self, world):
        """Rows that make no record of their own say what they were folded into, or why they stay behind."""
        outcomes = world.walk.results["mapping"].row_outcomes
        for object, rows in world.walk.results["discovery"].files.select("object", "staged").iter_rows():
            assert outcomes.filter(pl.col("object") == object).height == rows
        assert outcomes.filter((pl.col("outcome") != "migrate") & (pl.col("reason") == "")).is_empty()

    @pytest.mark.covers("A-74")
    def test_every_record_of_the_tenant_stands_in_the_ledger(self, world):
        """Each record is named there with the id it got, once; nothing stands in the tenant that it does not know."""
        crosswalk = world.walk.results["load"].crosswalk
        known = set(crosswalk.select("destination", "destination_id").iter_rows())
        there = {
            (name, record["id"]) for name in crosswalk["destination"].unique() for record in world.walk.records(name)
        }

        assert known == there and len(crosswalk) == len(known)

    @pytest.mark.covers("A-75")
    def test_the_rollback_takes_everything_back(self, tmp_path):
        """One call leaves the tenant as it was before the first record, and the proof by reading back holds."""
        world = load_world(tmp_path, "pro", stages=("mapping",), patients=12)
        before = world.walk.digest()
        for stage in ("sample", "load"):
            world.walk.run(stage)
            world.walk.approve(stage)
        loaded = [name for name in ("contact", "product", "deal", "document") if world.walk.records(name)]
        rolled = world.walk.run("rollback")

        assert loaded == ["contact", "product", "deal", "document"]
        assert rolled.proof["holds"].all() and world.walk.digest() == before


class TestDiscovery:
    @pytest.mark.covers("A-60")
    def test_objects_fields_and_relationships_are_found(self, world):
        """All 16 objects with their fields, among them those no layout names, and what points at what."""
        discovery = world.walk.results["discovery"]
        fields = set(discovery.inventory.select("object", "field").iter_rows())
        links = set(discovery.relationships.select("child", "child_field", "parent").iter_rows())

        assert discovery.inventory["object"].n_unique() == 16
        assert {("patients", "customFields.anxietyLevel"), ("appointments", "allDay")} <= fields
        assert {("appointments", "patientId", "patients"), ("treatment_items", "planId", "treatment_plans")} <= links

    @pytest.mark.covers("A-61")
    def test_the_plan_names_objects_fields_and_lists(self, world, smaller):
        """The field map says where each column goes; modules or fields is decided by the plan, and is in the schema."""
        fields = world.find("mapping", "field_map")
        row = fields.filter((pl.col("object") == "patients") & (pl.col("field") == "dateOfBirth")).to_dicts()[0]
        large = world.walk.results["first mapping"].schema_plan
        small = smaller.walk.results["first mapping"].schema_plan

        assert (row["destination"], row["to"], row["state"]) == ("contact", "cf_date_of_birth", "confirmed")
        assert "cm_treatment_plan" in set(large["name"]) and "cm_treatment_plan" not in set(small["name"])
        assert "cf_treatment_plan_status" in set(small["name"])
        options = large.filter(pl.col("name") == "cf_preferred_time")["options"].to_list()[0]
        assert set(options) == {"Morning", "Afternoon", "Evening", "Other"}

    @pytest.mark.covers("A-04", "A-07", "A-21", "A-63")
    def test_what_has_no_equivalent_is_told_with_what_to_do(self, world):
        """Deals, flags, reminders: the register the customer gets says what follows of each and the way out."""
        world.check_gaps(GAPS)
        text = world.text("handoff", "rebuild.md")
        assert all(f"## {name}" in text for name in ("Workflows and reminders", "Patient portal", "Recalls"))

    def test_nothing_is_said_to_be_unread_that_is_uploaded(self, world):
        """The folder of documents holds no records and is no gap."""
        gaps = world.walk.results["discovery"].gaps

        assert not any("layout does not name" in gap for gap in gaps["gap"])


class TestForms:
    def test_a_locked_archive_and_pages_of_json_are_read_alike(self, tmp_path, monkeypatch):
        """The same records are staged from the archive with a password and from pages of JSON as from the files."""
        monkeypatch.setenv("WORKBENCH_SOURCE_PASSWORD", PASSWORD)
        locked = generate("aerona", records=PATIENTS, out=tmp_path / "locked", seed=SEED, password=PASSWORD)
        paged = generate("aerona", records=PATIENTS, out=tmp_path / "paged", seed=SEED)
        turn_into_pages(paged, size=30)
        staged = {}
        for name, source in (("locked", locked), ("paged", paged)):
            walk = begin(tmp_path / name / "walk", source, "enterprise")
            walk.run("discovery")
            staged[name] = read_staged(walk.engagement.latest_run("discovery").path / "staged")

        assert locked.suffix == ".zip" and len(list(paged.glob("patients_*.json"))) == 3
        assert staged["locked"]["patients"].height == PATIENTS
        for name, frame in staged["locked"].items():
            columns = sorted(frame.columns)
            assert staged["paged"][name].select(columns).equals(frame.select(columns)), name

    def test_both_forms_at_once_are_refused(self, tmp_path):
        """An export with files and pages of the same object would be read twice, so it is not read."""
        source = generate("aerona", records=10, out=tmp_path / "both", seed=SEED)
        (source / "recalls_1.json").write_text('{"items": []}')

        with pytest.raises(UsageError, match=r"recalls\.csv and recalls_1\.json both hold recalls"):
            begin(tmp_path, source, "growth").run("discovery")
