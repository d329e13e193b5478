"""The notebooks as an analyst runs them in JupyterLab: cell by cell, as drafts, without the runner."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workbench.demo import DEMO, serve_tenant
from workbench.lab import copy_notebooks
from workbench.new_engagement import create_engagement


@pytest.fixture
def engagement(tmp_path):
    """The demo clinic, laid out for JupyterLab, with its tenant there."""
    with serve_tenant(plan="enterprise", data=tmp_path / "tenant.sqlite") as url:
        made = create_engagement(
            "acme", source=DEMO / "clinic", pack="clinic", url=url, plan="enterprise", runs=tmp_path / "runs"
        )
        copy_notebooks(made.folder / "notebooks")
        yield made


def run_by_hand(engagement, notebook: str) -> subprocess.CompletedProcess:
    """Every cell of a working copy in a fresh kernel; an error in any of them fails."""
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    path = engagement.folder / "notebooks" / notebook
    return subprocess.run([*command, "--rootdir", path.parent, path], capture_output=True, text=True)


def test_a_draft_runs_cell_by_cell_and_is_no_record(engagement):
    """Discovery by hand reaches its last cell and leaves a draft, which nobody can approve."""
    result = run_by_hand(engagement, "10_discovery.ipynb")

    assert result.returncode == 0, result.stdout
    assert (engagement.folder / "10_discovery" / "draft" / "result.json").exists()
    assert engagement.runs("discovery") == []


def test_a_draft_is_held_to_the_same_gate(engagement):
    """The load by hand writes nothing either while no sample stands approved."""
    result = run_by_hand(engagement, "40_load.ipynb")

    assert result.returncode == 1
    assert "GateClosed" in result.stdout
