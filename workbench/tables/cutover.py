"""Tables of held records by what holds them, of conflicts and what was decided, and of the deltas of a cutover."""

from __future__ import annotations

import polars as pl

from workbench.evidence.masking import mask_column
from workbench.model import HOLD_CODES
from workbench.shown import Shown, say_hours
from workbench.tables.cells import code, count, mark, text
from workbench.tables.load import mask_row_by_row, mask_words
from workbench.tables.theme import build_table
from workbench.tables.words import say_destination

_VERDICTS = {
    "send": "goes now",
    "behind": "goes once the record it waits for has gone",
    "look": "Freshsales is asked first",
    "same": "refused exactly so before; not sent again",
    "waits": "what holds it still stands",
    "elsewhere": "a cutover, a rollback or an import decides",
}


def show_held_roots(roots: pl.DataFrame) -> Shown:
    """What holds records in the end, as HELD_ROOTS: the records that most others wait for stand first."""
    return build_table(
        roots.with_columns(
            mask_column(pl.col("external_id"), "id"),
            pl.col("code").replace_strict(HOLD_CODES, default=pl.col("code")).alias("meaning"),
            mask_words("release"),
        ),
        {
            "phase": code("Phase"),
            "external_id": code("Record"),
            "meaning": text("Held because"),
            "waiting": count("Held behind it"),
            "through": text("Through"),
            "release": text("What releases it"),
        },
        id="held-roots",
        title="What holds records in the end",
        note="Releasing one of these lets all go that wait behind it. held.csv names the chain of every record.",
        empty="none is held.",
        limit=30,
        rest_in="held.csv",
    )


def show_retry(retry: pl.DataFrame) -> Shown:
    """What a retry does with held records, as RETRY, counted by reason and verdict."""
    rows = retry.group_by("code", "verdict", maintain_order=True).agg(
        records=pl.len().cast(pl.Int64), requests=pl.col("requests").sum()
    )
    return build_table(
        rows.with_columns(
            pl.col("code").replace_strict(HOLD_CODES, default=pl.col("code")), pl.col("verdict").replace(_VERDICTS)
        ),
        {
            "code": text("Held because"),
            "verdict": text("Now"),
            "records": count("Records"),
            "requests": count("Requests at most"),
        },
        id="retry",
        title="Held records, judged anew",
        empty="every record is attempted; none is a retry.",
    )


def show_conflicts(conflicts: pl.DataFrame) -> Shown:
    """What both sides changed, as CONFLICTS: three values side by side, masked, and the decision."""
    masked = [mask_row_by_row(name, pl.col("tag")) for name in ("loaded", "source", "tenant")]
    return build_table(
        conflicts.with_columns(
            mask_column(pl.col("external_id"), "id"),
            *masked,
            pl.when(pl.col("field") == "").then(pl.lit("the whole record")).otherwise("field").alias("field"),
            pl.col("decision").replace({"": "nobody yet", "source": "the source", "tenant": "Freshsales"}),
        ),
        {
            "phase": code("Phase"),
            "external_id": code("Record"),
            "field": code("Field"),
            "loaded": text("Was loaded as"),
            "source": text("Source says now"),
            "tenant": text("Freshsales holds now"),
            "decision": text("Decided for"),
        },
        id="conflicts",
        title="Changed on both sides, or gone from one",
        note="None of these is overwritten before somebody decided: fill in `keep` in the conflicts.toml of this run "
        "and copy it into the engagement's folder. conflicts.csv holds the values unmasked.",
        empty="none.",
        limit=30,
        rest_in="conflicts.csv",
    )


def show_rounds(rounds: pl.DataFrame) -> Shown:
    """Every delta so far and the forecast of the next, as ROUNDS."""
    return build_table(
        rounds.with_columns(
            pl.when("is_forecast").then(pl.lit("the next, expected")).otherwise("run").alias("run"),
            pl.col("at").dt.strftime("%Y-%m-%d %H:%M UTC"),
            pl.col("hours").map_elements(say_hours, return_dtype=pl.String),
        ),
        {
            "run": text("Delta"),
            "at": text("Export read"),
            "new": count("New"),
            "changed": count("Changed"),
            "owner": count("Owner became a user"),
            "deleted": count("Deleted"),
            "requests": count("Requests"),
            "hours": text("Takes"),
        },
        id="rounds",
        title="The deltas up to the switch",
        note="The next is expected as if its export was taken as soon as this delta is over.",
        empty="no delta yet.",
    )


def show_source_proof(proof: pl.DataFrame) -> Shown:
    """Whether the frozen source still says what was brought over, as SOURCE_PROOF."""
    return build_table(
        proof,
        {
            "object": code("Source object"),
            "records": count("Records"),
            "brought_over": code("Hash of what was brought over"),
            "found": code("Hash read afterwards"),
            "agrees": mark("Unchanged"),
        },
        id="source-proof",
        title="The frozen source, read once more",
        empty="the source is not frozen; deltas go on until one is small enough.",
    )


def show_deleted_in_tenant(deleted: pl.DataFrame) -> Shown:
    """Records of this migration that somebody deleted in Freshsales, as DELETED_IN_TENANT."""
    return build_table(
        deleted.with_columns(
            mask_column(pl.col("external_id"), "id"),
            pl.col("destination").map_elements(say_destination, return_dtype=pl.String),
            pl.col("destination_id").cast(pl.String),
        ),
        {
            "phase": code("Phase"),
            "external_id": code("Record"),
            "destination": text("Became"),
            "destination_id": code("Id in Freshsales"),
            "what": text("What happened"),
        },
        id="deleted-in-tenant",
        title="Deleted in Freshsales since they were loaded",
        empty="none, as far as Freshsales lists its records.",
        limit=30,
        rest_in="deleted.csv",
    )
