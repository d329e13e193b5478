"""Who and what is around the patients of a made-up clinic export: clinics, staff, referrers, insurers, policies."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from workbench.generate.clinic_sizes import CULTURES, NO_DATE, THERE, Columns, N, Sizes, write_patient
from workbench.generate.companies import name_company
from workbench.generate.dice import Dice, look_up
from workbench.generate.people import draw_person, write_email
from workbench.generate.quirks import leave_empty, sometimes
from workbench.generate.written import write_time

SPECIALTIES = ("Cardiology", "Dermatology", "Orthopedics", "Family medicine", "Imaging")
LOCATIONS = ("Harbour Street Clinic", "Mill Lane Clinic", "Station Road Clinic")
GROUP = "Harbour Health Group"
PAYERS = (
    "Blue Prairie Health",
    "Union Mutual",
    "Lakeshore Benefit Plan",
    "State Assistance",
    "Northern Star Insurance",
)
# Name, e-mail, role and whether they are still there; more follow without being users of anything.
STAFF = (
    ("Noor Haddad", "noor.haddad@tenant.example", "Physician", "1"),
    ("Priya Raman", "priya.raman@tenant.example", "Physician", "1"),
    ("Tomas Berg", "tomas.berg@tenant.example", "Nurse", "1"),
    ("Owen Marsh", "owen.marsh@tenant.example", "Physician", "0"),
    ("Casey Holt", "", "Physician", "1"),
)


def make_locations(dice: Dice, sizes: Sizes) -> Columns:
    """locations.csv: the clinics of the group."""
    person = draw_person(dice.of("locations"), N, cultures=("us",))
    return {
        "id": write_location(N),
        "name": look_up(N, LOCATIONS),
        "street": person["street"],
        "city": person["city"],
        "state": person["region"],
        "postal_code": person["postcode"],
        "phone": "(212) 555-011" + N.cast(pl.String),
        "parent": pl.lit(GROUP),
    }


def make_providers(dice: Dice, sizes: Sizes) -> Columns:
    """providers.csv: some without e-mail, some who have left."""
    person = draw_person(dice.of("providers"), N, cultures=CULTURES)
    mail = leave_empty(dice, N, "no mail", 0.4, write_email(person["first"], person["last"], N, pl.lit("crew.example")))
    known = len(STAFF) > N
    return {
        "id": write_provider(N),
        "name": name_provider(dice, N),
        "email": pl.when(known & (_staff(1) != "")).then(_staff(1)).when(~known).then(mail),
        "specialty": dice.pick(N, "specialty", SPECIALTIES),
        "npi": "1" + dice.below(N, "npi", 10**9).cast(pl.String).str.zfill(9),
        "role": pl.when(known).then(_staff(2)).otherwise(pl.lit("Physician")),
        "active": pl.when(known).then(_staff(3)).otherwise(dice.pick(N, "active", "1110")),
    }


def make_payers(dice: Dice, sizes: Sizes) -> Columns:
    """payers.csv"""
    person = draw_person(dice.of("payers"), N, cultures=("us",))
    return {
        "id": write_payer(N),
        "name": look_up(N, PAYERS),
        "address": person["street"] + ", " + person["city"],
        "phone": "(212) 555-012" + N.cast(pl.String),
    }


def make_referrers(dice: Dice, sizes: Sizes) -> Columns:
    """referrers.csv: physicians elsewhere, two to a practice, whose name is not always written the same."""
    person = draw_person(dice.of("referrers"), N, cultures=("us",))
    practice = name_company(N // 2)
    mail = write_email(person["first"], person["last"], N, pl.lit("md.example"))
    return {
        "id": write_referrer(N),
        "name": "Dr " + person["first"] + " " + person["last"],
        "practice": pl.when(N % 2 == 1).then(practice.str.to_uppercase() + " ").otherwise(practice),
        "specialty": draw_specialty(dice, N),
        "street": person["street"],
        "city": person["city"],
        "state": person["region"],
        "phone": person["mobile"],
        "email": leave_empty(dice, N, "no mail", 0.3, mail),
    }


def make_coverages(dice: Dice, sizes: Sizes) -> Columns:
    """coverages.csv: one or two policies to a patient; some have two that are both said to be the first."""
    patient, is_second = N // 2, N % 2 == 1
    start = pl.lit(datetime(2022, 1, 1)) + pl.duration(days=dice.below(N, "start", 700) + 800 * (N % 2))
    return {
        "pid": write_patient(patient),
        "payer_id": write_payer(draw_payer(dice, N)),
        "policy_number": write_policy(dice, N),
        "group_id": leave_empty(dice, N, "no group", 0.2, "G" + dice.below(N, "group", 10**5).cast(pl.String)),
        "rank": pl.when(is_second & ~is_first_too(dice, patient)).then(pl.lit("2")).otherwise(pl.lit("1")),
        "start": write_time(start, "%Y-%m-%d"),
        "end": sometimes(dice, N, "ended", 0.3, write_time(start + pl.duration(days=365), "%Y-%m-%d"), pl.lit(NO_DATE)),
        THERE: pl.when(is_second).then(has_second(dice, patient)).otherwise(has_policy(dice, patient)),
    }


def name_provider(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The name of the provider of that number."""
    person = draw_person(dice.of("providers"), number, cultures=CULTURES)
    staff = look_up(pl.min_horizontal(number, pl.lit(len(STAFF) - 1)), [each[0] for each in STAFF])
    return pl.when(number < len(STAFF)).then(staff).otherwise(person["first"] + " " + person["last"])


def draw_specialty(dice: Dice, number: pl.Expr) -> pl.Expr:
    """What the referrer does; both of a practice do the same."""
    return dice.pick(number // 2, "specialty", SPECIALTIES)


def draw_location(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The clinic of the patient of that number."""
    return dice.below(number, "location", len(LOCATIONS))


def draw_payer(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The insurer of the policy of that number."""
    return dice.below(number, "payer", len(PAYERS))


def has_policy(dice: Dice, patient: pl.Expr) -> pl.Expr:
    """Whether the patient has a first policy."""
    return ~dice.happens(patient, "uninsured", 0.1)


def has_second(dice: Dice, patient: pl.Expr) -> pl.Expr:
    """Whether the patient has a later policy."""
    return dice.happens(patient, "second policy", 0.3)


def is_first_too(dice: Dice, patient: pl.Expr) -> pl.Expr:
    """Whether the later policy is said to be the first as well."""
    return dice.happens(patient, "two first", 0.3)


def write_provider(number: pl.Expr) -> pl.Expr:
    """The id of a provider."""
    return (number + 101).cast(pl.String)


def write_referrer(number: pl.Expr) -> pl.Expr:
    """The id of a referrer."""
    return "R" + (number + 1).cast(pl.String)


def write_location(number: pl.Expr) -> pl.Expr:
    """The id of a clinic."""
    return (number + 1).cast(pl.String)


def write_payer(number: pl.Expr) -> pl.Expr:
    """The id of an insurer."""
    return (number + 9_001).cast(pl.String)


def write_policy(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The number of a policy; a leading zero is part of it."""
    return dice.below(number, "policy", 10**9).cast(pl.String).str.zfill(9)


def _staff(place: int) -> pl.Expr:
    return look_up(pl.min_horizontal(N, pl.lit(len(STAFF) - 1)), [each[place] for each in STAFF])
