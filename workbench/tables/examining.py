"""Tables about what the source's account holds: its plan, records that stand twice, the plan it needs."""

from __future__ import annotations

import polars as pl

from workbench.shown import Shown
from workbench.tables.cells import code, count, text
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
