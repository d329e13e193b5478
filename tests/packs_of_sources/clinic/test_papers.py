"""The order, the balance and the papers of a clinic's migration."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.engagement import TEMPLATES
from workbench.layout import read_layout
from workbench.pack import read_pack
from workbench.pack.coverage import find_silent_columns

ACTIVITIES = ("appointment", "task", "note")
# Requirements, and what the register says: the object, and words of gap, consequence and remedy.
GAPS = {
    "C-16": ("appointments", "no scheduling calendar", "nobody is reminded", "build workflows for reminders"),
    "C-06": ("workflows", "reminders, billing automation", "Nothing is sent", "written list of workflow rules"),
    "C-23": ("invoices", "no billing ledger", "nobody posts or reconciles", "Keep the billing system"),
    "C-51": ("claims", "claims of some vendors", "Claims that are not in the export", "its claims file"),
    "C-53": ("documents", "files without a structure", "cannot be searched", "Attach them to the contacts"),
    "C-54": ("providers", "Schedule templates", "entered again", "Write them down with the practice"),
    "C-50 C-91 C-92": ("patients", "no public API", "a delta needs another export", "a second export"),
    "C-52": (
        "patients",
        "differs from clinic to clinic",
        "from what this export lists",
        "Compare the list of own fields",
    ),
}


def test_the_pack_is_silent_about_no_column():
    """Every staged column is mapped, read by another one, or left behind with a reason."""
    layout = read_layout(TEMPLATES / "layouts" / "clinic_ehi.toml")

    assert find_silent_columns(read_pack(TEMPLATES / "packs" / "clinic_ehi.toml", layout), layout) == []


class TestLoad:
    @pytest.mark.covers("C-08", "C-65", "C-66")
    def test_the_sample_comes_back_as_sent(self, world):
        """Every field of the sample is compared; the only differences are documents whose file is missing."""
        sample = world.walk.results["sample"]
        lost = set(world.walk.results["load"].held.filter(code="file_missing")["external_id"])
        compared = set(sample.compared["phase"])

        assert {row["external_id"] for row in sample.diff.to_dicts()} <= lost
        assert {"people", "locations", "bills", "appointments.visit", "treatment_plans"} <= compared
        assert sample.compared["compared"].sum() > 1_000

    @pytest.mark.covers("C-68")
    def test_phases_load_in_the_order_of_the_plan(self, world):
        """Accounts, contacts, deals and activities, custom objects."""
        order = [row["destination"] for row in world.walk.results["load"].counts.to_dicts()]
        first = {name: order.index(name) for name in dict.fromkeys(order)}
        last = {name: len(order) - 1 - order[::-1].index(name) for name in first}
        modules = [name for name in first if name.startswith("cm_")]

        assert last["sales_account"] < first["contact"]
        assert last["contact"] < min(first[name] for name in ("deal", *ACTIVITIES))
        assert len(modules) == 3
        assert max(last[name] for name in ("deal", *ACTIVITIES)) < min(first[name] for name in modules)

    @pytest.mark.covers("C-72")
    def test_the_counts_of_every_phase_close(self, world):
        """attempted = loaded + skipped + held in each phase, and the tenant holds what was loaded."""
        counts = world.walk.results["load"].counts
        in_tenant = {name: len(world.walk.records(name)) for name in counts["destination"].unique()}

        assert counts.filter(pl.col("attempted") != pl.col("loaded") + pl.col("skipped") + pl.col("held")).is_empty()
        assert counts["held"].sum() == world.walk.results["load"].held.height
        assert dict(counts.group_by("destination").agg(pl.col("loaded").sum()).iter_rows()) == in_tenant

    @pytest.mark.covers("C-72")
    def test_every_plan_closes_its_balance_with_the_same_causes(self, smaller, world):
        """Growth and Pro hold back what Enterprise holds back, for the same reasons, and nothing else."""
        counts = smaller.walk.results["load"].counts
        held, expected = (
            set(each.walk.results["load"].held.select("phase", "external_id", "code").iter_rows())
            for each in (smaller, world)
        )

        assert counts.filter(pl.col("attempted") != pl.col("loaded") + pl.col("skipped") + pl.col("held")).is_empty()
        assert held == expected
        assert {code for _, _, code in held} == {"parent_missing", "missing_required", "file_missing"}

    def test_every_row_of_the_export_has_one_outcome(self, world):
        """Rows that make no record of their own say what they were folded into, or why they stay behind."""
        outcomes = world.walk.results["mapping"].row_outcomes
        read = dict(world.walk.results["discovery"].files.group_by("object").agg(pl.col("staged").sum()).iter_rows())

        for object, rows in read.items():
            assert outcomes.filter(pl.col("object") == object).height == rows
        assert outcomes.filter((pl.col("outcome") != "migrate") & (pl.col("reason") == "")).is_empty()


class TestPapers:
    @pytest.mark.covers("C-06", "C-40", "C-41", "C-42", "C-43", "C-73")
    def test_every_rule_is_listed_for_rebuilding(self, world):
        """Reminders, billing, insurance and plan rules stand in a list for machines and in a document for people."""
        listed = {row["name"]: row for row in world.find("handoff", "inventory_workflows").to_dicts()}
        text = world.text("handoff", "rebuild.md") + world.text("discovery", "document_workflow_rules.md")

        assert {row["kind"] for row in listed.values()} == {"reminder", "billing", "insurance", "plan"}
        assert listed["Chase an open invoice"]["conditions"] == "balance > 0"
        assert "Growth and above" in text
        for row in listed.values():
            assert f"## {row['name']}" in text and f"Trigger: {row['trigger']}" in text

    @pytest.mark.covers("C-44", "C-45")
    def test_every_dashboard_is_listed_with_what_it_measures(self, world):
        """Patient volume, no-show rate and revenue per provider are named with what they measure."""
        listed = {row["name"]: row["measures"] for row in world.find("handoff", "inventory_dashboards").to_dicts()}

        assert listed.keys() == {"Patient volume", "No-show rate", "Revenue per provider"}
        assert all(
            measure in world.text("discovery", "document_reports_and_dashboards.md") for measure in listed.values()
        )

    @pytest.mark.covers("C-06", "C-16", "C-23", "C-50", "C-51", "C-52", "C-53", "C-54", "C-91", "C-92")
    def test_what_cannot_migrate_is_told_with_what_to_do(self, world):
        """Each gap stands once in the register the customer gets, at its object, with what it means and the way out."""
        world.check_gaps(GAPS)

    @pytest.mark.covers("C-06", "C-16", "C-23", "C-54")
    def test_nothing_that_acts_by_itself_is_made(self, world):
        """No workflow, reminder, slot or payment is written to the tenant; what is to be set up by hand is listed."""
        written = {
            entry["path"].split("/api/")[-1].split("/")[0] for entry in world.walk.app.state.tenant.journal()
            if entry["method"] in ("POST", "PUT")
        }  # fmt: skip
        text = world.text("handoff", "rebuild.md")

        assert {"contacts", "deals", "appointments", "tasks"} <= written
        assert not [path for path in written if any(word in path for word in ("workflow", "remind", "payment", "slot"))]
        assert all(f"## {name}" in text for name in ("Workflow rules", "Schedule templates", "Billing and claims"))

    @pytest.mark.covers("C-39", "C-61")
    def test_the_field_map_is_there_before_the_first_record(self, world):
        """Every column that is read stands in the map with its destination or the reason it has none."""
        fields = world.find("mapping", "field_map")
        read = {(row["object"], row["field"]) for row in world.walk.results["discovery"].inventory.to_dicts()}
        mapped = set(fields.select("object", "field").iter_rows())

        assert ("patients", "DOB") in read
        assert {object for object, _ in read} >= {"invoices", "labs", "documents"}
        assert {pair for pair in read if pair not in mapped} == set()
        assert fields.filter(pl.col("to").is_null() & pl.col("evidence").is_null()).is_empty()

    @pytest.mark.covers("C-60")
    def test_discovery_counts_what_the_export_holds(self, world):
        """Objects with their records, own fields and links between objects are found in the files themselves."""
        discovery = world.walk.results["discovery"]
        counts = dict(discovery.files.select("object", "staged").iter_rows())
        own = {f"own_values.{row['field_id']}" for row in world.rows("custom_fields")}
        links = set(discovery.relationships.select("child", "parent").iter_rows())

        assert counts["patients"] == len(world.rows("patients")) and counts["labs"] == len(world.rows("labs"))
        assert own <= {row["field"] for row in discovery.inventory.to_dicts()}
        assert {("appointments", "patients"), ("invoices", "encounters"), ("coverages", "payers")} <= links

    @pytest.mark.covers("C-62", "C-63")
    def test_fields_the_plan_names_are_in_the_tenant(self, world):
        """Patient status, carrier, policy, amount paid and denial are fields, plan and result are modules."""
        contact, deal = world.schema.fields["contact"], world.schema.fields["deal"]

        assert {"cf_patient_status", "cf_insurance_carrier", "cf_policy_number"} <= contact.keys()
        assert {"cf_amount_paid", "cf_denial_status"} <= deal.keys()
        assert {"cm_treatment_plan", "cm_lab_result"} <= world.schema.fields.keys()
        assert set(contact["cf_patient_status"].choices) == {"Active", "Inactive", "Deceased", "Archived", "Other"}
