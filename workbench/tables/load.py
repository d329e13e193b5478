"""Tables about records on their way: sampled, compared, loaded, held."""

from __future__ import annotations

import re
from collections.abc import Container

import polars as pl

from workbench.evidence.masking import mask_column, mask_value
from workbench.model import HOLD_CODES, TAGS
from workbench.shown import Shown
from workbench.tables.cells import code, count, mark, text
from workbench.tables.theme import add_total, build_table, fold, say, to_id
from workbench.tables.words import CAUSES, say_destination, say_plainly
from workbench.wording import say_number

# What a reason may quote: an address, a number long enough to dial, an id.
_QUOTED = re.compile(r"[^\s<>\"']+@[^\s<>\"',;]+|\b[0-9a-fA-F]{4,}(?:-[0-9a-fA-F]{2,})+|\+?\d(?:[\s().-]?\d){6,}")
# An external id where our own sentences name a record: after the word for its object, up to the words that follow.
_NAMED = re.compile(
    r"((?:file with|waits for|release|restore|and) [\w.]+|^[\w.]+(?= \S+ (?:is (?:in|not)|\S*,? ?which it points)))"
    r" (\S.*?)(?=, which |, then |: | from the recycle bin| is in an import file| is not among| was written to it)"
)
_TOKEN = re.compile(r"[^\s,;:()\[\]]+")
EACH_ITS_OWN = "each record its own way, as its line below says"
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


def show_imports(imports: pl.DataFrame) -> Shown:
    """The import files and what became of their rows, as IMPORTS."""
    return build_table(
        add_total(
            imports.select(
                file=pl.col("file").str.split("/").list.last(),
                destination=pl.col("destination").map_elements(say_destination, return_dtype=pl.String),
                rows="rows", found="found", waiting="waiting", missing="missing",
            ),
            label="file",
            words="All files",
        ),
        {
            "file": code("File"),
            "destination": text("In Freshsales"),
            "rows": count("Rows"),
            "found": count("Found there"),
            "waiting": count("Not imported yet"),
            "missing": count("Imported, not there"),
        },
        id="imports",
        title="Files for the administrator to import",
        note="Rows = found + not imported yet + imported and not there. The instruction lies beside the files; what "
        "waits is held and named like any other record, and so is what points at it.",
        empty="no object goes by import file; everything is written by the API.",
        has_total=True,
    )  # fmt: skip


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
            mask_row_by_row("external_id", pl.lit("id")),
            mask_row_by_row("expected", pl.col("tag")),
            mask_row_by_row("returned", pl.col("tag")),
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
    idle = counts.filter((pl.col("attempted") == 0) & (pl.col("requests") == 0))["phase"]
    moved = counts.filter(~pl.col("phase").is_in(idle.implode()))
    rows = add_total(moved, label="phase", words="All phases").with_columns(
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
        note="Attempted = loaded + skipped + held. Skipped records repeat another one and are part of it. Requests "
        "are those of each phase: records an earlier run has loaded cost none, and preparing and reading back come on "
        f"top.{_say_parts(counts)}" + (f" Nothing to do: {', '.join(idle)}." if len(idle) else ""),
        empty="no phase has run.",
        has_total=True,
    )


def _say_parts(counts: pl.DataFrame) -> str:
    """What the total adds up, where it is more than records."""
    attempted = dict(
        counts.group_by(pl.col("phase").str.extract(r"(\.lines|\.links)$")).agg(pl.col("attempted").sum()).iter_rows()
    )
    lines, links = attempted.get(".lines", 0), attempted.get(".links", 0)
    parts = [say_number(attempted.get(None, 0), "record")]
    parts += [say_number(lines, "line of deals", "lines of deals")] * bool(lines)
    parts += [say_number(links, "link set in a second pass", "links set in a second pass")] * bool(links)
    return f" All phases: {', '.join(parts[:-1])} and {parts[-1]}." if parts[1:] else ""


def show_held(held: pl.DataFrame, *, limit: int = 30, rest_in: str = "held.csv") -> Shown:
    """Held records, as HELD: by reason what releases them, and beneath it the records, masked."""
    reasons = held.group_by("code", maintain_order=True).agg(
        records=pl.len().cast(pl.Int64), release=pl.col("release").map_elements(_leave_out_ids, return_dtype=pl.String)
        .unique(maintain_order=True),
    ).with_columns(
        pl.when(pl.col("release").list.len() > 1).then(pl.lit(EACH_ITS_OWN))
        .otherwise(pl.col("release").list.first()).alias("release")
    )  # fmt: skip
    ids = frozenset(held["external_id"])
    heading = build_table(
        reasons.sort("records", descending=True, maintain_order=True).with_columns(
            mask_words("release", ids), meaning=_explain("code")
        ),
        {"meaning": text("Held because"), "records": count("Records"), "release": text("What releases them")},
        id="held",
        title="Why records are held",
        empty="none is held.",
    )
    if held.is_empty():
        return heading
    names = reasons.sort("records", descending=True, maintain_order=True)["code"]
    sections = [_list_held(name, held.filter(pl.col("code") == name), ids, limit, rest_in) for name in names]
    return fold(heading, sections, by="reason")


def _list_held(name: str, held: pl.DataFrame, ids: Container[str], limit: int, rest_in: str) -> tuple[str, Shown]:
    rows = held.with_columns(
        mask_row_by_row("external_id", pl.lit("id")),
        pl.lit(f"the answer stands in {rest_in}").alias("reason") if name in _UNFORESEEN else mask_words("reason", ids),
        mask_words("release", ids),
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


def mask_row_by_row(name: str, tag: pl.Expr) -> pl.Expr:
    """The column masked row by row; a row whose tag is unknown is not shown at all."""
    masked = pl.lit("not shown")
    for known in TAGS:
        masked = pl.when(tag == known).then(mask_column(pl.col(name), known)).otherwise(masked)
    return masked.alias(name)


def mask_words(name: str, ids: Container[str] = frozenset()) -> pl.Expr:
    """The column with what its words may quote masked: addresses, numbers, ids.

    Args:
        ids: External ids that may stand in it, beside those that our own sentences name.
    """
    return pl.col(name).map_elements(lambda words: _mask_quoted(words, ids), return_dtype=pl.String)


def _mask_quoted(words: str, ids: Container[str]) -> str:
    words = _NAMED.sub(lambda named: f"{named[1]} {mask_value(named[2], 'id')}", words)
    words = _TOKEN.sub(lambda token: mask_value(token[0], "id") if _is_id(token[0], ids) else token[0], words)
    return _QUOTED.sub(lambda quoted: mask_value(quoted[0], "contact"), words)


def _is_id(token: str, ids: Container[str]) -> bool:
    return token in ids and any(char.isdigit() for char in token)


def _leave_out_ids(words: str) -> str:
    return _NAMED.sub(lambda named: named[1], words)
