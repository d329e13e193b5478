"""The way through an engagement as the command walks it: what is next, run it, approve it, say how it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from workbench import errors
from workbench.engagement import Engagement, home_folder, new_stamp
from workbench.errors import StopRun, UsageError
from workbench.evidence import approvals
from workbench.evidence.checkpoints import find_store
from workbench.evidence.manifest import write_manifest
from workbench.evidence.signing import load_or_create_key
from workbench.evidence.standing import judge_stages
from workbench.kernel import STOPPED
from workbench.run_record import read_record
from workbench.runs import RunRecord
from workbench.runs import run_stage as run_notebook
from workbench.stages import STAGES

Say = Callable[[str], None]


def next_stage(engagement: Engagement) -> str:
    """The stage that `workbench run NAME` runs.

    Raises:
        UsageError: The next thing to do is an approval, or nothing is left.
    """
    return approvals.next_stage(engagement)


def run_stage(
    engagement: Engagement,
    stage: str,
    *,
    parameters: dict[str, str] | None = None,
    say: Say = lambda _: None,
    on_progress: Say | None = None,
) -> RunRecord:
    """Run one stage's notebook into a new folder and write its manifest, whether it succeeded or not.

    Args:
        on_progress: Takes each line of progress; null says them like everything else.

    Raises:
        GateClosed: The stage before it does not stand approved for today's inputs; nothing was run.
        StopRun: The approvals do not hold, or another run is writing to the tenant; nothing was run.
        UsageError: There is nothing to roll back.
        WorkbenchError: The run failed; of the class that its notebook raised.
        KeyboardInterrupt: Ctrl-C stopped it; the run is on record as stopped.
    """
    _check_beginning(engagement, stage)
    started = datetime.now(UTC)
    run = engagement.run(stage, new_stamp(started))
    say(f"{stage}: running notebooks/{run.stage.slug}.ipynb")
    record = run_notebook(run, parameters=parameters, on_progress=on_progress or say)
    write_manifest(run, record=record, key=load_or_create_key(home_folder()))
    if record.reason == STOPPED:
        say(f"{record.label}: {STOPPED}; the stopped run stays on record")
        raise KeyboardInterrupt
    if record.status != "complete":
        raise _as_error(record, engagement)
    return record


def _check_beginning(engagement: Engagement, stage: str) -> None:
    """Everything that speaks against a run before it leaves a folder behind."""
    approvals.list_approvals(engagement)
    if needed := STAGES[stage].needs:
        approvals.require_standing(engagement, needed)
    if not (STAGES[stage].writes_records or stage == "rollback"):
        return
    store = find_store(engagement)
    if store.exists():
        store.check_free()
    elif stage == "rollback":
        raise UsageError(f"{engagement.name}: nothing was loaded, so there is nothing to roll back")


def _as_error(record: RunRecord, engagement: Engagement) -> errors.WorkbenchError:
    """The failure as the class that the notebook raised, so that the exit code says what to do next."""
    name, _, message = record.reason.partition(": ")
    known = getattr(errors, name, None)
    is_ours = isinstance(known, type) and issubclass(known, errors.WorkbenchError)
    text = message if is_ours else record.reason
    kind = known if is_ours and known is not errors.HoldRecord else StopRun
    return kind(f"{text}\n  the failed run stays on record: {engagement.folder / record.label}")


def approve_stage(engagement: Engagement, stage: str, *, by: str, role: str, meaning: str) -> None:
    """Sign the latest run of a stage with this analyst's key."""
    key = load_or_create_key(home_folder())
    approvals.approve(engagement, stage, by=by, role=role, meaning=meaning, at=datetime.now(UTC), key=key)


def describe_status(engagement: Engagement) -> str:
    """One line a stage: its state, the run it is about, and why."""
    lines = [f"{engagement.customer}: {engagement.pack} to Freshsales {engagement.plan}"]
    for stage, standing in judge_stages(engagement).items():
        lines.append(f"  {stage:<10} {standing.state:<9} {standing.run or ''}".rstrip())
        lines += [f"             {reason}" for reason in standing.why]
    return "\n".join(lines)


def advise(engagement: Engagement) -> str:
    """The command that comes next; none where everything was taken back and somebody approved that."""
    if _is_taken_back(engagement):
        return f"next: nothing; the migration was taken back (to begin anew: workbench run {engagement.name} sample)"
    try:
        stage = approvals.next_stage(engagement)
    except errors.WorkbenchError as todo:
        return str(todo)
    return f"next: workbench run {engagement.name} {stage}"


def _is_taken_back(engagement: Engagement) -> bool:
    """Whether the newest that was done to the tenant is an approved rollback of everything."""
    standing = judge_stages(engagement)["rollback"]
    if standing.state != "approved":
        return False
    _, _, stamp = standing.run.partition("/")
    writing = (run for name, stage in STAGES.items() if stage.writes_records for run in engagement.runs(name))
    is_newest = all(run.stamp < stamp for run in writing)
    return is_newest and not read_record(engagement.run("rollback", stamp)).parameters.get("scope", "").strip()
