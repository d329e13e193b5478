"""Appointments, treatment plans, notes and documents of AeronaClinic, on the tenant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from tests.packs_of_sources.aerona.conftest import PART
from tests.packs_of_sources.world import MARK
from workbench.notes import join_parts

DUBLIN = ZoneInfo("Europe/Dublin")
PLAN_STATUS = {"Proposed": "Proposed", "Active": "In progress", "Completed": "Completed", "Declined": "Declined"}


def read(moment: str) -> datetime:
    """A time of the source, which is that of the clinic."""
    return datetime.strptime(moment, "%d/%m/%Y %H:%M").replace(tzinfo=DUBLIN).astimezone(UTC)


def parse(moment: str) -> datetime:
    """A time of the tenant."""
    return datetime.fromisoformat(moment).astimezone(UTC)


def write(moment: datetime) -> str:
    """A time as it stands in texts."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def lines_of(record: dict) -> dict[str, str]:
    """The lines `Name: value` of an activity's text."""
    return dict(line.split(": ", 1) for line in record["description"].split("\n") if ": " in line)


class TestAppointments:
    @pytest.mark.covers("A-16", "A-19", "A-06")
    def test_slots_are_appointments_and_cancelled_ones_tasks(self, world):
        """On the largest plan what was cancelled is a task, every other slot an appointment; each stands once."""
        rows = {id: row for id, row in world.by("appointments", "appointmentId").items() if row["patientId"]}
        events, tasks = world.marked("appointment", "appointments"), world.marked("task", "appointments")
        cancelled = {id for id, row in rows.items() if row["appointmentStatusId"] == "6"}

        assert cancelled and tasks.keys() == cancelled
        assert events.keys() == rows.keys() - cancelled
        assert len(world.walk.records("appointment")) == len(events)

    @pytest.mark.covers("A-16", "A-17", "A-06", "A-18")
    def test_tasks_keep_times_and_status(self, smaller):
        """On Growth all are tasks, on Pro the cancelled ones: due when they began, with start, end and status."""
        names = {row["id"]: row for row in smaller.rows("appointment_types")}
        statuses = {row["id"]: row["name"] for row in smaller.rows("appointment_statuses")}
        tasks = smaller.marked("task", "appointments")
        rows = {id: row for id, row in smaller.by("appointments", "appointmentId").items() if row["patientId"]}
        if smaller.walk.plan == "pro":
            assert len(smaller.walk.records("appointment")) == sum(
                r["appointmentStatusId"] != "6" for r in rows.values()
            )
            rows = {id: row for id, row in rows.items() if row["appointmentStatusId"] == "6"}

        assert tasks.keys() == rows.keys() and (smaller.walk.plan == "pro" or not smaller.walk.records("appointment"))
        for id, row in rows.items():
            task, start, said = tasks[id], read(row["appointmentTime"]), lines_of(tasks[id])
            minutes = int(row["duration"] or names[row["appointmentTypeId"]]["defaultDuration"])
            assert task["title"] == f"Appointment: {names[row['appointmentTypeId']]['name']}"
            assert parse(task["due_date"]) == start
            assert (said["Start"], said["End"]) == (write(start), write(start + timedelta(minutes=minutes)))
            assert said["Status"] == statuses[row["appointmentStatusId"]]
            assert task["status"] == int(said["Status"] not in ("Booked", "Confirmed"))

    @pytest.mark.covers("A-20", "A-17")
    def test_events_keep_subject_start_and_end(self, world):
        """The name of the type, the clinic's own time in summer and winter, the type's minutes where none are given."""
        types = {row["id"]: row for row in world.rows("appointment_types")}
        rows, offsets, without = world.by("appointments", "appointmentId"), set(), 0
        for id, event in world.marked("appointment", "appointments").items():
            row, start = rows[id], read(rows[id]["appointmentTime"])
            minutes = int(row["duration"] or types[row["appointmentTypeId"]]["defaultDuration"])
            assert event["title"] == f"Appointment: {types[row['appointmentTypeId']]['name']}"
            assert parse(event["from_date"]) == start
            assert parse(event["end_date"]) == start + timedelta(minutes=minutes)
            offsets.add(start.astimezone(DUBLIN).utcoffset())
            without += row["duration"] is None
        assert len(offsets) == 2 and without

    @pytest.mark.covers("A-21")
    def test_all_day_and_reminder_flags_are_kept(self, world):
        """The flag of a whole day is that of the appointment; both original flags stand in its text."""
        rows, whole = world.by("appointments", "appointmentId"), 0
        for id, record in world.activities.items():
            said = lines_of(record)
            assert (said["All_Day_Event"], said["Reminder_Flag"]) == (rows[id]["allDay"], rows[id]["reminderSent"])
        for id, event in world.marked("appointment", "appointments").items():
            assert event["is_allday"] is (rows[id]["allDay"] == "true")
            whole += event["is_allday"]
        assert whole

    @pytest.mark.covers("A-18")
    def test_the_last_status_is_a_list_on_the_contact(self, world):
        """Tasks and appointments have no fields of their own: the contact has a list with the last one's status."""
        statuses = {row["id"]: row["name"] for row in world.rows("appointment_statuses")}
        last: dict[str, tuple[datetime, str]] = {}
        for row in world.rows("appointments"):
            if row["patientId"]:
                time, patient = read(row["appointmentTime"]), world.survivor(row["patientId"])
                if patient not in last or time > last[patient][0]:
                    last[patient] = (time, statuses[row["appointmentStatusId"]])
        field = world.schema.fields["contact"]["cf_last_appointment_status"]

        assert field.type == "dropdown" and set(statuses.values()) <= set(field.choices)
        for id, record in world.contacts.items():
            wanted = last[id][1] if id in last else None
            assert record["custom_field"].get("cf_last_appointment_status") == wanted

    @pytest.mark.covers("A-63")
    def test_blocked_time_is_listed_and_not_guessed(self, world):
        """A slot without a patient is no record; it stands on a list with the reason."""
        blocked = {row["appointmentId"] for row in world.rows("appointments") if row["patientId"] is None}

        assert blocked and not blocked & world.activities.keys()
        assert set(world.find("handoff", "inventory_appointments_nobody")["appointmentId"]) == blocked


