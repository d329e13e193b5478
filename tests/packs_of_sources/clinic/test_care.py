"""Appointments, bills, plans, laboratory results and documents of a clinic's EHI export, read back from the tenant."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

NEW_YORK = ZoneInfo("America/New_York")
SHORT = ("Check-in", "Follow-up call")


class TestAppointments:
    @pytest.mark.covers("C-04", "C-12", "C-13", "C-14", "C-15")
    def test_visits_hold_a_slot_and_check_ins_are_tasks_at_their_original_time(self, world):
        """The clock of the clinic is read with its zone: starts and ends are the moments they were in New York."""
        visits, tasks = world.marked("appointment", "appointments"), world.marked("task", "appointments")
        held = set(world.walk.results["load"].held["external_id"])
        for row in world.rows("appointments"):
            if row["id"] in held:
                assert row["id"] not in visits and row["id"] not in tasks
            elif row["type"] in SHORT:
                assert moment(tasks[row["id"]]["due_date"]) == local(row["starts_at"])
            else:
                visit = visits[row["id"]]
                found = moment(visit["from_date"]), moment(visit["end_date"])
                assert found == (local(row["starts_at"]), local(row["ends_at"]))
        assert len(visits) > 50 and len(tasks) > 30

    @pytest.mark.covers("C-12", "C-15", "C-66")
    def test_every_activity_hangs_on_its_patient_and_names_who_saw_it(self, world):
        """Links point at the patient of the row; the provider owns it or is named."""
        staff = {row["id"]: row["name"] for row in world.rows("providers")}
        rows, checked = world.by("appointments"), 0
        for object in ("appointment", "task"):
            for id, record in world.marked(object, "appointments").items():
                patient = world.contacts[rows[id]["pid"]]
                assert [link["id"] for link in record["targetables"]] == [patient["id"]]
                name = staff.get(rows[id]["provider_id"])
                assert (
                    f"Provider: {name}" in record["description"] if name else "Provider:" not in record["description"]
                )
                checked += 1
        assert checked > 100

    @pytest.mark.covers("C-45")
    def test_who_did_not_arrive_can_be_counted(self, world):
        """The no-show rate can be rebuilt: what was missed says so, and what was not does not."""
        rows = world.by("appointments")
        found = world.marked("appointment", "appointments") | world.marked("task", "appointments")
        missed = {id for id, record in found.items() if "Did not arrive: yes" in record["description"]}

        assert missed == {id for id in found if rows[id]["did_not_arrive"] == "1"} != set()

    def test_what_cannot_be_placed_is_held_by_name(self, world):
        """Appointments of deleted patients and of nobody wait, and so does the one in the hour the clocks leave out."""
        held = {
            row["external_id"]: row["code"]
            for row in world.walk.results["load"].held.to_dicts()
            if row["phase"].startswith("app")
        }
        known = world.contacts.keys()
        lost = {row["id"]: "parent_missing" for row in world.rows("appointments") if row["pid"] not in known}
        skipped = {
            row["id"]: "missing_required" for row in world.rows("appointments")
            if row["starts_at"].startswith("2025-03-09 02:30")
        }  # fmt: skip

        assert lost and skipped
        assert held == lost | skipped


class TestBills:
    @pytest.mark.covers("C-20", "C-22")
    def test_each_billed_encounter_is_one_deal_of_its_patient(self, world):
        """One deal an encounter with an invoice, one for each invoice whose encounter is lost, none for the rest."""
        truth = world.read_truth("invoices")
        patients = {row["bill"]: row["pid"] for row in truth}
        deals = world.own("deal")

        assert any(bill.startswith("invoice-") for bill in patients)
        assert deals.keys() == patients.keys()
        for bill, pid in patients.items():
            assert [link["id"] for link in deals[bill]["contacts"]] == [world.contacts[pid]["id"]]

    @pytest.mark.covers("C-20", "C-21", "C-63", "C-66")
    def test_amounts_are_exact_to_the_cent(self, world):
        """Billed, paid and outstanding of all invoices of a bill stand in the deal, and their sums are the export's."""
        billed, paid = defaultdict(int), defaultdict(int)
        for row in world.read_truth("invoices"):
            billed[row["bill"]] += row["billed"]
            paid[row["bill"]] += row["paid"]
        for bill, deal in world.own("deal").items():
            own = deal["custom_field"]
            assert cents(deal["amount"]) == billed[bill]
            assert cents(own["cf_amount_paid"]) == paid[bill]
            assert cents(own["cf_outstanding"]) == billed[bill] - paid[bill]
        assert sum(billed.values()) == sum(cents(row["billed"]) for row in world.rows("invoices"))

    @pytest.mark.covers("C-21")
    def test_payment_date_invoice_number_and_denial_stand_in_fields(self, world):
        """The last dated payment gives the date; a claim that was denied gives its code; every number is named."""
        invoices, bills = defaultdict(list), {row["number"]: row["bill"] for row in world.read_truth("invoices")}
        for number, bill in bills.items():
            invoices[bill].append(number)
        dates, denied = defaultdict(list), {row["bill"] for row in world.read_truth("invoices") if row["is_denied"]}
        for row in world.rows("payments"):
            if row["invoice_number"] in bills and row["date"] != "0000-00-00":
                dates[bills[row["invoice_number"]]].append(row["date"])
        codes = {row["encounter_id"]: row["denial_code"] for row in world.rows("claims")}

        assert denied and dates
        for bill, deal in world.own("deal").items():
            own = deal["custom_field"]
            assert own["cf_invoice_number"] in invoices[bill]
            assert sorted(own["cf_invoices"].split("\n")) == sorted(invoices[bill])
            assert (own.get("cf_payment_date") or "")[:10] == max(dates[bill], default="")
            assert own.get("cf_denial_status") == (codes[bill] if bill in denied else None)
            assert (own.get("cf_claim_status") == "Denied") == (bill in denied)

    def test_the_stage_says_how_much_is_paid(self, world):
        """All paid is won, a part is under negotiation, nothing is new."""
        names = {choice.id: choice.name for choice in world.schema.selectors["deal_stages"]}
        seen = set()
        for deal in world.walk.records("deal"):
            state = deal["custom_field"]["cf_payment_state"]
            seen.add(state)
            assert names[deal["deal_stage_id"]] == {"Paid": "Won", "Partly paid": "Negotiation", "Unpaid": "New"}[state]
        assert len(seen) == 3


