"""The bench itself: a tool in a process of its own, killed and started again, against a served tenant."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from click.testing import CliRunner

from tests.clients.environments import OFFLINE
from workbench.bench.cases import CASES
from workbench.bench.environments import PEERS
from workbench.bench.runner import LAUNCHER, choose_cases, run_cell
from workbench.bench.tools import TOOLS
from workbench.cli import cli

SEED = 20261122
KILLED_EARLY = 1  # while records go by the hundred: a note in doubt is waited for, which takes long
PEERS_ALONE = [name for name, tool in TOOLS.items() if tool.peer]


def tell(cell):
    """The figures that are to be zero."""
    truth = cell.truth
    return truth.duplicates, truth.missing, truth.orphans, truth.unexplained


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(replace(CASES["kills"], kills=2), id="kills"),
        pytest.param(CASES["lost"], id="lost", marks=pytest.mark.slow),
    ],
)
def test_ours_comes_through(case):
    """Killed twice, or with answers lost: everything landed once, and the ledger says so."""
    cell = run_cell(TOOLS["ours"], case, records=100, seed=KILLED_EARLY)

    assert cell.problem == "" and cell.has_ended
    assert tell(cell) == (0, 0, 0, 0), cell.truth.examples
    assert cell.truth.landed == cell.truth.fit == 100
    assert cell.requests >= cell.least
    assert [attempt.code for attempt in cell.attempts].count(-9) == case.kills


def test_the_command_prints_and_writes_what_it_found(tmp_path):
    """Text on the terminal; text, page and JSON in a folder: with the command, the versions and the truth."""
    asked = ["bench", "faults", "--tools", "ours", "--cases", "bad", "--records", "40", "--out", str(tmp_path)]
    result = CliRunner().invoke(cli, asked)

    assert result.exit_code == 0, result.output
    assert "workbench bench faults --tools ours --cases bad --records 40" in result.stdout
    assert "one record in a thousand is none the tenant takes" in result.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["faults.html", "faults.json", "faults.txt"]
    (cell,) = json.loads((tmp_path / "faults.json").read_text(encoding="utf-8"))
    assert cell["truth"]["landed"] == cell["truth"]["fit"] < 40 and cell["truth"]["unexplained"] == 0


def test_what_is_unknown_is_named():
    """A misspelt tool or case is one message with those there are."""
    result = CliRunner().invoke(cli, ["bench", "faults", "--tools", "dtl"])

    assert result.exit_code == 2 and "dlt upsert" in result.output


def test_cases_go_in_one_order():
    """However they are asked for."""
    assert [case.name for case in choose_cases(["late", "clean", "kills"])] == ["clean", "kills", "late"]


@pytest.mark.parametrize("ending", ["told", "left alone"])
def test_nothing_runs_on(tmp_path, ending):
    """The launcher kills what it started when told to, and when nobody is left to tell it."""
    command = [
        sys.executable,
        str(LAUNCHER),
        str(tmp_path / "log"),
        sys.executable,
        "-c",
        "import time; time.sleep(60)",
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as launcher:
        if ending == "told":
            launcher.stdin.write("kill\n")
            launcher.stdin.flush()
        else:
            launcher.stdin.close()
            launcher.stdin = None
        usage = json.loads(launcher.stdout.readline())

    assert usage["code"] == -9 and usage["seconds"] < 30


def test_a_bench_that_is_killed_leaves_nothing_behind(tmp_path):
    """Neither the tenant nor the tool it started."""
    psutil = pytest.importorskip("psutil")
    command = [sys.executable, "-m", "workbench", "bench", "faults", "--tools", "ours", "--cases", "kills"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(tmp_path)}) as bench:
        children = wait_for_children(psutil.Process(bench.pid))
        bench.kill()
    gone, alive = psutil.wait_procs(children, timeout=10)

    assert len(gone) == len(children) and not alive


def wait_for_children(process):
    """The processes below one, once there are a tenant, a launcher and a tool."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        children = process.children(recursive=True)
        names = " ".join(word for child in children for word in child.cmdline())
        if "launcher.py" in names and "drivers.ours" in names and "spawn_main" in names:
            return children
        time.sleep(0.05)
    raise AssertionError("the bench did not start a tool")


def test_every_package_of_the_peers_is_pinned():
    """Tools are compared in the versions named."""
    lines = [line.strip(' ",\n') for line in PEERS.read_text(encoding="utf-8").splitlines() if line.startswith(" ")]

    assert lines and all(len(line.split("==")) == 2 for line in lines)


@pytest.mark.slow
@pytest.mark.skipif(bool(os.environ.get(OFFLINE)), reason=f"{OFFLINE} is set: the peers need a package index")
@pytest.mark.parametrize("name", PEERS_ALONE)
def test_a_peer_loads_everything_where_nothing_goes_wrong(name):
    """A driver that lost records on a clean day would make its tool look bad."""
    cell = run_cell(TOOLS[name], CASES["clean"], records=100, seed=SEED)

    assert cell.problem == "" and cell.has_ended
    assert tell(cell) == (0, 0, 0, 0), cell.truth.examples
    assert cell.truth.landed == 100
