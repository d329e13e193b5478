"""Quotes, bookings and invoices of OctopusPro as one deal each chain, and their visits and changes of status."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.compiled import read_templates
from workbench.records import build_records, derive_columns
from workbench.sources.files import read_staged

SYDNEY = ZoneInfo("Australia/Sydney")
# What a job has come to -> its own stage, the stage of Freshsales.
STAGES = {
    "To Do": ("Appointment Scheduled", "Under review"),
    "To Visit": ("Appointment Scheduled", "Under review"),
    "Awaiting Update": ("Appointment Scheduled", "Under review"),
    "In Progress": ("In Progress", "Under review"),
    "On Hold": ("On Hold", "Under review"),
    "Completed": ("Job Completed", "Negotiation"),
    "Invoiced": ("Invoiced", "Negotiation"),
    "Partially Paid": ("Partially Paid", "Negotiation"),
    "Paid": ("Paid", "Won"),
    "Cancelled": ("Cancelled", "Lost"),
    "Failed": ("Failed", "Lost"),
    "Accepted": ("Quote Accepted", "Under review"),
    "Waiting for parts": ("Other", "New"),
    "Snoozed": ("Other", "New"),
}
QUOTES = {
    "Draft": ("Proposal", "New"),
    "Sent": ("Quote Sent", "Follow-up"),
    "Accepted": ("Quote Accepted", "Under review"),
    "Declined": ("Quote Declined", "Lost"),
    "Expired": ("Quote Expired", "Lost"),
}


class TestChains:
    @pytest.mark.covers("O-03", "O-14", "O-34")
    def test_quote_booking_and_invoice_are_one_deal(self, world):
        """One deal for each chain: every booking, every quote without one, every invoice whose booking is gone."""
        bookings = world.by("bookings", "booking_id")
        booked = {row["quote_id"] for row in bookings.values()}
        quotes = {
            f"quote-{row['quote_id']}" for row in world.rows("quotes")
            if row["quote_id"] not in booked and row["booking_id"] is None
        }  # fmt: skip
        alone = {f"invoice-{row['invoice_id']}" for row in world.rows("invoices") if row["booking_id"] not in bookings}

        assert quotes and alone
        assert world.deals.keys() == set(world.jobs.values()) | quotes | alone

    @pytest.mark.covers("O-15", "O-27", "O-37")
    def test_the_furthest_state_decides_the_stage(self, world):
        """Invoices speak before bookings, bookings before quotes; a status of the account's own is Other."""
        seen = set()
        for row in world.read_truth("jobs"):
            deal = world.deals[row["job"]]
            if row["state"] in STAGES:
                assert (deal["custom_field"]["cf_job_stage"], world.stage(deal)) == STAGES[row["state"]], row
                seen.add(STAGES[row["state"]][0])
        assert {
            "Appointment Scheduled",
            "Job Completed",
            "Invoiced",
            "Partially Paid",
            "Paid",
            "Cancelled",
            "Other",
        } <= seen

    @pytest.mark.covers("O-17")
    def test_the_amount_is_that_of_the_invoice_or_the_services(self, world):
        """An invoice's total is the amount; without one the booking's, also where only its services have prices."""
        without_total = {row["booking_id"] for row in world.rows("bookings") if row["total"] is None}

        assert without_total
        for row in world.read_truth("jobs"):
            assert Decimal(world.deals[row["job"]]["amount"]) == Decimal(row["amount"]), row

    @pytest.mark.covers("O-34", "O-35", "O-36", "O-37")
    def test_a_quote_alone_is_an_early_deal_with_its_dates(self, world):
        """Amount, status and validity stand on the deal; declined and expired ones are lost, with the reason."""
        seen = set()
        for row in world.rows("quotes"):
            deal = world.deals.get(f"quote-{row['quote_id']}")
            if deal is None or deal["custom_field"].get("cf_booking_number"):
                continue
            own = deal["custom_field"]
            assert Decimal(deal["amount"]) == Decimal(row["amount"])
            assert (own["cf_job_stage"], world.stage(deal)) == QUOTES[row["status"]]
            assert (own["cf_quote_status"], own["cf_quote_issued"][:10], own["cf_quote_expires"][:10]) == (
                row["status"], row["issued"], row["expires"]
            )  # fmt: skip
            reason = row["decline_reason"] or {"Expired": "Quote expired"}.get(row["status"])
            assert own.get("cf_lost_reason") == reason
            seen.add(row["status"])
        assert seen == QUOTES.keys()

    @pytest.mark.covers("O-27", "O-28", "O-29")
    def test_number_dates_and_what_is_owed_stand_on_the_deal(self, world):
        """Unpaid and partly paid invoices keep their deal open with the whole amount, and say what is owed."""
        owing = 0
        for row in world.rows("invoices"):
            deal = world.deals[world.jobs.get(row["booking_id"], f"invoice-{row['invoice_id']}")]
            own = deal["custom_field"]
            assert own["cf_invoice_number"] == row["number"]
            assert (own["cf_invoice_issued"][:10], own["cf_invoice_due"][:10]) == (row["issue_date"], row["due_date"])
            if row["status"] in ("Open", "Overdue"):
                owing += 1
                assert Decimal(str(own["cf_outstanding"])) == Decimal(row["balance"]) > 0
                assert Decimal(deal["amount"]) == Decimal(row["total"])
                assert world.stage(deal) not in ("Won", "Lost")
                assert own["cf_payment_status"] == ("Unpaid" if Decimal(row["paid"]) == 0 else "Partial")
        assert owing

    @pytest.mark.covers("O-14")
    def test_a_deal_points_at_contact_and_account(self, world):
        """The customer's contact and account hang on the deal; of a deleted customer the number is kept."""
        customers = world.by("customers", "customer_id")
        deleted = 0
        for row in world.rows("bookings"):
            deal = world.deals[world.jobs[row["booking_id"]]]
            if row["customer_id"] in customers:
                assert deal["sales_account_id"] == world.accounts[row["customer_id"]]["id"]
                assert [each["id"] for each in deal["contacts"]] == [world.contacts[row["customer_id"]]["id"]]
            else:
                deleted += 1
                assert deal.get("sales_account_id") is None
                assert deal["custom_field"]["cf_deleted_customer"] == row["customer_id"]
        assert deleted

    @pytest.mark.covers("O-45", "O-46", "O-47")
    def test_own_fields_of_bookings_stand_on_the_deal(self, world):
        """Vehicle, tags and parking are fields of the deal; a photo is the address it has in the source."""
        names = {"201": "cf_vehicle_registration", "202": "cf_job_photo", "204": "cf_parking"}
        checked = set()
        for row in world.rows("custom_values"):
            if name := names.get(row["field_id"]):
                deal = world.deals[world.jobs[row["record_id"]]]
                assert deal["custom_field"][name] == row["value"]
                checked.add(name)
        assert checked == set(names.values())

    @pytest.mark.covers("O-37")
    def test_a_quote_that_is_accepted_later_is_still_the_same_deal(self, world):
        """Booked after the first export, its deal keeps its id and moves on, so that a delta updates it."""
        engagement = world.walk.engagement
        staged = read_staged(engagement.latest_run("discovery").path / "staged")
        pack, _ = read_templates(engagement)
        phase = next(phase for phase in world.walk.results["mapping"].phases if phase.source == "jobs")
        quote = staged["quotes"].filter(pl.col("status") == "Sent").row(0, named=True)
        booking = (
            staged["bookings"]
            .head(1)
            .with_columns(
                booking_id=pl.lit("9"), quote_id=pl.lit(quote["quote_id"]), status=pl.lit("To Do"), _row=pl.lit(10_000)
            )
        )
        later = staged | {
            "bookings": pl.concat([staged["bookings"], booking], how="vertical_relaxed"),
            "quotes": staged["quotes"].with_columns(
                status=pl.when(pl.col("quote_id") == quote["quote_id"])
                .then(pl.lit("Accepted"))
                .otherwise(pl.col("status"))
            ),
        }

        stages = [
            build_records(phase, derive_columns(rows, pack))
            .filter(pl.col("external_id") == f"quote-{quote['quote_id']}")
            .select("cf_job_stage", "deal_stage_id")
            .rows()
            for rows in (staged, later)
        ]

        assert stages == [[("Quote Sent", "Follow-up")], [("Appointment Scheduled", "Under review")]]


