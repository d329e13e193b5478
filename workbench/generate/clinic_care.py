"""The care of a made-up clinic export: appointments, encounters, treatment plans, laboratory results, documents."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from workbench.generate.clinic_around import draw_location, write_location, write_provider
from workbench.generate.clinic_sizes import (
    EXPORTED,
    NO_DATE,
    NO_TIME,
    OPENED,
    Columns,
    N,
    Sizes,
    write_moment,
    write_patient,
)
from workbench.generate.dice import Dice, look_up
from workbench.generate.quirks import leave_empty, sometimes
from workbench.generate.written import write_time

# What is booked, and for how many minutes; the last two hold no slot of the calendar.
TYPES = (
    ("New patient", 60),
    ("Consultation", 30),
    ("Procedure", 45),
    ("Annual exam", 40),
    ("Check-in", 10),
    ("Follow-up call", 15),
)
NOTES = ("Fasting", "Brings interpreter,\nplease plan time", "=SUM(A1:A9)")
STATUSES = ("Completed",) * 6 + ("Booked", "Cancelled", "No show")
REASONS = (
    ("Hypertension", "I10"),
    ("Type 2 diabetes", "E11.9"),
    ("Low back pain", "M54.50"),
    ("Asthma", "J45.909"),
    ("Eczema", "L30.9"),
)
ENDED = ("completed", "Completed", "revoked")
PROCEDURES = ("99213", "99214", "93000", "36415", "97110", "20610")
# Test, LOINC, unit, reference range, value times ten from and to.
TESTS = (
    ("Glucose", "2345-7", "mg/dL", "70-99", 600, 1_900),
    ("Hemoglobin A1c", "4548-4", "%", "4.0-5.6", 45, 110),
    ("Potassium", "2823-3", "mmol/L", "3.5-5.1", 30, 60),
    ("Cholesterol", "2093-3", "mg/dL", "<200", 1_200, 3_000),
)
RAW = "CULTURE, URINE\r\nNo growth after 48 h.\r\nSigned: laboratory, see attached sheet"
KINDS = ("Consent", "Imaging referral", "Insurance card")
# In New York this hour does not exist: the clocks go from 02:00 to 03:00.
SKIPPED_HOUR = datetime(2025, 3, 9, 2, 30)
LOST = 9  # the last of so many documents has no file


def make_appointments(dice: Dice, sizes: Sizes) -> Columns:
    """appointments.csv: some of deleted patients, some of nobody, one in the hour the clocks leave out."""
    kind, patient = draw_kind(dice, N), draw_visitor(dice, N, sizes)
    start = draw_start(dice, N)
    status = dice.pick(N, "status", STATUSES)
    is_cancelled = status == "Cancelled"
    gone = sizes.kept + dice.below(N, "gone", sizes.deleted)
    person = sometimes(dice, N, "deleted", 0.02, write_patient(gone), write_patient(patient))
    return {
        "id": write_appointment(N),
        "pid": sometimes(dice, N, "nobody", 0.01, pl.lit("999999999999999999"), person),
        "provider_id": leave_empty(dice, N, "no provider", 0.04, _draw_provider(dice, sizes)),
        "location_id": write_location(draw_location(dice, patient)),
        "starts_at": write_moment(start),
        "ends_at": write_moment(start + pl.duration(minutes=_read_minutes(kind))),
        "type": look_up(kind, [name for name, _ in TYPES]),
        "status": status,
        "cancelled_at": pl.when(is_cancelled)
        .then(write_moment(start - pl.duration(hours=20)))
        .otherwise(pl.lit(NO_TIME)),
        "did_not_arrive": pl.when(status == "No show").then(pl.lit("1")).otherwise(pl.lit("0")),
        "notes": leave_empty(dice, N, "no note", 0.6, dice.pick(N, "note", NOTES)),
    }


def make_encounters(dice: Dice, sizes: Sizes) -> Columns:
    """encounters.csv, with notes as HTML; one to every fourth appointment of three that took place."""
    reason = dice.below(N, "reason", len(REASONS))
    seen = look_up(reason, [name for name, _ in REASONS])
    patient = draw_seen(dice, N, sizes)
    return {
        "id": write_encounter(N),
        "pid": write_patient(patient),
        "appointment_id": leave_empty(dice, N, "walk-in", 0.3, write_appointment(N)),
        "provider_id": _draw_provider(dice, sizes),
        "location_id": write_location(draw_location(dice, patient)),
        "date": write_moment(draw_start(dice.of("encounters"), N)),
        "reason": seen,
        "icd10": look_up(reason, [code for _, code in REASONS]),
        "note": leave_empty(
            dice, N, "no note", 0.2, "<p>Seen for <b>" + seen + "</b>.</p><ul><li>Advice &amp; plan given</li></ul>"
        ),
    }


def make_plans(dice: Dice, sizes: Sizes) -> Columns:
    """treatment_plans.csv: several procedures in a cell, an end that is often no date."""
    reason, day = dice.below(N, "reason", len(REASONS)), draw_start(dice.of("plans"), N)
    is_open = dice.happens(N, "open", 0.5)
    more = pl.when(dice.happens(N, "two", 0.5)).then(", " + dice.pick(N, "second", PROCEDURES)).otherwise(pl.lit(""))
    return {
        "id": "TP-" + (N + 1).cast(pl.String),
        "pid": write_patient(dice.below(N, "patient", sizes.kept)),
        "provider_id": _draw_provider(dice, sizes),
        "name": "Plan for " + look_up(reason, [name for name, _ in REASONS]),
        "icd10": look_up(reason, [code for _, code in REASONS]),
        "cpt": dice.pick(N, "first", PROCEDURES) + more,
        "start": write_time(day, "%Y-%m-%d"),
        "end": pl.when(is_open).then(pl.lit(NO_DATE)).otherwise(write_time(day + pl.duration(days=90), "%Y-%m-%d")),
        "status": pl.when(is_open).then(pl.lit("active")).otherwise(dice.pick(N, "ended", ENDED)),
    }


def make_labs(dice: Dice, sizes: Sizes) -> Columns:
    """labs.csv: results with value, unit and range, and every fifth only as the text the laboratory sent."""
    test, is_raw = dice.below(N, "test", len(TESTS)), dice.happens(N, "raw", 0.2)
    bounds = enumerate((least, most) for *_, least, most in TESTS)
    tenths = pl.coalesce(*(pl.when(test == place).then(dice.between(N, "value", *each)) for place, each in bounds))
    value = (tenths // 10).cast(pl.String) + "." + (tenths % 10).cast(pl.String)

    def read(place: int) -> pl.Expr:
        return pl.when(~is_raw).then(look_up(test, [each[place] for each in TESTS]))

    return {
        "id": "L-" + (N + 1).cast(pl.String),
        "pid": write_patient(dice.below(N, "patient", sizes.kept)),
        "test": pl.when(is_raw).then(pl.lit("Urine culture")).otherwise(read(0)),
        "loinc": read(1),
        "value": pl.when(~is_raw).then(value),
        "unit": read(2),
        "ref_range": read(3),
        "date": write_time(draw_start(dice.of("labs"), N), "%Y-%m-%d"),
        "raw_text": pl.when(is_raw).then(pl.lit(RAW)),
    }


def make_documents(dice: Dice, sizes: Sizes) -> Columns:
    """documents.csv: what lies in documents/<pid>/; the file of some is missing."""
    kind = dice.below(N, "kind", len(KINDS))
    name = look_up(kind, KINDS).str.replace(" ", "_", literal=True) + "_" + (N + 1).cast(pl.String) + ".pdf"
    return {
        "id": "D-" + (N + 1).cast(pl.String),
        "pid": write_patient(dice.below(N, "patient", sizes.patients)),
        "file": name,
        "kind": look_up(kind, KINDS),
        "mime": pl.lit("application/pdf"),
        "bytes": dice.between(N, "bytes", 40, 400).cast(pl.String),
        "uploaded_at": write_moment(draw_start(dice.of("documents"), N)),
    }


def draw_start(dice: Dice, number: pl.Expr) -> pl.Expr:
    """When something took place: on the quarter of an hour, in opening hours; number 5 in the skipped hour."""
    day = pl.lit(OPENED) + pl.duration(days=dice.below(number, "day", (EXPORTED - OPENED).days))
    start = day + pl.duration(minutes=8 * 60 + 15 * dice.below(number, "quarter", 36))
    return pl.when(number == 5).then(pl.lit(SKIPPED_HOUR)).otherwise(start) if dice.kind == "clinic" else start


def draw_kind(dice: Dice, number: pl.Expr) -> pl.Expr:
    """Which of `TYPES` the appointment of that number is."""
    return dice.below(number, "type", len(TYPES))


def draw_visitor(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    """The patient of the appointment of that number; the archived ones came too."""
    return dice.below(number, "visitor", sizes.kept)


def draw_seen(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    """The patient of the encounter of that number."""
    return dice.below(number, "seen", sizes.kept)


def write_appointment(number: pl.Expr) -> pl.Expr:
    """The id of an appointment: 18 digits as well."""
    return (number.cast(pl.Int64) + 514_810_972_000_000_001).cast(pl.String)


def write_encounter(number: pl.Expr) -> pl.Expr:
    """The id of an encounter."""
    return "E" + (number + 100_001).cast(pl.String)


def _draw_provider(dice: Dice, sizes: Sizes) -> pl.Expr:
    return write_provider(dice.below(N, "provider", sizes.providers))


def _read_minutes(kind: pl.Expr) -> pl.Expr:
    return kind.replace_strict({place: minutes for place, (_, minutes) in enumerate(TYPES)}, return_dtype=pl.Int64)
