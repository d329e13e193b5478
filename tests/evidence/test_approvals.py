import json
import shutil
from datetime import timedelta, timezone

import pytest

from tests.evidence.conftest import NOON, Record
from workbench.errors import GateClosed, StopRun, UsageError, WorkbenchError
from workbench.evidence.approval_log import read_approvals
from workbench.evidence.approvals import list_approvals, next_stage, require_standing, standing
from workbench.evidence.manifest import read_manifest, write_manifest
from workbench.evidence.signing import load_or_create_key, render_document, sign_document


def lines_of(desk):
    return (desk.engagement.folder / "approvals.jsonl").read_bytes().splitlines(keepends=True)


def write_lines(desk, lines):
    (desk.engagement.folder / "approvals.jsonl").write_bytes(b"".join(lines))


def find_why(desk, stage, **live):
    return standing(desk.engagement, stage, live=live).why


def find_state(desk, stage, **live):
    return standing(desk.engagement, stage, live=live).state


# giving an approval


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
    desk.fail("discovery")

    with pytest.raises(UsageError, match="has not reached its end"):
        desk.approve("discovery")


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


# how a stage stands


def test_the_states_a_stage_goes_through(desk):
    """Not run, failed, ran, approved, stale."""
    states = [find_state(desk, "discovery")]
    desk.fail("discovery")
    states.append(find_state(desk, "discovery"))
    desk.run("discovery")
    states.append(find_state(desk, "discovery"))
    desk.approve("discovery")
    states.append(find_state(desk, "discovery"))
    (desk.engagement.folder / "layout.toml").write_text("changed")
    states.append(find_state(desk, "discovery"))

    assert states == ["not run", "failed", "ran", "approved", "stale"]


@pytest.mark.covers("F-03", "A-62")
@pytest.mark.parametrize("name", ["engagement.toml", "pack.toml", "layout.toml", "decisions.toml", "roster.csv"])
def test_a_changed_input_is_named_with_old_and_new_hash(desk, name):
    """Whichever file an approved run was bound to changes, the approval falls and says which file it was."""
    desk.go_to("mapping")
    path = desk.engagement.folder / name
    path.write_text(path.read_text() + "# a remark\n")

    why = [reason for reason in find_why(desk, "mapping") if reason.startswith(name)]

    assert len(why) == 1
    assert "→" in why[0] and "changed" in why[0]


def test_an_input_that_goes_or_comes_is_named(desk):
    """Removing a file, or adding one that the run looked for in vain, is a change."""
    (desk.engagement.folder / "decisions.toml").unlink()
    desk.go_to("mapping")
    (desk.engagement.folder / "decisions.toml").write_text("")
    (desk.engagement.folder / "roster.csv").unlink()

    run = standing(desk.engagement, "mapping").run
    assert f"decisions.toml was added since {run}" in find_why(desk, "mapping")
    assert f"roster.csv was removed since {run}" in find_why(desk, "mapping")


def test_decisions_do_not_touch_discovery(desk):
    """A stage is bound to what it read, and to nothing else."""
    desk.go_to("mapping")
    (desk.engagement.folder / "decisions.toml").write_text("changed")

    assert find_state(desk, "discovery") == "approved"


def test_a_changed_tenant_is_named(desk):
    """The tenant's schema, which only the caller can read, is compared where the run was bound to it."""
    desk.go_to("mapping")

    assert find_state(desk, "mapping", tenant_schema="t1") == "approved"
    assert find_why(desk, "mapping", tenant_schema="t2")[0].startswith("tenant_schema changed (t1 → t2)")
    assert find_state(desk, "discovery", tenant_schema="t2") == "approved"


def test_changed_transforms_are_named(desk):
    """An approval holds for one version of the transforms, without the caller saying so."""
    desk.run("discovery", transforms="another")

    assert find_why(desk, "discovery")[0].startswith("transforms changed (another → ")


