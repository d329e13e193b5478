"""How each stage stands: not run, failed, ran, approved or stale, and exactly why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.engagement import Engagement, RunFolder
from workbench.errors import StopRun
from workbench.evidence.approval_log import Approval, read_approvals
from workbench.evidence.manifest import ABSENT, MANIFEST, check_manifest, hash_inputs, read_manifest
from workbench.stages import STAGES, Stage
from workbench.transforms import TRANSFORMS_VERSION

STAGE_OF_SLUG = {stage.slug: stage for stage in STAGES.values()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One reason why a run no longer fits.

    Attributes:
        says: What changed, from what to what.
        changed: Name of the input that changed, empty where the reason is another one.
    """

    says: str
    changed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one stage stands.

    Attributes:
        state: not run | failed | ran | approved | stale.
        run: Label of the approved run, of the newest where none is approved, empty where there is none.
        doubts: Why it is not `approved`, in full.
        approval: The newest approval of the stage, null where nobody gave one.
        awaits_approval: The newest run is complete and fits today's inputs; only nobody approved it yet.
    """

    stage: str
    state: str
    run: str = ""
    doubts: tuple[Doubt, ...] = ()
    approval: Approval | None = None
    awaits_approval: bool = False

    @property
    def why(self) -> tuple[str, ...]:
        """The doubts as sentences."""
        return tuple(doubt.says for doubt in self.doubts)


def judge_stages(engagement: Engagement, *, live: dict[str, str] | None = None) -> dict[str, Standing]:
    """How every stage stands, in order.

    Args:
        live: Present values of inputs that only the caller can read, such as `tenant_schema`. An input that is
            neither a file of the engagement nor named here is not compared.
    """
    try:
        approvals = read_approvals(engagement)
    except StopRun as broken:
        return {name: _judge_without_approvals(engagement, stage, broken) for name, stage in STAGES.items()}
    judged: dict[str, Standing] = {}
    for name, stage in STAGES.items():
        newest = next((approval for approval in reversed(approvals) if approval.stage == name), None)
        judged[name] = _judge(engagement, stage, newest, live or {}, judged)
    return judged


def doubt_run(
    run: RunFolder, *, live: dict[str, str], earlier: dict[str, Standing], approval: Approval | None = None
) -> tuple[Doubt, ...]:
    """Every reason why a finished run does not fit today's files, tenant and approvals.

    Args:
        live: Present values of inputs that are no files, by name.
        earlier: How the stages before it stand.
        approval: Given for this very run; its hash of the manifest is compared too.
    """
    if problems := check_manifest(run):
        return tuple(Doubt(says=problem) for problem in problems)
    manifest = read_manifest(run)
    if manifest.status != "complete":
        return (Doubt(says=f"{run.label} failed"),)
    if approval and (approval.manifest, approval.fingerprint) != (manifest.sha256, manifest.fingerprint):
        return (Doubt(says=f"{run.label}/manifest.json is not the one that was approved"),)
    return (
        *_compare_inputs(run, manifest.inputs, live),
        *_doubt_upstream(run.stage, manifest.inputs, earlier),
        *_doubt_rolled_back(run),
    )


def doubt_unfinished(run: RunFolder) -> tuple[Doubt, ...]:
    """Why a run proves nothing that is not complete, or no longer looks so."""
    if not (run.path / MANIFEST).exists():
        return (Doubt(says=f"{run.label} has not reached its end"),)
    return tuple(Doubt(says=says) for says in (f"{run.label} failed", *check_manifest(run)))


def _judge(
    engagement: Engagement,
    stage: Stage,
    approval: Approval | None,
    live: dict[str, str],
    earlier: dict[str, Standing],
) -> Standing:
    runs = engagement.runs(stage.name)
    finished = [run for run in runs if run.is_complete]
    newest = _judge_newest(stage, runs, finished, live, earlier)
    if not approval:
        return newest
    approved = engagement.run(stage.name, approval.run.partition("/")[2])
    doubts = doubt_run(approved, live=live, earlier=earlier, approval=approval)
    is_overtaken = bool(finished) and finished[-1].label > approval.run
    if is_overtaken:
        doubts = (Doubt(says=f"{finished[-1].label} is newer than the approved {approval.run}"), *doubts)
    return Standing(
        stage=stage.name,
        state="stale" if doubts else "approved",
        run=approval.run,
        doubts=doubts,
        approval=approval,
        awaits_approval=is_overtaken and newest.awaits_approval,
    )


def _judge_newest(
    stage: Stage,
    runs: list[RunFolder],
    finished: list[RunFolder],
    live: dict[str, str],
    earlier: dict[str, Standing],
) -> Standing:
    if not runs:
        return Standing(stage=stage.name, state="not run")
    label = runs[-1].label
    if not finished or finished[-1].label != label:
        return Standing(stage=stage.name, state="failed", run=label, doubts=doubt_unfinished(runs[-1]))
    doubts = doubt_run(runs[-1], live=live, earlier=earlier)
    return Standing(stage=stage.name, state="ran", run=label, doubts=doubts, awaits_approval=not doubts)


def _judge_without_approvals(engagement: Engagement, stage: Stage, broken: StopRun) -> Standing:
    runs = engagement.runs(stage.name)
    doubt = Doubt(says=f"the approvals cannot be trusted: {broken}")
    state, run = ("stale", runs[-1].label) if runs else ("not run", "")
    return Standing(stage=stage.name, state=state, run=run, doubts=(doubt,) if runs else ())


def _compare_inputs(run: RunFolder, inputs: dict[str, str], live: dict[str, str]) -> list[Doubt]:
    files = [name for name in inputs if Path(name).suffix]
    now = {"transforms": TRANSFORMS_VERSION, **live, **hash_inputs(run.engagement, files)}
    return [
        Doubt(says=f"{name} {_say_change(was, now[name])} since {run.label}", changed=name)
        for name, was in inputs.items()
        if name in now and now[name] != was
    ]


def _doubt_rolled_back(run: RunFolder) -> list[Doubt]:
    """A rollback takes records away from its first request on, so one that broke off counts too."""
    later = [back.label for back in run.engagement.runs("rollback") if back.stamp > run.stamp]
    return [Doubt(says=f"{run.label} was rolled back by {later[-1]}")] if run.stage.writes_records and later else []


def _say_change(was: str, now: str) -> str:
    if ABSENT in (was, now):
        return "was added" if was == ABSENT else "was removed"
    return f"changed ({was[:12]} → {now[:12]})"


def _doubt_upstream(stage: Stage, inputs: dict[str, str], earlier: dict[str, Standing]) -> list[Doubt]:
    built_on = {STAGE_OF_SLUG[slug].name: name for name in inputs if (slug := name.partition("/")[0]) in STAGE_OF_SLUG}
    doubts = [_doubt_parent(label, inputs[label], earlier[name]) for name, label in built_on.items() if name in earlier]
    if stage.needs and stage.needs not in built_on:
        doubts.append(f"does not say which run of {stage.needs} it was built on")
    return [Doubt(says=doubt) for doubt in doubts if doubt]


def _doubt_parent(label: str, manifest: str, parent: Standing) -> str:
    approval = parent.approval
    if approval is None:
        return f"built on {label}, which nobody approved"
    if approval.run != label:
        return f"built on {label}; the approved run is {approval.run}"
    if approval.manifest != manifest:
        return f"built on {label} as it was before its approval"
    return "" if parent.state == "approved" else f"built on {parent.stage}, which is stale"
