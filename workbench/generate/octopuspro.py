"""An export of OctopusPro as its support would send it to an Australian services business.

Quirks, each on a share of the records: customers in pieces of 2,500 rows, businesses without a business name, second
and third people on a customer's card, state spellings, passwords and bank accounts, several workers on one visit,
workers without e-mail, statuses of the account's own, quotes and bookings that know of each other on one side only,
bookings without a total, customers that were deleted and are still named, invoices without their booking, payments of
voided and of missing invoices, refunds larger than their payment, prices that vary, services that were deleted,
invoices with a fee that stands on no line, signatures as data, photos as addresses, options with a comma inside,
numbers that are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from workbench.generate import octopuspro_fields as fields
from workbench.generate import octopuspro_jobs as jobs
from workbench.generate import octopuspro_lines as lines
from workbench.generate import octopuspro_money as money
from workbench.generate import octopuspro_people as people
from workbench.generate.dice import Dice
from workbench.generate.export import Csv, Export, Settings, number_parts
from workbench.generate.octopuspro_people import Sizes

SETTINGS = Settings(
    source="octopuspro", exported_at="2026-03-01T09:30:00+11:00", time_zone="Australia/Sydney", plan="Small business"
)
PIECES = Csv(rows_a_file=2_500)
Make = Callable[[Dice, Sizes], dict[str, pl.Expr]]
AUTOMATIONS = (
    ("Confirm a booking", "booking_created", "status is To Do", "send e-mail Confirmation", "email", True),
    ("Remind a day before", "appointment_reminder", "24 hours before", "send SMS Reminder", "sms", True),
    ("Chase a quote", "quote_sent", "3 days without answer", "send e-mail Follow-up", "email", True),
    ("Overdue invoice", "invoice_overdue", "7 days after due", "send e-mail and SMS", "email", True),
    ("Ask for a review", "review_request", "booking completed", "send e-mail Review us", "email", False),
    ("Fill the roster", "roster_gap", "no worker for a visit", "notify dispatcher", "app", True),
)


def write_files(export: Export, *, records: int, seed: int) -> None:
    """Write all files of the export and the truth beside them.

    Args:
        records: Customers; as many bookings, six quotes and seven invoices to ten of them.
    """
    sizes = Sizes(customers=records)
    files: dict[str, tuple[Make, int, Csv]] = {
        "customers": (people.make_customers, records, PIECES),
        "customer_properties": (people.make_properties, sizes.properties, Csv()),
        "fieldworkers": (people.make_workers, sizes.workers, Csv()),
        "quotes": (jobs.make_quotes, sizes.quotes, Csv()),
        "quote_lines": (lines.make_quote_lines, sizes.quotes * 2, Csv()),
        "bookings": (jobs.make_bookings, sizes.bookings, Csv()),
        "booking_services": (lines.make_lines, sizes.lines, Csv()),
        "booking_appointments": (jobs.make_slots, sizes.lines, Csv()),
        "booking_status_history": (jobs.make_history, sizes.bookings * 2, Csv()),
        "invoices": (money.make_invoices, sizes.invoices, Csv()),
        "invoice_lines": (money.make_invoice_lines, sizes.invoices * 2, Csv()),
        "payments": (money.make_payments, sizes.invoices * 2, Csv()),
        "refunds": (money.make_refunds, sizes.invoices * 2, Csv()),
        "inquiries": (people.make_inquiries, sizes.inquiries, Csv()),
    }
    for name, (make, total, style) in files.items():
        export.write_csv(f"{name}.csv", _draw(make, seed, sizes, total), style)
    export.write_csv("services.csv", [lines.list_services()])
    export.write_csv("custom_fields.csv", [fields.list_fields()])
    export.write_csv("custom_values.csv", fields.draw_values(Dice(seed=seed, kind="octopuspro"), sizes))
    export.write_json("automations.json", {"automations": _list_automations()})
    _note_truth(export, sizes, seed)


def _draw(make: Make, seed: int, sizes: Sizes, total: int) -> Iterator[pl.DataFrame]:
    """The records part by part; those that make says are not there are left out."""
    columns = make(Dice(seed=seed, kind="octopuspro"), sizes)
    for part in number_parts(total):
        frame = part.select(**columns)
        yield frame.filter(people.THERE).drop(people.THERE) if people.THERE in columns else frame


def _list_automations() -> list[dict[str, object]]:
    names = ("name", "trigger", "conditions", "actions", "channel", "active")
    return [
        {"id": f"A{place}", **dict(zip(names, rule, strict=True))} for place, rule in enumerate(AUTOMATIONS, start=1)
    ]


def _note_truth(export: Export, sizes: Sizes, seed: int) -> None:
    """What key values are once the files are read rightly, and which records point at nothing."""
    for name, make, total in (
        ("customers", people.tell_customers, sizes.customers),
        ("jobs", money.tell_jobs, sizes.bookings),
        ("payments", money.tell_payments, sizes.invoices * 2),
    ):
        export.note_truth(name, _draw(make, seed, sizes, total))
    export.note_facts({"counts": sizes.count(), "active_automations": sum(rule[-1] for rule in AUTOMATIONS)})
