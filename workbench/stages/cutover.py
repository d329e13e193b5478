"""Cutover: what changed in the source since discovery is brought over, then everything is counted once more."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.compiled import bind_inputs, read_compiled, read_templates, records_from, set_up
from workbench.engagement import RunFolder
from workbench.evidence.checkpoints import open_ledger
from workbench.folder import save_csv, save_frames
from workbench.freshsales.client import Tenant
from workbench.gate import pass_approval, pass_gate
from workbench.load.delta import apply_delta, find_delta
from workbench.progress import report_progress
from workbench.reconcile.counts import reconcile_counts, reconcile_fill, reconcile_owners
from workbench.reconcile.population import read_population
from workbench.sources.files import stage_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutover:
    """The delta and its outcome, and the final validation of the whole tenant."""

    delta: pl.DataFrame
    counts: pl.DataFrame
    held: pl.DataFrame
    validation: pl.DataFrame
    fill: pl.DataFrame
    owners: pl.DataFrame
    facts: dict[str, object]
    inputs: dict[str, str]


def cut_over(run: RunFolder, tenant: Tenant) -> Cutover:
    """Stage the export of the switch, load its delta, validate counts, fill rates and owners.

    Raises:
        GateClosed: The load does not stand approved for today's inputs.
        StopRun: Something does not balance.
    """
    engagement = run.engagement
    pass_approval(run)
    compiled = read_compiled(engagement, tenant)
    pass_gate(run, compiled.schema)
    _, layout = read_templates(engagement)
    stage_folder(engagement.cutover_source, layout, run.path / "staged")
    current = records_from(engagement, compiled.phases, run.path / "staged")
    with open_ledger(engagement) as ledger:
        delta = find_delta(compiled.records, current)
        setup = set_up(run, compiled, tenant=tenant, ledger=ledger)
        counts = apply_delta(setup, compiled.phases, current, delta, progress=report_progress)
        found = read_population(tenant, ledger, compiled.phases)
        frames = {
            "delta": delta,
            "counts": counts,
            "held": ledger.held(),
            "validation": reconcile_counts(found, ledger, compiled.phases, current),
            "fill": reconcile_fill(found, ledger, compiled.phases, current),
            "owners": reconcile_owners(found, ledger, compiled.phases, current, compiled.owners),
        }
    save_frames(run.path, frames)
    save_csv(run.path / "delta.csv", delta)
    save_csv(run.path / "held.csv", frames["held"])
    return Cutover(
        facts=_facts(frames, tenant),
        inputs=bind_inputs(engagement, compiled.schema, engagement.latest_run("load")),
        **frames,
    )


def _facts(frames: dict[str, pl.DataFrame], tenant: Tenant) -> dict[str, object]:
    changes = dict(frames["delta"].group_by("change").len().iter_rows())
    return {
        "New in the source": changes.get("new", 0),
        "Changed": changes.get("changed", 0),
        "Deleted": changes.get("deleted", 0),
        "Unchanged": changes.get("unchanged", 0),
        "Still held": frames["held"].height,
        "Requests used": tenant.requests,
    }
