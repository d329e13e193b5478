"""Load: every record of every phase, in lookup order, each with exactly one outcome."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.compiled import bind_inputs, read_compiled, set_up
from workbench.engagement import RunFolder
from workbench.folder import save_csv, save_frames
from workbench.freshsales.client import Tenant
from workbench.gate import pass_approval, pass_gate
from workbench.ledger import Ledger
from workbench.load.phases import load_phases
from workbench.model import Phase
from workbench.progress import report_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How the records fared, phase by phase, and what became of every source row."""

    phases: tuple[Phase, ...]
    counts: pl.DataFrame
    held: pl.DataFrame
    crosswalk: pl.DataFrame
    row_outcomes: pl.DataFrame
    facts: dict[str, object]
    inputs: dict[str, str]


def load(run: RunFolder, tenant: Tenant) -> Load:
    """Load what the approved mapping and sample say; killed at any moment, the next run goes on from there.

    Raises:
        GateClosed: The sample does not stand approved for exactly today's inputs; nothing was written.
        StopRun: A phase does not balance, or another run is writing.
        RetryLater: The tenant stopped answering; run the stage again.
    """
    engagement = run.engagement
    pass_approval(run)
    compiled = read_compiled(engagement, tenant)
    pass_gate(run, compiled.schema)
    with Ledger.open(engagement.ledger) as ledger:
        setup = set_up(run, compiled, tenant=tenant, ledger=ledger)
        counts = load_phases(setup, compiled.phases, compiled.records, progress=report_progress)
        frames = {
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
        "Ledger": f"{digest['entries']:,} entries, head {digest['head'][:16]}",
    }
