"""The money of a made-up OctopusPro export: invoices, payments, refunds, and what is true of whole jobs."""

from __future__ import annotations

import polars as pl

from workbench.generate.dice import Dice
from workbench.generate.octopuspro_jobs import (
    draw_booked,
    draw_quote_status,
    draw_status,
    is_booked,
    is_deleted,
    knows_quote,
)
from workbench.generate.octopuspro_lines import (
    draw_line_total,
    draw_price,
    draw_quantity,
    draw_total,
    has_line,
    write_booking,
    write_line,
    write_quote,
    write_service,
)
from workbench.generate.octopuspro_people import THERE, Columns, N, Sizes, write_moment, write_number
from workbench.generate.quirks import sometimes
from workbench.generate.written import write_plain

STATUSES = ("Draft", "Open", "Open", "Open", "Overdue", "Closed", "Closed", "Closed", "Closed", "Void")
METHODS = ("Cash", "Card", "Bank transfer", "Cheque")
DAY = "%Y-%m-%d"
LOST = 800_000  # ids of bookings and invoices that are not in the export begin so far behind the others


def make_invoices(dice: Dice, sizes: Sizes) -> Columns:
    """invoices.csv; the invoice of a number is for the booking of that number, and some for one that is gone."""
    issued = _draw_issued(dice, N)
    paid = draw_paid(dice, N)
    return {
        "invoice_id": write_invoice(N),
        "number": write_invoice_number(N),
        "booking_id": pl.when(_is_alone(dice, N))
        .then(write_booking(N + sizes.bookings + LOST))
        .otherwise(write_booking(N)),
        "status": draw_invoice_status(dice, N),
        "issue_date": issued.dt.strftime(DAY),
        "due_date": (issued + pl.duration(days=14)).dt.strftime(DAY),
        "total": write_plain(draw_invoiced(dice, N)),
        "paid": write_plain(paid),
        "balance": write_plain(draw_invoiced(dice, N) - paid),
    }


