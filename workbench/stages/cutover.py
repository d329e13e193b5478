"""Cutover: what changed in the source since it was last read is brought over, then everything is counted once more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from workbench.budget.windows import Pace
from workbench.compiled import Compiled, bind_inputs, read_compiled, read_templates, set_up
from workbench.conflicts_file import FILE as CONFLICTS_FILE
from workbench.conflicts_file import draft_conflicts, read_conflict_decisions
from workbench.cutover_report import list_facts, list_open_points
from workbench.engagement import Engagement, RunFolder
from workbench.evidence.checkpoints import open_ledger
from workbench.evidence.manifest import hash_inputs
from workbench.exports import (
    check_frozen,
    find_last_reading,
    is_taken_after,
    note_written,
    read_hashes,
    read_rounds,
    read_stamp,
)
from workbench.folder import save_csv, save_frames
from workbench.freshsales.client import Tenant
from workbench.freshsales.owners import find_arrivals
from workbench.freshsales.plans import read_plans
from workbench.gate import pass_approval, pass_gate
from workbench.ledger import Ledger
from workbench.load.attachments import add_contents, list_attachments, read_approved
from workbench.load.deleted import note_deleted
from workbench.load.delta import (
    apply_delta,
    compare_hashes,
    hash_records,
    mark_arrivals,
    note_brought_over,
    prove_frozen,
)
from workbench.load.exchanged_files import find_exchanged, take_exchanged_back
from workbench.load.given_away import settle_given_away
from workbench.load.gone import delete_gone, judge_gone
from workbench.load.held import group_held
from workbench.load.phases import print_count
from workbench.load.retry import list_twins
from workbench.load.review import Review
from workbench.load.rounds import add_round, forecast_round, keep_known
from workbench.load.setup import Setup
from workbench.load.uploads import describe_uploads
from workbench.model import ROUNDS, SOURCE_PROOF, PhaseCount, empty, frame
from workbench.newest_export import NewestExport, stage_export
from workbench.progress import report_progress
from workbench.reconcile.counts import reconcile_counts, reconcile_fill, reconcile_owners
from workbench.reconcile.population import read_population
from workbench.reconcile.segments import recount_segments
from workbench.sources.files import read_staged


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutover:
    """The delta and its outcome, and the final validation of the whole tenant.

    Attributes:
        files: FILES of the newest export.
        rejected: REJECTED of the newest export.
        conflicts: CONFLICTS: what both sides changed, decided or not.
        removed: ROLLBACK_COUNTS of what left the source and was taken back, and of files that were exchanged.
        roots: HELD_ROOTS.
        deleted: DELETED_IN_TENANT.
        attachments: ATTACHMENTS of the newest export, as they were when it was read.
        uploads: UPLOADS of the newest export.
        segments: SEGMENT_COUNTS; without a row where the source has no segments.
        rounds: ROUNDS, the forecast of the next last.
        proof: SOURCE_PROOF of a frozen source; without a row in a window.
        open_points: What speaks against approving this run as the last.
    """

    files: pl.DataFrame
    rejected: pl.DataFrame
    delta: pl.DataFrame
    counts: pl.DataFrame
    conflicts: pl.DataFrame
    removed: pl.DataFrame
    held: pl.DataFrame
    roots: pl.DataFrame
    deleted: pl.DataFrame
    validation: pl.DataFrame
    fill: pl.DataFrame
    owners: pl.DataFrame
    attachments: pl.DataFrame
    uploads: pl.DataFrame
    segments: pl.DataFrame
    rounds: pl.DataFrame
    proof: pl.DataFrame
    facts: dict[str, object]
    inputs: dict[str, str]
    open_points: tuple[str, ...]


def cut_over(run: RunFolder, tenant: Tenant) -> Cutover:
    """Stage the newest export, load its delta, validate counts, fill rates and owners.

    Raises:
        GateClosed: The load does not stand approved for today's inputs.
        UsageError: conflicts.toml cannot be read, or the export is older than the freeze, or nobody said when that was.
        StopRun: Something does not balance.
    """
    engagement = run.engagement
    pass_approval(run)
    review = Review(decisions=read_conflict_decisions(engagement.folder / CONFLICTS_FILE))
    _, layout = read_templates(engagement)
    check_frozen(engagement, layout)
    compiled = read_compiled(engagement, tenant)
    pass_gate(run, compiled.schema)
    began, rounds = find_last_reading(engagement), read_rounds(engagement)
    note_written(run, engagement.cutover_source, layout)
    export = stage_export(engagement, compiled.phases, run.path / "staged")
    with open_ledger(engagement) as ledger:
        setup = replace(set_up(run, compiled, tenant=tenant, ledger=ledger), review=review)
        attachments = list_attachments(compiled.phases, export.records, setup.shelf)
        setup = replace(setup, shelf=replace(setup.shelf, approved=read_approved(attachments)))
        hashes = hash_records(add_contents(compiled.phases, export.records, attachments))
        delta = _find_delta(setup, compiled, export, hashes)
        frames = {"files": export.staged.files, "rejected": export.staged.rejected, "attachments": attachments}
        frames |= {"delta": delta, "proof": _prove_frozen(engagement, compiled, ledger, hashes)}
        frames |= _bring_over(setup, compiled, export, delta)
        note_brought_over(ledger, compiled.phases, hashes)
        reading = tenant.requests
        frames |= _validate(setup, compiled, export, run.path / "staged")
        reading = _count_reading(tenant, frames["counts"], frames["removed"], reading)
    frames["rounds"] = _note_round(run, compiled, rounds, delta, tenant, reading=reading, began=began)
    save_frames(run.path, frames | {"hashes": hashes})
    segments = ("segments",) if frames["segments"].height else ()
    for name in ("rejected", "delta", "conflicts", "deleted", *segments):
        save_csv(run.path / f"{name}.csv", frames[name])
    save_csv(run.path / "held.csv", frames.pop("chains"))
    draft_conflicts(run.path / CONFLICTS_FILE, frames["conflicts"])
    return Cutover(
        facts=list_facts(engagement, frames, tenant),
        inputs=bind_inputs(engagement, compiled.schema, engagement.latest_run("load"))
        | hash_inputs(engagement, [CONFLICTS_FILE]),
        open_points=list_open_points(engagement, export, frames),
        **frames,
    )


def _find_delta(setup: Setup, compiled: Compiled, export: NewestExport, hashes: pl.DataFrame) -> pl.DataFrame:
    """DELTA against what was brought over last; what the ledger knows nothing of is new, whatever the hashes say."""
    engagement = compiled.mapping_run.engagement
    if (before := read_hashes(engagement)) is None:
        approved = pl.read_parquet(compiled.mapping_run.path / "attachments.parquet")
        before = hash_records(add_contents(compiled.phases, compiled.records, approved))
    known = keep_known(setup.ledger, before, skipped=list_twins(setup, compiled.phases, export.records))
    mapped = pl.read_parquet(compiled.mapping_run.path / "owners.parquet")
    arrived = find_arrivals(mapped, compiled.schema.users)["source_id"].drop_nulls()
    return mark_arrivals(compare_hashes(known, hashes), setup, export.records, arrived)


def _bring_over(setup: Setup, compiled: Compiled, export: NewestExport, delta: pl.DataFrame) -> dict[str, pl.DataFrame]:
    switch, current = compiled.mapping_run.engagement.switch, export.records
    doubts = {"reading": export.reading, "most_deleted": switch.most_deleted}
    exchanged = find_exchanged(setup, compiled.phases, current)
    exchanged = take_exchanged_back(setup, exchanged, progress=report_progress)
    counts = apply_delta(
        setup, compiled.phases, current, delta,
        deleted=switch.deleted, on_phase=_print_moved, progress=report_progress, **doubts,
    )  # fmt: skip
    gone = judge_gone(setup, compiled.phases, current, policy=switch.deleted, **doubts)
    removed = delete_gone(setup, gone, progress=report_progress)
    return {"counts": counts, "removed": pl.concat([exchanged, removed])}


def _print_moved(count: PhaseCount) -> None:
    """Print the balance of a phase in which something happened."""
    if count.attempted or count.requests:
        print_count(count)


def _validate(setup: Setup, compiled: Compiled, export: NewestExport, staged: Path) -> dict[str, pl.DataFrame]:
    ledger, phases, current = setup.ledger, compiled.phases, export.records
    pack, _ = read_templates(compiled.mapping_run.engagement)
    found = read_population(setup.tenant, ledger, phases)
    deleted = note_deleted(ledger, found)
    given_away = settle_given_away(setup, phases, current, found)
    groups = group_held(ledger, phases, current)
    return {
        "deleted": deleted,
        "conflicts": setup.review.list_conflicts(),
        "held": ledger.held(),
        "roots": groups.roots,
        "chains": groups.chains,
        "uploads": describe_uploads(phases, current, ledger),
        "validation": reconcile_counts(found, ledger, phases, current),
        "fill": reconcile_fill(found, ledger, phases, current),
        "owners": reconcile_owners(found, ledger, phases, current, compiled.owners, given_away=given_away),
        "segments": recount_segments(found, pack, phases, read_staged(staged), current),
    }


def _prove_frozen(engagement: Engagement, compiled: Compiled, ledger: Ledger, hashes: pl.DataFrame) -> pl.DataFrame:
    """Hold an export that was taken after the last delta against what that brought over."""
    if engagement.switch.mode != "freeze":
        return empty(SOURCE_PROOF)
    _, layout = read_templates(engagement)
    before = read_hashes(engagement) if is_taken_after(engagement, layout) else None
    return prove_frozen(ledger, compiled.phases, hashes, before=before)


def _count_reading(tenant: Tenant, counts: pl.DataFrame, removed: pl.DataFrame, before: int) -> int:
    """Requests that any round needs: the settings, and the tenant listed for the validation."""
    settings = before - int(counts["requests"].sum()) - int(removed["requests"].sum())
    return settings + tenant.requests - before


def _note_round(
    run: RunFolder,
    compiled: Compiled,
    rounds: pl.DataFrame,
    delta: pl.DataFrame,
    tenant: Tenant,
    *,
    reading: int,
    began: datetime,
) -> pl.DataFrame:
    """ROUNDS with this one and the forecast of the next."""
    engagement = run.engagement
    pace = Pace(plan=read_plans()[engagement.plan], share=engagement.share)
    rounds = add_round(rounds, run=run.label, at=read_stamp(run.stamp), delta=delta, requests=tenant.requests)
    hours = [known if known is not None else pace.count_hours(tenant.requests) for known in rounds["hours"]]
    rounds = rounds.with_columns(hours=pl.Series(hours, dtype=pl.Float64))
    coming = forecast_round(rounds, compiled.phases, delta, reading=reading, began=began)
    row = {"run": "next", **coming, "hours": pace.count_hours(coming["requests"]), "is_forecast": True}
    return pl.concat([rounds, frame([row], ROUNDS)])
