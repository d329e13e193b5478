"""Patients, referrers, clinics, insurers and staff of a clinic's EHI export, read back from the tenant."""

from __future__ import annotations

import pytest

SEXES = {"F": "Female", "f": "Female", "Female": "Female", "M": "Male", "Male": "Male", "U": "Other"}


class TestPatients:
    @pytest.mark.covers("C-04", "C-10", "C-11")
    def test_a_patient_is_a_contact_under_the_account_of_its_clinic(self, world):
        """Name, birth date and address stand on the contact; its account is the clinic the patient goes to."""
        clinics = {row["id"]: world.accounts[row["name"]]["id"] for row in world.rows("locations")}
        checked = 0
        for row in world.rows("patients"):
            contact = world.contacts[row["pid"]]
            assert (contact["first_name"], contact["last_name"]) == (row["fname"], row["lname"])
            assert (contact["address"], contact["city"], contact["zipcode"]) == (
                row["street"], row["city"], row["postal_code"]
            )  # fmt: skip
            linked = [link["id"] for link in contact.get("sales_accounts") or []]
            assert linked == ([clinics[row["location_id"]]] if row["location_id"] else [])
            checked += bool(linked)
        assert checked > 50

    @pytest.mark.covers("C-10", "C-63")
    def test_birth_date_status_and_policy_are_those_that_count(self, world):
        """0000-00-00 is no birth date, an archived patient says so, and of two first policies the later one counts."""
        truth = world.read_truth("patients")

        assert len(truth) == sum(each["cf_contact_type"] == "Patient" for each in custom(world))
        assert any(row["has_two_first"] for row in truth) and any(row["born"] is None for row in truth)
        for row in truth:
            own = world.contacts[row["pid"]]["custom_field"]
            assert (own.get("cf_date_of_birth") or "")[:10] == (row["born"] or "")
            assert own["cf_patient_status"] == row["status"]
            assert own.get("cf_insurance_carrier") == row["carrier"]
            assert own.get("cf_policy_number") == row["policy"]

    def test_deleted_patients_do_not_come_back(self, world):
        """What the source deleted is no contact, and its rows are accounted for with the reason."""
        deleted = {row["pid"] for row in world.rows("patients_deleted")}
        outcomes = world.walk.results["mapping"].row_outcomes.filter(object="patients_deleted")

        assert deleted and deleted.isdisjoint(world.contacts)
        assert (outcomes.height, set(outcomes["outcome"])) == (len(deleted), {"exclude"})

    def test_eighteen_digits_stay_eighteen_digits(self, world):
        """Ids beyond what a number with a point can hold are text from the file to the tenant."""
        ids = {row["pid"] for row in world.rows("patients")}

        assert all(len(id) == 18 for id in ids)
        assert ids <= world.contacts.keys()

    def test_social_security_numbers_are_nowhere(self, world):
        """The column is dropped while the files are read, and reported."""
        gaps = world.find("handoff", "gaps")

        assert "900-00-" not in str(world.walk.records("contact"))
        assert "ssn" in gaps["field"].to_list()

    @pytest.mark.covers("C-18", "C-19")
    def test_every_policy_is_a_record_of_its_own(self, world):
        """With custom modules each policy is a record with number, group and rank, linked to its patient."""
        payers = {row["id"]: row["name"] for row in world.rows("payers")}
        found = {
            (each["custom_field"]["cf_patient"], each["custom_field"]["cf_policy_number"]): each["custom_field"]
            for each in world.walk.records("cm_coverage")
        }
        rows = world.rows("coverages")

        assert len(found) == len(rows)
        for row in rows:
            own = found[world.contacts[row["pid"]]["id"], row["policy_number"]]
            assert own["cf_carrier"] == payers[row["payer_id"]]
            assert own.get("cf_group_id") == row["group_id"]
            assert own["cf_rank"] == {"1": "Primary", "2": "Secondary"}[row["rank"]]

    @pytest.mark.covers("C-18", "C-19")
    def test_without_modules_two_policies_stand_in_fields_and_all_in_a_note(self, smaller):
        """First and second policy are fields of the contact, and one note on it lists every policy."""
        notes = smaller.marked("note", "coverages")
        second = [row for row in smaller.rows("coverages") if row["rank"] == "2"]

        assert smaller.walk.records("cm_coverage") == []
        assert second
        for row in second:
            assert smaller.contacts[row["pid"]]["custom_field"]["cf_second_policy"] == row["policy_number"]
        written = "\n".join(note["description"] for note in notes.values())
        assert all(row["policy_number"] in written for row in smaller.rows("coverages"))


