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
from workbench.engagement import Engagement, RunFolder
from workbench.evidence.checkpoints import open_ledger
from workbench.evidence.manifest import hash_inputs
from workbench.exports import (
    check_frozen,
    find_last_reading,
    is_taken_after,
    note_written,
    read_first_files,
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
from workbench.load.deleted import note_deleted
from workbench.load.delta import (
    apply_delta,
    compare_hashes,
    hash_records,
    mark_arrivals,
    note_brought_over,
    prove_frozen,
)
from workbench.load.gone import delete_gone, judge_gone
from workbench.load.held import group_held
from workbench.load.review import Review
from workbench.load.rounds import CHANGES, add_round, forecast_round, keep_known
from workbench.load.setup import Setup
from workbench.model import HANDED_OVER, ROUNDS, SOURCE_PROOF, empty, frame
from workbench.newest_export import NewestExport, Records, compare_reading, stage_export
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
        removed: ROLLBACK_COUNTS of what left the source and was taken back.
        roots: HELD_ROOTS.
        deleted: DELETED_IN_TENANT.
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
    current = export.records
    hashes = hash_records(current)
    with open_ledger(engagement) as ledger:
        setup = replace(set_up(run, compiled, tenant=tenant, ledger=ledger), review=review)
        delta = _find_delta(setup, compiled, current, hashes)
        proof = _prove_frozen(engagement, compiled, ledger, hashes)
        frames = {"files": export.staged.files, "rejected": export.staged.rejected, "delta": delta, "proof": proof}
        frames |= _bring_over(setup, compiled, export, delta)
        note_brought_over(ledger, compiled.phases, hashes)
        reading = tenant.requests
        frames |= _validate(setup, compiled, current, run.path / "staged")
        reading = _count_reading(tenant, frames["counts"], frames["removed"], reading)
    frames["rounds"] = _note_round(run, compiled, rounds, delta, tenant, reading=reading, began=began)
    save_frames(run.path, frames | {"hashes": hashes})
    segments = ("segments",) if frames["segments"].height else ()
    for name in ("rejected", "delta", "conflicts", "deleted", *segments):
        save_csv(run.path / f"{name}.csv", frames[name])
    save_csv(run.path / "held.csv", frames.pop("chains"))
    draft_conflicts(run.path / CONFLICTS_FILE, frames["conflicts"])
    return Cutover(
        facts=_facts(engagement, frames, tenant),
        inputs=bind_inputs(engagement, compiled.schema, engagement.latest_run("load"))
        | hash_inputs(engagement, [CONFLICTS_FILE]),
        open_points=_list_open_points(engagement, export, frames),
        **frames,
    )


def _find_delta(setup: Setup, compiled: Compiled, current: Records, hashes: pl.DataFrame) -> pl.DataFrame:
    """DELTA against what was brought over last; what the ledger knows nothing of is new, whatever the hashes say."""
    engagement = compiled.mapping_run.engagement
    before = read_hashes(engagement)
    known = keep_known(setup.ledger, hash_records(compiled.records) if before is None else before)
    mapped = pl.read_parquet(compiled.mapping_run.path / "owners.parquet")
    arrived = find_arrivals(mapped, compiled.schema.users)["source_id"].drop_nulls()
    return mark_arrivals(compare_hashes(known, hashes), setup, current, arrived)


def _bring_over(setup: Setup, compiled: Compiled, export: NewestExport, delta: pl.DataFrame) -> dict[str, pl.DataFrame]:
    switch, current = compiled.mapping_run.engagement.switch, export.records
    doubts = {"reading": export.reading, "most_deleted": switch.most_deleted}
    counts = apply_delta(
        setup, compiled.phases, current, delta, deleted=switch.deleted, progress=report_progress, **doubts
    )
    gone = judge_gone(setup, compiled.phases, current, policy=switch.deleted, **doubts)
    removed = delete_gone(setup, gone, progress=report_progress)
    return {"counts": counts, "removed": removed, "conflicts": setup.review.list_conflicts()}


def _validate(setup: Setup, compiled: Compiled, current: Records, staged: Path) -> dict[str, pl.DataFrame]:
    ledger, phases = setup.ledger, compiled.phases
    pack, _ = read_templates(compiled.mapping_run.engagement)
    found = read_population(setup.tenant, ledger, phases)
    deleted = note_deleted(ledger, found)
    groups = group_held(ledger, phases, current)
    return {
        "deleted": deleted,
        "held": ledger.held(),
        "roots": groups.roots,
        "chains": groups.chains,
        "validation": reconcile_counts(found, ledger, phases, current),
        "fill": reconcile_fill(found, ledger, phases, current),
        "owners": reconcile_owners(found, ledger, phases, current, compiled.owners),
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


def _list_open_points(engagement: Engagement, export: NewestExport, frames: dict[str, pl.DataFrame]) -> tuple[str, ...]:
    proof, held = frames["proof"], frames["held"]
    changed = proof.filter(~pl.col("agrees"))["object"].to_list()
    waiting = held.filter(pl.col("code").is_in(HANDED_OVER)).height
    points = compare_reading(read_first_files(engagement), export.staged)
    points += [f"{object}: the frozen source changed after its last delta; run cutover again" for object in changed]
    if proof.height and proof["agrees"].has_nulls():
        points.append("the frozen source is not proved unchanged: take the export once more, then run cutover again")
    for name, what in (("validation", "the number of records"), ("owners", "the owners")):
        phases = frames[name].filter(~pl.col("agrees"))["phase"].unique(maintain_order=True)
        verb = "does" if name == "validation" else "do"
        points += [f"{phase}: {what} in Freshsales {verb} not agree" for phase in phases]
    if waiting:
        points.append(f"{waiting:,} records are in import files that the administrator has yet to import")
    return tuple(points)


def _facts(engagement: Engagement, frames: dict[str, pl.DataFrame], tenant: Tenant) -> dict[str, object]:
    changes = dict(frames["delta"].group_by("change").len().iter_rows())
    moved = sum(changes.get(change, 0) for change in CHANGES)
    coming, proof = frames["rounds"].row(-1, named=True), frames["proof"]
    is_proved = bool(proof["agrees"].all(ignore_nulls=False))
    frozen = {"Source unchanged since its last delta": "yes, every hash agrees" if is_proved else "not proved"}
    small = {f"Few enough for the switch (at most {engagement.switch.small:,})": "yes" if
             moved <= engagement.switch.small else "no: repeat the delta"}  # fmt: skip
    return {
        "New in the source": changes.get("new", 0),
        "Changed": changes.get("changed", 0),
        "Owner became a user": changes.get("owner", 0),
        "Deleted": changes.get("deleted", 0),
        "Unchanged": changes.get("unchanged", 0),
        "Rows that could not be read": frames["rejected"].height,
        "Conflicts that wait for a decision": frames["conflicts"]
        .filter(decision="")
        .n_unique(["phase", "external_id"]),
        "Deleted in Freshsales since loaded": frames["deleted"].height,
        "Still held": frames["held"].height,
        "Requests used": tenant.requests,
        **(small if proof.is_empty() else frozen),
        "Requests of the next delta": coming["requests"],
        "Hours of the next delta": round(coming["hours"], 2),
    }
