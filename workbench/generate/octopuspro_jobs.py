"""The work of a made-up OctopusPro export: services, quotes, bookings, their lines, visits and changes of status."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from workbench.generate.dice import Dice, look_up
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

# Name, category, how it is charged, price in cents, minutes.
SERVICES = (
    ("Regular clean", "Cleaning", "job", 14_000, 120),
    ("Deep clean", "Cleaning", "job", 32_000, 240),
    ("Window clean", "Cleaning", "unit", 1_250, 60),
    ("Lawn mowing", "Garden", "time", 6_500, 60),
    ("Hedge trimming", "Garden", "time", 7_000, 90),
    ("Dog grooming", "Pets", "job", 8_500, 75),
    ("Aircon service", "Trades", "job", 19_900, 90),
    ("Plumbing call", "Trades", "time", 11_000, 60),
)
RULES = '[{"when":"Sunday","percent":25},{"option":"Oven","add":"45.00","minutes":30}]'
# The last two are the account's own.
STATUSES = ("To Do",) * 4 + ("In Progress", "Completed", "Completed", "Completed", "On Hold", "Cancelled", "Failed") + (
    "To Visit", "Awaiting Update", "Quoted", "Waiting for parts", "Snoozed"
)  # fmt: skip
QUOTE_STATUSES = ("Draft", "Sent", "Sent", "Accepted", "Accepted", "Accepted", "Accepted", "Expired", "Declined")
REASONS = ("Too expensive", "Went with another firm", "No longer needed")
DELETED = 900_000  # numbers of customers that were deleted begin so far behind the others


def list_services() -> pl.DataFrame:
    """services.csv, with rules of variable prices as JSON in a cell."""
    rows = [
        {
            "id": str(place),
            "name": name,
            "category": category,
            "description": f"{name} by {model}",
            "pricing_model": model,
            "price": f"{cents // 100}.{cents % 100:02}",
            "min_price": f"{cents // 200}.00",
            "duration_min": str(minutes),
            "variable_rules": RULES if model != "job" else None,
            "service_areas": "Parramatta; Newcastle" if category == "Trades" else None,
        }
        for place, (name, category, model, cents, minutes) in enumerate(SERVICES, start=1)
    ]
    return pl.DataFrame(rows)


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


def make_lines(dice: Dice, sizes: Sizes) -> Columns:
    """booking_services.csv: one or two lines a booking."""
    booking = N // 2
    service = draw_service(dice, N)
    return {
        "line_id": write_line(N),
        "booking_id": write_booking(booking),
        "service_id": (service + 1).cast(pl.String),
        "qty": draw_quantity(dice, N).cast(pl.String),
        "unit_price": write_plain(draw_price(dice, N)),
        "discount": pl.when(dice.happens(N, "discount", 0.1)).then(pl.lit("5.00")),
        "tax": write_plain(draw_line_total(dice, N) // 11),
        THERE: has_line(dice, N),
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


def has_line(dice: Dice, line: pl.Expr) -> pl.Expr:
    """Whether there is a line of that number: the first of a booking always, the second of some."""
    return (line % 2 == 0) | dice.happens(line // 2, "two lines", 0.4)


def draw_service(dice: Dice, line: pl.Expr) -> pl.Expr:
    """The place of the line's service in `SERVICES`."""
    return dice.below(line, "service", len(SERVICES))


def draw_quantity(dice: Dice, line: pl.Expr) -> pl.Expr:
    """How many of the service the line is for."""
    return dice.between(line, "quantity", 1, 3)


def draw_price(dice: Dice, line: pl.Expr) -> pl.Expr:
    """The price of one in cents: that of the service, or what was agreed instead."""
    price = look_up(draw_service(dice, line), [str(each[3]) for each in SERVICES]).cast(pl.Int64)
    return price + pl.when(dice.happens(line, "agreed price", 0.2)).then(500).otherwise(0)


def draw_line_total(dice: Dice, line: pl.Expr) -> pl.Expr:
    """What the line costs in cents, nothing where it is not there."""
    total = draw_quantity(dice, line) * draw_price(dice, line)
    return pl.when(has_line(dice, line)).then(total).otherwise(0)


def draw_total(dice: Dice, booking: pl.Expr) -> pl.Expr:
    """What the booking's lines cost in cents."""
    return draw_line_total(dice, booking * 2) + draw_line_total(dice, booking * 2 + 1)


def draw_booked(dice: Dice, number: pl.Expr) -> pl.Expr:
    """When the booking of that number was made: by day, so that no clock change is in the way."""
    days = dice.below(number, "booked", (EXPORTED - OPENED).days)
    return pl.lit(datetime(OPENED.year, OPENED.month, OPENED.day, 10)) + pl.duration(
        days=days, minutes=dice.below(number, "minute", 400)
    )


def draw_worker(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    """The number of the worker who has the job."""
    return dice.below(number, "worker", sizes.workers)


def write_quote(number: pl.Expr) -> pl.Expr:
    """The id of a quote."""
    return write_number(2_000_001, number)


def write_booking(number: pl.Expr) -> pl.Expr:
    """The id of a booking."""
    return write_number(3_000_001, number)


def write_line(number: pl.Expr) -> pl.Expr:
    """The id of a line of a booking."""
    return write_number(3_500_001, number)


def _draw_quoted(dice: Dice, number: pl.Expr) -> pl.Expr:
    return draw_booked(dice, number) - pl.duration(days=10)


def _draw_customer_of(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    customer = dice.below(number, "customer", sizes.customers)
    # Beyond every customer there is, whatever the size of the export.
    return pl.when(is_deleted(dice, number)).then(customer + sizes.customers + DELETED).otherwise(customer)


def _forgot_booking(dice: Dice, number: pl.Expr) -> pl.Expr:
    return dice.happens(number, "link", 0.1)
