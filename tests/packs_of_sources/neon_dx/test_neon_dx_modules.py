"""The customer's own objects of NEON-dX: drafted from the schema, with lookups and formulas, on the tenant."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.freshsales.schema import read_schema

CUSTOM = ("co_device", "co_household", "co_loyalty_tier")


class TestModules:
    @pytest.mark.covers("N-30", "N-32", "N-73")
    def test_every_record_of_an_object_of_the_customers_own_is_one_of_a_module(self, world):
        """No line of the pack as it ships names these objects: they are drafted from what the export says of them."""
        for name in CUSTOM:
            ids = {row[f"{name.removeprefix('co_').removeprefix('loyalty_')}_id"] for row in world.rows(name)}
            assert world.own(f"cm_{name.removeprefix('co_')}").keys() == ids

    @pytest.mark.covers("N-30", "N-31", "N-35", "N-65")
    def test_fields_have_the_types_the_source_gives_them(self, world):
        """Currency, date, yes and no, picklist and multi-select; the tenant has each field before anything loads."""
        plan = world.walk.results["mapping"].schema_plan.filter(pl.col("destination").str.starts_with("cm_"))
        types = {(row["destination"], row["name"]): row["type"] for row in plan.iter_rows(named=True)}

        assert set(plan["state"]) <= {"created", "present"}
        assert types["cm_device", "cf_price"] == types["cm_device", "cf_burden"] == "number"
        assert types["cm_device", "cf_bought_on"] == "date" and types["cm_device", "cf_insured"] == "checkbox"
        assert types["cm_device", "cf_system"] == "dropdown" and types["cm_loyalty_tier", "cf_level"] == "text"
        assert types["cm_loyalty_tier", "cf_benefits"] == "multi_select_dropdown"
        for row in world.rows("co_device"):
            own = world.own("cm_device")[row["device_id"]]["custom_field"]
            assert (own["cf_price"], own["cf_system"]) == (row["price"], row["system"])
            assert own["cf_bought_on"][:10] == row["bought_on"] and bool(own.get("cf_insured")) == row["is_insured"]

    @pytest.mark.covers("N-31", "N-35", "N-77")
    def test_lookups_point_at_the_records_they_pointed_at(self, world):
        """A device at its owner, a household at its head and its tier, and the tier back at the household."""
        devices, households = world.own("cm_device"), world.own("cm_household")
        tiers = world.own("cm_loyalty_tier")
        for row in world.rows("co_device"):
            owner = world.contacts[world.survivor(row["profile_id"])]
            assert devices[row["device_id"]]["custom_field"]["cf_owner"] == owner["id"]
        for row in world.rows("co_household"):
            own = households[row["household_id"]]["custom_field"]
            assert own["cf_head"] == world.contacts[world.survivor(row["head_profile_id"])]["id"]
            assert own["cf_tier"] == tiers[row["tier_id"]]["id"]
        for row in world.rows("co_loyalty_tier"):
            assert tiers[row["tier_id"]]["custom_field"]["cf_household"] == households[row["household_id"]]["id"]

    @pytest.mark.covers("N-69")
    def test_an_option_with_a_comma_stays_one_value(self, world):
        """Benefits of a tier, with the options the schema names."""
        options = {"Lounge access", "Calls, abroad", "Free SIM"}
        tiers, seen = world.own("cm_loyalty_tier"), 0
        for row in world.rows("co_loyalty_tier"):
            values = set(filter(None, (tiers[row["tier_id"]]["custom_field"].get("cf_benefits") or "").split(";")))
            assert values == {option for option in options if option in (row["benefits"] or "")}
            seen += "Calls, abroad" in values
        assert seen


class TestFormulas:
    @pytest.mark.covers("N-33", "N-61")
    def test_formulas_stand_in_the_order_they_need_each_other(self, world):
        """A formula over another object's fields comes after those, and after the formula it is made of."""
        formulas = {
            f"{row['object']}.{row['field']}": row for row in world.find("handoff", "inventory_formulas").to_dicts()
        }
        burden, rate = formulas["co_device.burden"], formulas["co_device.monthly_rate"]

        assert int(rate["order"]) < int(burden["order"])
        assert burden["needs"] == "co_device.monthly_rate, customer_profiles.arpu_30d"

    @pytest.mark.covers("N-61", "N-63")
    def test_a_circle_is_named_before_anything_loads(self, world):
        """Discovery names both fields of the circle; neither is evaluated, and what was exported arrives."""
        circle = world.facts["formula_cycle"]
        named = {f"{row['object']}.{row['field']}": row["gap"] for row in world.gaps if "circle" in row["gap"]}

        assert set(named) == set(circle)
        assert all(f"{circle[0]} -> {circle[1]} -> {circle[0]}" in gap for gap in named.values())
        households = world.own("cm_household")
        for row in world.rows("co_household"):
            assert float(households[row["household_id"]]["custom_field"]["cf_weight"]) == row["weight"]

    @pytest.mark.covers("N-63")
    def test_a_lookup_to_an_object_nobody_knows_is_named_before_anything_loads(self, world):
        """The register names field and object; the id arrives as text."""
        (found,) = [row for row in world.gaps if "does not describe" in row["gap"]]

        assert world.facts["missing_lookup"] == {f"{found['object']}.{found['field']}": "co_store"}
        assert "co_store" in found["gap"]
        stores = {id: record["custom_field"]["cf_store"] for id, record in world.own("cm_device").items()}
        assert stores == {row["device_id"]: row["store_id"] for row in world.rows("co_device")}

    @pytest.mark.covers("N-71")
    def test_formulas_make_what_the_source_makes(self, world):
        """Where the source exported a value it arrives; where it exported none, what the formula makes does."""
        devices, evaluated = world.own("cm_device"), 0
        for row in world.rows("co_device"):
            own, truth = devices[row["device_id"]]["custom_field"], world.devices[row["device_id"]]
            for field in ("monthly_rate", "burden"):
                wanted = truth[field] if row[field] is None else row[field]
                assert own[f"cf_{field}"] == pytest.approx(wanted)
                evaluated += row[field] is None
        assert evaluated > 10

    @pytest.mark.covers("N-71")
    def test_exported_values_that_the_formula_does_not_make_are_listed(self, world):
        """Exactly the rows whose exported value is out of date, with both values, before anything is loaded."""
        differences = world.find("discovery", "inventory_formula_differences").to_dicts()
        listed = [row for row in differences if row["field"] == "monthly_rate"]
        rows = world.rows("co_device")
        stale = {id for id, row in world.devices.items() if row["is_stale_rate"]}

        assert {rows[int(row["row"]) - 1]["device_id"] for row in listed} == stale and stale
        for row in listed:
            assert float(row["exported"]) == pytest.approx(float(row["evaluated"]) + 1)


