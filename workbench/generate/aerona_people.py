"""The patients of a made-up AeronaClinic export, and how many there are of everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from workbench.generate.dice import Dice
from workbench.generate.export import NUMBER
from workbench.generate.people import MAIL_DOMAINS, draw_person, write_email
from workbench.generate.quirks import find_original, is_repeat, leave_empty
from workbench.generate.written import draw_time, write_time

Columns = dict[str, pl.Expr]
N = pl.col(NUMBER)
THERE = "_there"  # whether a record of that number exists at all
OPENED, EXPORTED = datetime(2021, 1, 4), datetime(2026, 3, 1)
DAY, MOMENT = "%d/%m/%Y", "%d/%m/%Y %H:%M"
CULTURES = ("ie",) * 7 + ("uk",) * 3
MERGED = 23  # the last of so many patients was merged into an earlier one
HOUSEHOLD = 5  # the last of so many patients shares e-mail and telephone with the one before
PURGED = 800_000  # numbers of patients that are named and no longer there begin so far behind the others
TITLES = ("Mr", "Mrs", "Ms", "Miss", "Dr")
GENDERS = ("Female", "Female", "Male", "Male", "Other")
SOURCES = ("GP referral", "Dentist referral", "Website", "Word of mouth", "Insurance")
REFERRERS = ("Dr Orla Tierney, Main Street Surgery", "Dr Paul Reid, Abbey Dental", "Harbour Row Health Centre")
INSURERS = ("Northern Dental Mutual", "Emerald Health Cover", "Harbour Benefits")
TIMES = ("Morning", "Afternoon", "Evening")
STERLING = 3  # every fourth practice lies in the north and bills in pounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many records each file has, those that turn out not to exist among them."""

    patients: int

    @property
    def practices(self) -> int:
        """Four, and one more for two thousand patients."""
        return 4 + self.patients // 2000

    @property
    def clinicians(self) -> int:
        """Eight, and one more for two hundred patients."""
        return 8 + self.patients // 200

    @property
    def visits(self) -> int:
        """At most two to a patient."""
        return self.patients * 2

    @property
    def blocked(self) -> int:
        """Slots of the calendar that are nobody's appointment."""
        return 2 + self.patients // 20

    @property
    def plans(self) -> int:
        """One for two patients."""
        return self.patients // 2

    @property
    def invoices(self) -> int:
        """Six to ten patients."""
        return self.patients * 6 // 10

    @property
    def deposits(self) -> int:
        """Payments that no invoice was chosen for."""
        return 1 + self.patients // 40

    @property
    def notes(self) -> int:
        """Eight to ten patients."""
        return self.patients * 8 // 10

    @property
    def documents(self) -> int:
        """One for five patients; files on a disk, so never more than a few hundred."""
        return min(self.patients // 5, 400)


def make_patients(dice: Dice, sizes: Sizes) -> Columns:
    """patients.csv: households with one e-mail, merged patients, some without a practice, the clinic's own fields."""
    person, root = draw_patient(dice, N), find_root(dice, N)
    merged = is_repeat(N, every=MERGED)
    practice = draw_practice(dice, root, sizes)
    own = {
        "referralSource": leave_empty(dice, N, "no source", 0.2, draw_source(dice, root)),
        "insuranceProvider": leave_empty(dice, N, "no insurer", 0.6, dice.pick(N, "insurer", INSURERS)),
        "preferredTime": leave_empty(dice, N, "no time", 0.5, dice.pick(N, "time", TIMES)),
        "lastReview": leave_empty(dice, N, "no review", 0.6, _write_day(dice, "review")),
        # Two more that no layout knows of.
        "anxietyLevel": leave_empty(dice, N, "no anxiety", 0.5, dice.pick(N, "anxiety", ("None felt", "Mild", "High"))),
        "sedationConsent": leave_empty(dice, N, "no sedation", 0.7, _write_day(dice, "sedation")),
    }
    return {
        "patientId": write_patient(N),
        "practiceId": pl.when(practice >= 0).then(write_practice(practice)),
        "preferredClinicianId": leave_empty(
            dice, root, "no clinician", 0.3, write_clinician(dice.below(root, "clinician", sizes.clinicians))
        ),
        "title": pl.when(~merged).then(dice.pick(root, "title", TITLES)),
        "firstName": person["first"],
        "surname": person["last"],
        "dateOfBirth": pl.when(~merged).then(write_time(person["born"], DAY)),
        "gender": leave_empty(dice, root, "no gender", 0.1, dice.pick(root, "gender", GENDERS)),
        "email": person["email"],
        "mobile": person["mobile"],
        "homePhone": leave_empty(dice, N, "no landline", 0.7, _write_landline(dice, N)),
        "address1": pl.when(~merged).then(person["street"]),
        "address2": pl.when(dice.happens(N, "flat", 0.2)).then(pl.lit("Flat 2")),
        "address3": pl.lit(None, dtype=pl.String),
        "town": person["city"],
        "county": person["region"],
        "postcode": person["postcode"],
        "householdId": pl.when(is_shared(root) | is_shared(root + 1)).then(write_number(40_001, find_head(root))),
        "referrer": pl.when(draw_source(dice, root).str.ends_with("referral")).then(
            dice.pick(root, "referrer", REFERRERS)
        ),
        "registrationStatus": pl.when(is_lead(dice, root))
        .then(dice.pick(root, "lead", ("Enquiry", "Referred")))
        .otherwise(dice.pick(root, "registered", ("Registered", "Registered", "Registered", "Inactive"))),
        "mergedIntoId": pl.when(merged).then(write_patient(find_survivor(dice, N))),
        "recallExempt": dice.pick(N, "exempt", ("false", "false", "false", "true")),
        "nextRecallDate": leave_empty(dice, N, "no recall", 0.4, _write_day(dice, "recall")),
        "nextOfKin": leave_empty(dice, N, "no kin", 0.6, person["last"] + " family, " + person["mobile"]),
        **{f"customFields.{name}": value for name, value in own.items()},
    }


def tell_patients(dice: Dice, sizes: Sizes) -> Columns:
    """Truth about patients: who each is in the end, whether they only asked, and what their values mean."""
    person, root = draw_patient(dice, N), find_root(dice, N)
    practice = draw_practice(dice, root, sizes)
    is_there = (practice >= 0) & (practice < sizes.practices)
    return {
        "id": write_patient(N),
        "survivor": write_patient(root),
        "is_lead": is_lead(dice, root),
        "practice": pl.when(is_there).then(write_practice(practice)).otherwise(pl.lit("unassigned")),
        "email": person["email"],
        "born": write_time(person["born"], "%Y-%m-%d"),
        "holder": write_patient(find_head(root)),
    }


def draw_patient(dice: Dice, number: pl.Expr) -> Columns:
    """What is true of the patient of that number: one merged is the other, one of a household has its address."""
    root = find_root(dice, number)
    head = find_head(root)
    own, household = (draw_person(dice.of("patients"), each, cultures=CULTURES) for each in (root, head))
    mail = write_email(household["first"], household["last"], head, dice.pick(head, "mail", MAIL_DOMAINS))
    age = draw_time(dice, root, "born", since=datetime(1940, 1, 1), until=datetime(1999, 1, 1))
    child = draw_time(dice, root, "born", since=datetime(2008, 1, 1), until=datetime(2022, 1, 1))
    return household | {
        "first": own["first"],
        "born": pl.when(is_shared(root)).then(child).otherwise(age),
        "email": leave_empty(dice, head, "no mail", 0.12, mail),
        "mobile": leave_empty(dice, head, "no mobile", 0.08, _write_mobile(dice, head)),
    }


def find_root(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The number of the patient who stands in the end."""
    return find_original(dice, pl.when(is_chained(number)).then(number - MERGED).otherwise(number), every=MERGED)


def find_survivor(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The number of the patient this one was merged into, who may have been merged since."""
    return pl.when(is_chained(number)).then(number - MERGED).otherwise(find_original(dice, number, every=MERGED))


def is_chained(number: pl.Expr) -> pl.Expr:
    """Whether the patient was merged into one that was itself merged."""
    return number % (2 * MERGED) == 2 * MERGED - 1


def is_shared(number: pl.Expr) -> pl.Expr:
    """Whether the patient has the e-mail and telephone of the one before."""
    return number % HOUSEHOLD == HOUSEHOLD - 1


def find_head(number: pl.Expr) -> pl.Expr:
    """The number of the one whose e-mail and telephone it is."""
    return pl.when(is_shared(number)).then(number - 1).otherwise(number)


def is_lead(dice: Dice, number: pl.Expr) -> pl.Expr:
    """Whether the patient only asked or was referred."""
    return dice.happens(number, "only asked", 0.2)


def draw_source(dice: Dice, number: pl.Expr) -> pl.Expr:
    """How the patient came to the clinic."""
    return dice.pick(number, "source", SOURCES)


def draw_practice(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    """The number of the patient's practice; -1 for none, and for a few one that is not there."""
    draw = dice.below(number, "which practice", 100)
    known = dice.below(number, "practice", sizes.practices)
    return pl.when(draw < 8).then(-1).when(draw < 10).then(sizes.practices + 90).otherwise(known)


def find_sign(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    """The sign of the currency in which that patient's practice bills."""
    is_north = draw_practice(dice, find_root(dice, number), sizes) % 4 == STERLING
    return pl.when(is_north).then(pl.lit("£")).otherwise(pl.lit("€"))


def write_number(first: int, number: pl.Expr) -> pl.Expr:
    """An id, counted from the first."""
    return (number + first).cast(pl.String)


def write_patient(number: pl.Expr) -> pl.Expr:
    """The id of a patient."""
    return write_number(100_001, number)


def write_practice(number: pl.Expr) -> pl.Expr:
    """The id of a practice."""
    return write_number(11, number)


def write_clinician(number: pl.Expr) -> pl.Expr:
    """The id of a clinician."""
    return write_number(501, number)


def _write_day(dice: Dice, what: str) -> pl.Expr:
    return write_time(draw_time(dice, N, what, since=OPENED, until=datetime(2027, 1, 1)), DAY)


def _write_mobile(dice: Dice, number: pl.Expr) -> pl.Expr:
    """In the ways people of both countries write theirs; no range of either is kept for films, so all end alike."""
    rest = dice.below(number, "mobile", 10_000).cast(pl.String).str.zfill(4)
    way = dice.below(number, "way", 4)
    return (
        pl.when(way == 0).then("07700 90" + rest)
        .when(way == 1).then("+353 85 000 " + rest)
        .when(way == 2).then("085 000 " + rest)
        .otherwise("(085) 000-" + rest)
    )  # fmt: skip


def _write_landline(dice: Dice, number: pl.Expr) -> pl.Expr:
    return "01 555 " + dice.below(number, "landline", 10_000).cast(pl.String).str.zfill(4)
