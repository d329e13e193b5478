"""An export of RSoft CRM as an Indian sales team would hand it over.

Quirks, each on a share of the records: byte order mark and CRLF, trailing empty columns, dd-mm-yyyy, 12-hour clock,
lakh grouping, mobiles of ten digits with and without 0 or 91, two numbers in a cell, owners by name (one has left, one
name is that of two), more custom columns than the plan allows, stages and tags in several spellings, calls without
recording, activities whose parent is missing, companies twice by their domain, contacts and enquiries twice by their
e-mail, one address shared by two people.
"""

from __future__ import annotations

from workbench.generate import rsoft_people as people
from workbench.generate import rsoft_work as work
from workbench.generate.dice import Dice
from workbench.generate.export import Csv, Export, Settings, number_parts
from workbench.generate.rsoft_cells import FORMER, SHARED_NAME
from workbench.generate.rsoft_people import Sizes

SETTINGS = Settings(
    source="rsoft_crm", exported_at="2026-03-01T09:30:00+05:30", time_zone="Asia/Kolkata", plan="Standard"
)
STYLE = Csv(line_end="\r\n", has_bom=True, empty_columns=2)
ACCOUNT = {
    "plan": "Standard",
    "custom_field_cap": 5,
    "workflow_cap": 5,
    "addons": {"ivr": True, "whatsapp": True, "autodialer": False},
    "workflows": [
        "Assign web enquiries in turn",
        "Remind owner after 2 days without a call",
        "Mail price list on stage Proposal",
        "Escalate high priority tickets",
        "Birthday greeting on WhatsApp",
        "Move to Won on payment",
    ],
    "stage_triggers": ["Negotiation: ask the manager for a discount", "Won: send the welcome mail"],
    "record_limits": {"contacts": 50_000, "leads": 100_000, "deals": 25_000},
}


def write_files(export: Export, *, records: int, seed: int) -> None:
    """Write all files of the export and the truth beside them.

    Args:
        records: Contacts; about as many leads, deals, companies and tickets as such a team has, and thrice the
            activities.
    """
    sizes = Sizes(contacts=records)
    write_records(export, sizes, seed=seed)
    export.write_json("account.json", ACCOUNT)
    _note_truth(export, sizes, seed)


def write_records(export: Export, sizes: Sizes, *, seed: int) -> None:
    """Write the CSV files of the export, a part of their records at a time."""
    files = {
        "Companies": (people.make_companies, sizes.companies),
        "Contacts": (people.make_contacts, sizes.contacts),
        "Leads": (people.make_leads, sizes.leads),
        "Deals": (work.make_deals, sizes.deals),
        "Activities": (work.make_activities, sizes.activities),
        "Tickets": (work.make_tickets, sizes.tickets),
        "Tags": (work.make_tags, sizes.tags),
    }
    export.write_csv("Users.csv", [people.list_users()], STYLE)
    for name, (make, total) in files.items():
        dice = Dice(seed=seed, kind=name.lower())
        export.write_csv(f"{name}.csv", (make(part, dice, sizes) for part in number_parts(total)), STYLE)
    export.write_csv("stages.csv", [work.list_stages()], STYLE)


def _note_truth(export: Export, sizes: Sizes, seed: int) -> None:
    """Which record repeats which, which points at nothing, and what key values are once they are read rightly."""
    for name, (make, total) in {
        "companies": (people.tell_companies, sizes.companies),
        "contacts": (people.tell_contacts, sizes.contacts),
        "leads": (people.tell_leads, sizes.leads),
        "deals": (work.tell_deals, sizes.deals),
        "activities": (work.tell_activities, sizes.activities),
    }.items():
        dice = Dice(seed=seed, kind=name)
        export.note_truth(name, (make(part, dice, sizes) for part in number_parts(total)))
    owners = {"left": FORMER, "shared_name": SHARED_NAME}
    export.note_facts({"counts": sizes.count(), "owners": owners})
