"""Give an approval, ask whether one still stands, and refuse where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import polars as pl

from workbench.engagement import Engagement, RunFolder
from workbench.errors import GateClosed, StopRun, UsageError, raise_problems
from workbench.evidence.approval_log import Approval, append_approval, read_approvals
from workbench.evidence.manifest import read_manifest, say_time
from workbench.evidence.signing import SigningKey
from workbench.evidence.standing import Standing, doubt_run, doubt_unfinished, judge_stages
from workbench.stages import STAGES

LISTED = pl.Schema(dict.fromkeys(("stage", "run", "by", "role", "meaning", "at"), pl.String))


def approve(
    engagement: Engagement, stage: str, *, by: str, role: str, meaning: str, at: datetime, key: SigningKey
) -> Approval:
    """Sign the newest run of a stage.

    Raises:
        UsageError: Somebody's name, role or meaning is empty, there is no complete run to approve, or it leaves
            points open.
        StopRun: The run was changed since, no longer fits its inputs, or another key signed it.
    """
    words = {"by": by, "role": role, "meaning": meaning}
    empty = [f"{name} is empty" for name, word in words.items() if not word.strip()]
    raise_problems(f"{engagement.name}: {stage} cannot be approved", empty)
    run = _find_approvable(engagement, stage)
    manifest = read_manifest(run)
    if manifest.fingerprint != key.fingerprint:
        raise StopRun(
            f"{run.label} was recorded with key {manifest.fingerprint}, yours is {key.fingerprint}; "
            "an engagement keeps one key: use that one, or run the stage again"
        )
    words = {name: word.strip() for name, word in words.items()}
    said = {"stage": stage, "run": run.label, "manifest": manifest.sha256, **words, "at": say_time(at)}
    return append_approval(engagement, said, key=key)


def standing(engagement: Engagement, stage: str, *, live: dict[str, str] | None = None) -> Standing:
    """How one stage stands; see `workbench.evidence.standing.judge_stages`."""
    return judge_stages(engagement, live=live)[stage]


def require_standing(
    engagement: Engagement,
    stage: str,
    *,
    live: dict[str, str] | None = None,
    describe_change: Callable[[str], list[str]] = lambda name: [],
) -> Approval:
    """The approval of a stage, where it and everything it was built on still stand.

    Args:
        live: Present values of inputs that only the caller can read, such as `tenant_schema`.
        describe_change: Says of an input's name what exactly changed in it, a line each.

    Raises:
        GateClosed: Names everything that changed, and the command to run next.
    """
    judged = judge_stages(engagement, live=live)
    path = _list_path(stage)
    if judged[stage].state == "approved":
        return judged[stage].approval
    reasons = [line for name in path for line in _explain(judged[name], describe_change)]
    listed = "\n".join(f"  - {line}" for line in reasons)
    todo = next(judged[name] for name in path if judged[name].state != "approved")
    raise GateClosed(
        f"{engagement.name}: {stage} does not stand approved for today's inputs:\n{listed}\n"
        f"next: {_say_command(engagement, todo)}"
    )


def next_stage(engagement: Engagement) -> str:
    """The first stage that does not stand approved and has to run; a rollback is never next.

    Raises:
        UsageError: The next thing to do is an approval, or nothing is left.
        StopRun: The approvals themselves do not hold.
    """
    read_approvals(engagement)
    judged = judge_stages(engagement)
    open_stages = [judged[name] for name in STAGES if name != "rollback" and judged[name].state != "approved"]
    if not open_stages:
        raise UsageError(f"{engagement.name}: every stage stands approved; nothing is left to run")
    first = open_stages[0]
    if first.awaits_approval:
        _require_decided(engagement, engagement.runs(first.stage)[-1])
        raise UsageError(
            f"{engagement.name}: {first.stage} ran and awaits approval "
            f"(to run it again: workbench run {engagement.name} {first.stage})\n"
            f"next: {_say_command(engagement, first)}"
        )
    return first.stage


def list_approvals(engagement: Engagement) -> pl.DataFrame:
    """Every approval, oldest first, as the columns of `LISTED`.

    Raises:
        StopRun: Names the first line that does not hold.
    """
    rows = [[getattr(approval, name) for name in LISTED] for approval in read_approvals(engagement)]
    return pl.DataFrame(rows, schema=LISTED, orient="row")


def _find_approvable(engagement: Engagement, stage: str) -> RunFolder:
    runs, command = engagement.runs(stage), f"workbench run {engagement.name} {stage}"
    if not runs:
        raise UsageError(f"{engagement.name}: {stage} has not run yet (a draft does not count): {command}")
    run = runs[-1]
    title = f"{run.label} cannot be approved; run it again: {command}"
    if not run.is_complete:
        raise_problems(title, [doubt.says for doubt in doubt_unfinished(run)])
    doubts = doubt_run(run, live={}, earlier=judge_stages(engagement))
    raise_problems(title, [doubt.says for doubt in doubts], error=StopRun)
    _require_decided(engagement, run)
    return run


def _require_decided(engagement: Engagement, run: RunFolder) -> None:
    """Raise with every point that somebody has to decide before the run can be approved."""
    title = (
        f"{run.label} leaves points open; decide them in JupyterLab (workbench lab {engagement.name}) or in "
        f"decisions.toml, then: workbench run {engagement.name} {run.stage.name}"
    )
    raise_problems(title, json.loads((run.path / "result.json").read_text()).get("open_points", []))


def _list_path(stage: str) -> list[str]:
    """The stages that lead to a stage, the stage itself last."""
    needs = STAGES[stage].needs
    return [*(_list_path(needs) if needs else []), stage]


def _explain(judged: Standing, describe_change: Callable[[str], list[str]]) -> list[str]:
    if judged.state == "approved":
        return []
    lines = [f"{judged.stage}: {judged.state}"] if not judged.doubts else []
    for doubt in judged.doubts:
        lines.append(f"{judged.stage}: {doubt.says}")
        lines += [f"  {detail}" for detail in (describe_change(doubt.changed) if doubt.changed else [])]
    return lines


def _say_command(engagement: Engagement, judged: Standing) -> str:
    if judged.awaits_approval:
        return f'workbench approve {engagement.name} {judged.stage} --by "..." --role "..." --meaning "..."'
    return f"workbench run {engagement.name} {judged.stage}"
