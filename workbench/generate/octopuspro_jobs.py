"""The work of a made-up OctopusPro export: quotes, bookings, visits and changes of status."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from workbench.generate.dice import Dice, look_up
from workbench.generate.octopuspro_lines import (
    SERVICES,
    draw_service,
    draw_total,
    has_line,
    write_booking,
    write_line,
    write_quote,
)
from workbench.generate.octopuspro_people import (
    EXPORTED,
    OPENED,
    THERE,
    Columns,
    N,
    Sizes,
    draw_customer,
    name_worker,
    write_customer,
    write_moment,
    write_number,
    write_worker,
)
from workbench.generate.quirks import leave_empty
from workbench.generate.written import write_plain

# The last two are the account's own.
STATUSES = ("To Do",) * 4 + ("In Progress", "Completed", "Completed", "Completed", "On Hold", "Cancelled", "Failed") + (
    "To Visit", "Awaiting Update", "Quoted", "Waiting for parts", "Snoozed"
)  # fmt: skip
QUOTE_STATUSES = ("Draft", "Sent", "Sent", "Accepted", "Accepted", "Accepted", "Accepted", "Expired", "Declined")
REASONS = ("Too expensive", "Went with another firm", "No longer needed")
DELETED = 900_000  # numbers of customers that were deleted begin so far behind the others


def make_quotes(dice: Dice, sizes: Sizes) -> Columns:
    """quotes.csv; the quote of a number belongs to the booking of that number where it was accepted."""
    status, issued = draw_quote_status(dice, N), _draw_quoted(dice, N)
    return {
        "quote_id": write_quote(N),
        "number": "QUO-" + (N + 1).cast(pl.String),
        "customer_id": write_customer(_draw_customer_of(dice, N, sizes)),
        "status": status,
        "amount": write_plain(draw_total(dice, N)),
        "issued": issued.dt.strftime("%Y-%m-%d"),
        "expires": (issued + pl.duration(days=30)).dt.strftime("%Y-%m-%d"),
        "decline_reason": pl.when(status == "Declined").then(dice.pick(N, "decline", REASONS)),
        "booking_id": pl.when(is_booked(dice, N) & ~_forgot_booking(dice, N)).then(write_booking(N)),
    }


def make_bookings(dice: Dice, sizes: Sizes) -> Columns:
    """bookings.csv; some know nothing of the quote that knows of them, some have no total, some a deleted customer."""
    person = draw_customer(dice, _draw_customer_of(dice, N, sizes))
    quoted = (sizes.quotes > N) & is_booked(dice, N)
    return {
        "booking_id": write_booking(N),
        "booking_number": "BOK-" + (N + 1).cast(pl.String),
        "customer_id": write_customer(_draw_customer_of(dice, N, sizes)),
        "status": draw_status(dice, N),
        "created_at": write_moment(draw_booked(dice, N)),
        "total": leave_empty(dice, N, "no total", 0.08, write_plain(draw_total(dice, N))),
        "address": person["street"] + ", " + person["city"],
        "owner_id": leave_empty(dice, N, "no owner", 0.1, write_worker(draw_worker(dice, N, sizes))),
        "quote_id": pl.when(quoted & knows_quote(dice, N)).then(write_quote(N)),
    }


def make_slots(dice: Dice, sizes: Sizes) -> Columns:
    """booking_appointments.csv: one visit a line, by one worker or by several."""
    start = draw_booked(dice, N // 2).dt.truncate("1d") + pl.duration(
        days=2 + dice.below(N, "days", 20), hours=8 + dice.below(N, "hour", 8)
    )
    minutes = look_up(draw_service(dice, N), [str(each[4]) for each in SERVICES]).cast(pl.Int64)
    first, second = draw_worker(dice, N // 2, sizes), draw_worker(dice, N + 1, sizes)
    several = dice.happens(N, "several workers", 0.25) & (first != second)
    return {
        "appointment_id": write_number(4_000_001, N),
        "line_id": write_line(N),
        "starts_at": write_moment(start),
        "ends_at": write_moment(start + pl.duration(minutes=minutes)),
        "fieldworker_ids": pl.when(several)
        .then(write_worker(first) + "," + write_worker(second))
        .otherwise(write_worker(first)),
        "status": dice.pick(N, "slot", ("Scheduled", "Completed", "Completed", "Missed")),
        THERE: has_line(dice, N),
    }


def make_history(dice: Dice, sizes: Sizes) -> Columns:
    """booking_status_history.csv: how a booking began, and what became of it."""
    booking, is_first = N // 2, N % 2 == 0
    now = draw_status(dice, booking)
    at = draw_booked(dice, booking) + pl.duration(days=pl.when(is_first).then(0).otherwise(3))
    return {
        "booking_id": write_booking(booking),
        "from": pl.when(~is_first).then(pl.lit("To Do")),
        "to": pl.when(is_first).then(pl.lit("To Do")).otherwise(now),
        "at": write_moment(at),
        "by": name_worker(dice, draw_worker(dice, booking, sizes)),
        THERE: is_first | (now != "To Do"),
    }


def draw_status(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The status of the booking of that number."""
    return dice.pick(number, "booking status", STATUSES)


def draw_quote_status(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The status of the quote of that number."""
    return dice.pick(number, "quote status", QUOTE_STATUSES)


def is_booked(dice: Dice, number: pl.Expr) -> pl.Expr:
    """Whether the quote of that number became the booking of that number."""
    return (draw_quote_status(dice, number) == "Accepted") & ~dice.happens(number, "not yet booked", 0.2)


def knows_quote(dice: Dice, number: pl.Expr) -> pl.Expr:
    """Whether the booking of that number names its quote; where it does not, the quote names the booking."""
    return _forgot_booking(dice, number) | ~dice.happens(number, "other link", 0.1)


def is_deleted(dice: Dice, number: pl.Expr) -> pl.Expr:
    """Whether the customer of that job was deleted in the source."""
    return (number % 41 == 7) | dice.happens(number, "deleted customer", 0.03)


def draw_booked(dice: Dice, number: pl.Expr) -> pl.Expr:
    """When the booking of that number was made: by day, so that no clock change is in the way."""
    days = dice.below(number, "booked", (EXPORTED - OPENED).days)
    return pl.lit(datetime(OPENED.year, OPENED.month, OPENED.day, 10)) + pl.duration(
        days=days, minutes=dice.below(number, "minute", 400)
    )


def draw_worker(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    """The number of the worker who has the job."""
    return dice.below(number, "worker", sizes.workers)


def _draw_quoted(dice: Dice, number: pl.Expr) -> pl.Expr:
    return draw_booked(dice, number) - pl.duration(days=10)


def _draw_customer_of(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    customer = dice.below(number, "customer", sizes.customers)
    # Beyond every customer there is, whatever the size of the export.
    return pl.when(is_deleted(dice, number)).then(customer + sizes.customers + DELETED).otherwise(customer)


def _forgot_booking(dice: Dice, number: pl.Expr) -> pl.Expr:
    return dice.happens(number, "link", 0.1)
