"""The people of a made-up OctopusPro export: customers, what belongs to them, field workers, inquiries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from workbench.generate.companies import name_company
from workbench.generate.dice import Dice, look_up
from workbench.generate.export import NUMBER
from workbench.generate.people import MAIL_DOMAINS, draw_person, write_email
from workbench.generate.quirks import leave_empty
from workbench.generate.written import draw_time, write_time

Columns = dict[str, pl.Expr]
N = pl.col(NUMBER)
THERE = "_there"  # whether a record of that number exists at all
OPENED, EXPORTED = datetime(2022, 7, 1), datetime(2026, 3, 1)
CULTURES = ("au",) * 9 + ("uk",)
TITLES = ("Dr", "Mr", "Mrs", "Miss", "Ms")
LABELS = ("VIP", "Strata", "Pet owner", "Referral", "Regular")
# How a state is written: as the list of the source has it, in short, in capitals, with a dot.
STATES = {
    "New South Wales": ("NSW", "New South Wales", "nsw", "N.S.W."),
    "Victoria": ("VIC", "Victoria", "Vic", "VICTORIA"),
    "Queensland": ("QLD", "Queensland", "Qld", "qld"),
    "Western Australia": ("WA", "Western Australia", "W.A.", "wa"),
    "South Australia": ("SA", "South Australia", "S.A.", "sa"),
    "Tasmania": ("TAS", "Tasmania", "Tas", "tasmania"),
}
# Name, role, e-mail and whether they are still there; more follow without being users of anything.
STAFF = (
    ("Noor Haddad", "Manager", "noor.haddad@tenant.example", "Yes"),
    ("Priya Raman", "Technician", "priya.raman@tenant.example", "Yes"),
    ("Tomas Berg", "Technician", "tomas.berg@tenant.example", "Yes"),
    ("Lucia Ferro", "Dispatcher", "lucia.ferro@tenant.example", "Yes"),
    ("Owen Marsh", "Technician", "owen.marsh@tenant.example", "No"),
    ("Casey Holt", "Subcontractor", "", "Yes"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many records each file has, those that turn out not to exist among them."""

    customers: int

    @property
    def bookings(self) -> int:
        """One to a customer."""
        return self.customers

    @property
    def quotes(self) -> int:
        """Six to ten customers."""
        return self.customers * 6 // 10

    @property
    def lines(self) -> int:
        """At most two to a booking."""
        return self.bookings * 2

    @property
    def invoices(self) -> int:
        """Seven to ten bookings."""
        return self.bookings * 7 // 10

    @property
    def workers(self) -> int:
        """A dozen, and one more for fifty customers."""
        return 12 + self.customers // 50

    @property
    def properties(self) -> int:
        """One for three customers."""
        return max(3, self.customers // 3)

    @property
    def inquiries(self) -> int:
        """One for ten customers."""
        return max(3, self.customers // 10)

    def count(self) -> dict[str, int]:
        """Of the files in which every number is a record."""
        names = ("customers", "bookings", "quotes", "invoices", "workers", "properties")
        return {name: getattr(self, name) for name in names}


def make_customers(dice: Dice, sizes: Sizes) -> Columns:
    """customers_1.csv and so on, with the password column that the import of the source asks for."""
    person = draw_customer(dice, N)
    more = {place: draw_person(dice.of(f"person {place}"), N, cultures=CULTURES) for place in (2, 3)}
    columns: Columns = {
        "customer_id": write_customer(N),
        "title": leave_empty(dice, N, "no title", 0.3, dice.pick(N, "title", TITLES)),
        "first_name": person["first"],
        "last_name": person["last"],
    }
    for place, one in more.items():
        columns[f"first_name{place}"] = pl.when(person[f"has_{place}"]).then(one["first"])
        columns[f"last_name{place}"] = pl.when(person[f"has_{place}"]).then(one["last"])
    columns |= {
        "business_name": person["business"],
        "customer_type": pl.when(person["is_business"]).then(pl.lit("Business")).otherwise(pl.lit("Personal")),
        "email": person["email"],
    }
    for place, one in more.items():
        mail = write_email(one["first"], one["last"], N * 10 + place, pl.lit("family.example"))
        columns[f"email{place}"] = pl.when(person[f"has_{place}"] | dice.happens(N, f"mail {place}", 0.05)).then(mail)
    columns["mobile"] = leave_empty(dice, N, "no mobile", 0.1, person["mobile"])
    for place, one in more.items():
        columns[f"mobile{place}"] = pl.when(person[f"has_{place}"]).then(one["mobile"])
    columns["phone"] = pl.when(dice.happens(N, "phone", 0.4)).then(_write_landline(dice, N))
    columns |= {f"phone{place}": pl.lit(None, dtype=pl.String) for place in more}
    return columns | {
        "address": person["street"],
        "suburb": person["city"],
        "state": person["state_written"],
        "postcode": person["postcode"],
        "country": person["country"],
        "date_joined": write_time(draw_time(dice, N, "joined", since=OPENED, until=EXPORTED), "%Y/%m/%d"),
        "labels": leave_empty(dice, N, "no label", 0.5, dice.pick(N, "label", LABELS) + ", Regular"),
        "notes": leave_empty(
            dice, N, "no note", 0.7, dice.pick(N, "note", ("Key at reception", "Call before\ncoming"))
        ),
        "portal_enabled": dice.pick(N, "portal", ("Yes", "Yes", "No")),
        "password": pl.lit("pw-") + dice.below(N, "password", 10**6).cast(pl.String),
        "cf:Gate code": write_gate_code(dice, N),
    }


def draw_customer(dice: Dice, number: pl.Expr) -> Columns:
    """What is true of the customer of that number."""
    person = draw_person(dice.of("customers"), number, cultures=CULTURES)
    is_business = dice.happens(number, "business", 0.3)
    spellings = [dice.below(number, "spelling", 4).replace_strict(dict(enumerate(each)), return_dtype=pl.String)
                 for each in STATES.values()]  # fmt: skip
    written = person["region"]
    for state, spelling in zip(STATES, spellings, strict=True):
        written = pl.when(person["region"] == state).then(spelling).otherwise(written)
    email = write_email(person["first"], person["last"], number, dice.pick(number, "mail", MAIL_DOMAINS))
    return person | {
        "is_business": is_business,
        "business": pl.when(is_business & ~dice.happens(number, "nameless", 0.2)).then(name_company(number)),
        "email": leave_empty(dice, number, "no mail", 0.1, email),
        "state_written": written,
        "has_2": dice.happens(number, "second", 0.15),
        "has_3": dice.happens(number, "second", 0.15) & dice.happens(number, "third", 0.3),
    }


def make_properties(dice: Dice, sizes: Sizes) -> Columns:
    """customer_properties.csv: what belongs to a customer and is served."""
    kind = dice.pick(N, "property", ("Pet", "Vehicle", "Site", "Child"))
    return {
        "property_id": write_number(5_000_001, N),
        "customer_id": write_customer(dice.below(N, "property of", sizes.customers)),
        "property_type": kind,
        "name": leave_empty(dice, N, "nameless property", 0.2, kind + " " + (N + 1).cast(pl.String)),
        "details": dice.pick(N, "details", ("Needs care", "Red, two doors", "Rear entrance", "Allergic to nuts")),
    }


def make_workers(dice: Dice, sizes: Sizes) -> Columns:
    """fieldworkers.csv: some without e-mail, some who have left; bank accounts stand in it as well."""
    person = draw_person(dice.of("workers"), N, cultures=CULTURES)
    known = len(STAFF) > N

    def read(place: int) -> pl.Expr:
        return look_up(pl.min_horizontal(N, pl.lit(len(STAFF) - 1)), [each[place] for each in STAFF])

    mail = leave_empty(
        dice, N, "worker mail", 0.3, write_email(person["first"], person["last"], N, pl.lit("crew.example"))
    )
    return {
        "id": write_worker(N),
        "display_name": name_worker(dice, N),
        "first_name": pl.when(known).then(read(0).str.split(" ").list.first()).otherwise(person["first"]),
        "last_name": pl.when(known).then(read(0).str.split(" ").list.last()).otherwise(person["last"]),
        "role": pl.when(known).then(read(1)).otherwise(pl.lit("Technician")),
        "email": pl.when(known & (read(2) != "")).then(read(2)).when(~known).then(mail),
        "mobile": person["mobile"],
        "phone": pl.lit(None, dtype=pl.String),
        "fax": pl.lit(None, dtype=pl.String),
        "emergency_phone": _write_landline(dice, N),
        "timezone": pl.lit("Australia/Sydney"),
        "active": pl.when(known).then(read(3)).otherwise(dice.pick(N, "active", ("Yes", "Yes", "Yes", "No"))),
        "pay_rate": dice.between(N, "pay", 28, 60).cast(pl.String) + ".50",
        "commission": dice.between(N, "commission", 0, 15).cast(pl.String),
        "gps_tracking": dice.pick(N, "gps", ("Yes", "No")),
        "bank_name": pl.lit("Bank of Nowhere"),
        "bank_account": pl.lit("000-") + dice.below(N, "bank", 10**9).cast(pl.String).str.zfill(9),
        "tax_number": dice.below(N, "tax", 10**9).cast(pl.String).str.zfill(9),
    }


def make_inquiries(dice: Dice, sizes: Sizes) -> Columns:
    """inquiries.csv: people who only asked."""
    person = draw_person(dice.of("inquiries"), N, cultures=CULTURES)
    return {
        "inquiry_id": write_number(7_000_001, N),
        "name": person["first"] + " " + person["last"],
        "email": write_email(person["first"], person["last"], N, pl.lit("asking.example")),
        "status": dice.pick(N, "inquiry", ("Open", "Answered", "Spam")),
        "created_at": write_moment(draw_time(dice, N, "inquired", since=OPENED, until=EXPORTED)),
    }


def tell_customers(dice: Dice, sizes: Sizes) -> Columns:
    """Truth about customers: the account of each, its state, and how many people its card names."""
    person = draw_customer(dice, N)
    codes = {state: spellings[0] for state, spellings in STATES.items()}
    return {
        "id": write_customer(N),
        "account": pl.coalesce(person["business"], person["first"] + " " + person["last"]),
        "state": person["region"].replace(codes),
        "people": 1 + person["has_2"].cast(pl.Int64) + person["has_3"].cast(pl.Int64),
    }


def name_worker(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The display name of the worker of that number."""
    person = draw_person(dice.of("workers"), number, cultures=CULTURES)
    staff = look_up(pl.min_horizontal(number, pl.lit(len(STAFF) - 1)), [each[0] for each in STAFF])
    return pl.when(number < len(STAFF)).then(staff).otherwise(person["first"] + " " + person["last"])


def write_gate_code(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The value of the field Gate code, which stands on the customer's card and among the custom values."""
    return leave_empty(
        dice, number, "no gate", 0.6, "#" + dice.below(number, "gate", 10_000).cast(pl.String).str.zfill(4)
    )


def write_number(first: int, number: pl.Expr) -> pl.Expr:
    """An id, counted from the first."""
    return (number + first).cast(pl.String)


def write_customer(number: pl.Expr) -> pl.Expr:
    """The id of a customer."""
    return write_number(1_000_001, number)


def write_worker(number: pl.Expr) -> pl.Expr:
    """The id of a field worker."""
    return write_number(11, number)


def write_moment(time: pl.Expr) -> pl.Expr:
    """A time as the source writes it, local and without zone."""
    return write_time(time, "%Y-%m-%d %H:%M:%S")


def _write_landline(dice: Dice, number: pl.Expr) -> pl.Expr:
    # A range kept for films and books.
    return "02 5550 " + dice.below(number, "landline", 10_000).cast(pl.String).str.zfill(4)
