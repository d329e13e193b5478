"""The order, the balance and the papers of an OctopusPro migration."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.engagement import TEMPLATES
from workbench.layout import read_layout
from workbench.pack import read_pack
from workbench.pack.coverage import find_silent_columns


def test_the_pack_is_silent_about_no_column():
    """Every staged column is mapped, read by another one, or left behind with a reason."""
    layout = read_layout(TEMPLATES / "layouts" / "octopuspro.toml")

    assert find_silent_columns(read_pack(TEMPLATES / "packs" / "octopuspro.toml", layout), layout) == []


class TestLoad:
    @pytest.mark.covers("O-66")
    def test_the_sample_comes_back_as_sent(self, world):
        """Every field of the sampled records is compared with what the tenant gives back, and none differs."""
        sample = world.walk.results["sample"]

        assert sample.diff.rows() == []
        assert sample.compared["compared"].sum() > 1000

    @pytest.mark.covers("O-70")
    def test_phases_load_in_the_order_of_the_plan(self, world):
        """Accounts, contacts, deals, activities, custom objects."""
        order = [row["destination"] for row in world.walk.results["load"].counts.to_dicts()]
        first = {name: order.index(name) for name in dict.fromkeys(order)}
        last = {name: len(order) - 1 - order[::-1].index(name) for name in first}
        activities = ("appointment", "task", "note")

        assert last["sales_account"] < first["contact"] and last["contact"] < first["deal"]
        assert last["deal"] < min(first[name] for name in activities)
        assert max(last[name] for name in activities) < first["cm_property"]

    @pytest.mark.covers("O-71")
    def test_the_counts_of_every_phase_close(self, world):
        """attempted = loaded + skipped + held in each phase, nothing is held, and the tenant holds what was loaded."""
        counts = world.walk.results["load"].counts
        in_tenant = {name: len(world.walk.records(name)) for name in counts["destination"].unique()}

        assert counts.filter(pl.col("attempted") != pl.col("loaded") + pl.col("skipped") + pl.col("held")).is_empty()
        assert counts["held"].sum() == 0
        assert dict(counts.group_by("destination").agg(pl.col("loaded").sum()).iter_rows()) == in_tenant

    def test_every_row_of_the_export_has_one_outcome(self, world):
        """Rows that make no record of their own say what they were folded into, or why they stay behind."""
        outcomes = world.walk.results["mapping"].row_outcomes
        read = dict(world.walk.results["discovery"].files.group_by("object").agg(pl.col("staged").sum()).iter_rows())

        for object, rows in read.items():
            assert outcomes.filter(pl.col("object") == object).height == rows
        assert outcomes.filter((pl.col("outcome") != "migrate") & (pl.col("reason") == "")).is_empty()

    def test_pieces_of_the_customer_file_are_one_object(self, world):
        """customers_1.csv is read as the customers, however many pieces there are."""
        files = world.walk.results["discovery"].files.filter(pl.col("object") == "customers")

        assert files["staged"].sum() == len(world.accounts)


class TestSmallerPlans:
    @pytest.mark.covers("O-64")
    def test_the_map_holds_without_custom_modules(self, mapped):
        """Below Enterprise properties are notes; nothing is left open, and every row has an outcome."""
        mapping = mapped.walk.results["mapping"]
        destinations = {phase.source: phase.destination for phase in mapping.phases}

        assert mapping.open_points == ()
        assert destinations["customer_properties"] == "note"
        assert mapping.schema_plan.filter(pl.col("state") == "missing").is_empty()


class TestPapers:
    @pytest.mark.covers("O-05", "O-73", "O-75")
    def test_every_automation_is_listed_with_what_comes_nearest(self, world):
        """The list says what each rule does, whether it is active, and which workflow would do it in Freshsales."""
        listed = {row["name"]: row for row in world.find("handoff", "inventory_automations").to_dicts()}

        assert len(listed) == 6
        assert sum(row["active"] == "true" for row in listed.values()) == 5
        assert listed["Confirm a booking"]["NEAREST"] == "Workflow on a deal that is created"
        assert listed["Fill the roster"]["NEAREST"] == "No counterpart that can be named; see its actions"
        assert "## Automations" in world.text("handoff", "rebuild.md")

    @pytest.mark.covers("O-23", "O-40", "O-44", "O-47", "O-75")
    def test_what_cannot_migrate_is_in_the_gap_register(self, world):
        """GPS, service areas, signatures, files and automations stand there with consequence and remedy."""
        gaps = world.find("handoff", "gaps").filter(pl.col("requirement").str.starts_with("O-"))
        named = {id for ids in gaps["requirement"] for id in ids.split(", ")}

        assert {"O-05", "O-13", "O-23", "O-40", "O-44", "O-47", "O-53", "O-75"} <= named
        assert gaps.filter(pl.col("consequence").is_null() | pl.col("remedy").is_null()).is_empty()

    @pytest.mark.covers("O-40")
    def test_the_list_of_services_keeps_areas_and_rules(self, world):
        """What products cannot hold stands on the list: where a service is offered, how its price varies."""
        listed = world.find("handoff", "inventory_services")

        assert listed["service_areas"].to_list() == [row["service_areas"] for row in world.rows("services")]
        assert listed["variable_rules"].to_list() == [row["variable_rules"] for row in world.rows("services")]

    @pytest.mark.covers("O-60", "O-61")
    def test_what_has_to_be_asked_for_is_a_task(self, world):
        """The work list names the objects to request from support, how long it takes, and to gather meanwhile."""
        text = world.text("handoff", "rebuild.md")

        for name in (
            "Customers",
            "Bookings",
            "Field Workers",
            "Invoices",
            "Payments",
            "Quotes",
            "Services",
            "custom fields",
        ):
            assert name in text
        assert "5 to 10 business days" in text and "meanwhile gather from the customer" in text
