"""`workbench tenant snapshot`, `restore`, `digest`, `journal` and `scenarios`."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests.sandbox.conftest import HEADERS
from workbench.cli import cli
from workbench.errors import RetryLater, UsageError

ROOT = Path(__file__).parents[2]


def run(*words):
    """What the command prints."""
    return CliRunner().invoke(cli, ["tenant", *map(str, words)], catch_exceptions=False).stdout.strip()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Address and file of a tenant served by the command itself, on which every fourth call is answered by a proxy."""
    path = tmp_path_factory.mktemp("served") / "tenant.sqlite"
    command = [sys.executable, "-m", "workbench", "tenant", "serve", "--port", "0", "--data", str(path)]
    command += ["--fault", "html:every=4", "--scenario", "customer_at_work"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    address = next(word for word in process.stderr.readline().split() if word.startswith("http")).rstrip(",")
    yield address, path
    process.terminate()
    process.wait(20)


def test_a_served_tenant_is_kept_and_brought_back(served):
    """By its address, whichever part of it is named."""
    address, path = served
    kept = run("snapshot", "before", "--url", address)
    with httpx.Client(base_url=address, headers=HEADERS, trust_env=False) as client:
        client.post("/contacts", json={"email": "a@example.org"})
    changed = run("digest", "--url", address, "--with-schema")

    back = run("restore", "before", "--url", address.removesuffix("/crm/sales/api"))

    assert kept == back == f"before {run('digest', '--with-schema', '--url', address)}"
    assert changed not in kept
    assert (path.parent / "tenant.snapshots" / "before.sqlite").is_file()


def test_the_journal_of_a_served_tenant(served):
    """A JSON object a line; only what went wrong where that is asked for."""
    address, _ = served
    with httpx.Client(base_url=address, headers=HEADERS, trust_env=False) as client:
        for _ in range(8):
            client.get("/selector/owners")

    rows = [json.loads(line) for line in run("journal", "--url", address).splitlines()]
    struck = [json.loads(line) for line in run("journal", "--faults", "--url", address).splitlines()]

    assert len(rows) >= 8
    assert "html" in {row["fault"] for row in struck}
    assert all(row["fault"] for row in struck)


def test_a_file_is_read_without_a_server(served, tmp_path):
    """The same digest, snapshot and journal; restored, it is what the snapshot was."""
    address, _ = served
    httpx.get(f"{address}/selector/owners", headers=HEADERS, trust_env=False)
    run("snapshot", "copy", "--url", address)
    file = served[1].parent / "tenant.snapshots" / "copy.sqlite"

    digest = run("digest", "--data", file)
    kept = run("snapshot", tmp_path / "kept.sqlite", "--data", file)

    assert digest == run("digest", "--url", address)
    assert run("restore", tmp_path / "kept.sqlite", "--data", file) == kept
    assert run("digest", "--data", file) == digest
    assert "/selector/owners" in run("journal", "--data", file)


def test_what_cannot_be_read_is_said(served, tmp_path):
    """No such file, no tenant's file, nobody there, another key, no such snapshot."""
    address, path = served
    text = tmp_path / "text.sqlite"
    text.write_text("no database " * 100)
    for words, error, said in [
        (("digest", "--data", tmp_path / "none.sqlite"), UsageError, "no such file"),
        (("digest", "--data", text), UsageError, "cannot keep a tenant there"),
        (("digest", "--url", "http://127.0.0.1:9"), RetryLater, "workbench tenant serve"),
        (("digest", "--url", address, "--key", "x"), UsageError, "--key"),
        (("restore", "never", "--url", address), UsageError, "never"),
        (("snapshot", "a/b", "--url", address), UsageError, "name"),
        (("snapshot", "", "--data", path), UsageError, "is a folder"),
        (("restore", tmp_path, "--data", path), UsageError, "is a folder"),
    ]:
        with pytest.raises(error, match=said):
            run(*words)


def test_scenarios_and_kinds_are_listed():
    """Each with what it does."""
    assert "worst_day" in run("scenarios")
    assert "reset_after: The tenant does the work" in run("scenarios", "--kinds")


@pytest.mark.parametrize("option", [("--scenario", "wrst_day"), ("--fault", "slw")])
def test_a_wrong_fault_is_said_before_anything_is_served(option):
    """With the nearest that there is."""
    with pytest.raises(UsageError, match="did you mean"):
        run("serve", "--port", "0", *option)
