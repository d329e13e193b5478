"""An export of clinic software as an archive of health information, of a made-up group of clinics in New York.

Quirks, each on a share of the records: ids of 18 digits, dates and times that are 0000-00-00, archived and deleted
patients in files of their own, a clinic's own fields as JSON in a cell, notes as HTML, times of the clinic's clock
with one in the hour the clocks leave out, providers without e-mail and one who left, two policies that are both the
first, policy numbers that begin with a zero, invoices whose encounter is lost, payments of lost invoices, claims that
were denied, laboratory results as text, appointments of deleted patients and of nobody, cells that begin like a
formula, social security numbers, documents whose file is missing. What else such archives look like is made on
request: see `workbench.generate.clinic_forms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from workbench.generate import clinic_around as around
from workbench.generate import clinic_care as care
from workbench.generate import clinic_money as money
from workbench.generate import clinic_people as people
from workbench.generate.clinic_sizes import THERE, Columns, Sizes
from workbench.generate.dice import Dice
from workbench.generate.export import Csv, Export, Settings, number_parts

SETTINGS = Settings(
    source="clinic", exported_at="2026-03-01T02:00:00-05:00", time_zone="America/New_York", plan="Clinic"
)
QUOTED = Csv(is_quoted=True)
Make = Callable[[Dice, Sizes], Columns]
WORKFLOWS = (
    ("Remind a day before", "reminder", "24 h before an appointment", "status is Booked", "send SMS Reminder", True),
    ("Chase an open invoice", "billing", "30 days after issue", "balance > 0", "send e-mail Statement", True),
    ("Check coverage", "insurance", "appointment booked", "no check for 90 days", "ask the clearing house", True),
    ("Tasks of a plan", "plan", "treatment plan begins", "", "create a task for each procedure", True),
    ("Recall after a year", "reminder", "365 days after Annual exam", "", "send letter Recall", False),
)
DASHBOARDS = (
    ("Patient volume", "count of appointments", "month, location", "status is Completed"),
    ("No-show rate", "did_not_arrive / appointments", "month, provider", ""),
    ("Revenue per provider", "sum of paid", "provider", "issue date this year"),
)
README = (
    "EHI export. One CSV file for each kind of record; no file where there is none. Documents in documents/<pid>/.\n"
)


def write_files(export: Export, *, records: int, seed: int) -> None:
    """Write all files of the export and the truth beside them.

    Args:
        records: Patients; two appointments, one and a half encounters and a laboratory result for each.
    """
    sizes = Sizes(patients=records)
    files: dict[str, tuple[Make, int]] = {
        "locations": (around.make_locations, len(around.LOCATIONS)),
        "providers": (around.make_providers, sizes.providers),
        "payers": (around.make_payers, len(around.PAYERS)),
        "referrers": (around.make_referrers, sizes.referrers),
        "patients": (people.make_patients, records),
        "patients_archived": (people.make_archived, sizes.archived),
        "patients_deleted": (people.make_deleted, sizes.deleted),
        "coverages": (around.make_coverages, records * 2),
        "appointments": (care.make_appointments, sizes.appointments),
        "encounters": (care.make_encounters, sizes.encounters),
        "invoices": (money.make_invoices, sizes.invoices),
        "payments": (money.make_payments, sizes.invoices * 2),
        "claims": (money.make_claims, sizes.encounters),
        "treatment_plans": (care.make_plans, sizes.plans),
        "labs": (care.make_labs, records),
        "documents": (care.make_documents, sizes.documents),
    }
    for name, (make, total) in files.items():
        export.write_csv(f"{name}.csv", _draw(make, seed, sizes, total), QUOTED)
    export.write_csv("custom_fields.csv", [people.list_own_fields()], QUOTED)
    _write_documents(export, _draw(care.make_documents, seed, sizes, sizes.documents))
    _write_rules(export)
    for name, make, total in (
        ("patients", people.tell_patients, sizes.kept),
        ("invoices", money.tell_invoices, sizes.invoices),
    ):
        export.note_truth(name, _draw(make, seed, sizes, total))
    export.note_facts({"counts": {name: total for name, (_, total) in files.items()}})


def _draw(make: Make, seed: int, sizes: Sizes, total: int) -> Iterator[pl.DataFrame]:
    """The records part by part; those that make says are not there are left out."""
    columns = make(Dice(seed=seed, kind="clinic"), sizes)
    for part in number_parts(total):
        frame = part.select(**columns)
        yield frame.filter(THERE).drop(THERE) if THERE in columns else frame


def _write_documents(export: Export, frames: Iterator[pl.DataFrame]) -> None:
    """Write the file of every document but the lost ones, as large as its row says."""
    number = 0
    for frame in frames:
        for pid, name, size in frame.select("pid", "file", "bytes").iter_rows():
            number += 1
            if number % care.LOST:
                export.write_bytes(f"documents/{pid}/{name}", f"%PDF {number:06} ".encode().ljust(int(size), b"."))


def _write_rules(export: Export) -> None:
    """What the source does by itself, and what it shows."""
    names = ("name", "kind", "trigger", "conditions", "actions", "active")
    workflows = [
        {"id": f"W{place}", **dict(zip(names, rule, strict=True))} for place, rule in enumerate(WORKFLOWS, start=1)
    ]
    export.write_json("workflows.json", {"workflows": workflows})
    names = ("name", "measures", "group_by", "filters")
    boards = [{"id": f"B{place}", **dict(zip(names, row, strict=True))} for place, row in enumerate(DASHBOARDS, 1)]
    export.write_json("dashboards.json", {"dashboards": boards})
    export.write_text("README.txt", README)