def make_invoice_lines(dice: Dice, sizes: Sizes) -> Columns:
    """invoice_lines.csv: the lines of the booking, priced; a discount shows in the amount alone."""
    return {
        "line_id": write_number(6_500_001, N),
        "invoice_id": write_invoice(N // 2),
        "service_id": write_service(dice, N),
        "description": pl.lit("Service for line ") + write_line(N),
        "qty": draw_quantity(dice, N).cast(pl.String),
        "unit_price": write_plain(draw_price(dice, N)),
        "amount": write_plain(draw_line_total(dice, N)),
        THERE: has_line(dice, N),
    }


def make_payments(dice: Dice, sizes: Sizes) -> Columns:
    """payments.csv: none, one or two for an invoice, some for one that is not in the export."""
    invoice = N // 2
    is_online = dice.happens(N, "online", 0.4)
    lost = write_number(6_000_001 + sizes.invoices + LOST, invoice)
    return {
        "payment_id": write_payment(N),
        "invoice_id": pl.when(is_lost(dice, N)).then(lost).otherwise(write_invoice(invoice)),
        "date": write_moment(_draw_issued(dice, invoice) + pl.duration(days=2 + N % 2)),
        "method": pl.when(is_online).then(pl.lit("Card")).otherwise(dice.pick(N, "method", METHODS)),
        "reference": pl.lit("REF") + dice.below(N, "reference", 10**8).cast(pl.String).str.zfill(8),
        "insert_type": pl.when(is_online).then(pl.lit("online")).otherwise(pl.lit("manual")),
        "amount": write_plain(draw_payment(dice, N)),
        "approval": pl.when(is_online)
        .then(pl.lit("approved"))
        .otherwise(dice.pick(N, "approval", ("approved", "unapproved"))),
        "added_by": pl.when(is_online).then(pl.lit("Gateway")).otherwise(pl.lit("Lucia Ferro")),
        THERE: is_paid(dice, N),
    }


def make_refunds(dice: Dice, sizes: Sizes) -> Columns:
    """refunds.csv: of some payments, whole or in part; now and then more than was paid."""
    amount = draw_payment(dice, N)
    part = sometimes(dice, N, "too much", 0.2, amount + amount // 2, amount // 2)
    return {
        "refund_id": write_number(6_900_001, N),
        "payment_id": write_payment(N),
        "amount": write_plain(part),
        "kind": dice.pick(N, "refund kind", ("added", "processed")),
        "approval": pl.lit("approved"),
        THERE: is_paid(dice, N) & dice.happens(N, "refunded", 0.15),
    }


def tell_jobs(dice: Dice, sizes: Sizes) -> Columns:
    """Truth about the job of each booking: its key, the state it has come to, what it is worth, and whose it is."""
    quoted = (sizes.quotes > N) & is_booked(dice, N)
    has_invoice = (sizes.invoices > N) & ~_is_alone(dice, N)
    invoice, status = draw_invoice_status(dice, N), draw_status(dice, N)
    counts = has_invoice & ~invoice.is_in(["Draft", "Void"])
    paid, total = draw_paid(dice, N), draw_invoiced(dice, N)
    state = (
        pl.when(paid >= total)
        .then(pl.lit("Paid"))
        .when(paid > 0)
        .then(pl.lit("Partially Paid"))
        .otherwise(pl.lit("Invoiced"))
    )
    # A booking that is only quoted has the state of its quote.
    own = pl.when((status == "Quoted") & quoted).then(draw_quote_status(dice, N)).otherwise(status)
    return {
        "job": pl.when(quoted & knows_quote(dice, N))
        .then("quote-" + write_quote(N))
        .otherwise("booking-" + write_booking(N)),
        "booking": write_booking(N),
        "state": pl.when(counts).then(state).otherwise(own),
        "amount": write_plain(pl.when(counts).then(total).otherwise(draw_total(dice, N))),
        "is_deleted_customer": is_deleted(dice, N),
    }


def tell_payments(dice: Dice, sizes: Sizes) -> Columns:
    """Truth about payments: those of voided and of missing invoices, and those that pay a part only."""
    amount, total = draw_payment(dice, N), draw_invoiced(dice, N // 2)
    is_void = draw_invoice_status(dice, N // 2) == "Void"
    return {
        "id": write_payment(N),
        "is_lost": is_lost(dice, N),
        "is_void": is_void & ~is_lost(dice, N),
        "is_partial": (amount < total) & ~is_lost(dice, N),
        THERE: is_paid(dice, N),
    }


def draw_invoice_status(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The status of the invoice of that number."""
    return dice.pick(number, "invoice status", STATUSES)


def draw_invoiced(dice: Dice, number: pl.Expr) -> pl.Expr:
    """What the invoice of that number is for, in cents: its lines, and of some a fee that stands on no line."""
    return draw_total(dice, number) + pl.when(number % 19 == 3).then(1_500).otherwise(0)


def draw_paid(dice: Dice, number: pl.Expr) -> pl.Expr:
    """What was paid of the invoice of that number, in cents: all where it is closed, half of some that are open."""
    status, total = draw_invoice_status(dice, number), draw_invoiced(dice, number)
    is_open = status.is_in(["Open", "Overdue"]) & dice.happens(number, "half paid", 0.4)
    return pl.when(status == "Closed").then(total).when(is_open).then(total // 2).otherwise(0)


def draw_payment(dice: Dice, number: pl.Expr) -> pl.Expr:
    """What was paid with the payment of that number, in cents; two make up what the invoice says."""
    invoice = number // 2
    is_void = draw_invoice_status(dice, invoice) == "Void"
    paid = pl.when(is_void).then(draw_invoiced(dice, invoice)).otherwise(draw_paid(dice, invoice))
    first = pl.when(_is_split(dice, invoice)).then(paid // 3).otherwise(paid)
    return pl.when(number % 2 == 0).then(first).otherwise(paid - first)


def is_paid(dice: Dice, number: pl.Expr) -> pl.Expr:
    """Whether there is a payment of that number."""
    return draw_payment(dice, number) > 0


def is_lost(dice: Dice, number: pl.Expr) -> pl.Expr:
    """Whether the payment names an invoice that is not in the export."""
    return (number % 37 == 6) | dice.happens(number, "lost invoice", 0.03)


def write_invoice(number: pl.Expr) -> pl.Expr:
    """The id of an invoice."""
    return write_number(6_000_001, number)


def write_invoice_number(number: pl.Expr) -> pl.Expr:
    """What people call an invoice."""
    return "INV-" + (number + 31_001).cast(pl.String)


def write_payment(number: pl.Expr) -> pl.Expr:
    """The id of a payment."""
    return write_number(6_700_001, number)


def _draw_issued(dice: Dice, number: pl.Expr) -> pl.Expr:
    return draw_booked(dice, number) + pl.duration(days=5)


def _is_alone(dice: Dice, number: pl.Expr) -> pl.Expr:
    return dice.happens(number, "booking gone", 0.04)


def _is_split(dice: Dice, invoice: pl.Expr) -> pl.Expr:
    return dice.happens(invoice, "two payments", 0.25)
