"""Customers of OctopusPro, who else stands on their card, their own fields, and the staff."""

from __future__ import annotations

import polars as pl
import pytest


class TestCustomers:
    @pytest.mark.covers("O-10", "O-11")
    def test_a_customer_is_a_contact_under_an_account_with_the_billing_address(self, world):
        """Each customer gives one contact and its parent account; the address stands on the account."""
        customers = world.rows("customers")

        assert len(world.accounts) == len(customers)
        for row in customers:
            contact, account = world.contacts[row["customer_id"]], world.accounts[row["customer_id"]]
            assert [link["id"] for link in contact["sales_accounts"]] == [account["id"]]
            assert (account["address"], account["city"], account["zipcode"]) == (
                row["address"], row["suburb"], row["postcode"]
            )  # fmt: skip
            assert (contact["first_name"], contact["last_name"]) == (row["first_name"], row["last_name"])

    @pytest.mark.covers("O-11")
    def test_contact_details_go_to_the_contact(self, world):
        """E-mail and numbers of the card stand on the contact; without both there is a marked placeholder."""
        for row in world.rows("customers"):
            contact = world.contacts[row["customer_id"]]
            found = [each["value"] for each in contact.get("emails") or []]
            is_silent = not (row["email"] or contact.get("mobile_number"))
            assert found == (
                [f"{row['customer_id']}@placeholder.invalid"] if is_silent else [row["email"]] * bool(row["email"])
            )
            assert bool(contact["custom_field"].get("cf_placeholder_email")) == is_silent
            if row["mobile"] and row["mobile"].startswith("04"):
                assert contact["mobile_number"] == f"+61{row['mobile'][1:]}"

    def test_an_account_goes_by_the_business_or_else_by_the_person(self, world):
        """A business without a business name is called as the person who speaks for it."""
        nameless = [
            row for row in world.rows("customers") if row["customer_type"] == "Business" and not row["business_name"]
        ]

        assert nameless
        for row in world.read_truth("customers"):
            assert world.accounts[row["id"]]["name"].startswith(row["account"])

    def test_states_are_spelled_in_one_way(self, world):
        """Vic, VICTORIA and Victoria are one state on account and contact."""
        written = {row["state"] for row in world.rows("customers")}
        truth = {row["id"]: row["state"] for row in world.read_truth("customers")}

        assert len(written) > len(set(truth.values()))
        assert {id: account["state"] for id, account in world.accounts.items()} == truth

    @pytest.mark.covers("O-10")
    def test_second_and_third_people_are_contacts_of_the_same_account(self, world):
        """Whoever else stands on a card is a contact of their own under the customer's account, and says so."""
        people = sum(row["people"] for row in world.read_truth("customers"))
        more = {id: record for id, record in world.contacts.items() if "-" in id}

        assert (len(world.contacts), len(more)) == (people, people - len(world.accounts))
        for id, record in more.items():
            assert record["sales_accounts"][0]["id"] == world.accounts[id.split("-")[0]]["id"]
            assert record["custom_field"]["cf_second_person"] is True

    @pytest.mark.covers("O-13", "O-53")
    def test_portal_access_is_kept_and_its_settings_are_named_as_a_gap(self, world):
        """The contact says who could see the portal; that the settings stay behind is in the gap register."""
        for row in world.rows("customers"):
            ticked = world.contacts[row["customer_id"]]["custom_field"].get("cf_portal_access")
            assert bool(ticked) == (row["portal_enabled"] == "Yes")
        gaps = world.find("handoff", "gaps").filter(pl.col("field") == "portal_enabled")
        assert gaps["gap"].to_list() == ["Portal settings do not migrate"]

    def test_passwords_and_bank_accounts_are_nowhere(self, world):
        """Secret columns are dropped while reading, and reported with their number of cells."""
        staged = world.walk.engagement.latest_run("discovery").path / "staged"
        gaps = world.find("handoff", "gaps").filter(pl.col("gap").str.starts_with("A secret column"))

        assert "password" not in pl.read_parquet_schema(staged / "customers.parquet")
        assert set(gaps["field"]) == {"password", "bank_name", "bank_account", "tax_number"}
        assert "pw-" not in str(world.walk.records("contact"))

    @pytest.mark.covers("O-64")
    def test_properties_are_records_of_a_module(self, world):
        """With custom modules each child, pet, vehicle or site is a record that names its customer."""
        found = {each["custom_field"]["cf_source_id"]: each for each in world.walk.records("cm_property")}

        assert found.keys() == world.by("customer_properties", "property_id").keys()
        for id, row in world.by("customer_properties", "property_id").items():
            assert found[id]["custom_field"]["cf_customer"] == world.contacts[row["customer_id"]]["id"]


