"""A second `workbench run` on one engagement, as an analyst would type it while the first is still at work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.evidence.checkpoints import KeyHolder, find_store
from workbench.ledger import Ledger

ROOT = Path(__file__).parents[2]
# The command itself; only that engagements are looked for where the test keeps them.
COMMAND = """
import functools, pathlib, sys
from workbench import engagement
from workbench.cli import main
engagement.find_engagement = functools.partial(engagement.find_engagement, runs=pathlib.Path(sys.argv.pop(1)))
main()
"""
BEFORE = {"sample": "mapping", "load": "sample", "cutover": "load", "rollback": "load"}


@pytest.mark.parametrize("stage", BEFORE)
def test_a_second_run_is_told_and_sends_nothing(walk, stage):
    """Exit code 3, one message that names the first process, no request, no run folder, and the ledger as it was."""
    walk.go_to(BEFORE[stage])
    walk.approve(BEFORE[stage])
    asked = len(walk.app.state.tenant.journal())
    with Ledger.open(find_store(walk.engagement), notary=KeyHolder(walk.key)) as ledger:
        before = ledger.digest()
        ended = subprocess.run(
            [sys.executable, "-c", COMMAND, walk.folder.parent, "run", "acme", stage], cwd=ROOT, text=True,
            capture_output=True, env=os.environ | {"WORKBENCH_HOME": str(walk.home)},
        )  # fmt: skip
        assert ledger.digest() == before

    assert ended.returncode == 3, ended.stderr
    assert f"another run holds the ledger, pid {os.getpid()} on " in ended.stderr and "Traceback" not in ended.stderr
    assert "nothing was done; wait for it to end, then run again" in ended.stderr
    assert walk.engagement.runs(stage) == [] and len(walk.app.state.tenant.journal()) == asked
