"""Tables about the map: what becomes of each object, field and row, and what the tenant needs."""

from __future__ import annotations

import polars as pl

from workbench.discover.tallies import ALIKE, OPEN, count_tallies, find_tally
from workbench.model import REPEATED
from workbench.shown import Shown
from workbench.tables.cells import code, count, share, text
from workbench.tables.theme import add_total, build_table, fold, to_id
from workbench.tables.words import ACTIONS, say_destination, say_plainly
from workbench.wording import say_number

CARRIED = ("migrate", "custom_field", "merge")


def show_objects(objects: pl.DataFrame) -> Shown:
    """Where each object goes and how faithfully, as OBJECTS; the tallies are defined where they stand."""
    tallies = count_tallies(objects)
    alike, counted = find_tally(tallies, ALIKE)
    undecided, _ = find_tally(tallies, OPEN)
    views = objects.filter("is_view")["source"]
    made = f" Made out of other objects, and not counted: {', '.join(views)}." if len(views) else ""
    return build_table(
        _name_destination(objects),
        {
            "source": text("Source"),
            "destination": text("Freshsales"),
            "outcome": text("Outcome"),
            "fidelity": text("Fidelity"),
            "rows": count("Rows"),
            "reason": text("Why"),
        },
        id="objects",
        title="Objects and their outcomes",
        note=f"{alike} of {counted} objects are 1:1: one record there for one record here. "
        f"{undecided} of {counted} need a mapping decision: they are not simply migrated, or lose something.{made}",
        empty="the pack names no object.",
    )


def show_proposals(proposals: pl.DataFrame) -> Shown:
    """Every field with its place, the evidence and how sure it is, as PROPOSALS: objects first, fields folded away."""
    objects = proposals.group_by("object", maintain_order=True).agg(
        fields=pl.len().cast(pl.Int64),
        carried=pl.col("action").is_in(CARRIED).sum().cast(pl.Int64),
        left=(~pl.col("action").is_in(CARRIED)).sum().cast(pl.Int64),
        open=(pl.col("state") == "proposed").sum().cast(pl.Int64),
    )
    heading = build_table(
        add_total(objects, label="object", words="All objects"),
        {
            "object": code("Object"),
            "fields": count("Fields"),
            "carried": count("Carried"),
            "left": count("Left behind"),
            "open": count("Still to confirm"),
        },
        id="proposals",
        title="Fields by object",
        empty="the source has no field.",
        has_total=True,
    )
    if objects.is_empty():
        return heading
    names = proposals["object"].unique(maintain_order=True)
    return fold(heading, [_map_object(name, proposals.filter(pl.col("object") == name)) for name in names], by="object")


def _map_object(name: str, fields: pl.DataFrame) -> tuple[str, Shown]:
    still_open = fields.filter(pl.col("state") == "proposed").height
    line = f"{name}: {fields.height} fields, {still_open or 'none'} to confirm"
    rows = fields.with_columns(
        pl.col("destination").map_elements(say_destination, return_dtype=pl.String),
        action=pl.col("action").replace(ACTIONS),
        why=pl.concat_str(pl.col("evidence", "reason").replace("", None), separator="; ", ignore_nulls=True),
    )
    columns = {
        "field": code("Field"),
        "destination": text("Freshsales"),
        "to": code("Its field"),
        "action": text("As"),
        "via": code("Through"),
        "confidence": share("How sure"),
        "state": text("State"),
        "why": text("Why"),
    }
    return line, build_table(rows, columns, id=f"proposals-{to_id(name)}", title=f"Fields of {name}")


def show_row_outcomes(row_outcomes: pl.DataFrame, *, held: pl.DataFrame | None = None) -> Shown:
    """What becomes of every source row, as ROW_OUTCOMES, counted by object, outcome and reason.

    Args:
        held: The records held after a load, as HELD: the rows they are made of have not arrived.
    """
    rows = row_outcomes if held is None else _mark_waiting(row_outcomes, held)
    waiting = {} if held is None else {"waiting": count("Of them held")}
    is_repeat, is_view = pl.col("reason").str.starts_with(REPEATED), pl.col("is_view").fill_null(False)
    counted = (
        rows.with_columns(is_view, reason=pl.when(is_repeat).then(pl.lit(REPEATED + "another row")).otherwise("reason"))
        .group_by("is_view", "object", "outcome", "phase", "reason", maintain_order=True)
        .agg(pl.col(list(waiting)).sum(), rows=pl.len().cast(pl.Int64))
    )
    columns = {
        "object": code("Object"),
        "outcome": text("Outcome"),
        "phase": code("Phase"),
        "rows": count("Rows"),
        **waiting,
        "reason": text("Why"),
    }
    heading = build_table(
        add_total(counted.filter(~pl.col("is_view")), label="object", words="All rows"),
        columns,
        id="row-outcomes",
        title="Rows by outcome",
        note="Each row of the source is counted exactly once."
        + (" A held record keeps back all the rows it is made of." if waiting else ""),
        empty="the source has no row.",
        has_total=True,
    )
    made = counted.filter("is_view")
    if made.is_empty():
        return heading
    line = f"Made out of these rows, and counted there: {say_number(made['rows'].sum(), 'row')}"
    return fold(heading, [(line, build_table(made, columns, id="made-rows", title="Rows the map makes"))], by="object")


def _mark_waiting(row_outcomes: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    waiting = held.select("phase", "external_id", waiting=pl.lit(1, pl.Int64)).unique()
    return row_outcomes.join(waiting, on=["phase", "external_id"], how="left", maintain_order="left").with_columns(
        pl.col("waiting").fill_null(0)
    )


def show_schema_plan(schema_plan: pl.DataFrame) -> Shown:
    """Modules, fields and options the map needs in the tenant, as SCHEMA_PLAN; what is missing stands open on top."""
    states = ("present", "created", "missing")
    objects = schema_plan.group_by("destination", maintain_order=True).agg(
        (pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in states
    )
    heading = build_table(
        add_total(_name_destination(objects), label="destination", words="All objects"),
        {
            "destination": text("Object"),
            "present": count("There before"),
            "created": count("Created by this run"),
            "missing": count("For the admin to create"),
        },
        id="schema-plan",
        title="Modules, fields and options",
        empty="standard fields are enough.",
        has_total=True,
    )
    if schema_plan.is_empty():
        return heading
    missing = schema_plan.filter(pl.col("state") == "missing")
    sections = [
        _list_schema(name, schema_plan.filter(pl.col("destination") == name)) for name in objects["destination"]
    ]
    todo = [(f"For the admin: {missing.height} to create", _table_schema(missing, id="schema-missing"))]
    return fold(heading, [*(todo if missing.height else []), *sections], by="object", opened=int(missing.height > 0))


def _list_schema(name: str, rows: pl.DataFrame) -> tuple[str, Shown]:
    return f"{say_destination(name)}: {rows.height}", _table_schema(rows, id=f"schema-{to_id(name)}")


def _table_schema(rows: pl.DataFrame, *, id: str) -> Shown:
    return build_table(
        _name_destination(rows).with_columns(
            pl.col("type").map_elements(say_plainly, return_dtype=pl.String),
            pl.col("options").list.join(", ").fill_null(""),
        ),
        {
            "destination": text("Object"),
            "kind": text("Kind"),
            "label": text("Label"),
            "name": code("Name"),
            "type": text("Type"),
            "options": text("Options"),
            "state": text("State"),
            "note": text("Note"),
        },
        id=id,
        title="What the map needs",
    )


def _name_destination(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("destination").map_elements(say_destination, return_dtype=pl.String))