@pytest.mark.parametrize(
    "name", ["mapping.json", "staged/patients.parquet", "20_mapping.ipynb", "report.html", "result.json", "run.json"]
)
def test_one_changed_byte_in_an_approved_run_is_named(desk, flip, name):
    """The approval falls, and with it everything that was built on the run."""
    desk.go_to("sample")
    run = desk.engagement.latest_run("mapping")
    flip(run.path / name)

    assert find_why(desk, "mapping") == (f"{run.label}/{name} changed",)
    assert find_why(desk, "sample") == ("built on mapping, which is stale",)


def test_a_run_recorded_anew_is_not_the_one_that_was_approved(desk):
    """Changing a file and writing a fitting manifest for it does not keep the approval."""
    desk.go_to("discovery")
    run = desk.engagement.latest_run("discovery")
    (run.path / "mapping.json").write_text("other")
    (run.path / "manifest.json").unlink()
    desk.close(run, "complete")

    assert find_why(desk, "discovery") == (f"{run.label}/manifest.json is not the one that was approved",)


def test_a_newer_run_overtakes_the_approved_one(desk):
    """What nobody approved yet lies on top: later stages would read it."""
    desk.go_to("discovery")
    newer = desk.run("discovery")

    judged = standing(desk.engagement, "discovery")

    assert (judged.state, judged.awaits_approval) == ("stale", True)
    assert judged.why[0].startswith(f"{newer.label} is newer than the approved")
    desk.approve("discovery")
    assert find_state(desk, "discovery") == "approved"


def test_a_newer_run_that_failed_takes_nothing_away(desk):
    """A failed attempt leaves the approved run in place: nothing reads from it."""
    desk.go_to("discovery")
    desk.fail("discovery")

    assert find_state(desk, "discovery") == "approved"


def test_an_approved_run_that_is_gone_is_named(desk):
    """Deleting a run does not make its approval forgotten."""
    desk.go_to("discovery")
    run = desk.engagement.latest_run("discovery")
    shutil.rmtree(run.path)

    judged = standing(desk.engagement, "discovery")
    assert (judged.state, judged.why[0].partition(":")[0]) == ("stale", f"{run.label}/manifest.json")


def test_a_stage_built_on_another_run_than_the_approved_is_stale(desk):
    """Approving a new run of a stage leaves what was built on the old one behind."""
    desk.go_to("mapping")
    old = desk.engagement.latest_run("discovery").label
    new = desk.run("discovery").label
    desk.approve("discovery")

    assert find_why(desk, "mapping") == (f"built on {old}; the approved run is {new}",)


def test_a_run_recorded_and_approved_anew_leaves_behind_what_was_built_on_it(desk):
    """The label is the same, the manifest is not: what read the old files does not fit the new ones."""
    desk.go_to("mapping")
    run = desk.engagement.latest_run("discovery")
    (run.path / "mapping.json").write_text("other")
    desk.close(run, "complete")
    desk.approve("discovery")

    assert find_why(desk, "mapping") == (f"built on {run.label} as it was before its approval",)


def test_a_run_that_does_not_say_what_it_was_built_on_does_not_stand(desk):
    """A mapping that names no discovery cannot be trusted to fit it."""
    desk.go_to("discovery")
    run = desk.run("mapping")
    result = json.loads((run.path / "result.json").read_text())
    result["inputs"] = {name: value for name, value in result["inputs"].items() if "/" not in name}
    (run.path / "result.json").write_text(json.dumps(result))
    desk.close(run, "complete")

    assert find_why(desk, "mapping") == ("does not say which run of discovery it was built on",)


def test_staleness_reaches_every_later_stage(desk):
    """Each stage says which stage before it no longer stands."""
    desk.go_to("handoff")
    (desk.engagement.folder / "layout.toml").write_text("changed")

    for before, stage in [("discovery", "mapping"), ("sample", "load"), ("cutover", "handoff")]:
        assert f"built on {before}, which is stale" in find_why(desk, stage)


# the gate


@pytest.mark.covers("F-03", "A-62", "N-76", "C-67")
def test_the_gate_opens_for_what_was_approved(desk):
    """Where everything is as it was approved, the approval comes back."""
    desk.go_to("sample")

    assert require_standing(desk.engagement, "sample", live={"tenant_schema": "t1"}).stage == "sample"


@pytest.mark.covers("F-03", "A-62", "N-76", "C-67")
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


