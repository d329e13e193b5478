"""Who may approve what, when the gate opens, and what comes next."""

import shutil
from datetime import timedelta, timezone

import pytest

from tests.evidence.conftest import NOON, Record
from workbench.errors import GateClosed, StopRun, UsageError, WorkbenchError
from workbench.evidence.approval_log import read_approvals
from workbench.evidence.approvals import list_approvals, next_stage, require_standing, standing
from workbench.evidence.manifest import read_manifest, write_manifest
from workbench.evidence.signing import load_or_create_key


def lines_of(desk):
    return (desk.engagement.folder / "approvals.jsonl").read_bytes().splitlines(keepends=True)


def find_why(desk, stage, **live):
    return standing(desk.engagement, stage, live=live).why


def test_an_approval_says_who_approved_what_and_when(desk):
    """The approval names the run, its manifest's hash, the person, the role, the meaning and the time."""
    run = desk.run("discovery")

    approval = desk.approve("discovery", by=" Ada Analyst ", role="analyst", meaning="scope agreed")

    assert (approval.by, approval.role, approval.meaning) == ("Ada Analyst", "analyst", "scope agreed")
    assert (approval.run, approval.manifest) == (run.label, read_manifest(run).sha256)
    assert (approval.seq, approval.at, approval.fingerprint) == (1, "2026-11-22T12:00:00Z", desk.key.fingerprint)
    assert list_approvals(desk.engagement).row(0, named=True) == {
        "stage": "discovery", "run": run.label, "by": "Ada Analyst", "role": "analyst", "meaning": "scope agreed",
        "at": "2026-11-22T12:00:00Z",
    }  # fmt: skip


def test_an_engagement_without_approvals_lists_none(desk):
    """An empty frame, with its columns."""
    assert list_approvals(desk.engagement).columns == ["stage", "run", "by", "role", "meaning", "at"]


def test_every_empty_word_is_named(desk):
    """Nobody approves anonymously, without a role, or without saying what it means."""
    desk.run("discovery")

    with pytest.raises(UsageError, match=r"(?s)by is empty.*role is empty.*meaning is empty"):
        desk.approve("discovery", by="", role=" ", meaning="\n")
    assert read_approvals(desk.engagement) == ()


def test_what_never_ran_cannot_be_approved(desk):
    """A draft made by hand in the notebook does not count as a run."""
    draft = desk.engagement.run("discovery", "draft")
    shutil.copytree(desk.begin("discovery").path, draft.path)
    shutil.rmtree(desk.engagement.runs("discovery")[0].path)

    with pytest.raises(UsageError, match="draft does not count.*workbench run clinic discovery"):
        desk.approve("discovery")


def test_a_failed_run_cannot_be_approved(desk):
    """Not even where an older run succeeded: the newest counts."""
    desk.run("discovery")
    failed = desk.fail("discovery")

    with pytest.raises(UsageError, match=f"{failed.label} failed"):
        desk.approve("discovery")


def test_a_run_in_progress_cannot_be_approved(desk):
    """A folder without manifest belongs to a run that goes on, or was killed."""
    run = desk.begin("discovery")

    with pytest.raises(UsageError, match="has not reached its end"):
        desk.approve("discovery")
    assert find_why(desk, "discovery") == (f"{run.label} has not reached its end",)


def test_a_failed_run_made_to_look_complete_helps_nobody(desk):
    """A closing fact and a record written by hand show against the manifest."""
    run = desk.fail("discovery")
    (run.path / "result.json").write_text("{}")
    (run.path / "run.json").write_text('{"status": "complete"}')

    with pytest.raises(StopRun, match=r"(?s)run\.json changed.*result\.json was added"):
        desk.approve("discovery")


def test_the_status_that_was_signed_counts(desk):
    """A run whose manifest says failed is failed, whatever its other files say."""
    run = desk.begin("discovery")
    (run.path / "result.json").write_text("{}")
    (run.path / "run.json").write_text('{"status": "complete"}')
    write_manifest(run, record=Record(status="failed"), key=desk.key)

    with pytest.raises(StopRun, match="failed"):
        desk.approve("discovery")


@pytest.mark.parametrize("name", ["run.json", "result.json", "staged/patients.parquet", "10_discovery.ipynb"])
def test_a_run_that_was_changed_cannot_be_approved(desk, flip, name):
    """One byte, in whatever file, is named."""
    run = desk.run("discovery")
    flip(run.path / name)

    with pytest.raises(WorkbenchError, match=f"{name}.* changed"):
        desk.approve("discovery")
    assert read_approvals(desk.engagement) == ()


def test_a_run_that_its_inputs_left_behind_cannot_be_approved(desk, flip):
    """Such an approval would be stale the moment it was given."""
    desk.run("discovery")
    flip(desk.engagement.folder / "pack.toml")

    with pytest.raises(StopRun, match=r"pack\.toml changed.*"):
        desk.approve("discovery")


def test_a_run_built_on_an_unapproved_one_cannot_be_approved(desk):
    """Approvals follow the order of the stages."""
    desk.run("discovery")
    desk.run("mapping")

    with pytest.raises(StopRun, match="which nobody approved"):
        desk.approve("mapping")


def test_an_engagement_keeps_one_key(desk, tmp_path):
    """A second key does not approve what the first one recorded."""
    desk.run("discovery")
    desk.key = load_or_create_key(tmp_path / "other")

    with pytest.raises(StopRun, match="keeps one key"):
        desk.approve("discovery")


