"""Sample: some hundred records that cover every rule, loaded, read back and compared field by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from workbench.compiled import bind_inputs, read_compiled, set_up
from workbench.engagement import RunFolder
from workbench.evidence.checkpoints import open_ledger
from workbench.folder import save_csv, save_frames
from workbench.freshsales.client import Tenant
from workbench.gate import pass_approval, pass_gate
from workbench.load.phases import load_phases
from workbench.load.uploads_check import check_uploads
from workbench.progress import report_progress
from workbench.reconcile.diff import diff_records
from workbench.reconcile.population import read_back
from workbench.reconcile.sample import pick_sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The sampled records, how they fared, and every field that differs."""

    sample: pl.DataFrame
    counts: pl.DataFrame
    held: pl.DataFrame
    compared: pl.DataFrame
    diff: pl.DataFrame
    uploads_found: pl.DataFrame
    facts: dict[str, object]
    inputs: dict[str, str]


def load_sample(run: RunFolder, tenant: Tenant, *, size: int | None = None) -> Sample:
    """Pick a sample that covers the mapping, load it, read every record back, compare in mapped space.

    Args:
        size: Records in all; the engagement's own size where null.

    Raises:
        GateClosed: The mapping does not stand approved for today's inputs.
    """
    engagement = run.engagement
    pass_approval(run)
    compiled = read_compiled(engagement, tenant)
    pass_gate(run, compiled.schema)
    sample = pick_sample(compiled.phases, compiled.records, size=size or engagement.sample_size, seed=engagement.seed)
    with open_ledger(engagement) as ledger:
        setup = set_up(run, compiled, tenant=tenant, ledger=ledger)
        counts = load_phases(setup, compiled.phases, compiled.records, only=sample, progress=report_progress)
        returned = read_back(tenant, ledger, sample)
        diff, compared = diff_records(
            compiled.phases, compiled.records, returned, ledger=ledger, schema=compiled.schema, owners=compiled.owners
        )
        uploads_found = check_uploads(tenant, ledger, compiled.phases, only=sample, reads_content=True)
        held = ledger.held()
    frames = {"sample": sample, "counts": counts, "held": held, "compared": compared, "diff": diff}
    frames |= {"uploads_found": uploads_found}
    save_frames(run.path, frames)
    save_csv(run.path / "diff.csv", diff)
    return Sample(
        facts=_facts(frames, tenant),
        inputs=bind_inputs(engagement, compiled.schema, compiled.mapping_run),
        **frames,
    )


def _facts(frames: dict[str, pl.DataFrame], tenant: Tenant) -> dict[str, object]:
    differing = frames["diff"]
    return {
        "Records in the sample": frames["sample"].height,
        "Loaded": int(frames["counts"]["loaded"].sum()),
        "Held": int(frames["counts"]["held"].sum()),
        "Fields compared": int(frames["compared"]["compared"].sum()),
        "Fields that differ": differing.height,
        "Requests used": tenant.requests,
        "Finished": datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC"),
    }
