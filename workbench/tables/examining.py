"""Tables about what the source's account holds: its plan, records that stand twice, the plan it needs."""

from __future__ import annotations

import polars as pl

from workbench.shown import Shown
from workbench.tables.cells import code, count, share, text
from workbench.tables.load import mask_row_by_row
from workbench.tables.theme import build_table


def show_audit(audit: pl.DataFrame) -> Shown:
    """What the customer's account uses of what its plan allows, as AUDIT."""
    return build_table(
        audit,
        {
            "name": text("What"),
            "found": count("Found"),
            "limit": count("Allowed"),
            "items": text("Names"),
            "beyond": text("Above the cap"),
            "note": text("What follows"),
        },
        id="audit",
        title="The source's account",
        empty="the pack counts nothing of it.",
    )


def show_duplicates(duplicates: pl.DataFrame) -> Shown:
    """Records that are or may be the same, as DUPLICATES; those to be decided about first."""
    return build_table(
        duplicates.sort(pl.col("state") != "open", maintain_order=True),
        {
            "object": code("Object"),
            "external_id": code("Record"),
            "repeats": code("Repeats"),
            "evidence": text("Evidence"),
            "state": text("State"),
        },
        id="duplicates",
        title="Records that stand twice",
        note="What is open stays apart until a [[duplicate]] block of decisions.toml says merge or apart.",
        empty="none were looked for, or none were found.",
    )


def show_likely_duplicates(likely: pl.DataFrame, *, limit: int = 200) -> Shown:
    """What speaks for and against each likely pair, as LIKELY_DUPLICATES; values masked."""
    rows = likely.with_columns(
        mask_row_by_row("value", pl.col("tag")),
        mask_row_by_row("other", pl.col("tag")),
        said=pl.format("{} ({})", "agreement", pl.col("bits").round(1)),
    )
    return build_table(
        rows,
        {
            "object": code("Object"),
            "external_id": code("Record"),
            "repeats": code("Perhaps repeats"),
            "likeness": share("Likeness"),
            "field": text("Compared"),
            "value": text("Here"),
            "other": text("There"),
            "said": text("Agreement and weight"),
        },
        id="likely-duplicates",
        title="Likely duplicates, field by field",
        note="A weight above 0 speaks for one record, below 0 for two; what is rare weighs more.",
        limit=limit,
        rest_in="likely_duplicates.csv",
        empty="none were looked for, or none were found.",
    )


def show_likeness(likeness: pl.DataFrame) -> Shown:
    """How much of each object was compared by likeness, as LIKENESS."""
    return build_table(
        likeness,
        {
            "object": code("Object"),
            "records": count("Records"),
            "compared": count("Pairs compared"),
            "likely": count("Likely"),
            "left_out": text("Not compared"),
        },
        id="likeness",
        title="How far likeness was looked for",
        note="Compared are records that share a name, date, number or address, or a part of two of them.",
        empty="the pack asks for none.",
    )


def show_plan_fit(plans: pl.DataFrame) -> Shown:
    """What each Freshsales plan has room for, as PLAN_FIT."""
    return build_table(
        plans.with_columns(
            pl.col("plan").str.to_titlecase(),
            advice=pl.when("is_recommended").then(pl.lit("recommended")).otherwise(pl.lit("")),
        ),
        {
            "plan": text("Plan"),
            "advice": text("Advice"),
            "lacks": text("Lacks room for"),
            "lossy": text("Loses detail of"),
            "custom_fields": count("Most custom fields"),
        },
        id="plan-fit",
        title="Freshsales plans",
        empty="no plan was compared.",
    )
