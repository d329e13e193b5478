"""The patients of a made-up clinic export, also archived and deleted ones, and the fields the clinic added to them."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from workbench.generate.clinic_around import (
    PAYERS,
    draw_location,
    draw_payer,
    has_policy,
    has_second,
    is_first_too,
    write_location,
    write_policy,
    write_provider,
    write_referrer,
)
from workbench.generate.clinic_sizes import (
    CULTURES,
    EXPORTED,
    NO_DATE,
    OPENED,
    Columns,
    N,
    Sizes,
    write_moment,
    write_patient,
)
from workbench.generate.dice import Dice, look_up
from workbench.generate.people import MAIL_DOMAINS, draw_person, write_email
from workbench.generate.quirks import leave_empty
from workbench.generate.written import draw_time, write_time


def make_patients(dice: Dice, sizes: Sizes) -> Columns:
    """patients.csv: some without birth date, e-mail or telephone, with the clinic's own fields as JSON in a cell."""
    return _make_people(dice, sizes, N)


def make_archived(dice: Dice, sizes: Sizes) -> Columns:
    """patients_archived.csv: as patients, with the day they were put away."""
    person = _make_people(dice, sizes, N + sizes.patients)
    return person | {"archived_at": write_moment(_draw_past(dice, "archived"))}


def make_deleted(dice: Dice, sizes: Sizes) -> Columns:
    """patients_deleted.csv: rows that the source keeps and no longer shows."""
    person = _make_people(dice, sizes, N + sizes.kept)
    return person | {"deleted_at": write_moment(_draw_past(dice, "deleted"))}


def draw_patient(dice: Dice, number: pl.Expr) -> Columns:
    """What is true of the patient of that number."""
    person = draw_person(dice.of("patients"), number, cultures=CULTURES)
    email = write_email(person["first"], person["last"], number, dice.pick(number, "mail", MAIL_DOMAINS))
    born = pl.lit(datetime(1935, 1, 1)) + pl.duration(days=dice.below(number, "born", 30_000))
    is_bornless = dice.happens(number, "no birth date", 0.05)
    return person | {
        "email": leave_empty(dice, number, "no mail", 0.2, email),
        "cell": leave_empty(dice, number, "no cell", 0.15, person["mobile"]),
        "born": pl.when(~is_bornless).then(write_time(born, "%Y-%m-%d")),
        "status": dice.pick(number, "status", ("active",) * 6 + ("inactive", "deceased")),
    }


def tell_patients(dice: Dice, sizes: Sizes) -> Columns:
    """Truth about patients and archived ones: name, birth date, status, and the policy that counts."""
    person = draw_patient(dice, N)
    first, second = 2 * N, 2 * N + 1
    is_later = has_second(dice, N) & is_first_too(dice, N)
    chosen = pl.when(is_later).then(second).when(has_policy(dice, N)).then(first)
    return {
        "pid": write_patient(N),
        "first": person["first"],
        "last": person["last"],
        "born": person["born"],
        "status": pl.when(sizes.patients > N).then(person["status"].str.to_titlecase()).otherwise(pl.lit("Archived")),
        "carrier": pl.when((sizes.patients > N) & chosen.is_not_null()).then(look_up(draw_payer(dice, chosen), PAYERS)),
        "policy": pl.when((sizes.patients > N) & chosen.is_not_null()).then(write_policy(dice, chosen)),
        "has_two_first": (sizes.patients > N) & is_later & has_policy(dice, N),
    }


def _make_people(dice: Dice, sizes: Sizes, number: pl.Expr) -> Columns:
    person = draw_patient(dice, number)
    home = "(212) 555-0" + dice.between(number, "home", 100, 199).cast(pl.String)
    referrer = dice.below(number, "referrer", sizes.referrers)
    provider = dice.below(number, "provider", sizes.providers)
    return {
        "pid": write_patient(number),
        "title": leave_empty(dice, number, "no title", 0.5, dice.pick(number, "title", ("Mr", "Ms", "Dr"))),
        "fname": person["first"],
        "mname": leave_empty(dice, number, "no middle", 0.7, dice.pick(number, "middle", ("Lee", "Ann", "J."))),
        "lname": person["last"],
        "DOB": person["born"].fill_null(NO_DATE),
        "sex": dice.pick(number, "sex", ("F", "M", "f", "Male", "Female", "U")),
        "street": person["street"],
        "city": person["city"],
        "state": person["region"],
        "postal_code": person["postcode"],
        "phone_home": leave_empty(dice, number, "no home", 0.6, home),
        "phone_cell": person["cell"],
        "email": person["email"],
        "ssn": "900-00-" + dice.below(number, "ssn", 10_000).cast(pl.String).str.zfill(4),
        "status": person["status"],
        "referrer_id": leave_empty(dice, number, "no referrer", 0.5, write_referrer(referrer)),
        "primary_provider_id": leave_empty(dice, number, "no provider", 0.1, write_provider(provider)),
        "location_id": leave_empty(dice, number, "no location", 0.05, write_location(draw_location(dice, number))),
        "created_at": write_moment(draw_time(dice, number, "created", since=OPENED, until=EXPORTED)),
        "custom": leave_empty(dice, number, "no custom", 0.15, write_own_fields(dice, number)),
    }


def write_own_fields(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The clinic's own fields as its software nests them: sections, and in them a value for each field."""
    values = {
        '{"clinical": {"blood_group": "': dice.pick(number, "blood", ("A+", "A-", "B+", "0+", "AB-")),
        '", "height": ': dice.between(number, "height", 150, 199).cast(pl.String) + ".50",
        ', "allergies": [': dice.pick(number, "allergies", ('"Pollen"', '"Pollen", "Latex, powdered"', "")),
        ']}, "front desk": {"consent": "': dice.pick(number, "consent", ("2024-05-01", "2025-01-15")),
        '", "portal": ': dice.pick(number, "portal", ("true", "false")),
        ', "language": "': dice.pick(number, "language", ("English", "Spanish", "Irish")),
    }
    return pl.concat_str([piece for text, value in values.items() for piece in (pl.lit(text), value)] + [pl.lit('"}}')])


def list_own_fields() -> pl.DataFrame:
    """custom_fields.csv: what the clinic's own fields are called, and of which type."""
    rows = [
        ("blood_group", "Blood group", "picklist", "A+|A-|B+|B-|0+|0-|AB+|AB-"),
        ("height", "Height in cm", "number", None),
        ("allergies", "Allergies", "multiselect", "Pollen|Dust|Latex, powdered"),
        ("consent", "Consent signed", "date", None),
        ("portal", "Portal user", "checkbox", None),
        ("language", "Language", "text", None),
    ]
    return pl.DataFrame(rows, ["field_id", "label", "type", "options"], orient="row")


def _draw_past(dice: Dice, what: str) -> pl.Expr:
    return draw_time(dice, N, what, since=OPENED, until=EXPORTED)
