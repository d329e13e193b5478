"""The bench of large exports, on a small one."""

import json

import polars as pl
import pytest
from click.testing import CliRunner

from workbench.bench import scale
from workbench.bench.scale import describe_scale, run_scale
from workbench.bench.steps import STEPS
from workbench.cli import cli
from workbench.errors import StopRun, UsageError

ASKED = {"contacts": 2_000, "activities": 10_000, "seed": 3}


@pytest.fixture(scope="module")
def scaled(tmp_path_factory):
    """The measures, and the folder that keeps the export."""
    folder = tmp_path_factory.mktemp("scale") / "kept"
    return run_scale(**ASKED, folder=folder, say=lambda text: None), folder


def test_every_row_is_staged_and_mapped(scaled):
    """All rows asked for are there, polars alone finds no more than are staged, and each activity is one record."""
    generated, alone, staged, mapped = (measure.rows for measure in scaled[0])

    assert (generated["contacts"], generated["activities"]) == (2_000, 10_000)
    assert {name.lower(): rows for name, rows in alone.items()} == staged
    assert sum(rows for name, rows in mapped.items() if name.startswith("activities.")) == 10_000
    assert 0 < mapped["contacts"] < 2_000  # those that stand twice are one


def test_each_step_is_measured_in_a_process_of_its_own(scaled):
    """Wall time, CPU and memory are those of the step: none can hide in another's."""
    measures = scaled[0]

    assert [measure.step for measure in measures] == list(STEPS)
    assert all(each.attempt.seconds > 0 and each.attempt.cpu > 0 and 20 < each.peak_mb < 1_000 for each in measures)
    text = describe_scale(measures, command="workbench bench scale --contacts 2000")
    assert "measured with: workbench bench scale --contacts 2000" in text
    assert all(f"{each.total:,}" in text for each in measures)


def test_an_export_that_is_there_is_used_again(scaled, monkeypatch):
    """The folder keeps the export and what making it took, nothing else; other numbers need another folder."""
    measures, folder = scaled
    contacts = folder / "made" / "export" / "Contacts.csv"
    made = contacts.stat().st_mtime_ns
    monkeypatch.setattr(scale, "STEPS", ("generate",))

    again = run_scale(**ASKED, folder=folder, say=lambda text: None)
    other = CliRunner().invoke(cli, ["bench", "scale", "--contacts=2000", "--seed=4", f"--folder={folder}"])

    assert again == measures[:1] and contacts.stat().st_mtime_ns == made
    assert isinstance(other.exception, UsageError) and "holds something else" in str(other.exception)
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["made"]


def test_a_step_that_fails_is_told(tmp_path):
    """What went wrong in the process of a step is the message, and what it left is cleared away."""
    (tmp_path / "asked.json").write_text(json.dumps(ASKED))
    (tmp_path / "generated.json").write_text(json.dumps({"rows": {}, "attempt": ZERO}))
    (tmp_path / "made" / "export").mkdir(parents=True)
    pl.DataFrame({"Wrong": ["1"]}).write_csv(tmp_path / "made" / "export" / "Contacts.csv")

    with pytest.raises(StopRun, match="stage failed: .*column Wrong is not in the layout"):
        run_scale(**ASKED, folder=tmp_path, say=lambda text: None)
    assert not (tmp_path / "plain").exists()


ZERO = {"code": 0, "seconds": 1.0, "cpu": 1.0, "peak_kb": 1}
