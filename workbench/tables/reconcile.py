"""Tables that hold the source against Freshsales: compared fields, the delta, the counts, the way back."""

from __future__ import annotations

import polars as pl

from workbench.evidence.masking import mask_column
from workbench.shown import Shown
from workbench.tables.cells import code, count, mark, share, text
from workbench.tables.theme import add_total, build_table, fold, to_id
from workbench.tables.words import say_destination


def show_diff_summary(compared: pl.DataFrame) -> Shown:
    """How many fields of each phase were compared and agree, as COMPARED."""
    figures = ("compared", "equal", "normalised", "different")
    rows = compared.group_by("phase", maintain_order=True).agg(pl.col(figures).sum())
    return build_table(
        add_total(rows, label="phase", words="All phases").with_columns(agrees=pl.col("different") == 0),
        {
            "phase": code("Phase"),
            "compared": count("Compared"),
            "equal": count("Equal"),
            "normalised": count("Written differently"),
            "different": count("Different"),
            "agrees": mark("All agree"),
        },
        id="diff-summary",
        title="Values compared",
        note="Written differently: the same value in another time zone, case or number format.",
        empty="nothing was compared.",
        has_total=True,
    )


def show_delta(delta: pl.DataFrame) -> Shown:
    """What changed in the source since it was first read, as DELTA, counted by phase."""
    changes = {"new": "New", "changed": "Changed", "owner": "Owner became a user", "deleted": "Deleted",
               "unchanged": "Unchanged"}  # fmt: skip
    rows = delta.group_by("phase", maintain_order=True).agg(
        (pl.col("change") == change).sum().cast(pl.Int64).alias(change) for change in changes
    )
    return build_table(
        add_total(rows, label="phase", words="All phases"),
        {"phase": code("Phase"), **{change: count(words) for change, words in changes.items()}},
        id="delta",
        title="Changes by phase",
        empty="nothing was compared.",
        has_total=True,
    )


def show_validation(validation: pl.DataFrame) -> Shown:
    """Records expected, recorded and found, as VALIDATION."""
    total = add_total(_name_destinations(validation), label="phase", words="All phases")
    return build_table(
        total.with_columns(
            # What cannot be listed has no sum either.
            in_tenant=pl.when((pl.col("phase") == "All phases") & validation["in_tenant"].has_nulls())
            .then(None)
            .otherwise("in_tenant"),
            agrees=pl.when(pl.col("phase") == "All phases")
            .then(pl.lit(validation["agrees"].all()))
            .otherwise("agrees"),
        ),  # fmt: skip
        {
            "phase": code("Phase"),
            "destination": text("Becomes"),
            "expected": count("Expected"),
            "in_ledger": count("In the ledger"),
            "held": count("Held"),
            **({"deleted": count("Deleted in Freshsales since")} if validation["deleted"].sum() else {}),
            "in_tenant": count("In Freshsales"),
            "agrees": mark("Agrees"),
        },
        id="validation",
        title="Records by phase",
        note="Expected = in the ledger + held + deleted in Freshsales since. A dash stands where Freshsales cannot "
        "list records of that kind: they were confirmed one by one when they were written, and are not looked at "
        "again here.",
        empty="no phase has run.",
        has_total=True,
    )


def show_fill(fill: pl.DataFrame) -> Shown:
    """How full the fields are on both sides, as FILL: a line a phase, its fields folded away beneath."""
    phases = fill.group_by("phase", maintain_order=True).agg(
        records=pl.col("records").max(),
        fields=pl.len().cast(pl.Int64),
        differ=(~pl.col("agrees")).sum().cast(pl.Int64),
        agrees=pl.col("agrees").all(),
    )
    heading = build_table(
        phases,
        {
            "phase": code("Phase"),
            "records": count("Records"),
            "fields": count("Fields"),
            "differ": count("Fields that differ"),
            "agrees": mark("All agree"),
        },
        id="fill",
        title="Fill rates by phase",
        note="Of the kinds of records whose fields Freshsales lists. A field agrees where nothing that was sent is "
        "missing: Freshsales may hold more, such as placeholders and values that were there before.",
        empty="no field was compared.",
    )
    if fill.is_empty():
        return heading
    names = fill["phase"].unique(maintain_order=True)
    return fold(heading, [_list_fill(name, fill.filter(pl.col("phase") == name)) for name in names], by="phase")


