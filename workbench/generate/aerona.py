"""An export of AeronaClinic for a made-up group of dental practices in Ireland and Northern Ireland.

Quirks, each on a share of the records: households with one e-mail and telephone, merged patients whose ids others still
point at, some merged twice over, patients without a practice or with one that is gone, a clinician without e-mail and
one who left, appointments without a duration, of a whole day, of nobody, by somebody unknown, notes in cp1252 with
typographic quotes, notes of 14 kB and of 100 kB, notes of purged patients, dd/MM/yyyy, amounts in euros and in pounds,
instalments, shop items without a code, deposits no invoice was chosen for, memberships held twice, documents whose file
is missing. A file above 25 MB and pages of JSON are made on request only: see `workbench.generate.aerona_files`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from workbench.generate import aerona_care as care
from workbench.generate import aerona_money as money
from workbench.generate import aerona_people as people
from workbench.generate import aerona_staff as staff
from workbench.generate.aerona_files import write_documents
from workbench.generate.aerona_people import Columns, Sizes
from workbench.generate.dice import Dice
from workbench.generate.export import Csv, Export, Settings, number_parts

SETTINGS = Settings(
    source="aerona", exported_at="2026-03-01T02:00:00+00:00", time_zone="Europe/Dublin", plan="Practice group"
)
PART = 20_000  # records in memory at once: some notes are as long as a small book
LEGACY = Csv(encoding="cp1252", line_end="\r\n")
Make = Callable[[Dice, Sizes], Columns]


def write_files(export: Export, *, records: int, seed: int) -> None:
    """Write all files of the export and the truth beside them.

    Args:
        records: Patients; up to two appointments, half a treatment plan and six tenths of an invoice for each.
    """
    sizes = Sizes(patients=records)
    files: dict[str, tuple[Make, int, Csv]] = {
        "practices": (staff.make_practices, sizes.practices, Csv()),
        "clinicians": (staff.make_clinicians, sizes.clinicians, Csv()),
        "patients": (people.make_patients, records, Csv()),
        "appointments": (care.make_appointments, sizes.visits + sizes.blocked, Csv()),
        "treatment_plans": (care.make_plans, sizes.plans, Csv()),
        "treatment_items": (care.make_items, sizes.plans * 3, Csv()),
        "notes": (care.make_notes, sizes.notes, LEGACY),
        "invoices": (money.make_invoices, sizes.invoices, Csv()),
        "invoice_lines": (money.make_lines, sizes.invoices * 2, Csv()),
        "payments": (money.make_payments, sizes.invoices + sizes.deposits, Csv()),
        "payment_plans": (money.make_instalments, -(-sizes.plans // 5), Csv()),
        "care_plans": (money.make_memberships, -(-records // 8), Csv()),
        "recalls": (care.make_recalls, records // 2, Csv()),
        "documents": (care.make_documents, sizes.documents, Csv()),
    }
    for name, (make, total, style) in files.items():
        export.write_csv(f"{name}.csv", _draw(make, seed, sizes, total), style)
    export.write_csv("appointment_types.csv", [care.list_types()])
    export.write_csv("appointment_statuses.csv", [care.list_statuses()])
    write_documents(export, _draw(care.make_documents, seed, sizes, sizes.documents))
    export.note_truth("patients", _draw(people.tell_patients, seed, sizes, records))
    export.note_truth("invoices", _draw(money.tell_invoices, seed, sizes, sizes.invoices))
    export.note_facts({"counts": {name: total for name, (_, total, _) in files.items()}})


def _draw(make: Make, seed: int, sizes: Sizes, total: int) -> Iterator[pl.DataFrame]:
    """The records part by part; those that make says are not there are left out."""
    columns = make(Dice(seed=seed, kind="aerona"), sizes)
    for part in number_parts(total, size=PART):
        frame = part.select(**columns)
        yield frame.filter(people.THERE).drop(people.THERE) if people.THERE in columns else frame