class TestPlans:
    @pytest.mark.covers("A-26", "A-27", "A-28", "A-70")
    def test_on_enterprise_each_plan_is_a_record_of_a_module(self, world):
        """Status, codes, tooth surfaces, materials and fees of every plan, with the contact it is for."""
        found = {each["custom_field"]["cf_source_id"]: each for each in world.walk.records("cm_treatment_plan")}
        items: dict[str, list[dict]] = {}
        for row in world.rows("treatment_items"):
            items.setdefault(row["planId"], []).append(row)
        assert found.keys() == world.by("treatment_plans", "planId").keys()
        for id, row in world.by("treatment_plans", "planId").items():
            own, mine = found[id]["custom_field"], items[id]
            assert own["cf_patient"] == world.contact_of(row["patientId"])
            assert own["cf_status"] == PLAN_STATUS[row["status"]]
            assert own["cf_estimated_fee"] == sum(float(each["fee"][1:]) for each in mine)
            assert set(own["cf_procedure_codes"].split(";")) == {each["procedureCode"] for each in mine}
            assert set((own.get("cf_materials") or "").split(";")) - {""} == {
                e["material"] for e in mine if e["material"]
            }
            places = {" ".join(filter(None, (e["tooth"], e["surfaces"]))) for e in mine} - {""}
            assert {each.strip() for each in (own.get("cf_tooth_surfaces") or "").split(";")} - {""} == places
            lines = own["cf_items"].split("\n")
            assert len(lines) == len(mine)
            for line, each in zip(lines, mine, strict=True):
                assert each["fee"] in line and each["status"] in line and each["procedureCode"] in line
            assert own["cf_currency"] == {"€": "EUR", "£": "GBP"}[mine[0]["fee"][0]]

    @pytest.mark.covers("A-26", "A-27", "A-29")
    def test_below_enterprise_the_active_plan_stands_on_the_contact(self, smaller):
        """Growth and Pro have no modules: status, codes and fee are fields of the contact, each plan is a note."""
        patients: dict[str, list[dict]] = {}
        for row in smaller.rows("treatment_plans"):
            patients.setdefault(smaller.survivor(row["patientId"]), []).append(row)
        fees: dict[str, float] = {}
        codes: dict[str, set[str]] = {}
        for row in smaller.rows("treatment_items"):
            fees[row["planId"]] = fees.get(row["planId"], 0) + float(row["fee"][1:])
            codes.setdefault(row["planId"], set()).add(row["procedureCode"])
        several = 0
        for patient, plans in patients.items():
            own = smaller.contacts[patient]["custom_field"]
            active = [row for row in plans if row["status"] == "Active"]
            rest = active or plans
            if len(rest) == 1 or active:
                chosen = max(rest, key=lambda row: read(row["createdAt"]))
                assert own["cf_treatment_plan_status"] == PLAN_STATUS[chosen["status"]]
                assert own["cf_estimated_fee"] == fees[chosen["planId"]]
                assert set(own["cf_procedure_code"].split(";")) == codes[chosen["planId"]]
                several += len(plans) > 1
        notes = smaller.marked("note", "treatment_plans")

        assert several and notes.keys() == smaller.by("treatment_plans", "planId").keys()
        assert all(float(lines_of(note)["Fees"]) == fees[id] for id, note in notes.items())