def _list_fill(name: str, fill: pl.DataFrame) -> tuple[str, Shown]:
    rates = fill.with_columns(
        pl.when(pl.col("records") > 0).then(pl.col(side) / pl.col("records")).alias(f"{side}_share")
        for side in ("expected", "returned")
    )
    columns = {
        "field": code("Field"),
        "expected_share": share("Filled by the map"),
        "returned_share": share("Filled in Freshsales"),
        "agrees": mark("Agrees"),
    }
    differ = fill.filter(~pl.col("agrees")).height
    table = build_table(rates.sort("agrees", maintain_order=True), columns, id=f"fill-{to_id(name)}", title=name)
    return f"{name}: {fill.height} fields, {differ or 'none'} differ", table


def show_owner_rates(owners: pl.DataFrame) -> Shown:
    """How the records are spread over their owners, as OWNER_RATES; those that differ stand first."""
    has_decided = bool((owners["decided"] != 0).any())
    said = pl.format("{}{}", pl.when(pl.col("decided") > 0).then(pl.lit("+")).otherwise(pl.lit("")), pl.col("decided"))
    return build_table(
        owners.sort("agrees", maintain_order=True).with_columns(pl.col("owner").replace("", "nobody"), decided=said),
        {
            "phase": code("Phase"),
            "owner": text("Owner"),
            "expected": count("Expected"),
            **({"decided": text("Given away, and decided to stay so")} if has_decided else {}),
            "returned": count("In Freshsales"),
            "agrees": mark("Agrees"),
        },
        id="owner-rates",
        title="Records by owner",
        note="Of the kinds of records whose owner Freshsales lists.",
        empty="no record has an owner.",
        limit=30,
        rest_in="owners.parquet",
    )


def show_rollback_preview(preview: pl.DataFrame) -> Shown:
    """What a rollback would do, as ROLLBACK_PREVIEW, in the order it would do it."""
    along = int(preview["along"].sum())
    return build_table(
        add_total(_name_destinations(preview), label="phase", words="All phases"),
        {
            "phase": code("Phase"),
            "destination": text("Became"),
            "delete": count("To delete"),
            "restore": count("To restore"),
            **({"along": count("Taken along")} if along else {}),
            "requests": count("Requests"),
        },
        id="rollback-preview",
        title="Planned, by phase",
        note="Records this migration created are deleted; records that were there before get their old values back."
        + (" Taken along: records that hang on one that was asked for and would point at nothing." if along else ""),
        empty="nothing of this migration stands in Freshsales.",
        has_total=True,
    )


def show_rollback(counts: pl.DataFrame) -> Shown:
    """What a rollback did, as ROLLBACK_COUNTS."""
    return build_table(
        add_total(_name_destinations(counts), label="phase", words="All phases"),
        {
            "phase": code("Phase"),
            "destination": text("Became"),
            "deleted": count("Deleted"),
            "restored": count("Restored"),
            "held": count("Held"),
            "requests": count("Requests"),
        },
        id="rollback",
        title="Done, by phase",
        empty="nothing had to be done.",
        has_total=True,
    )


def show_proof(proof: pl.DataFrame) -> Shown:
    """The proof of a rollback by reading back, as PROOF."""
    total = add_total(_name_destinations(proof), label="phase", words="All phases")
    return build_table(
        total.with_columns(pl.col("holds").fill_null(proof["holds"].all())),
        {
            "phase": code("Phase"),
            "destination": text("Became"),
            "deleted": count("Deleted"),
            "found_gone": count("Found gone"),
            "restored": count("Restored"),
            "found_as_before": count("Found as before"),
            "held": count("Still standing"),
            "holds": mark("Proved"),
        },
        id="proof",
        title="Read back, by phase",
        note="Still standing: records that were held, or that nobody asked to be taken back.",
        empty="nothing was written, so there is nothing to prove.",
        has_total=True,
    )


def show_unrestored(unrestored: pl.DataFrame) -> Shown:
    """What a rollback could not bring back, as UNRESTORED, a line a record and field; ids are masked."""
    return build_table(
        _name_destinations(unrestored).with_columns(mask_column(pl.col("external_id"), "id")),
        {
            "phase": code("Phase"),
            "external_id": code("Record"),
            "destination": text("Became"),
            "field": code("Field"),
            "why": text("Why it stays as it is"),
            "remedy": text("What can be done"),
        },
        id="unrestored",
        title="Not brought back, by record",
        empty="every field of every restored record holds what it held before.",
        limit=30,
        rest_in="unrestored.csv",
    )


def show_rollback_limits(limits: pl.DataFrame) -> Shown:
    """What no rollback brings back and what this one could not see, as ROLLBACK_LIMITS."""
    return build_table(
        limits,
        {"what": text("What"), "why": text("Why, and what it means")},
        id="rollback-limits",
        title="Beyond any rollback",
    )


def _name_destinations(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("destination").map_elements(say_destination, return_dtype=pl.String))