class TestOwnFields:
    @pytest.mark.covers("C-37", "C-52")
    def test_nested_values_stand_in_fields_of_the_contact(self, world):
        """What the clinic's software nests as JSON is in fields of the contact, each value in the type of its field."""
        seen = 0
        for row in world.rows("patients"):
            own, text = world.contacts[row["pid"]]["custom_field"], row["custom"]
            if text is None:
                assert own.get("cf_blood_group") is None
                continue
            seen += 1
            assert f'"blood_group": "{own["cf_blood_group"]}"' in text
            assert f'"height": {float(own["cf_height_in_cm"]):.2f}' in text
            assert f'"consent": "{own["cf_consent_signed"][:10]}"' in text
            assert own["cf_portal_user"] is ('"portal": true' in text)
            chosen = set((own.get("cf_allergies") or "").split(";")) - {""}
            assert chosen == {word for word in ("Pollen", "Latex, powdered") if f'"{word}"' in text}
        assert seen > 50

    @pytest.mark.covers("C-38", "C-52")
    def test_fields_get_the_type_the_clinic_gave_them_before_the_first_record(self, world):
        """Text, list, several choices, number, date and tick are made as such, and none after a record."""
        fields = world.schema.fields["contact"]
        types = {name: fields[f"cf_{name}"].type for name in (
            "blood_group", "height_in_cm", "allergies", "consent_signed", "portal_user", "language"
        )}  # fmt: skip
        paths = [(entry["method"], entry["path"]) for entry in world.walk.app.state.tenant.journal()]
        made = [place for place, (method, path) in enumerate(paths) if method == "POST" and "/forms/" in path]
        writes = [place for place, (method, path) in enumerate(paths) if method == "POST" and "upsert" in path]

        assert types == {
            "blood_group": "dropdown", "height_in_cm": "decimal", "allergies": "multi_select_dropdown",
            "consent_signed": "date", "portal_user": "checkbox", "language": "text",
        }  # fmt: skip
        assert "Latex, powdered" in fields["cf_allergies"].choices
        assert max(made) < min(writes)


class TestAccounts:
    @pytest.mark.covers("C-11", "C-17", "C-18")
    def test_clinics_hang_below_their_group_and_payers_are_accounts(self, world):
        """The clinic's address stands on its account, whose parent is the organisation; each insurer is an account."""
        for row in world.rows("locations"):
            account = world.accounts[row["name"]]
            assert (account["address"], account["zipcode"]) == (row["street"], row["postal_code"])
            assert account["custom_field"]["cf_account_kind"] == "Clinic"
            assert account["parent_sales_account_id"] == world.accounts[row["parent"]]["id"]
        for row in world.rows("payers"):
            assert world.accounts[row["name"]]["custom_field"]["cf_account_kind"] == "Payer"

    @pytest.mark.covers("C-30", "C-31")
    def test_referrers_are_contacts_of_their_practice_in_a_territory(self, world):
        """A referrer is a contact of that type; both spellings of a practice are one account with a territory."""
        territories = {choice.id: choice.name for choice in world.schema.selectors["territories"]}
        practices = {
            account["name"].upper(): account for account in world.accounts.values()
            if account["custom_field"].get("cf_account_kind") == "Practice"
        }  # fmt: skip
        rows = world.rows("referrers")

        assert len(practices) == len(rows) // 2
        for row in rows:
            contact, practice = world.contacts[row["id"]], practices[row["practice"].strip().upper()]
            assert f"Dr {contact['first_name']} {contact['last_name']}" == row["name"]
            assert contact["custom_field"]["cf_contact_type"] == "Referrer"
            assert contact["custom_field"]["cf_specialty"] == row["specialty"]
            assert [link["id"] for link in contact["sales_accounts"]] == [practice["id"]]
            assert territories[practice["territory_id"]] == "Default"

    def test_a_patient_says_who_sent_it(self, world):
        """The name of the referrer stands on the contact."""
        names = {row["id"]: row["name"] for row in world.rows("referrers")}
        for row in world.rows("patients"):
            assert world.contacts[row["pid"]]["custom_field"].get("cf_referred_by") == names.get(row["referrer_id"])


class TestStaff:
    @pytest.mark.covers("C-27", "C-28", "C-64")
    def test_staff_own_their_records_by_email_and_nothing_is_without_owner(self, world):
        """A provider with a user owns patients, bills and visits; the others' go to the fallback, with their name."""
        users = {user.email: user.id for user in world.schema.users if user.is_active}
        staff, seen = world.by("providers"), {True: 0, False: 0}
        for row in world.rows("patients"):
            contact, provider = world.contacts[row["pid"]], staff.get(row["primary_provider_id"])
            if provider is None:
                assert contact["owner_id"]
                continue
            known = provider["email"] in users
            seen[known] += 1
            assert contact["owner_id"] == users[provider["email"] if known else "admin@tenant.example"]
            assert contact["custom_field"].get("cf_source_owner") == (None if known else provider["name"])
        assert all(seen.values())
        for object in ("contact", "sales_account", "deal", "task", "appointment"):
            assert all(record["owner_id"] for record in world.walk.records(object))

    @pytest.mark.covers("C-29")
    def test_staff_without_email_are_flagged_before_the_load(self, world):
        """The list the admin gets with the mapping says of whom an address is missing, and who has left."""
        listed = {row["source_id"]: row for row in world.walk.results["mapping"].owners.to_dicts()}
        flagged = {
            row["source_id"] for row in world.walk.results["discovery"].roster.to_dicts() if "no e-mail" in row["role"]
        }

        assert flagged == {row["id"] for row in world.rows("providers") if row["email"] is None} != set()
        assert all(listed[id]["email"] is None for id in flagged & listed.keys())


def custom(world) -> list[dict]:
    """The custom fields of every contact."""
    return [record["custom_field"] for record in world.walk.records("contact")]