class TestSmallerPlans:
    @pytest.mark.covers("N-30")
    def test_without_modules_each_is_a_note_on_whom_it_belongs_to(self, small):
        """On Growth a device is a note on its owner that holds every field, the value of formulas among them."""
        notes = small.marked("note", "co_device")

        assert notes.keys() == {row["device_id"] for row in small.rows("co_device")}
        for row in small.rows("co_device"):
            lines, truth = notes[row["device_id"]]["description"].split("\n"), small.devices[row["device_id"]]
            wanted = row["monthly_rate"] if row["monthly_rate"] is not None else truth["monthly_rate"]
            assert f"Model: {row['model']}" in lines
            assert any(line == f"Monthly rate: {wanted:g}" or line == f"Monthly rate: {wanted}" for line in lines)
            owner = small.contacts[small.survivor(row["profile_id"])]["id"]
            assert [int(link["id"]) for link in notes[row["device_id"]]["targetables"]] == [owner]

    @pytest.mark.covers("N-19", "N-30")
    def test_what_belongs_to_nobody_is_written_down(self, small):
        """Loyalty tiers, campaigns and offers have no contact to hang on: each is a row of a list."""
        for name, key in (("co_loyalty_tier", "tier_id"), ("campaigns", "campaign_id"), ("offers", "offer_id")):
            listed = {row[key] for row in small.find("discovery", f"inventory_{name}").to_dicts()}
            assert listed == {row[key] for row in small.rows(name)}

    @pytest.mark.parametrize("plan", ["small", "mapped"])
    def test_every_row_has_an_outcome_on_every_plan(self, plan, request):
        """Nothing is left open on Growth or Pro, the tenant lacks nothing, each row of each file is accounted for."""
        world = request.getfixturevalue(plan)
        mapping = world.walk.results["mapping"]
        read = dict(world.walk.results["discovery"].files.group_by("object").agg(pl.col("staged").sum()).iter_rows())
        outcomes = dict(mapping.row_outcomes.group_by("object").len().iter_rows())

        assert mapping.open_points == () and mapping.schema_plan.filter(pl.col("state") == "missing").is_empty()
        assert {name: outcomes[name] for name in read} == read and len(read) == 15

    @pytest.mark.covers("N-64", "N-65")
    def test_the_schema_is_designed_for_the_licence_held(self, world, small, mapped):
        """Modules on Enterprise only; on every plan the tenant has each field the mapping fills before the load."""
        for each, has_modules in ((world, True), (small, False), (mapped, False)):
            phases = each.walk.results["mapping"].phases
            with each.walk.connect() as tenant:
                fields = {name: set(known) for name, known in read_schema(tenant, plan=each.walk.plan).fields.items()}
            assert any(phase.destination.startswith("cm_") for phase in phases) == has_modules
            for phase in (phase for phase in phases if phase.destination != "note"):
                assert {rule.to for rule in phase.fields if rule.to.startswith("cf_")} <= fields[phase.destination]
            assert "cf_arpu_30_days" in fields["contact"] and "cf_arpu_30_days" in fields["sales_account"]