class TestTreatment:
    @pytest.mark.covers("C-05", "C-24", "C-25", "C-26")
    def test_plans_are_records_of_a_module_that_point_at_their_patient(self, world):
        """Diagnosis, procedures, dates and status of each plan are fields, and the lookup names the contact."""
        plans, rows = world.own("cm_treatment_plan"), world.by("treatment_plans")

        assert plans.keys() == rows.keys()
        for id, row in rows.items():
            own = plans[id]["custom_field"]
            assert own["cf_patient"] == world.contacts[row["pid"]]["id"]
            assert (own["cf_icd_10_diagnosis"], own["cf_cpt_procedures"]) == (row["icd10"], row["cpt"])
            assert own["cf_start_date"][:10] == row["start"]
            assert (own.get("cf_end_date") or "0000-00-00")[:10] == row["end"]
            assert own["cf_status"] == row["status"].capitalize()

    @pytest.mark.covers("C-05", "C-24", "C-33", "C-34")
    def test_without_modules_the_latest_stands_on_the_contact_and_all_in_notes(self, smaller):
        """Latest plan and result are fields of the contact; one note lists all plans, another all results."""
        latest = {}
        for row in sorted(smaller.rows("treatment_plans"), key=lambda row: row["start"]):
            latest[row["pid"]] = row
        plans = "\n".join(note["description"] for note in smaller.marked("note", "treatment_plans").values())
        labs = "\n".join(note["description"] for note in smaller.marked("note", "labs").values())

        for pid, row in latest.items():
            own = smaller.contacts[pid]["custom_field"]
            assert (own["cf_treatment_plan"], own["cf_treatment_plan_status"]) == (
                row["name"], row["status"].capitalize()
            )  # fmt: skip
        assert all(f"[{row['id']}]" in plans for row in smaller.rows("treatment_plans"))
        for row in smaller.rows("labs"):
            if row["value"]:
                assert f"{row['value']} {row['unit']} (reference {row['ref_range']}) [{row['id']}]" in labs
                assert smaller.contacts[row["pid"]]["custom_field"]["cf_lab_result"]

    @pytest.mark.covers("C-32", "C-33")
    def test_results_with_a_value_are_records_with_unit_range_and_date(self, world):
        """Each measured result is a record of its own, linked to the patient, its value as it was written."""
        found = world.own("cm_lab_result")
        measured = {id: row for id, row in world.by("labs").items() if row["value"]}

        assert found.keys() == measured.keys()
        for id, row in measured.items():
            own = found[id]["custom_field"]
            assert own["cf_patient"] == world.contacts[row["pid"]]["id"]
            assert (own["cf_test_name"], own["cf_value"], own["cf_unit"], own["cf_reference_range"]) == (
                row["test"], row["value"], row["unit"], row["ref_range"]
            )  # fmt: skip
            assert own["cf_date"][:10] == row["date"]

    @pytest.mark.covers("C-32", "C-34")
    def test_results_as_text_are_notes_word_for_word(self, world):
        """What the laboratory sent as text stands in a note on the patient with every line of it."""
        notes = world.marked("note", "labs")
        texts = {id: row for id, row in world.by("labs").items() if not row["value"]}

        assert notes.keys() == texts.keys() != set()
        for id, row in texts.items():
            assert row["raw_text"] in notes[id]["description"]
            assert [link["id"] for link in notes[id]["targetables"]] == [world.contacts[row["pid"]]["id"]]

    @pytest.mark.covers("C-34")
    def test_notes_of_encounters_read_as_text(self, world):
        """Markup is gone, what a reader saw of it stands there, and marks that stood for letters are letters."""
        notes = world.marked("note", "encounter_notes")
        written = {row["id"]: row for row in world.rows("encounters") if row["note"]}

        assert notes.keys() == written.keys()
        for id, row in written.items():
            assert f"Seen for {row['reason']}.\n- Advice & plan given" in notes[id]["description"]
            assert "<" not in notes[id]["description"]


