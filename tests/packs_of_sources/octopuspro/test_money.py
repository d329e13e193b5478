"""Payments and refunds of OctopusPro: a task on the customer, a note on the deal, and what people have to look at."""

from __future__ import annotations

import pytest


class TestPayments:
    @pytest.mark.covers("O-30", "O-31")
    def test_a_payment_is_a_task_on_the_contact_and_a_note_on_the_deal(self, world):
        """Method and status stand in both; the task hangs on the contact, the note on the deal."""
        invoices, bookings = world.by("invoices", "invoice_id"), world.by("bookings", "booking_id")
        tasks, notes = world.marked("task", "payments"), world.marked("note", "payment_notes")
        checked = 0
        for row in world.rows("payments"):
            invoice = invoices.get(row["invoice_id"])
            if invoice is None or invoice["booking_id"] not in bookings:
                continue
            booking, task, note = bookings[invoice["booking_id"]], tasks[row["payment_id"]], notes[row["payment_id"]]
            deal = world.deals[world.jobs[booking["booking_id"]]]
            parent = world.contacts.get(booking["customer_id"]) or deal
            assert task["targetables"][0]["id"] == parent["id"]
            assert note["targetables"][0]["id"] == deal["id"]
            for record in (task, note):
                assert f"Method: {row['method']}\nStatus: {row['approval']}" in record["description"]
            checked += 1
        assert checked

    @pytest.mark.covers("O-32")
    def test_partial_payments_say_so(self, world):
        """A payment of less than the invoice is typed as partial in title and text, another as full."""
        tasks = world.marked("task", "payments")
        truth = [row for row in world.read_truth("payments") if not row["is_lost"]]

        assert {row["is_partial"] for row in truth} == {True, False}
        for row in truth:
            kind = "Partial payment" if row["is_partial"] else "Full payment"
            assert tasks[row["id"]]["title"].startswith(kind)
            assert f"Type: {kind}\n" in tasks[row["id"]]["description"]

    @pytest.mark.covers("O-33")
    def test_payments_of_voided_invoices_are_open_tasks_for_review(self, world):
        """The task stays open and begins with the reason; those of sound invoices are completed."""
        tasks = world.marked("task", "payments")
        truth = [row for row in world.read_truth("payments") if not row["is_lost"]]

        assert any(row["is_void"] for row in truth)
        for row in truth:
            text = tasks[row["id"]]["description"]
            assert text.startswith("REVIEW: the invoice of this payment was voided") == row["is_void"]
            assert tasks[row["id"]]["status"] == (0 if row["is_void"] else 1)

    @pytest.mark.covers("O-33")
    def test_payments_of_missing_invoices_are_listed_for_review(self, world):
        """Nothing is guessed: they make no record, and stand in a list of their own."""
        lost = {row["id"] for row in world.read_truth("payments") if row["is_lost"]}
        listed = world.find("handoff", "inventory_payments_without_invoice")

        assert lost
        assert set(listed["payment_id"]) == lost
        assert not lost & (world.marked("task", "payments").keys() | world.marked("note", "payment_notes").keys())


class TestRefunds:
    @pytest.mark.covers("O-32")
    def test_a_refund_is_a_task_of_its_own(self, world):
        """Typed as refund with its kind, apart from the payment it belongs to."""
        lost = {row["id"] for row in world.read_truth("payments") if row["is_lost"]}
        tasks = world.marked("task", "refunds")
        refunds = [row for row in world.rows("refunds") if row["payment_id"] not in lost]

        assert refunds
        assert tasks.keys() == {row["refund_id"] for row in refunds}
        for row in refunds:
            assert f"Type: Refund, {row['kind']}\n" in tasks[row["refund_id"]]["description"]

    def test_a_refund_larger_than_its_payment_is_open_for_review(self, world):
        """It is an open task that says why; the others are completed."""
        payments, tasks = world.by("payments", "payment_id"), world.marked("task", "refunds")
        larger = {
            row["refund_id"] for row in world.rows("refunds")
            if float(row["amount"]) > float(payments[row["payment_id"]]["amount"])
        }  # fmt: skip

        assert larger & tasks.keys()
        for id, task in tasks.items():
            assert (
                (task["status"] == 0)
                == (id in larger)
                == task["description"].startswith("REVIEW: the refund is larger")
            )
