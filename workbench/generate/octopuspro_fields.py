"""The fields an OctopusPro account made itself, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from workbench.generate.dice import Dice
from workbench.generate.export import number_parts
from workbench.generate.octopuspro_lines import write_booking
from workbench.generate.octopuspro_people import N, Sizes, write_customer, write_gate_code, write_worker
from workbench.generate.quirks import leave_empty, sometimes

SIGNATURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
# Id, label, whose, type, options.
FIELDS = (
    ("101", "Gate code", "customer", "text", ""),
    ("102", "Pets", "customer", "multiselect", "Cat|Dog|Dog, large|Bird"),
    ("103", "Preferred day", "customer", "dropdown", "Monday|Wednesday|Friday"),
    ("104", "Square metres", "customer", "number", ""),
    ("105", "Newsletter", "customer", "toggle", ""),
    ("106", "Key held", "customer", "checkbox", ""),
    ("107", "First visit", "customer", "date", ""),
    ("108", "Best time", "customer", "time", ""),
    ("109", "Terms signature", "customer", "signature", ""),
    ("110", "House photo", "customer", "image", ""),
    ("111", "Title", "customer", "text", ""),
    ("201", "Vehicle registration", "booking", "text", ""),
    ("202", "Job photo", "booking", "image", ""),
    ("203", "Intake tags", "booking", "multiselect", "Fragile|Pets on site|Stairs, steep"),
    ("204", "Parking", "booking", "dropdown", "Street|Driveway|Nowhere near"),
    ("205", "Rooms", "booking", "number", ""),
    ("206", "Inspected on", "booking", "date", ""),
    ("207", "Urgent", "booking", "toggle", ""),
    ("208", "Customer signature", "booking", "signature", ""),
    ("301", "Licence number", "fieldworker", "text", ""),
    ("401", "How found", "inquiry", "text", ""),
)
WRITERS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "customer": write_customer,
    "booking": write_booking,
    "fieldworker": write_worker,
}
EMPTY = 0.4


def list_fields() -> pl.DataFrame:
    """custom_fields.csv."""
    names = ["field_id", "label", "scope", "type", "options"]
    return pl.DataFrame(FIELDS, schema=names, orient="row").with_columns(
        pl.when(pl.col("options") != "").then(pl.col("options"))
    )


def draw_values(dice: Dice, sizes: Sizes) -> Iterator[pl.DataFrame]:
    """custom_values.csv, field by field: a signature is the picture itself, an image the address of one."""
    totals = {"customer": sizes.customers, "booking": sizes.bookings, "fieldworker": sizes.workers}
    for id, label, scope, type, options in FIELDS:
        for part in number_parts(totals.get(scope, 0)) if scope in totals else ():
            own = dice.of(f"field {id}")
            value = write_gate_code(dice, N) if label == "Gate code" else leave_empty(
                own, N, "empty", EMPTY, _draw_value(own, type, options.split("|"))
            )  # fmt: skip
            frame = part.select(field_id=pl.lit(id), record_id=WRITERS[scope](N), value=value)
            yield frame.drop_nulls("value")


def _draw_value(dice: Dice, type: str, options: list[str]) -> pl.Expr:
    number = dice.between(N, "number", 20, 400).cast(pl.String)
    draws = {
        "number": lambda: sometimes(dice, N, "no number", 0.05, "about " + number, number),
        "date": lambda: pl.format("2025-0{}-1{}", dice.between(N, "month", 1, 9), dice.below(N, "day", 10)),
        "time": lambda: dice.between(N, "hour", 10, 17).cast(pl.String) + ":30",
        "dropdown": lambda: sometimes(dice, N, "old option", 0.05, pl.lit("Any"), dice.pick(N, "option", options)),
        "toggle": lambda: dice.pick(N, "toggle", ("1", "0")),
        "checkbox": lambda: dice.pick(N, "box", ("true", "false")),
        "multiselect": lambda: sometimes(
            dice, N, "two", 0.5, dice.pick(N, "option", options) + ", " + dice.pick(N, "other", options),
            dice.pick(N, "option", options),
        ),
        "signature": lambda: pl.lit(SIGNATURE) + dice.below(N, "stroke", 10**6).cast(pl.String),
        "image": lambda: "https://files.octopuspro.example/" + number + "/photo.jpg",
    }  # fmt: skip
    return draws.get(type, lambda: "Value " + number)()
