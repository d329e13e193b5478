"""Tables about records on their way: sampled, compared, loaded, held."""

from __future__ import annotations

import re

import polars as pl

from workbench.evidence.masking import mask_column, mask_value
from workbench.model import HOLD_CODES, TAGS
from workbench.shown import Shown
from workbench.tables.cells import code, count, mark, text
from workbench.tables.theme import add_total, build_table, fold, say, to_id
from workbench.tables.words import CAUSES, say_destination, say_plainly

# What a reason may quote: an address, a number long enough to dial, an id.
_QUOTED = re.compile(r"[^\s<>\"']+@[^\s<>\"',;]+|\b[0-9a-fA-F]{4,}(?:-[0-9a-fA-F]{2,})+|\+?\d(?:[\s().-]?\d){6,}")
# These quote whatever the record holds, in words nobody can foresee.
_UNFORESEEN = ("rejected_by_tenant", "owner_unresolved")


def show_sample(sample: pl.DataFrame) -> Shown:
    """What was sampled and what for, as SAMPLE, counted by phase."""
    why = pl.col("why")
    is_parent, is_drawn = why.str.starts_with("parent of"), why.str.starts_with("drawn")
    rows = sample.group_by("phase", maintain_order=True).agg(
        records=pl.len().cast(pl.Int64),
        covering=(~is_parent & ~is_drawn).sum().cast(pl.Int64),
        parents=is_parent.sum().cast(pl.Int64),
        drawn=is_drawn.sum().cast(pl.Int64),
    )
    return build_table(
        add_total(rows, label="phase", words="All phases"),
        {
            "phase": code("Phase"),
            "records": count("Records"),
            "covering": count("Show a field, option or edge"),
            "parents": count("Others point at them"),
            "drawn": count("Drawn by lot"),
        },
        id="sample",
        title="Sampled records",
        empty="no record was sampled.",
        has_total=True,
    )


def show_diff(diff: pl.DataFrame, *, limit: int = 30, rest_in: str = "diff.csv") -> Shown:
    """The fields that differ, as DIFF: one line for each kind of difference, with a masked example."""
    order = pl.col("cause").replace_strict({cause: -rank for rank, cause in enumerate(CAUSES)}, default=-len(CAUSES))
    kinds = (
        diff.filter(pl.col("cause") != "equal")
        .group_by("phase", "field", "tag", "cause", maintain_order=True)
        .agg(pl.col("external_id", "expected", "returned").first(), records=pl.len().cast(pl.Int64))
        .sort(order, -pl.col("records"), maintain_order=True)
    )
    return build_table(
        kinds.with_columns(
            _mask("external_id", pl.lit("id")),
            _mask("expected", pl.col("tag")),
            _mask("returned", pl.col("tag")),
            pl.col("cause").replace(CAUSES),
        ),
        {
            "phase": code("Phase"),
            "field": code("Field"),
            "cause": text("Cause"),
            "records": count("Records"),
            "external_id": code("Example"),
            "expected": text("Expected, masked"),
            "returned": text("Freshsales holds, masked"),
        },
        id="diff",
        title="Kinds of difference",
        note=f"Every single difference is in {rest_in}.",
        empty="none; every value that was compared agrees.",
        limit=limit,
        rest_in=rest_in,
    )


def show_counts(counts: pl.DataFrame) -> Shown:
    """The balance of every phase, as COUNTS: attempted = loaded + skipped + held, checked in sight."""
    if counts.height and not counts["attempted"].sum():
        return say("Balance by phase: no record had to be loaded.")
    rows = add_total(counts, label="phase", words="All phases").with_columns(
        pl.col("destination").map_elements(say_destination, return_dtype=pl.String),
        closes=pl.col("attempted") == pl.col("loaded") + pl.col("skipped") + pl.col("held"),
    )
    return build_table(
        rows,
        {
            "phase": code("Phase"),
            "destination": text("Becomes"),
            "attempted": count("Attempted"),
            "loaded": count("Loaded"),
            "skipped": count("Skipped"),
            "held": count("Held"),
            "requests": count("Requests"),
            "closes": mark("Closes"),
        },
        id="counts",
        title="Balance by phase",
        note="Attempted = loaded + skipped + held. Skipped records repeat another one, row for row. Requests are those "
        "of each phase: records an earlier run has loaded cost none, and preparing and reading back come on top.",
        empty="no phase has run.",
        has_total=True,
    )


def show_held(held: pl.DataFrame, *, limit: int = 30, rest_in: str = "held.csv") -> Shown:
    """Held records, as HELD: by reason what releases them, and beneath it the records, masked."""
    reasons = held.group_by("code", maintain_order=True).agg(
        records=pl.len().cast(pl.Int64), release=pl.col("release").mode().sort().first()
    )
    heading = build_table(
        reasons.sort("records", descending=True, maintain_order=True).with_columns(
            _mask_words("release"), meaning=_explain("code")
        ),
        {"meaning": text("Held because"), "records": count("Records"), "release": text("What releases them")},
        id="held",
        title="Why records are held",
        empty="none is held.",
    )
    if held.is_empty():
        return heading
    names = reasons.sort("records", descending=True, maintain_order=True)["code"]
    sections = [_list_held(name, held.filter(pl.col("code") == name), limit, rest_in) for name in names]
    return fold(heading, sections, by="reason")


def _list_held(name: str, held: pl.DataFrame, limit: int, rest_in: str) -> tuple[str, Shown]:
    rows = held.with_columns(
        _mask("external_id", pl.lit("id")),
        pl.lit("its words are in the file").alias("reason") if name in _UNFORESEEN else _mask_words("reason"),
        _mask_words("release"),
    )
    columns = {
        "phase": code("Phase"),
        "external_id": code("Record"),
        "field": code("Field"),
        "reason": text("What happened"),
        "release": text("What releases it"),
    }
    table = build_table(rows, columns, id=f"held-{to_id(name)}", title=say_plainly(name), limit=limit, rest_in=rest_in)
    return f"{say_plainly(name)}: {held.height:,}", table


def _explain(name: str) -> pl.Expr:
    return pl.col(name).replace_strict(HOLD_CODES, default=pl.col(name))


def _mask(name: str, tag: pl.Expr) -> pl.Expr:
    """The column masked row by row; a row whose tag is unknown is not shown at all."""
    masked = pl.lit("not shown")
    for known in TAGS:
        masked = pl.when(tag == known).then(mask_column(pl.col(name), known)).otherwise(masked)
    return masked.alias(name)


def _mask_words(name: str) -> pl.Expr:
    return pl.col(name).map_elements(_mask_quoted, return_dtype=pl.String)


def _mask_quoted(words: str) -> str:
    return _QUOTED.sub(lambda quoted: mask_value(quoted[0], "contact"), words)