class TestOwnFields:
    @pytest.mark.covers("O-12", "O-41", "O-43", "O-44")
    def test_values_stand_in_fields_of_the_contact(self, world):
        """Each value of a customer's own field is on the contact, read by the type the account gave it."""
        readers = {
            "101": ("cf_gate_code", str),
            "102": ("cf_pets", lambda text: set(text.replace("Dog, large", "large").split(", "))),
            "103": ("cf_preferred_day", str),
            "105": ("cf_newsletter", lambda text: text == "1"),
            "106": ("cf_key_held", lambda text: text == "true"),
            "107": ("cf_first_visit", str),
            "109": ("cf_terms_signature", lambda text: "Signed in OctopusPro; take the signature again"),
            "110": ("cf_house_photo", str),
        }
        seen = set()
        for row in world.rows("custom_values"):
            if row["field_id"] in readers:
                name, read = readers[row["field_id"]]
                value = world.contacts[row["record_id"]]["custom_field"].get(name)
                if name == "cf_pets":
                    value = set("large" if each == "Dog, large" else each for each in value.split(";"))
                if name == "cf_first_visit":
                    value = value[:10]
                expected = read(row["value"])
                assert value == expected or (expected is False and not value), name
                seen.add(name)
        assert len(seen) == len(readers)

    @pytest.mark.covers("O-42", "O-54", "O-65")
    def test_fields_get_the_type_the_account_gave_them(self, world):
        """Text, number, date, list, tick and several choices become fields of the same type in the tenant."""
        contact, deal = world.schema.fields["contact"], world.schema.fields["deal"]
        types = {
            name: contact[name].type
            for name in (
                "cf_gate_code",
                "cf_square_metres",
                "cf_first_visit",
                "cf_preferred_day",
                "cf_newsletter",
                "cf_pets",
            )
        }

        assert types == {
            "cf_gate_code": "text",
            "cf_square_metres": "decimal",
            "cf_first_visit": "date",
            "cf_preferred_day": "dropdown",
            "cf_newsletter": "checkbox",
            "cf_pets": "multi_select_dropdown",
        }
        assert "Dog, large" in contact["cf_pets"].choices
        assert "cf_vehicle_registration" in deal and "cf_vehicle_registration" not in contact

    @pytest.mark.covers("O-42", "O-46")
    def test_fields_are_there_before_the_first_record(self, world):
        """No field is made after a record: every form change comes before the first write of contacts or deals."""
        paths = [(entry["method"], entry["path"]) for entry in world.walk.app.state.tenant.journal()]
        made = [place for place, (method, path) in enumerate(paths) if method == "POST" and "/forms/" in path]
        writes = [
            place for place, (method, path) in enumerate(paths)
            if method in ("POST", "PUT") and ("bulk_upsert" in path or "/upsert" in path)
        ]  # fmt: skip

        assert made and writes
        assert max(made) < min(writes)

    @pytest.mark.covers("O-54")
    def test_the_field_map_names_every_own_field(self, world):
        """Which fields the account made is read from the export, and each stands in the map with its destination."""
        fields = world.find("mapping", "field_map").filter(pl.col("field").str.starts_with("custom_values."))
        listed = [row["field_id"] for row in world.rows("custom_fields") if row["scope"] in ("customer", "booking")]

        assert set(fields["field"].str.strip_prefix("custom_values.")) == set(listed)
        assert fields["to"].null_count() == 0

    def test_a_label_the_pack_uses_already_gets_the_id_behind_it(self, world):
        """The account's own field Title stands beside the title of the card, and overwrites nothing."""
        own = {row["record_id"]: row["value"] for row in world.rows("custom_values") if row["field_id"] == "111"}

        assert own
        for id, value in own.items():
            assert world.contacts[id]["custom_field"]["cf_title_111"] == value

    @pytest.mark.covers("O-65")
    def test_values_that_do_not_fit_their_type_are_counted(self, world):
        """A number field with words in it is a line of the gap register with the number of such values."""
        wrong = [row for row in world.rows("custom_values") if row["field_id"] == "104" and "about" in row["value"]]
        gaps = world.find("handoff", "gaps").filter(pl.col("field") == "Square metres")

        assert wrong
        assert gaps["gap"].to_list() == [f"{len(wrong):,} values are not written as decimal"]


class TestStaff:
    @pytest.mark.covers("O-03", "O-20", "O-22", "O-68")
    def test_workers_are_users_by_email_and_those_who_left_are_not(self, world):
        """A worker with a user owns their jobs; the jobs of one who left go to the fallback, with the name kept."""
        users = {user.email: user.id for user in world.schema.users if user.is_active}
        workers = world.by("fieldworkers", "id")
        seen = {True: 0, False: 0}
        for row in world.rows("bookings"):
            deal, worker = world.deals[world.jobs[row["booking_id"]]], workers.get(row["owner_id"])
            if worker is None:
                continue
            known = worker["email"] in users
            seen[known] += 1
            assert deal["owner_id"] == users[worker["email"] if known else "admin@tenant.example"]
            assert deal["custom_field"].get("cf_source_owner") == (None if known else worker["display_name"])
        assert all(seen.values())

    @pytest.mark.covers("O-20", "O-21", "O-69")
    def test_the_owner_list_names_role_state_and_placeholder(self, world):
        """The admin's list says of every worker which role, whether active, and whose address is made up."""
        listed = {row["source_id"]: row for row in world.find("handoff", "owners").to_dicts()}

        for id, row in world.by("fieldworkers", "id").items():
            state = "active" if row["active"] == "Yes" else "inactive"
            assert listed[id]["role"].startswith(f"{row['role']}, {state}")
            assert listed[id]["email"] == (row["email"] or f"fieldworker-{id}@placeholder.invalid")
            assert ("placeholder e-mail" in listed[id]["role"]) == (row["email"] is None)

    def test_pay_rates_stay_on_the_written_list(self, world):
        """What a worker is paid is on no record of the tenant, and on the list of workers."""
        listed = world.find("handoff", "inventory_fieldworkers")

        assert listed["pay_rate"].to_list() == [row["pay_rate"] for row in world.rows("fieldworkers")]
