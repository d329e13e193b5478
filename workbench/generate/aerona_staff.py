"""The practices and clinicians of a made-up AeronaClinic export."""

from __future__ import annotations

import polars as pl

from workbench.generate.aerona_people import CULTURES, Columns, N, Sizes, write_clinician, write_practice
from workbench.generate.dice import Dice, look_up
from workbench.generate.people import draw_person, write_email

# First name, surname, role, e-mail, whether they are still there; more follow without being users of anything.
STAFF = (
    ("Aoife", "Byrne", "Dentist", "aoife.byrne@tenant.example", "true"),
    ("Conor", "Walsh", "Hygienist", "conor.walsh@tenant.example", "true"),
    ("Ruth", "Kerr", "Practice manager", "ruth.kerr@tenant.example", "true"),
    ("Declan", "Quinn", "Dentist", "", "true"),
    ("Maeve", "Lynch", "Dentist", "maeve.lynch@elsewhere.example", "false"),
)
PRACTICES = (
    ("Harbour Dental", "1 Harbour Row, Galway", "091 555 0101"),
    ("Abbey Dental", "14 Abbey Street, Dublin", "01 555 0102"),
    ("Castle Quay Dental", "3 Castle Quay, Cork", "021 555 0103"),
    ("Lagan Dental", "22 Lagan Embankment, Belfast", "028 9018 0104"),
)


def make_practices(dice: Dice, sizes: Sizes) -> Columns:
    """practices.csv."""
    place = N % len(PRACTICES)

    def read(part: int) -> pl.Expr:
        return look_up(place, [each[part] for each in PRACTICES])

    branch = pl.when(len(PRACTICES) > N).then(pl.lit("")).otherwise(" " + (N + 1).cast(pl.String))
    return {"practiceId": write_practice(N), "name": read(0) + branch, "address": read(1), "phone": read(2)}


def make_clinicians(dice: Dice, sizes: Sizes) -> Columns:
    """clinicians.csv: one without e-mail, one who has left."""
    person = draw_person(dice.of("clinicians"), N, cultures=CULTURES)
    known = len(STAFF) > N

    def read(place: int) -> pl.Expr:
        return look_up(pl.min_horizontal(N, pl.lit(len(STAFF) - 1)), [each[place] for each in STAFF])

    mail = write_email(person["first"], person["last"], N, pl.lit("clinic.example"))
    return {
        "userId": write_clinician(N),
        "firstName": pl.when(known).then(read(0)).otherwise(person["first"]),
        "surname": pl.when(known).then(read(1)).otherwise(person["last"]),
        "email": pl.when(known & (read(3) != "")).then(read(3)).when(~known).then(mail),
        "role": pl.when(known).then(read(2)).otherwise(dice.pick(N, "role", ("Dentist", "Hygienist"))),
        "active": pl.when(known).then(read(4)).otherwise(pl.lit("true")),
    }
