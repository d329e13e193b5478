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


# Requirements, and what the register says: the object, and words of gap, consequence and remedy.
GAPS = {
    "O-23": ("fieldworkers", "position is followed", "GPS preferences are not migrated", "dispatch tool"),
    "O-40": ("services", "no service areas", "a list names the areas", "Use territories"),
    "O-44": ("custom_values", "Signatures are pictures", "a signature was given", "take the signature again"),
    "O-47": ("custom_values", "addresses of files", "keep the original address", "Download the files"),
    "O-13 O-53": ("customers", "Portal settings do not migrate", "had access is kept", "Set up the new portal"),
    "O-05 O-75": ("automations", "not migrated as code", "Nothing is sent", "from the written inventory"),
}


class TestLoad:
    @pytest.mark.covers("O-66")
    def test_the_sample_comes_back_as_sent(self, world):
        """Every field of the sampled records is compared with what the tenant gives back, and none differs."""
        sample = world.walk.results["sample"]

        assert sample.diff.rows() == []
        assert sample.compared["compared"].sum() > 1000

    @pytest.mark.covers("O-70")
    def test_phases_load_in_the_order_of_the_plan(self, world):
        """Accounts, contacts, products, deals with their lines, activities, custom objects."""
        counts = world.walk.results["load"].counts.filter(pl.col("phase") != "jobs.lines")
        order = counts["destination"].to_list()
        first = {name: order.index(name) for name in dict.fromkeys(order)}
        last = {name: len(order) - 1 - order[::-1].index(name) for name in first}
        activities = ("appointment", "task", "note")

        assert last["sales_account"] < first["contact"] and last["contact"] < first["product"]
        assert last["product"] < first["deal"]
        assert last["deal"] < min(first[name] for name in activities)
        assert max(last[name] for name in activities) < first["cm_property"]

    @pytest.mark.covers("O-71")
    def test_the_counts_of_every_phase_close(self, world):
        """attempted = loaded + skipped + held in each phase, nothing is held, and the tenant holds what was loaded."""
        counts = world.walk.results["load"].counts
        in_tenant = {name: len(world.walk.records(name)) for name in counts["destination"].unique()}
        records = counts.filter(pl.col("phase") != "jobs.lines")  # these stand on their deals

        assert counts.filter(pl.col("attempted") != pl.col("loaded") + pl.col("skipped") + pl.col("held")).is_empty()
        assert counts["held"].sum() == 0
        assert dict(records.group_by("destination").agg(pl.col("loaded").sum()).iter_rows()) == in_tenant

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
        assert listed["Confirm a booking"]["Nearest in Freshsales"] == "Workflow on a deal that is created"
        assert listed["Fill the roster"]["Nearest in Freshsales"] == "No counterpart that can be named; see its actions"
        assert "## Automations" in world.text("handoff", "rebuild.md")

    @pytest.mark.covers("O-23", "O-40", "O-44", "O-47", "O-75")
    def test_what_cannot_migrate_is_in_the_gap_register(self, world):
        """GPS, service areas, signatures, files, portal, automations: each with what follows and the way out."""
        world.check_gaps(GAPS)

    @pytest.mark.covers("O-23", "O-40")
    def test_nothing_of_positions_and_areas_reaches_the_tenant(self, world):
        """No field is made for GPS preferences or service areas; pictures of signatures are in no text field."""
        names = {name for fields in world.schema.fields.values() for name in fields}

        assert "cf_portal_access" in names
        assert not [name for name in names if "gps" in name or "service_area" in name]
        values = [str(value) for record in world.contacts.values() for value in record["custom_field"].values()]
        assert values and not [value for value in values if value.startswith("data:image")]

    @pytest.mark.covers("O-40")
    def test_the_areas_of_services_are_listed(self, world):
        """What products cannot hold stands on a list: where each service is offered."""
        listed = world.find("handoff", "inventory_service_areas")
        wanted = [(row["name"], row["service_areas"]) for row in world.rows("services") if row["service_areas"]]

        assert wanted and listed.select("name", "service_areas").rows() == wanted

    @pytest.mark.covers("O-60", "O-61")
    def test_what_has_to_be_asked_for_is_a_task(self, world):
        """The work list names the objects to request from support, how long it takes, and to gather meanwhile."""
        parts = world.text("handoff", "rebuild.md").split("\n## ")
        [text] = [part for part in parts if part.startswith("Export request")]
        objects = "Customers, Bookings, Field Workers, Invoices, Payments, Quotes, Services"

        assert f"{objects}, and all custom fields of customers and bookings" in text
        assert "5 to 10 business days" in text and "meanwhile gather from the customer" in text

    @pytest.mark.covers("F-22")
    def test_everything_is_told_by_the_name_freshsales_gives_it(self, world):
        """What is said to stand as records is what the tenant holds, and the rest says as what it stands."""
        found = {row["name"]: row for row in world.find("handoff", "freshsales_names").to_dicts()}
        objects = {
            "Contact": "contact", "Account": "sales_account", "Deal": "deal", "Product": "product", "Task": "task",
            "Event/Meeting": "appointment", "Note": "note", "Custom Module/Object": "cm_property",
        }  # fmt: skip

        counted = {name: int(row["count"]) for name, row in found.items() if row["stands"] == "records"}
        assert counted == {name: len(world.walk.records(object)) for name, object in objects.items()}
        assert found["Product"]["source"] == "services"
        assert "invoice_lines" in found["Deal Product/line item"]["source"]
        assert (
            found["Pipeline Stage"]["stands"] == found["Tag"]["stands"] == found["Custom Field"]["stands"] == "fields"
        )
        assert int(found["User"]["count"]) == len(world.rows("fieldworkers"))
        assert found["Workflow"]["source"] == "Automations"
        assert {row["stands"] for row in found.values()} >= {"users", "nothing", "rebuilt by hand"}
