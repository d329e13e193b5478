"""Pictures of the source: how many records there are, of which types its fields are, and how full."""

from __future__ import annotations

import polars as pl
from matplotlib.axes import Axes

from workbench.charts.drawing import COLOURS, count_kinds, draw, draw_parts, label_row, say
from workbench.shown import Shown

MOST_BARS = 30
_TYPES = ("id", "text", "number", "date or time", "yes or no")
_KIND_OF_TYPE = {
    "id": "id", "text": "text", "integer": "number", "decimal": "number", "date": "date or time",
    "datetime": "date or time", "boolean": "yes or no",
}  # fmt: skip


def fill_rates(inventory: pl.DataFrame) -> Shown:
    """How many fields of each object are filled always, mostly, seldom or never; INVENTORY."""
    rate = pl.col("filled") / pl.col("rows")
    kind = (
        pl.when((pl.col("rows") == 0) | (pl.col("filled") == 0)).then(pl.lit("never"))
        .when(rate == 1).then(pl.lit("always filled"))
        .when(rate >= 0.5).then(pl.lit("mostly"))
        .otherwise(pl.lit("less than half"))
    )  # fmt: skip
    kinds = ("always filled", "mostly", "less than half", "never")
    rows = count_kinds(inventory.with_columns(kind=kind), "object", "kind", kinds)
    never = sum(row["never"] for row in rows)
    text = f"Of {inventory.height:,} fields in {len(rows)} objects, {never:,} are never filled."
    return draw_parts(rows, kinds, id="fill-rates", title="How full the fields are", text=text, unit="fields")


def field_types(inventory: pl.DataFrame) -> Shown:
    """Of which types the fields of each object are, as its values are written; INVENTORY."""
    kind = pl.col("type").replace_strict(_KIND_OF_TYPE, default="text")
    rows = count_kinds(inventory.with_columns(kind=kind), "object", "kind", _TYPES)
    counted = {each: sum(row[each] for row in rows) for each in _TYPES}
    told = ", ".join(f"{number:,} {each}" for each, number in counted.items() if number)
    text = f"Of {inventory.height:,} fields, by how their values are written: {told}."
    return draw_parts(rows, _TYPES, id="field-types", title="Of which types the fields are", text=text, unit="fields")


def record_counts(inventory: pl.DataFrame) -> Shown:
    """How many records each object has, the most first; INVENTORY."""
    counted = inventory.group_by("object", maintain_order=True).agg(pl.col("rows").max())
    counted = counted.sort("rows", descending=True, maintain_order=True)
    if counted.is_empty():
        return say("How many records there are: none.")
    shown = counted.head(MOST_BARS).rows()
    left_out = f" The {MOST_BARS} with the most are drawn." if counted.height > MOST_BARS else ""
    most, empty = shown[0], counted.filter(pl.col("rows") == 0).height
    nothing = f" {empty:,} of the objects are empty." if empty else ""
    text = (
        f"{counted['rows'].sum():,} records in {counted.height:,} objects, the most in {most[0]}: {most[1]:,}."
        f"{nothing}{left_out}"
    )

    def paint(axes: Axes) -> None:
        longest = most[1] or 1
        for line, (name, records) in enumerate(shown):
            axes.barh(line, records / longest * 0.8, height=0.6, color=COLOURS["loaded"][0])
            axes.text(records / longest * 0.8 + 0.01, line, f"{records:,}", va="center", size=9)
            label_row(axes, line, name)

    return draw(paint, rows=len(shown), id="record-counts", title="How many records there are", text=text)
