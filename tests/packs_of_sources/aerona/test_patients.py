"""Patients, practices and staff of AeronaClinic, on the tenant."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from workbench.compiled import read_templates
from workbench.records import build_records, derive_columns
from workbench.sources.files import read_staged

TREATMENTS = ("1", "2", "3", "4", "5")
CANCELLED = "6"


def iso(day: str | None) -> str | None:
    """A day of the source as Freshsales writes it."""
    return datetime.strptime(day, "%d/%m/%Y").date().isoformat() if day else None


def cut(value: str | None) -> str | None:
    """The day of a date field."""
    return value[:10] if value else None


def list_treated(world) -> set[str]:
    """The patients with an appointment for a treatment that was not cancelled, by who stands for them in the end."""
    return {
        world.survivor(row["patientId"])
        for row in world.rows("appointments")
        if row["patientId"] and row["appointmentTypeId"] in TREATMENTS and row["appointmentStatusId"] != CANCELLED
    }


class TestContacts:
    @pytest.mark.covers("A-10", "A-12")
    def test_each_patient_is_one_contact_with_the_source_id(self, world):
        """Every patient who was not merged stands once, under the id of the source; the merged ones do not."""
        patients = world.by("patients", "patientId")
        standing = {id for id, row in patients.items() if not row["mergedIntoId"]}

        assert world.contacts.keys() == standing
        assert len(world.walk.records("contact")) == len(standing) < len(patients)

    @pytest.mark.covers("A-13", "A-10")
    def test_who_has_no_treatment_appointment_is_a_lead(self, world):
        """Whoever only asked, was referred, or cancelled stands in the stage Lead; the others are customers."""
        treated = list_treated(world)
        stages = {id: world.name_of("lifecycle_stages", r["lifecycle_stage_id"]) for id, r in world.contacts.items()}

        assert stages == {id: "Customer" if id in treated else "Lead" for id in world.contacts}
        assert 3 < sum(stage == "Lead" for stage in stages.values()) < len(stages) / 2

    @pytest.mark.covers("A-13")
    def test_a_cancelled_treatment_makes_no_patient(self, world):
        """Somebody has nothing but a cancelled treatment, and is a lead all the same."""
        treated = list_treated(world)
        cancelled = {
            world.survivor(row["patientId"]) for row in world.rows("appointments")
            if row["appointmentTypeId"] in TREATMENTS and row["appointmentStatusId"] == CANCELLED
        } - treated  # fmt: skip

        assert cancelled
        assert {world.name_of("lifecycle_stages", world.contacts[id]["lifecycle_stage_id"]) for id in cancelled} == {
            "Lead"
        }

    @pytest.mark.covers("A-14", "A-15")
    def test_a_lead_is_new_unless_its_source_has_a_stage(self, world):
        """The table of the pack gives referrals their status, others are New; the type of referral stands beside."""
        patients = world.by("patients", "patientId")
        stages = {"GP referral": "Contacted", "Dentist referral": "Contacted", "Insurance": "Interested"}
        seen = set()
        for id in world.contacts.keys() - list_treated(world):
            record, source = world.contacts[id], patients[id]["customFields.referralSource"]
            status = world.name_of("contact_statuses", record["contact_status_id"])
            assert status == stages.get(source, "New")
            assert record["custom_field"].get("cf_referral_source") == source
            assert record["custom_field"].get("cf_referring_provider") == patients[id]["referrer"]
            seen.add(status)
        assert len(seen) > 1

    @pytest.mark.covers("A-14")
    def test_a_lead_of_whom_nobody_said_where_from_is_new_as_well(self, world):
        """An empty source leaves the status to no one: the tenant is told New, and need not choose by itself."""
        engagement = world.walk.engagement
        staged = read_staged(engagement.latest_run("discovery").path / "staged")
        unknown = staged["patients"].with_columns(pl.lit(None, pl.String).alias("customFields.referralSource"))
        phase = next(phase for phase in world.walk.results["mapping"].phases if phase.name == "patients.lead")

        records = build_records(phase, derive_columns(staged | {"patients": unknown}, read_templates(engagement)[0]))

        assert records.height > 3 and set(records["contact_status_id"]) == {"New"}

    @pytest.mark.covers("A-11")
    def test_names_address_birth_and_gender_are_kept(self, world):
        """Of patients nobody was merged into, each value is that of the export; dd/MM/yyyy is read as such."""
        survivors = {row["mergedIntoId"] for row in world.rows("patients")}
        genders = {"Female": "Female", "Male": "Male", "Other": "Other", None: None}
        days = 0
        for id, row in world.by("patients", "patientId").items():
            if row["mergedIntoId"] or id in survivors:
                continue
            record, own = world.contacts[id], world.contacts[id]["custom_field"]
            assert (record["first_name"], record["last_name"]) == (row["firstName"], row["surname"])
            assert record["address"] == ", ".join(filter(None, (row["address1"], row["address2"])))
            assert (record["city"], record["zipcode"]) == (row["town"], row["postcode"])
            assert cut(own["cf_date_of_birth"]) == iso(row["dateOfBirth"])
            assert own.get("cf_gender") == genders[row["gender"]]
            assert own.get("cf_title") == row["title"]
            assert cut(own.get("cf_next_recall")) == iso(row["nextRecallDate"])
            assert bool(own.get("cf_recall_exempt")) == (row["recallExempt"] == "true")
            days += int(row["dateOfBirth"][:2]) > 12
        assert days > 20

    @pytest.mark.covers("A-11")
    def test_telephones_of_both_countries_are_read(self, world):
        """085 is an Irish number, 07700 one of the United Kingdom, and each is written with its country."""
        patients, seen = world.by("patients", "patientId"), set()
        for id, record in world.contacts.items():
            digits = "".join(filter(str.isdigit, patients[id]["mobile"] or ""))
            if digits:
                tail = digits[-6:]
                wanted = f"+447700{tail}" if digits.startswith("07700") else f"+35385{digits[-7:]}"
                assert record["mobile_number"] == wanted
                seen.add(wanted[:3])
        assert seen == {"+44", "+35"}

    @pytest.mark.covers("A-11")
    def test_of_a_household_the_eldest_has_the_email(self, world):
        """An e-mail that two patients share stands on the elder one; the other has it as that of the household."""
        truth = world.truth("patients")
        shared = 0
        for id, record in world.contacts.items():
            mail, holder = truth[id]["email"], truth[id]["holder"]
            has_it = id == holder or holder not in world.contacts
            emails = [
                each["value"]
                for each in record.get("emails") or []
                if not each["value"].endswith("placeholder.invalid")
            ]
            assert emails == ([mail] if mail and has_it else [])
            assert record["custom_field"].get("cf_household_email") == (mail if mail and not has_it else None)
            shared += bool(mail and not has_it)
        assert shared > 5

    @pytest.mark.covers("A-12")
    def test_merged_patients_leave_no_dangling_ids(self, world):
        """What a merged patient had hangs on the one who stays, also where that one was merged once more."""
        merged = {id: row["survivor"] for id, row in world.truth("patients").items() if row["survivor"] != id}
        chained = {row["mergedIntoId"] for row in world.rows("patients")} & merged.keys()
        moved = {row["appointmentId"]: row["patientId"] for row in world.rows("appointments")
                 if row["patientId"] in merged}  # fmt: skip

        assert chained and len(moved) > 2
        for id, patient in moved.items():
            links = [link["id"] for link in world.activities[id]["targetables"]]
            assert links == [world.contacts[merged[patient]]["id"]]
        outcomes = world.walk.results["mapping"].row_outcomes.filter(
            (pl.col("object") == "patients") & (pl.col("outcome") == "merge")
        )
        assert set(outcomes["reason"]) == {f"repeats {survivor}" for survivor in merged.values()}
        assert set(world.walk.results["discovery"].duplicates["state"]) == {"merged"}


class TestOwnFields:
    @pytest.mark.covers("A-39", "A-40")
    def test_fields_of_the_clinic_keep_their_type(self, world):
        """A list is a dropdown, a day a date, free text a text; every value is on its contact."""
        kinds = {field.name: field.type for field in world.schema.fields["contact"].values()}
        survivors = {row["mergedIntoId"] for row in world.rows("patients")}
        types = {
            "cf_referral_source": "dropdown", "cf_preferred_time": "dropdown", "cf_anxiety_level": "dropdown",
            "cf_last_review": "date", "cf_sedation_consent": "date", "cf_insurance_provider": "text",
        }  # fmt: skip
        columns = {
            "cf_referral_source": "referralSource", "cf_preferred_time": "preferredTime",
            "cf_anxiety_level": "anxietyLevel", "cf_last_review": "lastReview",
            "cf_sedation_consent": "sedationConsent", "cf_insurance_provider": "insuranceProvider",
        }  # fmt: skip

        assert {name: kinds[name] for name in types} == types
        for name, column in columns.items():
            found = 0
            for id, row in world.by("patients", "patientId").items():
                if row["mergedIntoId"] or id in survivors:
                    continue
                value, kept = row[f"customFields.{column}"], world.contacts[id]["custom_field"].get(name)
                assert (cut(kept) if types[name] == "date" else kept) == (
                    iso(value) if types[name] == "date" else value
                )
                found += value is not None
            assert found > 5

    @pytest.mark.covers("A-41", "A-61")
    def test_fields_are_made_before_the_first_record(self, world):
        """Fields nobody planned wait for a decision; with it they are created by the mapping, before any load."""
        waiting = [point.split(":")[0] for point in world.walk.results["first mapping"].open_points]
        plan = world.walk.results["first mapping"].schema_plan

        assert waiting == ["patients.customFields.anxietyLevel", "patients.customFields.sedationConsent"]
        assert {"cf_referral_source", "cf_preferred_time", "cf_last_review"} <= set(
            plan.filter(pl.col("state") == "created")["name"]
        )
        later = world.walk.results["mapping"].schema_plan
        assert {"cf_anxiety_level", "cf_sedation_consent"} <= set(later.filter(pl.col("state") == "created")["name"])
        assert world.walk.results["mapping"].open_points == ()
        made, written = [], []
        for place, entry in enumerate(world.walk.app.state.tenant.journal()):
            if entry["method"] == "POST":
                (made if "/forms/" in entry["path"] else written if "upsert" in entry["path"] else []).append(place)
        assert made and written and max(made) < min(written)


class TestPractices:
    @pytest.mark.covers("A-42")
    def test_each_practice_is_an_account(self, world):
        """Name, address and telephone, that of Belfast with the code of the United Kingdom."""
        for id, row in world.by("practices", "practiceId").items():
            account = world.accounts[id]
            assert (account["name"], account["address"]) == (row["name"], row["address"])
            country = "44" if "Belfast" in row["address"] else "353"
            assert account["phone"] == "+" + country + row["phone"].replace(" ", "")[1:]

    @pytest.mark.covers("A-43", "A-68")
    def test_patients_hang_on_their_practice_or_on_unassigned(self, world):
        """Without a practice, or with one that is gone, a patient hangs on the account Unassigned; nobody on none."""
        truth, seen = world.truth("patients"), set()
        assert world.accounts["unassigned"]["name"] == "Unassigned"
        survivors = {row["mergedIntoId"] for row in world.rows("patients")}
        for id, record in world.contacts.items():
            if id not in survivors:
                linked = [link["id"] for link in record["sales_accounts"]]
                assert linked == [world.accounts[truth[id]["practice"]]["id"]]
                seen.add(truth[id]["practice"])
        assert "unassigned" in seen and len(seen) == 5
        assert all(record["sales_accounts"] for record in world.contacts.values())

    @pytest.mark.covers("A-44")
    def test_accounts_say_who_works_there(self, world):
        """Each clinician with an appointment at a practice stands on its account, with the role, once."""
        people = {row["userId"]: f"{row['firstName']} {row['surname']}, {row['role']}"
                  for row in world.rows("clinicians")}  # fmt: skip
        for id in world.by("practices", "practiceId"):
            seen = {people[row["userId"]] for row in world.rows("appointments")
                    if row["practiceId"] == id and row["userId"] in people}  # fmt: skip
            listed = world.accounts[id]["custom_field"]["cf_providers"].split("\n")
            assert sorted(listed) == sorted(seen)


class TestStaff:
    @pytest.mark.covers("A-22", "A-23", "A-64")
    def test_providers_are_matched_by_email(self, world):
        """Who is a user owns what is theirs; the owner list says how each was found."""
        owners = {row["source_id"]: row for row in world.walk.results["mapping"].owners.to_dicts() if row["source_id"]}
        clinicians = world.by("clinicians", "userId")

        found = {row["email"] for row in owners.values() if row["resolution"] == "email"}
        assert found == {"aoife.byrne@tenant.example", "conor.walsh@tenant.example", "ruth.kerr@tenant.example"}
        mine = {id for id, row in owners.items() if row["resolution"] == "email"}
        checked = 0
        for id, row in world.by("appointments", "appointmentId").items():
            if row["userId"] in mine and id in world.activities:
                assert world.user(world.activities[id]["owner_id"]) == clinicians[row["userId"]]["email"]
                checked += 1
        assert checked > 20

    @pytest.mark.covers("A-25", "A-65", "A-66", "A-64")
    def test_whoever_is_no_user_leaves_records_to_the_fallback(self, world):
        """Without e-mail, gone, or unknown: flagged before the load, owned by the fallback, the name kept."""
        owners = {row["source_id"]: row for row in world.walk.results["mapping"].owners.to_dicts()}
        flagged = {id for id, row in owners.items() if row["resolution"] == "fallback"}

        assert {"504", "505", "999"} <= flagged and owners["504"]["email"] is None
        for id, row in world.by("appointments", "appointmentId").items():
            if row["userId"] in flagged and id in world.activities:
                assert world.user(world.activities[id]["owner_id"]) == "admin@tenant.example"
        for object in ("contact", "sales_account", "deal", "task", "appointment", "cm_treatment_plan"):
            assert all(record["owner_id"] for record in world.walk.records(object))

    @pytest.mark.covers("A-24")
    def test_roles_stand_on_the_list_for_a_field_of_users(self, world):
        """Users are not made by the API: the list names each with role, and the work list says what to do with it."""
        listed = world.find("handoff", "inventory_clinicians")

        assert dict(listed.select("userId", "role").iter_rows()) == {
            id: row["role"] for id, row in world.by("clinicians", "userId").items()
        }
        assert "custom field for the role" in world.text("handoff", "rebuild.md")