class TestVisits:
    @pytest.mark.covers("O-16")
    def test_a_slot_stands_on_the_contact_and_on_the_account(self, world):
        """Each slot of a customer is an appointment on the contact and one on the account, at its own time."""
        lines, bookings = world.by("booking_services", "line_id"), world.by("bookings", "booking_id")
        on_contact, on_account = (
            world.marked("appointment", "booking_appointments"),
            world.marked("appointment", "account_slots"),
        )

        for row in world.rows("booking_appointments"):
            booking = bookings[lines[row["line_id"]]["booking_id"]]
            contact, found = world.contacts.get(booking["customer_id"]), on_contact[row["appointment_id"]]
            parent = contact or world.deals[world.jobs[booking["booking_id"]]]
            assert [each["id"] for each in found["targetables"]] == [parent["id"]]
            assert datetime.fromisoformat(found["from_date"]) == _local(row["starts_at"])
            assert datetime.fromisoformat(found["end_date"]) == _local(row["ends_at"])
            assert (row["appointment_id"] in on_account) == (contact is not None)
            if contact:
                account = on_account[row["appointment_id"]]["targetables"][0]
                assert account["id"] == world.accounts[booking["customer_id"]]["id"]

    def test_every_worker_of_a_visit_is_named(self, world):
        """The first worker owns the appointment; all of them stand in its text."""
        names = {row["id"]: row["display_name"] for row in world.rows("fieldworkers")}
        found = world.marked("appointment", "booking_appointments")
        several = [row for row in world.rows("booking_appointments") if "," in row["fieldworker_ids"]]

        assert several
        for row in several:
            assert all(
                names[id] in found[row["appointment_id"]]["description"] for id in row["fieldworker_ids"].split(",")
            )

    @pytest.mark.covers("O-16", "F-05")
    def test_a_change_of_status_is_a_completed_task_at_its_time(self, world):
        """Each row of the history is a task on the contact, done, with the change in its title."""
        bookings = world.by("bookings", "booking_id")
        tasks = world.marked("task", "booking_status_history")
        history = world.rows("booking_status_history")

        assert len(tasks) == len(history)
        for row in history:
            task = tasks[f"{row['booking_id']}|{row['at']}|{row['to']}|1"]
            customer = bookings[row["booking_id"]]["customer_id"]
            parent = world.contacts.get(customer) or world.deals[world.jobs[row["booking_id"]]]
            assert task["targetables"][0]["id"] == parent["id"]
            assert (task["status"], datetime.fromisoformat(task["due_date"])) == (1, _local(row["at"]))
            assert task["title"].endswith(f"{row['from'] or 'new'} to {row['to']}")


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SYDNEY)
