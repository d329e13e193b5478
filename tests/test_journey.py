"""The way through an engagement as the command walks it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import nbformat
import pytest

from workbench import journey
from workbench.engagement import read_engagement
from workbench.evidence.standing import Standing
from workbench.run_record import RunRecord, write_record

SETTINGS = """
[engagement]
name = "acme"
pack = "clinic"
source = "source"
[tenant]
url = "http://127.0.0.1:1/crm/sales/api"
plan = "growth"
"""
# The command's own path, on a notebook that says when it is busy.
DRIVER = """
import sys
from pathlib import Path
import workbench.runs
from workbench.engagement import read_engagement
from workbench.journey import run_stage
folder = Path(sys.argv[1])
workbench.runs.NOTEBOOKS = folder
try:
    run_stage(read_engagement(folder), "discovery", say=lambda line: print(line, flush=True))
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
BUSY = "import time\nfrom workbench.progress import report_progress\nreport_progress('busy', done=0, total=1)\n"


def test_a_stopped_run_is_recorded_and_the_interrupt_goes_on(tmp_path):
    """Ctrl-C reaches the command, which ends with its code; the run stands on record, signed, and is not complete."""
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "engagement.toml").write_text(SETTINGS)
    cells = [
        nbformat.v4.new_code_cell('run: str = ""', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(f"{BUSY}time.sleep(60)"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "10_discovery.ipynb")

    settings = os.environ | {"WORKBENCH_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", DRIVER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=settings) as driver:
        assert any(line == "busy: 0 of 1\n" for line in driver.stdout)
        driver.send_signal(signal.SIGINT)
        said = driver.communicate(timeout=30)[0]

    assert "stopped by the analyst" in said
    assert said.endswith("interrupted\n")
    (run,) = (folder / "10_discovery").iterdir()
    assert {"run.json", "manifest.json"} <= {path.name for path in run.iterdir()}
    assert not (run / "result.json").exists()


@pytest.mark.parametrize(
    ("state", "scope", "later", "is_back"),
    [
        ("approved", "", False, True),
        ("ran", "", False, False),
        ("approved", "phase=patients", False, False),
        ("approved", "", True, False),
    ],
)
def test_after_a_rollback_of_everything_nothing_is_next(tmp_path, monkeypatch, state, scope, later, is_back):
    """Only where it is approved, took everything back, and nothing was loaded since."""
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "engagement.toml").write_text(SETTINGS)
    engagement = read_engagement(folder)
    times = {"load": "20261122T100000Z", "rollback": "20261122T110000Z"}
    for stage, stamp in [*times.items(), *([("sample", "20261122T120000Z")] if later else [])]:
        run = engagement.run(stage, stamp)
        run.path.mkdir(parents=True)
        known = {"stage": stage, "label": run.label, "status": "complete", "started": ""}
        write_record(run, RunRecord(**known, parameters={"scope": scope} if stage == "rollback" else {}))
    back = Standing(stage="rollback", state=state, run=engagement.run("rollback", times["rollback"]).label)
    monkeypatch.setattr(journey, "judge_stages", lambda engagement: {"rollback": back})

    said = journey.advise(engagement)
    assert ("nothing; the migration was taken back" in said) is is_back