# what comes next


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

    with pytest.raises(UsageError, match="workbench approve clinic discovery.*workbench run clinic discovery"):
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


# the chain of approvals, under attack


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        pytest.param(lambda lines: lines[1:], 1, id="first line cut"),
        pytest.param(lambda lines: [lines[0], lines[2]], 2, id="middle line cut"),
        pytest.param(lambda lines: [lines[1], lines[0], lines[2]], 1, id="first two swapped"),
        pytest.param(lambda lines: [lines[0], lines[2], lines[1]], 2, id="last two swapped"),
        pytest.param(lambda lines: [*lines, lines[2]], 4, id="last line doubled"),
        pytest.param(lambda lines: [*lines, b"\n"], 4, id="empty line added"),
        pytest.param(lambda lines: [*lines[:2], lines[2].rstrip(b"\n")], 3, id="line end lost"),
        pytest.param(lambda lines: [*lines[:2], lines[2][:-20]], 3, id="torn line"),
        pytest.param(lambda lines: [lines[0].replace(b'"Ada"', b'"Eve"'), *lines[1:]], 1, id="name changed"),
        pytest.param(lambda lines: [lines[0].replace(b"\n", b"\r\n"), *lines[1:]], 1, id="line ends of Windows"),
    ],
)
def test_the_first_broken_line_is_named(desk, spoil, line):
    """Whatever is done to the approvals, the first line that does not hold is named and none of them counts."""
    desk.go_to("sample")
    write_lines(desk, spoil(lines_of(desk)))

    with pytest.raises(StopRun, match=rf"approvals\.jsonl line {line}:"):
        read_approvals(desk.engagement)
    assert {find_state(desk, stage) for stage in ("discovery", "mapping", "sample")} == {"stale"}
    assert find_state(desk, "load") == "not run"
    with pytest.raises(StopRun, match=rf"line {line}:"):
        next_stage(desk.engagement)


def test_a_broken_chain_is_not_continued(desk, flip):
    """No new approval covers up a broken one."""
    desk.go_to("discovery")
    flip(desk.engagement.folder / "approvals.jsonl")
    before = lines_of(desk)

    with pytest.raises(StopRun, match="line 1"):
        desk.approve("discovery")
    assert lines_of(desk) == before


def test_an_approval_signed_anew_with_another_key_is_named(desk, tmp_path):
    """A forger without the analyst's key can sign the changed last line, but not as the analyst."""
    desk.go_to("mapping")
    first, last = lines_of(desk)
    forged = {name: value for name, value in json.loads(last).items() if name != "signature"} | {"by": "Eve"}
    other = load_or_create_key(tmp_path / "other")
    write_lines(desk, [first, render_document(sign_document(forged, kind="workbench/approval/1", key=other))])

    with pytest.raises(StopRun, match=f"line 2: signed with key {other.fingerprint}"):
        read_approvals(desk.engagement)


def test_an_approval_of_another_engagement_is_worth_nothing_here(desk, new_desk):
    """The same key's approval of the same stage, brought over from another customer, is refused."""
    other = new_desk("dentist")
    other.go_to("discovery")
    desk.run("discovery")
    write_lines(desk, lines_of(other))

    with pytest.raises(StopRun, match="line 1: was given for engagement dentist, not for clinic"):
        read_approvals(desk.engagement)
    assert find_state(desk, "discovery") == "stale"


def test_an_edited_result_is_named(desk):
    """Rewriting the inputs in result.json to what they are now does not bring an approval back."""
    desk.go_to("discovery")
    run = desk.engagement.latest_run("discovery")
    (desk.engagement.folder / "pack.toml").write_text("changed")
    result = json.loads((run.path / "result.json").read_text())
    result["inputs"]["pack.toml"] = "0" * 64
    (run.path / "result.json").write_text(json.dumps(result))

    assert find_why(desk, "discovery") == (f"{run.label}/result.json changed",)


def test_times_are_written_in_utc(desk):
    """An approval given in another zone is recorded in UTC."""
    desk.run("discovery")
    desk.approve("discovery", at=NOON.astimezone(timezone(timedelta(hours=5))))

    assert read_approvals(desk.engagement)[0].at == "2026-11-22T12:00:00Z"
