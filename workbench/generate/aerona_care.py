"""Appointments, treatment plans, notes, recalls and documents of a made-up AeronaClinic export."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from workbench.generate.aerona_people import (
    EXPORTED,
    MOMENT,
    OPENED,
    PURGED,
    THERE,
    Columns,
    N,
    Sizes,
    find_root,
    find_sign,
    is_lead,
    write_clinician,
    write_number,
    write_patient,
    write_practice,
)
from workbench.generate.dice import Dice, look_up
from workbench.generate.quirks import leave_empty
from workbench.generate.written import draw_time, write_plain, write_time

# Name and minutes; the last three are no treatment.
TYPES = (
    ("Examination", 30), ("Hygiene", 30), ("Filling", 45), ("Root canal", 90), ("Crown fitting", 60),
    ("New patient enquiry", 15), ("Referral consultation", 30), ("Staff meeting", 60),
)  # fmt: skip
TREATMENTS = 5
STATUSES = ("Booked", "Confirmed", "Arrived", "Completed", "Did not attend", "Cancelled")
CANCELLED = 6
# Code, what it is, material, euros.
PROCEDURES = (
    ("EX01", "Examination", "", 45), ("HY02", "Scale and polish", "", 60), ("FI11", "Filling", "composite", 110),
    ("FI12", "Filling", "amalgam", 90), ("RC21", "Root canal treatment", "gutta-percha", 420),
    ("CR31", "Crown", "zirconia", 750), ("EXT5", "Extraction", "", 95),
)  # fmt: skip
TEETH = ("11", "16", "21", "26", "36", "37", "46", "48")
SURFACES = ("M", "O", "MO", "DO", "MOD", "B")
PLAN_STATUSES = ("Proposed", "Active", "Active", "Active", "Completed", "Declined")
LONG, LONGEST = 29, 61  # every so many notes is long, every so many fills 100 kB
SENTENCES = (
    "Patient reports “sharp” pain on the lower left – worse at night.",
    "Patient’s gums are healthy; no bleeding on probing…",
    "Medical history checked: allergic to penicillin • no other flags.",
    "Discussed options and fees – “happy to go ahead”.",
)
DOCUMENTS = (
    ("Consent form.pdf", "application/pdf"), ("OPG x-ray.png", "image/png"), ("Referral letter.pdf", "application/pdf"),
)  # fmt: skip


def list_types() -> pl.DataFrame:
    """appointment_types.csv."""
    return pl.DataFrame(
        [{"id": str(place), "name": name, "defaultDuration": str(minutes)}
         for place, (name, minutes) in enumerate(TYPES, start=1)]
    )  # fmt: skip


def list_statuses() -> pl.DataFrame:
    """appointment_statuses.csv."""
    return pl.DataFrame([{"id": str(place), "name": name} for place, name in enumerate(STATUSES, start=1)])


def make_appointments(dice: Dice, sizes: Sizes) -> Columns:
    """appointments.csv: two to a patient at most; the last are blocked slots without a patient."""
    is_blocked, patient = sizes.visits <= N, N // 2
    all_day, type_ = dice.happens(N, "all day", 0.06), draw_type(dice, sizes)
    day = draw_time(dice, N, "visit", since=OPENED, until=datetime(2026, 6, 1)).dt.truncate("1d")
    slot = day + pl.duration(hours=8 + dice.below(N, "hour", 9), minutes=15 * dice.below(N, "quarter", 4))
    return {
        "appointmentId": write_number(200_001, N),
        "practiceId": write_practice(dice.below(N, "at", sizes.practices)),
        "userId": pl.when(dice.happens(N, "gone", 0.02))
        .then(pl.lit("999"))
        .otherwise(write_clinician(dice.below(N, "by", sizes.clinicians))),
        "patientId": pl.when(~is_blocked).then(write_patient(patient)),
        "appointmentTypeId": (type_ + 1).cast(pl.String),
        "appointmentStatusId": draw_status(dice, sizes).cast(pl.String),
        "appointmentTime": write_time(pl.when(all_day).then(day).otherwise(slot), MOMENT),
        "duration": leave_empty(dice, N, "no duration", 0.06, look_up(type_, [str(minutes) for _, minutes in TYPES])),
        "emergency": dice.pick(N, "emergency", ("false", "false", "false", "true")),
        "appointmentNotes": leave_empty(dice, N, "no notes", 0.5, dice.pick(N, "notes", SENTENCES)),
        "allDay": pl.when(all_day).then(pl.lit("true")).otherwise(pl.lit("false")),
        "reminderSent": dice.pick(N, "reminder", ("true", "false")),
        "createdViaApi": dice.pick(N, "api", ("false", "false", "true")),
        THERE: is_blocked | _has_visit(dice),
    }


def draw_type(dice: Dice, sizes: Sizes) -> pl.Expr:
    """The place of the appointment's type; whoever only asked has no treatment but one that was cancelled."""
    any_treatment = dice.below(N, "treatment", TREATMENTS)
    asked = pl.when(dice.happens(N, "cancelled one", 0.3)).then(any_treatment).otherwise(
        TREATMENTS + dice.below(N, "asked", 2)
    )  # fmt: skip
    treated = pl.when((N % 2 == 0) | dice.happens(N, "again", 0.8)).then(any_treatment).otherwise(TREATMENTS + 1)
    return (
        pl.when(sizes.visits <= N).then(len(TYPES) - 1)
        .when(is_lead(dice, find_root(dice, N // 2))).then(asked).otherwise(treated)
    )  # fmt: skip


def draw_status(dice: Dice, sizes: Sizes) -> pl.Expr:
    """The number of its status; a patient who was treated has one that was not cancelled."""
    lead = is_lead(dice, find_root(dice, N // 2)) & (sizes.visits > N)
    is_treatment = draw_type(dice, sizes) < TREATMENTS
    free, kept = dice.between(N, "status", 1, CANCELLED), dice.between(N, "status", 1, CANCELLED - 1)
    return pl.when(lead & is_treatment).then(CANCELLED).when(N % 2 == 0).then(kept).otherwise(free)


def make_plans(dice: Dice, sizes: Sizes) -> Columns:
    """treatment_plans.csv."""
    status = draw_plan_status(dice, N)
    created = draw_time(dice, N, "planned", since=OPENED, until=EXPORTED)
    accepted = ~status.is_in(["Proposed", "Declined"])
    return {
        "planId": write_plan(N),
        "patientId": write_patient(draw_plan_patient(dice, N, sizes)),
        "userId": write_clinician(dice.below(N, "planned by", sizes.clinicians)),
        "status": status,
        "createdAt": write_time(created, MOMENT),
        "acceptedAt": pl.when(accepted).then(write_time(created + pl.duration(days=3), MOMENT)),
    }


def draw_plan_status(dice: Dice, number: pl.Expr) -> pl.Expr:
    """How far the plan of that number has come."""
    return dice.pick(number, "plan status", PLAN_STATUSES)


def draw_plan_patient(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    """The number of the patient the plan of that number is for."""
    return dice.below(number, "plan of", sizes.patients)


def make_items(dice: Dice, sizes: Sizes) -> Columns:
    """treatment_items.csv: two or three to a plan."""
    plan = N // 3
    place = dice.below(N, "procedure", len(PROCEDURES))
    sign = find_sign(dice, draw_plan_patient(dice, plan, sizes), sizes)
    material = look_up(place, [each[2] for each in PROCEDURES])
    done = (draw_plan_status(dice, plan) == "Completed") | dice.happens(N, "done", 0.3)
    return {
        "itemId": write_number(400_001, N),
        "planId": write_plan(plan),
        "procedureCode": look_up(place, [each[0] for each in PROCEDURES]),
        "tooth": leave_empty(dice, N, "no tooth", 0.2, dice.pick(N, "tooth", TEETH)),
        "surfaces": leave_empty(dice, N, "no surface", 0.4, dice.pick(N, "surface", SURFACES)),
        "material": pl.when(material != "").then(material),
        "fee": sign + write_plain(look_up(place, [str(each[3] * 100) for each in PROCEDURES]).cast(pl.Int64)),
        "discount": pl.when(dice.happens(N, "discount", 0.2)).then(sign + "5.00"),
        "status": pl.when(done).then(pl.lit("Completed")).otherwise(pl.lit("Planned")),
        "completedAt": pl.when(done).then(
            write_time(draw_time(dice, N, "completed", since=OPENED, until=EXPORTED), MOMENT)
        ),
        THERE: (N % 3 < 2) | dice.happens(N, "third item", 0.5),
    }


def make_notes(dice: Dice, sizes: Sizes) -> Columns:
    """notes.csv, in cp1252: typographic quotes, long texts, a few of patients that were purged."""
    patient = dice.below(N, "note of", sizes.patients)
    times = pl.when(N % LONGEST == LONGEST - 1).then(400).when(N % LONG == LONG - 1).then(60).otherwise(1)
    text = pl.concat_str([pl.lit(" ".join(SENTENCES) + "\n")]).repeat_by(times).list.join("")
    is_purged = N % 47 == 46
    return {
        "noteId": write_number(500_001, N),
        "patientId": pl.when(is_purged).then(write_patient(N + PURGED)).otherwise(write_patient(patient)),
        "userId": leave_empty(dice, N, "no author", 0.05, write_clinician(dice.below(N, "author", sizes.clinicians))),
        "appointmentId": pl.when(~is_purged & dice.happens(N, "at a visit", 0.6) & _has_visit(dice, patient * 2)).then(
            write_number(200_001, patient * 2)
        ),
        "createdAt": write_time(draw_time(dice, N, "noted", since=OPENED, until=EXPORTED), MOMENT),
        "text": pl.when(times == 1).then(dice.pick(N, "text", SENTENCES)).otherwise(text.str.strip_chars_end()),
    }


def make_recalls(dice: Dice, sizes: Sizes) -> Columns:
    """recalls.csv."""
    due = draw_time(dice, N, "due", since=EXPORTED, until=datetime(2027, 3, 1))
    return {
        "patientId": write_patient(N * 2),
        "type": dice.pick(N, "recall type", ("Six-month check", "Hygiene recall", "Orthodontic review")),
        "dueDate": write_time(due, "%d/%m/%Y"),
        "method": dice.pick(N, "method", ("SMS", "E-mail", "Letter")),
    }


def make_documents(dice: Dice, sizes: Sizes) -> Columns:
    """documents.csv; where each file lies is said relative to the export."""
    kind, patient = N % len(DOCUMENTS), N * 5
    name = look_up(kind, [each[0] for each in DOCUMENTS])
    return {
        "documentId": write_number(900_001, N),
        "patientId": write_patient(patient),
        "filename": name,
        "mime": look_up(kind, [each[1] for each in DOCUMENTS]),
        "bytes": (N + 40).cast(pl.String),
        "uploadedAt": write_time(draw_time(dice, N, "uploaded", since=OPENED, until=EXPORTED), MOMENT),
        "path": "documents/" + write_patient(patient) + "/" + write_number(900_001, N) + "-" + name,
    }


def write_plan(number: pl.Expr) -> pl.Expr:
    """The id of a treatment plan."""
    return write_number(300_001, number)


def _has_visit(dice: Dice, number: pl.Expr = N) -> pl.Expr:
    """Whether the appointment of that number was ever made."""
    lead = is_lead(dice, find_root(dice, number // 2))
    return pl.when(lead).then(dice.happens(number, "asked for", 0.5)).otherwise(
        (number % 2 == 0) | dice.happens(number, "second visit", 0.7)
    )  # fmt: skip
