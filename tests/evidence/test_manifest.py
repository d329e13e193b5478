import json
import os
import shutil
from pathlib import Path

import pytest

from tests.evidence.conftest import Record
from workbench.errors import StopRun, UsageError
from workbench.evidence.manifest import check_manifest, hash_inputs, hash_run, read_manifest, write_manifest


def test_a_manifest_tells_what_a_run_read_and_wrote(desk):
    """Status, times, parameters, inputs, versions, and every file of the folder with hash and size."""
    run = desk.run("discovery", source="5eed")

    manifest = read_manifest(run)

    assert manifest.status == "complete"
    assert manifest.parameters == {"size": 200}
    assert manifest.inputs["source"] == "5eed"
    assert {"python", "workbench", "polars"} <= set(manifest.versions)
    assert sorted(manifest.files) == [
        "10_discovery.ipynb", "mapping.json", "report.html", "result.json", "run.json", "staged/patients.parquet",
    ]  # fmt: skip
    assert manifest.files["report.html"]["bytes"] == 18


@pytest.mark.parametrize(
    "name", ["10_discovery.ipynb", "mapping.json", "report.html", "result.json", "run.json", "staged/patients.parquet"]
)
def test_one_changed_byte_names_its_file(desk, flip, name):
    """Whichever file of a run changes by one bit, the check names it."""
    run = desk.run("discovery")
    flip(run.path / name)

    assert check_manifest(run) == [f"{run.label}/{name} changed"]


def test_missing_and_added_files_are_named(desk):
    """All of them, not just the first."""
    run = desk.run("discovery")
    (run.path / "report.html").unlink()
    (run.path / "staged" / "extra.parquet").write_text("x")

    assert check_manifest(run) == [
        f"{run.label}/report.html is missing",
        f"{run.label}/staged/extra.parquet was added after the run",
    ]


def test_a_link_in_place_of_a_file_is_a_change(desk, tmp_path):
    """A link to a file of the same content is not the file that was recorded."""
    run = desk.run("discovery")
    shutil.copy(run.path / "report.html", tmp_path / "elsewhere.html")
    (run.path / "report.html").unlink()
    os.symlink(tmp_path / "elsewhere.html", run.path / "report.html")

    assert check_manifest(run) == [f"{run.label}/report.html changed"]


def test_looking_at_a_run_in_jupyterlab_changes_nothing(desk):
    """The copies JupyterLab makes of what it opens are no part of a run."""
    run = desk.run("discovery")
    (run.path / ".ipynb_checkpoints").mkdir()
    (run.path / ".ipynb_checkpoints" / "10_discovery-checkpoint.ipynb").write_text("{}")

    assert check_manifest(run) == []


def test_a_changed_manifest_is_named(desk, flip):
    """A flipped bit in the manifest itself."""
    run = desk.run("discovery")
    flip(run.path / "manifest.json")

    assert [problem.partition(":")[0] for problem in check_manifest(run)] == [f"{run.label}/manifest.json"]


def test_a_run_without_manifest_proves_nothing(desk):
    """A killed run has no manifest, and nothing can be built on it."""
    run = desk.begin("discovery")

    assert "manifest.json: is missing" in check_manifest(run)[0]
    with pytest.raises(StopRun, match="did not reach its end"):
        hash_run(run)


def test_a_manifest_fits_one_run_only(desk):
    """A run's folder copied to another stamp names the run it really is."""
    run = desk.run("discovery")
    copy = desk.engagement.run("discovery", "20261122T230000Z")
    shutil.copytree(run.path, copy.path)

    assert check_manifest(copy) == [f"{copy.label}/manifest.json: belongs to clinic {run.label}"]


def test_a_manifest_fits_one_engagement_only(desk, new_desk):
    """A run brought over from another engagement is refused, though the same key signed it."""
    other = new_desk("dentist")
    run = other.run("discovery")
    copy = desk.engagement.run("discovery", run.stamp)
    shutil.copytree(run.path, copy.path)

    assert check_manifest(copy) == [f"{copy.label}/manifest.json: belongs to dentist {run.label}"]


def test_a_failed_run_is_recorded_without_inputs(desk):
    """A run that broke off has a manifest too, which says so."""
    manifest = read_manifest(desk.fail("discovery"))

    assert (manifest.status, manifest.inputs) == ("failed", {})


def test_parameters_of_any_type_are_recorded(desk):
    """What JSON does not know is written as its text."""
    run = desk.begin("discovery")
    write_manifest(run, record=Record(parameters={"folder": Path("a/b")}), key=desk.key)

    assert json.loads((run.path / "manifest.json").read_text())["parameters"] == {"folder": "a/b"}


def test_an_input_that_is_not_there_is_recorded_as_absent(desk):
    """So that adding it later is noticed."""
    (desk.engagement.folder / "decisions.toml").unlink()

    hashes = hash_inputs(desk.engagement, ["decisions.toml", "pack.toml"])

    assert hashes["decisions.toml"] == "absent"
    assert len(hashes["pack.toml"]) == 64


@pytest.mark.parametrize("name", ["../other/pack.toml", "ledger.sqlite", "signing_key.pem"])
def test_only_the_engagements_own_files_are_inputs(desk, name):
    """An input outside of the folder or of another kind is refused."""
    with pytest.raises(UsageError, match="own folder"):
        hash_inputs(desk.engagement, [name])
