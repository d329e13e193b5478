"""Rollback: the ledger walked backwards, until the tenant is what it was before the first write."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.engagement import RunFolder
from workbench.errors import StopRun
from workbench.evidence.checkpoints import open_ledger
from workbench.evidence.manifest import hash_inputs
from workbench.folder import save_csv, save_frames
from workbench.freshsales.client import Tenant
from workbench.load.limits import list_limits
from workbench.load.proof import Proof, prove_rollback
from workbench.load.recalled import find_before_rollback, list_recalled, list_unsettled, say_recalled, withdraw_rest
from workbench.load.rollback import roll_back
from workbench.load.rollback_preview import preview_rollback
from workbench.load.scope import Scope, parse_scope
from workbench.progress import report_progress
from workbench.shown import Shown

INPUTS = ("engagement.toml",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What was to be done, what was done, the proof by reading back, and what could not be brought back.

    Attributes:
        recalled: RECALLED: the import files that must not be imported any more.
        unsettled: Those of them whose import may still bring records, so that nothing is proved yet.
    """

    preview: pl.DataFrame
    counts: pl.DataFrame
    held: pl.DataFrame
    proof: pl.DataFrame
    unrestored: pl.DataFrame
    limits: pl.DataFrame
    recalled: pl.DataFrame
    unsettled: tuple[str, ...]
    facts: dict[str, object]
    inputs: dict[str, str]

    @property
    def open_points(self) -> tuple[str, ...]:
        """What the administrator has to be told."""
        return say_recalled(self.recalled)


def roll_back_load(run: RunFolder, tenant: Tenant, *, scope: str = "") -> Rollback:
    """Delete what this engagement created, restore what it changed, hold what somebody edited since.

    What import files brought is looked for first, a hundred records a request; what they did not bring is withdrawn.

    Args:
        scope: What to take back, as `parse_scope` reads it; empty for everything.

    Raises:
        UsageError: Nothing of that name was ever written; nothing was done.
        StopRun: Another run is writing.
        RetryLater: The tenant stopped answering; run the stage again, it goes on from there.
    """
    wanted = parse_scope(scope)
    with open_ledger(run.engagement) as ledger:
        ledger.check_whole()
        ledger.begin_run(run.label)
        just_in = find_before_rollback(ledger, tenant)
        preview = preview_rollback(ledger, wanted)
        done = roll_back(ledger, tenant, run_label=run.label, scope=wanted, progress=report_progress)
        withdraw_rest(ledger, wanted, just_in)
        proof = prove_rollback(ledger, tenant)
        recalled, unsettled = list_recalled(ledger), list_unsettled(ledger, wanted)
    frames = {
        "preview": preview,
        "counts": done.counts,
        "held": done.held,
        "proof": proof.phases,
        "unrestored": proof.unrestored,
        "limits": list_limits(done.unseen),
        "recalled": recalled,
    }
    save_frames(run.path, frames)
    for name in ("held", "unrestored"):
        save_csv(run.path / f"{name}.csv", frames[name])
    return Rollback(
        facts=_facts(wanted, frames, proof, tenant),
        inputs=hash_inputs(run.engagement, INPUTS),
        unsettled=tuple(unsettled),
        **frames,
    )


def require_proof(result: Rollback) -> Shown:
    """One sentence that says every record taken back was proved; the tables above it stand either way.

    Raises:
        StopRun: Names the phases in which the tenant still differs from what it was, or the import files that may
            still bring records.
    """
    if result.unsettled:
        raise StopRun(
            f"nothing is proved while an import file may still bring records: {', '.join(result.unsettled)}; let the "
            "administrator import it no more, wait until Freshsales reports its import as done, and run the rollback "
            "again"
        )
    open_phases = result.proof.filter(~pl.col("holds"))["phase"].to_list()
    if open_phases:
        raise StopRun(
            f"the tenant is not yet what it was: {', '.join(open_phases)}; the proof says how many records differ, "
            "correct those in Freshsales or run the rollback again"
        )
    sentence = f"Proved for all {result.proof.height} phases: what was deleted is gone, what was restored is as before."
    return Shown(html=f"<p>{sentence}</p>", text=sentence)


def _facts(scope: Scope, frames: dict[str, pl.DataFrame], proof: Proof, tenant: Tenant) -> dict[str, object]:
    preview, counts = frames["preview"], frames["counts"]
    agrees = "as it ought to be" if proof.holds else f"it ought to be {proof.expected[:16]}"
    return {
        "Taken back": str(scope),
        "Records deleted": int(counts["deleted"].sum()),
        "Records restored": int(counts["restored"].sum()),
        "Held, left as they are": frames["held"].height,
        "Fields that could not be restored": frames["unrestored"].height,
        "Requests expected": int(preview["requests"].sum()),
        "Requests used": tenant.requests,
        "Digest of what was read back": f"{proof.found[:16]}, {agrees}",
        **(
            {"Must not be imported any more": ", ".join(files)}
            if (files := frames["recalled"]["file"].to_list())
            else {}
        ),
    }
