"""Tables about what the export says of itself: how its values are written, its formulas, its segments."""

from __future__ import annotations

import polars as pl

from workbench.conventions.values import FILE
from workbench.discover.written_lists import PREFIX
from workbench.shown import Shown
from workbench.tables.cells import code, count, text
from workbench.tables.theme import build_table

# Who settled a convention, where it was no person.
_SETTLED = {"": "nobody yet", "evidence": "the values themselves", "layout": "the layout"}


def show_conventions(conventions: pl.DataFrame, *, limit: int = 60) -> Shown:
    """How each column is written that is not plain, as CONVENTIONS; the open questions first."""
    is_open = pl.col("by") == ""
    rows = conventions.sort(~is_open, maintain_order=True).with_columns(
        where=pl.format("{}.{}", "object", "field"),
        settled=pl.col("by").replace(_SETTLED),
        person=pl.when(is_open | pl.col("by").is_in(list(_SETTLED))).then(pl.lit("no")).otherwise(pl.lit("yes")),
    )
    return build_table(
        rows,
        {
            "where": code("Column"),
            "type": text("Type"),
            "written": text("Written as"),
            "choices": text("Could be"),
            "null": text("No value"),
            "evidence": text("Evidence"),
            "settled": text("Settled by"),
            "person": text("Answered by a person"),
            "unread": count("Cannot be read"),
        },
        id="conventions",
        title="How values are written",
        note=f"What nobody settled yet is a question in {FILE}; the mapping waits for the answer.",
        empty="every value is written plainly.",
        limit=limit,
        rest_in=FILE,
    )


def show_formulas(formulas: pl.DataFrame) -> Shown:
    """The formula fields the export describes, as FORMULAS, in the order they can be evaluated in."""
    return build_table(
        formulas.sort("order", nulls_last=True, maintain_order=True).with_columns(
            where=pl.format("{}.{}", "object", "field")
        ),
        {
            "where": code("Field"),
            "formula": text("Formula"),
            "needs": text("Needs"),
            "state": text("State"),
            "detail": text("Why"),
            "order": count("Order"),
            "compared": count("Values compared"),
            "different": count("Different"),
            "evaluated_only": count("Only evaluated"),
        },
        id="formulas",
        title="Formula fields",
        empty="the export describes none.",
        limit=60,
        rest_in=f"{PREFIX}formulas.csv",
    )


def show_formula_differences(differences: pl.DataFrame) -> Shown:
    """The values that are not what their formula makes, as FORMULA_DIFFERENCES, masked by tag."""
    return build_table(
        differences,
        {
            "object": code("Object"),
            "row": count("Row"),
            "field": code("Field"),
            "exported": text("Exported, masked"),
            "evaluated": text("By the formula, masked"),
        },
        id="formula-differences",
        title="Values that differ from their formula",
        note="The exported value is the one that is brought over.",
        empty="none.",
        limit=30,
        rest_in=f"{PREFIX}formula_differences.csv",
    )


def show_segments(segments: pl.DataFrame) -> Shown:
    """The source's segments and the lists they become, as SEGMENTS."""
    return build_table(
        segments,
        {
            "name": text("Segment"),
            "rule": text("Rule of the source"),
            "state": text("Becomes"),
            "conditions": text("Conditions in Freshsales"),
            "missing": text("Cannot be asked there"),
            "source_count": count("Members in the source"),
            "expected": count("By this filter"),
        },
        id="segments",
        title="Segments",
        empty="the source has none.",
        limit=60,
        rest_in=f"{PREFIX}segments.csv",
    )
