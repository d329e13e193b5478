"""What an OctopusPro account sells, and the lines of its quotes, bookings and invoices."""

from __future__ import annotations

import polars as pl

from workbench.generate.dice import Dice, look_up
from workbench.generate.octopuspro_people import THERE, Columns, N, Sizes, write_number
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
DELETED = "99"  # a service that lines still name
RULES = '[{"when":"Sunday","percent":25},{"option":"Oven","add":"45.00","minutes":30}]'


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


def make_lines(dice: Dice, sizes: Sizes) -> Columns:
    """booking_services.csv: one or two lines a booking."""
    return {
        "line_id": write_line(N),
        "booking_id": write_booking(N // 2),
        **_write_line(dice, N),
        "tax": write_plain(draw_line_total(dice, N) // 11),
        THERE: has_line(dice, N),
    }


def make_quote_lines(dice: Dice, sizes: Sizes) -> Columns:
    """quote_lines.csv: the lines of the booking the quote became, or would have become."""
    return {
        "line_id": write_number(2_500_001, N),
        "quote_id": write_quote(N // 2),
        **_write_line(dice, N),
        THERE: has_line(dice, N),
    }


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


def draw_discount(dice: Dice, line: pl.Expr) -> pl.Expr:
    """What is taken off the line, in cents."""
    return pl.when(dice.happens(line, "discount", 0.1)).then(500).otherwise(0)


def draw_line_total(dice: Dice, line: pl.Expr) -> pl.Expr:
    """What the line costs in cents, nothing where it is not there."""
    total = draw_quantity(dice, line) * draw_price(dice, line) - draw_discount(dice, line)
    return pl.when(has_line(dice, line)).then(total).otherwise(0)


def draw_total(dice: Dice, booking: pl.Expr) -> pl.Expr:
    """What the booking's lines cost in cents."""
    return draw_line_total(dice, booking * 2) + draw_line_total(dice, booking * 2 + 1)


def write_service(dice: Dice, line: pl.Expr) -> pl.Expr:
    """The id of the line's service, which may be one that was deleted."""
    return pl.when(line % 47 == 20).then(pl.lit(DELETED)).otherwise((draw_service(dice, line) + 1).cast(pl.String))


def write_line(number: pl.Expr) -> pl.Expr:
    """The id of a line of a booking."""
    return write_number(3_500_001, number)


def write_booking(number: pl.Expr) -> pl.Expr:
    """The id of a booking."""
    return write_number(3_000_001, number)


def write_quote(number: pl.Expr) -> pl.Expr:
    """The id of a quote."""
    return write_number(2_000_001, number)


def _write_line(dice: Dice, line: pl.Expr) -> Columns:
    return {
        "service_id": write_service(dice, line),
        "qty": draw_quantity(dice, line).cast(pl.String),
        "unit_price": write_plain(draw_price(dice, line)),
        "discount": pl.when(draw_discount(dice, line) > 0).then(write_plain(draw_discount(dice, line))),
    }
