"""What changed in the source since the load, and bringing it over without overwriting anybody's work."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import polars as pl

from workbench.ledger import Ledger
from workbench.load.phases import Progress, Report, load_phases, print_count
from workbench.load.setup import Setup
from workbench.model import COUNTS, DELTA, Phase, PhaseCount

NOT_CONTENT = ("_rows", "external_id")


def find_delta(previous: dict[str, pl.DataFrame], current: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Compare two builds of the same phases, record by record.

    Args:
        previous: Frames of records by phase, as they were loaded.
        current: The same phases built from the export of the switch.

    Returns:
        DELTA: every record of either side once, by phase and external id.
    """
    return pl.concat([_compare(phase, previous[phase], current[phase]) for phase in current]).match_to_schema(DELTA)


def apply_delta(
    setup: Setup,
    phases: tuple[Phase, ...],
    current: dict[str, pl.DataFrame],
    delta: pl.DataFrame,
    *,
    on_phase: Report = print_count,
    progress: Progress = lambda phase, *, done, total: None,
) -> pl.DataFrame:
    """Load what is new or changed; hold what somebody edited in the tenant meanwhile, and what left the source.

    A record that left the source stays in the tenant: deleting it is a decision. Applying the same delta again
    changes nothing.

    Returns:
        COUNTS, one row a phase; attempted are the new, the changed, and the deleted ones that stand in the tenant.

    Raises:
        WorkbenchError: As `load_phases` does.
    """
    counts = load_phases(
        setup,
        phases,
        current,
        only=delta.filter(pl.col("change").is_in(["new", "changed"])),
        on_phase=lambda count: None,
        progress=progress,
    )
    gone = _hold_deleted(phases, delta, setup.ledger)
    setup.ledger.save()
    rows = [PhaseCount(**row) for row in counts.iter_rows(named=True)]
    whole = [replace(row, attempted=row.attempted + gone[row.phase], held=row.held + gone[row.phase]) for row in rows]
    for row in whole:
        on_phase(row)
    added = pl.Series([gone[phase] for phase in counts["phase"]], dtype=pl.Int64)
    return counts.with_columns(attempted=pl.col("attempted") + added, held=pl.col("held") + added).match_to_schema(
        COUNTS
    )


def _compare(phase: str, previous: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    content = [name for name in current.columns if name not in NOT_CONTENT]
    before, after = (
        records.unique("external_id", keep="first", maintain_order=True).select(
            "external_id", pl.struct(content).struct.json_encode().alias(side)
        )
        for records, side in ((previous, "before"), (current, "after"))
    )
    change = (
        pl.when(pl.col("before").is_null()).then(pl.lit("new"))
        .when(pl.col("after").is_null()).then(pl.lit("deleted"))
        .when(pl.col("before") == pl.col("after")).then(pl.lit("unchanged"))
        .otherwise(pl.lit("changed"))
    )  # fmt: skip
    joined = before.join(after, on="external_id", how="full", coalesce=True)
    return joined.select(pl.lit(phase).alias("phase"), "external_id", change.alias("change")).sort("external_id")


def _hold_deleted(phases: tuple[Phase, ...], delta: pl.DataFrame, ledger: Ledger) -> Counter[str]:
    by_name, held = {phase.name: phase for phase in phases}, Counter()
    for row in delta.filter(pl.col("change") == "deleted").iter_rows(named=True):
        standing = ledger.standing(row["phase"], row["external_id"])
        if standing is None or not standing.is_standing:
            continue
        held[row["phase"]] += 1
        ledger.hold(
            by_name[row["phase"]],
            row["external_id"],
            code="deleted_in_source",
            reason=f"no longer in the source; Freshsales {standing.destination} {standing.destination_id} was left",
            release="decide with the customer: delete it in Freshsales, or keep it",
        )
    return held
