"""Extractions over a real connection: killed at any instant, cut off in mid-answer, and files memory never holds."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from tests.load.world import BASE
from tests.sources.api.world import SECRETS, make_engagement, make_patients, write_lines
from workbench.cli import cli
from workbench.engagement import TEMPLATES, find_engagement, read_engagement
from workbench.layout import read_layout
from workbench.new_engagement import create_engagement
from workbench.sources.api.extraction import extract
from workbench.sources.files import read_staged, stage_folder

ROOT = Path(__file__).parents[3]


@contextmanager
def serve(profile: str, data: Path, *, time_scale: float = 1.0, faults: dict[str, str] | None = None) -> Iterator[str]:
    """The address of a source in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "tests.sources.api.served",
        profile,
        str(data),
        str(time_scale),
        json.dumps(faults or {}),
    ]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield server.stdout.readline().partition(" at ")[2].partition(",")[0]
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()


def read_counts(address: str) -> dict:
    """What the source counted."""
    with urlopen(f"{address.removesuffix('/api')}/local/counts") as answer:
        return json.load(answer)


@pytest.fixture
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def stage(folder: Path) -> dict:
    layout = read_layout(folder / "layout.toml").as_extracted()
    stage_folder(folder / "source", layout, folder / "staged")
    return read_staged(folder / "staged")


def test_kills_at_any_instant_lose_and_double_nothing(tmp_path):
    """Up to ten times killed on the way, the export is that of the source, and no limit was exceeded."""
    documents = [{"documentId": number, "filename": "a.bin", "path": "files/a.bin"} for number in range(40)]
    write_lines(tmp_path / "data", "patients", make_patients(2_000))
    write_lines(tmp_path / "data", "documents", documents)
    (tmp_path / "data/files").mkdir()
    (tmp_path / "data/files/a.bin").write_bytes(os.urandom(200_000))
    with serve("aerona", tmp_path / "data", time_scale=1_000) as address:
        make_engagement(tmp_path / "acme", "aerona", address)
        command = [
            sys.executable,
            "-m",
            "tests.sources.api.killed_extraction",
            str(tmp_path / "acme"),
            "10",
            "7",
            "1000",
        ]
        result = subprocess.run(
            command, cwd=ROOT, env=os.environ | SECRETS, capture_output=True, text=True, timeout=120
        )
        counted = read_counts(address)

    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= 5
    staged = stage(tmp_path / "acme")
    assert staged["patients"]["patientId"].to_list() == [str(number) for number in range(1, 2_001)]
    content = (tmp_path / "data/files/a.bin").read_bytes()
    assert all((tmp_path / "acme/source" / place).read_bytes() == content for place in staged["documents"]["path"])
    assert counted["limits"][0]["over"] == 0
    assert "not_let_in" not in counted["counts"]
    assert [path.name for path in tmp_path.glob("acme/.source-extraction*")] == []


def test_answers_that_are_cut_off_or_never_come_are_asked_for_again(tmp_path, secrets):
    """A line that breaks within a page or a file, and a source that is silent for longer than its layout allows."""
    documents = [{"documentId": number, "filename": "a.bin", "path": "a.bin"} for number in range(3)]
    write_lines(tmp_path / "data", "patients", make_patients(95))
    write_lines(tmp_path / "data", "documents", documents)
    (tmp_path / "data/a.bin").write_bytes(os.urandom(300_000))
    faults = {"3": "cut", "5": "slow", "15": "cut"}
    with serve("aerona", tmp_path / "data", faults=faults) as address:
        make_engagement(tmp_path / "acme", "aerona", address)
        layout = tmp_path / "acme/layout.toml"
        layout.write_text(layout.read_text().replace("share = 1.0", "share = 1.0\ntimeout = 0.5"))
        waits = []
        extraction = extract(read_engagement(tmp_path / "acme"), sleep=lambda seconds: waits.append(time.sleep(0.01)),
            clock=ticking_clock())  # fmt: skip

    assert extraction.manifest["requests"]["failed"] == 3
    staged = stage(tmp_path / "acme")
    assert staged["patients"]["patientId"].to_list() == [str(number) for number in range(1, 96)]
    content = (tmp_path / "data/a.bin").read_bytes()
    assert all((extraction.folder / place).read_bytes() == content for place in staged["documents"]["path"])


def ticking_clock():
    """A clock on which every look is a second later, so that waits are short."""
    ticks = itertools.count(1_795_608_000)
    return lambda: float(next(ticks))


def test_a_file_of_30_megabytes_is_never_in_memory(tmp_path, secrets):
    """It goes to the disk piece by piece."""
    write_lines(tmp_path / "data", "patients", make_patients(1))
    write_lines(tmp_path / "data", "documents", [{"documentId": 1, "filename": "scan.tif", "path": "scan.bin"}])
    (tmp_path / "data/scan.bin").write_bytes(os.urandom(30_000_000))
    with serve("aerona", tmp_path / "data") as address:
        make_engagement(tmp_path / "acme", "aerona", address)
        tracemalloc.start()
        try:
            extraction = extract(read_engagement(tmp_path / "acme"))
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert extraction.manifest["files"]["documents/1/scan.tif"]["bytes"] == 30_000_000
    assert (extraction.folder / "documents/1/scan.tif").read_bytes() == (tmp_path / "data/scan.bin").read_bytes()
    assert most < 10_000_000


def test_the_command_says_what_comes_next(tmp_path, secrets, monkeypatch):
    """`workbench extract` counts what it read and ends with the command to go on with."""
    monkeypatch.setitem(find_engagement.__kwdefaults__, "runs", tmp_path / "runs")
    for name in read_layout(TEMPLATES / "layouts" / "aerona.toml").api.endpoints:
        write_lines(tmp_path / "data", name, make_patients(3) if name == "patients" else [])
    with serve("aerona", tmp_path / "data", time_scale=1_000) as address:
        made = create_engagement("acme", source=address, pack="aerona", url=BASE, plan="pro", runs=tmp_path / "runs")
        settings = made.folder / "engagement.toml"
        settings.write_text(
            settings.read_text() + '\n[source]\nsettings = { username = "local", contact = "a@b.example" }\n'
        )
        result = CliRunner().invoke(cli, ["extract", "acme"], catch_exceptions=False)

    assert "patients: 3 records, 3 read now" in result.output
    assert result.output.splitlines()[-1].endswith("next: workbench run acme")
