"""Load: every record of every phase, in lookup order, each with exactly one outcome."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.budget.durations import forecast_durations
from workbench.budget.requests import Meter, plan_requests, sum_requests
from workbench.compiled import Compiled, bind_inputs, read_compiled, set_up
from workbench.engagement import RunFolder
from workbench.evidence.checkpoints import find_store, open_ledger, read_ledger
from workbench.folder import save_csv, save_frames
from workbench.freshsales.client import Tenant
from workbench.freshsales.plans import read_plans
from workbench.gate import pass_approval, pass_gate
from workbench.load.phases import load_phases, print_count
from workbench.model import Phase
from workbench.progress import report_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLoad:
    """A load that may begin, and what it is going to take.

    Attributes:
        requests: REQUESTS of what is still to be loaded.
        durations: DURATIONS on the engagement's plan.
    """

    run: RunFolder
    tenant: Tenant
    compiled: Compiled
    requests: pl.DataFrame
    durations: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How the records fared, phase by phase, and what became of every source row."""

    phases: tuple[Phase, ...]
    requests: pl.DataFrame
    counts: pl.DataFrame
    held: pl.DataFrame
    crosswalk: pl.DataFrame
    row_outcomes: pl.DataFrame
    facts: dict[str, object]
    inputs: dict[str, str]


def load(run: RunFolder, tenant: Tenant) -> Load:
    """Plan and load; see `plan_load` and `carry_out`."""
    return carry_out(plan_load(run, tenant))


def plan_load(run: RunFolder, tenant: Tenant) -> PlannedLoad:
    """Let a load begin, and say what it takes; reads the tenant's settings, writes nothing.

    Raises:
        GateClosed: The sample does not stand approved for exactly today's inputs.
    """
    engagement = run.engagement
    pass_approval(run)
    compiled = read_compiled(engagement, tenant)
    pass_gate(run, compiled.schema)
    requests = _plan_requests(run, compiled)
    save_frames(run.path, {"requests": requests})
    durations = forecast_durations(
        {engagement.plan: sum_requests(requests)},
        read_plans(),
        share=engagement.share,
        cutover=engagement.cutover_at,
        answer=tenant.seconds_per_request,
    )
    return PlannedLoad(run=run, tenant=tenant, compiled=compiled, requests=requests, durations=durations)


def carry_out(planned: PlannedLoad) -> Load:
    """Load what the approved mapping and sample say; killed at any moment, the next run goes on from there.

    Raises:
        StopRun: A phase does not balance, or another run is writing.
        RetryLater: The tenant stopped answering; run the stage again.
    """
    run, tenant, compiled = planned.run, planned.tenant, planned.compiled
    engagement, meter = run.engagement, Meter(tenant, report=print_count)
    with open_ledger(engagement) as ledger:
        setup = set_up(run, compiled, tenant=tenant, ledger=ledger)
        counts = load_phases(
            setup, compiled.phases, compiled.records, on_phase=meter.note_phase, progress=report_progress
        )
        frames = {
            "requests": meter.fill(planned.requests),
            "counts": counts,
            "held": ledger.held(),
            "crosswalk": ledger.crosswalk(),
            "row_outcomes": pl.read_parquet(compiled.mapping_run.path / "row_outcomes.parquet"),
        }
        digest = ledger.digest()
    save_frames(run.path, frames)
    save_csv(run.path / "held.csv", frames["held"])
    return Load(
        phases=compiled.phases,
        facts=_facts(frames, tenant, digest),
        inputs=bind_inputs(engagement, compiled.schema, engagement.latest_run("sample")),
        **frames,
    )


def _plan_requests(run: RunFolder, compiled: Compiled) -> pl.DataFrame:
    """REQUESTS of what does not stand yet."""
    engagement = run.engagement
    holds = dict(pl.read_parquet(engagement.latest_run("discovery").path / "holdings.parquet").iter_rows())
    if not find_store(engagement).exists():
        return plan_requests(compiled.phases, compiled.records, schema=compiled.schema, holds=holds)
    with read_ledger(engagement) as ledger:
        return plan_requests(compiled.phases, compiled.records, schema=compiled.schema, holds=holds, ledger=ledger)


def _facts(frames: dict[str, pl.DataFrame], tenant: Tenant, digest: dict) -> dict[str, object]:
    total = {name: int(frames["counts"][name].sum()) for name in ("attempted", "loaded", "skipped", "held")}
    waiting = frames["row_outcomes"].join(frames["held"], on=["phase", "external_id"], how="semi")
    return {
        "Records attempted": total["attempted"],
        "Loaded": total["loaded"],
        "Skipped": total["skipped"],
        "Held": total["held"],
        "Source rows in held records": waiting.height,
        "Requests used": tenant.requests,
        "Requests planned": int(frames["requests"]["planned"].sum()),
        "Requests at least": int(frames["requests"]["least"].sum()),
        "Ledger": f"{digest['entries']:,} entries, head {digest['head'][:16]}",
    }
