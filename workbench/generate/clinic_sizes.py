"""What all files of a made-up clinic export share: numbers of records, the ids of patients, times as written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from workbench.generate.export import NUMBER
from workbench.generate.written import write_time

Columns = dict[str, pl.Expr]
N = pl.col(NUMBER)
THERE = "_there"  # whether a record of that number exists at all
OPENED, EXPORTED = datetime(2022, 7, 1), datetime(2026, 3, 1)
NO_TIME, NO_DATE = "0000-00-00 00:00:00", "0000-00-00"
# More digits than a spreadsheet or a number with a point can hold.
FIRST_PATIENT = 514_810_972_972_521_916
CULTURES = ("us",) * 9 + ("ie",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many records each file has, those that turn out not to exist among them."""

    patients: int

    @property
    def archived(self) -> int:
        """One to twenty patients."""
        return max(2, self.patients // 20)

    @property
    def deleted(self) -> int:
        """One to twenty-five patients."""
        return max(2, self.patients // 25)

    @property
    def kept(self) -> int:
        """All who are somebody's patient, or were."""
        return self.patients + self.archived

    @property
    def appointments(self) -> int:
        """Two to a patient."""
        return self.patients * 2

    @property
    def encounters(self) -> int:
        """Three to two patients."""
        return self.patients * 3 // 2

    @property
    def invoices(self) -> int:
        """At most one to an encounter, and a second one to every twentieth."""
        return self.encounters + max(1, self.encounters // 20)

    @property
    def plans(self) -> int:
        """One to three patients."""
        return max(4, self.patients // 3)

    @property
    def documents(self) -> int:
        """One to two patients, but no more files than a file system likes."""
        return min(max(6, self.patients // 2), 5_000)

    @property
    def providers(self) -> int:
        """Nine, and one more for five hundred patients."""
        return 9 + self.patients // 500

    @property
    def referrers(self) -> int:
        """One to fifteen patients."""
        return max(6, self.patients // 15)


def write_patient(number: pl.Expr) -> pl.Expr:
    """The id of a patient: 18 digits."""
    return (number.cast(pl.Int64) + FIRST_PATIENT).cast(pl.String)


def write_moment(time: pl.Expr) -> pl.Expr:
    """A time as the source writes it: of the clinic's clock, without zone."""
    return write_time(time, "%Y-%m-%d %H:%M:%S")
