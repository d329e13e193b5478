"""Each state of a stage, and every reason why an approval no longer stands."""

import json
import shutil

import pytest

from workbench.evidence.approvals import standing


def find_why(desk, stage, **live):
    return standing(desk.engagement, stage, live=live).why


def find_state(desk, stage, **live):
    return standing(desk.engagement, stage, live=live).state


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


@pytest.mark.covers("A-72", "C-67", "O-67")
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


def test_an_edited_result_is_named(desk):
    """Rewriting the inputs in result.json to what they are now does not bring an approval back."""
    desk.go_to("discovery")
    run = desk.engagement.latest_run("discovery")
    (desk.engagement.folder / "pack.toml").write_text("changed")
    result = json.loads((run.path / "result.json").read_text())
    result["inputs"]["pack.toml"] = "0" * 64
    (run.path / "result.json").write_text(json.dumps(result))

    assert find_why(desk, "discovery") == (f"{run.label}/result.json changed",)