class TestDocuments:
    @pytest.mark.covers("C-35", "C-53")
    def test_files_hang_on_their_patient_byte_for_byte(self, world):
        """Consents, referrals and cards are uploaded as they are; the ones that are missing are held by name."""
        uploads = {row["external_id"]: row for row in world.walk.results["load"].uploads.to_dicts()}
        held = set(world.walk.results["load"].held.filter(code="file_missing")["external_id"])
        kinds, lost = set(), set()
        for row in world.rows("documents"):
            path = world.source / "documents" / row["pid"] / row["file"]
            if not path.exists():
                lost.add(row["id"])
                continue
            kinds.add(row["kind"])
            assert uploads[row["id"]]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert kinds == {"Consent", "Imaging referral", "Insurance card"}
        assert held == lost != set()
        there = defaultdict(int)
        for record in world.walk.records("document"):
            there[record["targetables"][0]["id"]] += 1
        for row in world.rows("documents"):
            if row["id"] not in lost:
                there[world.contacts[row["pid"]]["id"]] -= 1
        assert set(there.values()) == {0}


def local(text: str) -> datetime:
    """A time of the clinic's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def moment(text: str) -> datetime:
    """A time of the tenant."""
    return datetime.fromisoformat(text)


def cents(amount: str | float) -> int:
    """An amount in cents, exactly."""
    return int(Decimal(str(amount)) * 100)
