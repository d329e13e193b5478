"""Tables about the source: what was read, what it holds, how it hangs together, what it will take."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl

from workbench.discover.grade import Grade
from workbench.shown import Shown, say_hours
from workbench.tables.cells import code, count, hours, mark, share, text
from workbench.tables.theme import add_total, build_table, fold, to_id
from workbench.tables.words import TAGS


def show_files(files: pl.DataFrame) -> Shown:
    """What was read from each file, as FILES; rows read = staged + rejected, checked in sight."""
    rows = add_total(
        files.select("file", "object", "read", "staged", "rejected"), label="file", words="All files"
    ).with_columns(closes=pl.col("read") == pl.col("staged") + pl.col("rejected"))
    return build_table(
        rows,
        {
            "file": text("File"),
            "object": code("Object"),
            "read": count("Rows read"),
            "staged": count("Staged"),
            "rejected": count("Rejected"),
            "closes": mark("Adds up"),
        },
        id="files",
        title="What was read",
        note="Rows read = staged + rejected. A rejected row is listed with its file, row number and reason.",
        empty="no file was read.",
        has_total=True,
    )


def show_rejected(rejected: pl.DataFrame, *, limit: int = 30, rest_in: str = "rejected.csv") -> Shown:
    """The rows that could not be staged, as REJECTED."""
    return build_table(
        rejected,
        {"file": text("File"), "row": count("Row"), "reason": text("Why")},
        id="rejected",
        title="Rejected rows",
        empty="none; every row could be read.",
        limit=limit,
        rest_in=rest_in,
    )


def show_inventory(inventory: pl.DataFrame) -> Shown:
    """What every object holds, as INVENTORY: one line an object, its fields folded away beneath."""
    objects = inventory.group_by("object", maintain_order=True).agg(
        rows=pl.col("rows").max(),
        fields=pl.len(),
        filled=_share_filled(pl.col("filled").sum(), pl.col("rows").sum()),
        empty=(pl.col("filled") == 0).sum(),
        personal=(~pl.col("tag").is_in(["none", "id", "money"])).sum(),
    )
    heading = build_table(
        objects,
        {
            "object": code("Object"),
            "rows": count("Rows"),
            "fields": count("Fields"),
            "empty": count("Always empty"),
            "personal": count("Personal or health"),
            "filled": share("Cells filled"),
        },
        id="inventory",
        title="Objects and their fields",
        empty="no object was read.",
    )
    if objects.is_empty():
        return heading
    names = inventory["object"].unique(maintain_order=True)
    sections = [_describe_object(name, inventory.filter(pl.col("object") == name)) for name in names]
    return fold(heading, sections, by="object")


def _describe_object(name: str, fields: pl.DataFrame) -> tuple[str, Shown]:
    line = f"{name}: {fields.height} fields, {fields['rows'].max():,} rows"
    rows = fields.with_columns(
        share=_share_filled(pl.col("filled"), pl.col("rows")), holds=pl.col("tag").replace_strict(TAGS, default="–")
    )
    table = build_table(
        rows,
        {
            "field": code("Field"),
            "type": text("Type"),
            "holds": text("Holds"),
            "share": share("Filled"),
            "distinct": count("Different values"),
            "longest": count("Longest"),
            "example": text("Example, masked"),
        },
        id=f"inventory-{to_id(name)}",
        title=f"Fields of {name}",
    )
    return line, table


def show_relationships(relationships: pl.DataFrame) -> Shown:
    """Which fields point at which records, as RELATIONSHIPS, and how many point at nothing."""
    rows = relationships.with_columns(
        child=pl.format("{}.{}", "child", "child_field"),
        parent=pl.format("{}.{}", "parent", "parent_field"),
        share=_share_filled(pl.col("matched"), pl.col("filled")),
    )
    return build_table(
        rows,
        {
            "child": code("Field"),
            "parent": code("Points at"),
            "filled": count("Filled"),
            "matched": count("Found"),
            "orphans": count("Point at nothing"),
            "share": share("Found of filled"),
        },
        id="relationships",
        title="Links found",
        empty="no field points at another object.",
    )


def show_gaps(gaps: pl.DataFrame) -> Shown:
    """What the source cannot give, as GAPS, and what to do about it."""
    return build_table(
        gaps.with_columns(
            where=pl.concat_str("object", "field", separator=".", ignore_nulls=True).str.strip_chars(".")
        ),
        {
            "where": code("Where"),
            "gap": text("What is missing"),
            "consequence": text("What follows"),
            "remedy": text("What helps"),
        },
        id="gaps",
        title="Known gaps",
        empty="none.",
    )


def show_grade(grade: Grade) -> Shown:
    """How complex the engagement is: the letter, the four inputs it comes from, and the time."""
    inputs = [asdict(item) for item in grade.inputs]
    overall = {"name": "Overall", "finding": f"{grade.letter}, {grade.word}: {grade.scale}", "points": grade.points}
    timeline = {"name": "Timeline", "finding": grade.timeline, "points": None}
    return build_table(
        pl.DataFrame([overall, *inputs[:2], timeline, *inputs[2:]]),
        {"name": text("Line"), "finding": text("Found"), "points": count("Points")},
        id="grade",
        title=f"Grade {grade.letter}: {grade.word}",
        note=f"{grade.points} of 8 points: four inputs with 0 to 2 each. The timeline earns none.",
    )


def show_forecast(forecast: pl.DataFrame) -> Shown:
    """Requests and hours per Freshsales plan, as FORECAST; the phases of each plan folded away beneath."""
    if forecast.is_empty():
        return build_table(forecast, {}, id="forecast", title="Requests and hours", empty="nothing is to be loaded.")
    forecast = forecast.with_columns(pl.col("plan").str.to_titlecase())
    plans = forecast.group_by("plan", maintain_order=True).agg(pl.col("records", "requests", "hours").sum())
    columns = {"records": count("Records"), "requests": count("Requests"), "hours": hours("At least")}
    heading = build_table(
        plans,
        {"plan": text("Plan"), **columns},
        id="forecast",
        title="Requests and hours by plan",
        note="The plan's hourly quota of requests sets the pace, less what stays with your own integrations.",
    )
    sections = [
        (
            f"{plan['plan']}: {plan['requests']:,} requests, {say_hours(plan['hours'])}",
            build_table(
                forecast.filter(pl.col("plan") == plan["plan"]),
                {"phase": code("Phase"), **columns},
                id=f"forecast-{to_id(plan['plan'])}",
                title=f"On {plan['plan']}, by phase",
                note="The sweep before the first record reads settings and looks for records that are there already.",
            ),
        )
        for plan in plans.iter_rows(named=True)
    ]
    return fold(heading, sections, by="plan")


def _share_filled(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)