def test_a_second_key_cannot_go_on_with_the_approvals(desk, tmp_path):
    """Even for a run of its own, another key does not follow in the chain, and nothing is written."""
    desk.go_to("discovery")
    desk.key = load_or_create_key(tmp_path / "other")
    desk.run("mapping")

    with pytest.raises(StopRun, match="signed with key"):
        desk.approve("mapping")
    assert len(lines_of(desk)) == 1


def test_two_people_can_approve_the_same_run(desk):
    """The second approval follows the first; the stage stands on the newer one."""
    desk.go_to("discovery")
    desk.approve("discovery", by="Grace", role="customer's data owner")

    assert [a.by for a in read_approvals(desk.engagement)] == ["Ada", "Grace"]
    assert standing(desk.engagement, "discovery").approval.by == "Grace"


def test_times_are_written_in_utc(desk):
    """An approval given in another zone is recorded in UTC."""
    desk.run("discovery")
    desk.approve("discovery", at=NOON.astimezone(timezone(timedelta(hours=5))))

    assert read_approvals(desk.engagement)[0].at == "2026-11-22T12:00:00Z"


@pytest.mark.covers("F-03", "F-07", "A-62", "N-76", "C-67")
def test_the_gate_opens_for_what_was_approved(desk):
    """Where everything is as it was approved, the approval comes back."""
    desk.go_to("sample")

    assert require_standing(desk.engagement, "sample", live={"tenant_schema": "t1"}).stage == "sample"


@pytest.mark.covers("F-03", "F-07", "A-62", "N-76", "C-67")
@pytest.mark.parametrize("last", [None, "discovery", "mapping"])
def test_the_gate_stays_shut_without_approval(desk, last):
    """Nothing loads before discovery, mapping and sample are approved; the message says what to do first."""
    if last:
        desk.go_to(last)
    following = {None: "discovery", "discovery": "mapping", "mapping": "sample"}[last]

    with pytest.raises(GateClosed, match=f"next: workbench run clinic {following}$"):
        require_standing(desk.engagement, "sample")


def test_the_gate_asks_for_the_missing_approval(desk):
    """Where a fitting run only awaits its approval, that is the next command."""
    desk.go_to("mapping")
    desk.run("sample")

    with pytest.raises(GateClosed, match="next: workbench approve clinic sample --by"):
        require_standing(desk.engagement, "sample")


def test_the_gate_names_everything_that_changed(desk, flip):
    """Every change is listed under the stage it touches, with what exactly changed where the caller can say it."""
    desk.go_to("sample")
    (desk.engagement.folder / "decisions.toml").write_text("changed")
    flip(desk.engagement.latest_run("sample").path / "staged" / "patients.parquet")

    with pytest.raises(GateClosed) as closed:
        require_standing(
            desk.engagement,
            "sample",
            live={"tenant_schema": "t2"},
            describe_change=lambda name: ["field cf_ward is new"] if name == "tenant_schema" else [],
        )

    message = str(closed.value)
    assert "mapping: decisions.toml changed" in message
    assert "mapping: tenant_schema changed (t1 → t2)" in message
    assert "field cf_ward is new" in message
    assert "staged/patients.parquet changed" in message
    assert message.endswith("next: workbench run clinic mapping")


def test_the_gate_is_shut_where_the_approvals_are_broken(desk, flip):
    """An approval nobody can trust is none."""
    desk.go_to("sample")
    flip(desk.engagement.folder / "approvals.jsonl")

    with pytest.raises(GateClosed, match=r"approvals\.jsonl line 2"):
        require_standing(desk.engagement, "sample")


def test_the_next_stage_is_the_first_that_does_not_stand(desk):
    """Not run, then mapping; stale, then the stage that went stale first."""
    assert next_stage(desk.engagement) == "discovery"
    desk.go_to("sample")
    assert next_stage(desk.engagement) == "load"
    (desk.engagement.folder / "decisions.toml").write_text("changed")
    assert next_stage(desk.engagement) == "mapping"


def test_a_run_that_awaits_approval_comes_before_the_next_stage(desk):
    """Running on is not offered; the message has both ways."""
    desk.run("discovery")

    with pytest.raises(UsageError, match="(?s)workbench run clinic discovery.*workbench approve clinic discovery"):
        next_stage(desk.engagement)


def test_a_run_that_no_longer_fits_is_run_again_not_approved(desk):
    """A run whose pack changed before anybody approved it is next again."""
    desk.run("discovery")
    (desk.engagement.folder / "pack.toml").write_text("changed")

    assert next_stage(desk.engagement) == "discovery"


def test_at_the_end_nothing_is_next(desk):
    """A rollback never comes by itself."""
    desk.go_to("handoff")

    with pytest.raises(UsageError, match="nothing is left"):
        next_stage(desk.engagement)


@pytest.mark.parametrize("rollback", ["run", "fail"])
def test_a_rollback_makes_every_stage_stale_that_wrote_records(desk, rollback):
    """After a rollback, even one that broke off, the tenant no longer holds what was approved; the map still stands."""
    desk.go_to("cutover")
    back = getattr(desk, rollback)("rollback")

    judged = {name: standing(desk.engagement, name) for name in ("mapping", "sample", "load", "cutover")}

    assert {name: found.state for name, found in judged.items()} == {
        "mapping": "approved", "sample": "stale", "load": "stale", "cutover": "stale",
    }  # fmt: skip
    assert any(f"was rolled back by {back.label}" in why for why in judged["sample"].why)


def test_what_is_loaded_again_after_a_rollback_stands_again(desk):
    """A sample taken and approved after the rollback is not held against the rollback before it."""
    desk.go_to("sample")
    desk.run("rollback")
    desk.run("sample")
    desk.approve("sample")

    assert standing(desk.engagement, "sample").state == "approved"
