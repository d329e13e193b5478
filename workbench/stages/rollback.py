"""Rollback: the ledger walked backwards, until the tenant is what it was before the first write."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.engagement import RunFolder
from workbench.errors import StopRun
from workbench.evidence.manifest import hash_inputs
from workbench.folder import save_csv, save_frames
from workbench.freshsales.client import Tenant
from workbench.ledger import Ledger
from workbench.load.proof import prove_rollback
from workbench.load.rollback import preview_rollback, roll_back
from workbench.progress import report_progress
from workbench.shown import Shown

INPUTS = ("engagement.toml",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What was to be done, what was done, and the proof by reading back."""

    preview: pl.DataFrame
    counts: pl.DataFrame
    held: pl.DataFrame
    proof: pl.DataFrame
    facts: dict[str, object]
    inputs: dict[str, str]


def roll_back_load(run: RunFolder, tenant: Tenant) -> Rollback:
    """Delete what this engagement created, restore what it changed, hold what somebody edited since.

    Raises:
        StopRun: Another run is writing.
        RetryLater: The tenant stopped answering; run the stage again, it goes on from there.
    """
    with Ledger.open(run.engagement.ledger) as ledger:
        preview = preview_rollback(ledger)
        counts, held = roll_back(ledger, tenant, run_label=run.label, progress=report_progress)
        proof = prove_rollback(ledger, tenant)
    frames = {"preview": preview, "counts": counts, "held": held, "proof": proof}
    save_frames(run.path, frames)
    save_csv(run.path / "held.csv", held)
    return Rollback(
        facts=_facts(frames, tenant),
        inputs=hash_inputs(run.engagement, INPUTS),
        **frames,
    )


def require_proof(result: Rollback) -> Shown:
    """One sentence that says every record taken back was proved; the tables above it stand either way.

    Raises:
        StopRun: Names the phases in which the tenant still differs from what it was.
    """
    open_phases = result.proof.filter(~pl.col("holds"))["phase"].to_list()
    if open_phases:
        raise StopRun(
            f"the tenant is not yet what it was: {', '.join(open_phases)}; the proof says how many records differ, "
            "correct those in Freshsales or run the rollback again"
        )
    sentence = f"Proved for all {result.proof.height} phases: what was deleted is gone, what was restored is as before."
    return Shown(html=f"<p>{sentence}</p>", text=sentence)


def _facts(frames: dict[str, pl.DataFrame], tenant: Tenant) -> dict[str, object]:
    counts = frames["counts"]
    return {
        "Records deleted": int(counts["deleted"].sum()),
        "Records restored": int(counts["restored"].sum()),
        "Held, because somebody edited them": frames["held"].height,
        "Requests used": tenant.requests,
    }