class TestNotes:
    def test_quotes_of_the_old_encoding_are_read(self, world):
        """notes.csv is cp1252: its typographic quotes, dashes and dots arrive as such."""
        files = world.walk.results["discovery"].files
        texts = "".join(record["description"] for record in world.walk.records("note"))

        assert files.filter(pl.col("object") == "notes")["encoding"].item().lower().replace("-", "") in (
            "cp1252",
            "windows1252",
        )
        assert all(mark in texts for mark in "“”’–…•")

    @pytest.mark.covers("A-30", "A-31", "A-32")
    def test_notes_stand_on_their_patient_with_time_and_provider(self, world):
        """Each note opens with its original time and its provider; long ones are split, numbered and lose nothing."""
        people = {row["userId"]: f"{row['firstName']} {row['surname']}" for row in world.rows("clinicians")}
        parts: dict[str, dict[int, dict]] = {}
        for record in world.walk.records("note"):
            mark, number = MARK.search(record["description"]), PART.match(record["description"])
            if mark[1] == "notes":
                parts.setdefault(mark[2].partition("#")[0], {})[int(number[1]) if number else 1] = record
        rows = {id: row for id, row in world.by("notes", "noteId").items() if world.survivor(row["patientId"])}

        assert parts.keys() == rows.keys()
        for id, row in rows.items():
            texts = [MARK.sub("", parts[id][place]["description"]).rstrip("\n") for place in sorted(parts[id])]
            whole = join_parts(texts) if len(texts) > 1 else texts[0]
            assert whole.startswith(f"{write(read(row['createdAt']))} Clinical note\n")
            assert (f"\nProvider: {people[row['userId']]}\n" in whole) if row["userId"] else ("Provider" not in whole)
            assert "".join(whole.split()).endswith("".join(row["text"].split()))
            assert {part["targetables"][0]["id"] for part in parts[id].values()} == {world.contact_of(row["patientId"])}
        counts = sorted(len(each) for each in parts.values())
        assert counts[-1] > 9 and counts[-2] > 1
        assert max(len(record["description"]) for record in world.walk.records("note")) <= 10_000

    @pytest.mark.covers("A-63", "A-60")
    def test_notes_of_purged_patients_are_listed(self, world):
        """A note whose patient is not in the export makes no contact; it is listed, and the register counts it."""
        purged = {row["noteId"] for row in world.rows("notes") if world.survivor(row["patientId"]) is None}
        gaps = world.find("handoff", "gaps").filter((pl.col("object") == "notes") & (pl.col("field") == "patientId"))

        assert purged and set(world.find("handoff", "inventory_notes_purged")["noteId"]) == purged
        assert gaps["gap"].to_list() == [f"{len(purged)} of 64 values are no patientId of patients"]


class TestDocuments:
    @pytest.mark.covers("A-45", "A-47")
    def test_documents_are_files_on_the_contact(self, world):
        """Each file hangs on its patient under its own name, with the time it was uploaded in the clinic."""
        records = world.walk.records("document")
        found = {(record["file_name"], record["targetables"][0]["id"]): record for record in records}
        lost = {row["documentId"] for row in world.rows("documents") if not (world.source / row["path"]).exists()}

        assert len(lost) == 1 and len(found) == len(world.rows("documents")) - 1
        for row in world.rows("documents"):
            stem, dot, ending = row["filename"].rpartition(".")
            time = read(row["uploadedAt"]).strftime("%Y-%m-%d %H.%M")
            key = (f"{stem} ({time}){dot}{ending}", world.contact_of(row["patientId"]))
            assert (key in found) is (row["documentId"] not in lost)
            if key in found:
                assert found[key]["file_size"] == (world.source / row["path"]).stat().st_size

    @pytest.mark.covers("A-45")
    def test_a_file_above_25_megabytes_is_uploaded(self, world):
        """A scan of 26 MB stands in the tenant as a whole; the plan takes files of 150."""
        large = [record for record in world.walk.records("document") if record["file_size"] > 25 * 1024**2]

        assert [record["file_size"] for record in large] == [26 * 1024**2]

    @pytest.mark.covers("A-63")
    def test_a_document_without_its_file_is_held_by_name(self, world):
        """What is missing is held with what would release it, and nothing else is."""
        held = world.walk.results["load"].held

        assert held.select("phase", "code").rows() == [("documents.of_patient", "file_missing")]
        assert held["release"].item().startswith("add the file to the export")
