"""The environments clients run in: made once, made anew when half made, and a clear word when they cannot be."""

import os
import subprocess
import threading
from pathlib import Path

import pytest

from tests.clients import environments
from tests.clients.environments import NoPackages, find_environment
from workbench.bench.environments import READY


@pytest.fixture
def requirements(tmp_path, monkeypatch):
    """A client that needs no packages at all, so that no index is asked."""
    (tmp_path / "requirements").mkdir()
    file = tmp_path / "requirements" / "nothing.txt"
    file.write_text("# Nothing.\n")
    monkeypatch.setattr(environments, "HERE", tmp_path)
    return file


def test_an_environment_is_made_once(requirements, tmp_path):
    """A second look finds it as it was, and it has a Python of its own."""
    python = find_environment("nothing", build=tmp_path / "build")
    made = python.parents[1].stat().st_mtime_ns

    assert find_environment("nothing", build=tmp_path / "build") == python
    assert python.parents[1].stat().st_mtime_ns == made
    prefix = subprocess.run([python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True)
    assert Path(prefix.stdout.strip()) == python.parents[1]


def test_one_left_half_made_is_made_anew(requirements, tmp_path):
    """Killed on the way: what is there is not trusted."""
    python = find_environment("nothing", build=tmp_path / "build")
    (python.parents[1] / READY).unlink()
    (python.parents[1] / "leftover").touch()

    assert find_environment("nothing", build=tmp_path / "build") == python
    assert not (python.parents[1] / "leftover").exists()


def test_other_packages_are_another_environment(requirements, tmp_path):
    """A changed pin never meets what the old one installed."""
    before = find_environment("nothing", build=tmp_path / "build")
    requirements.write_text("# Nothing new.\n")

    assert find_environment("nothing", build=tmp_path / "build") != before


def test_two_at_once_make_one(requirements, tmp_path):
    """Test processes that start together wait for each other."""
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(find_environment("nothing", build=tmp_path / "build")))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 2 and found[0] == found[1]
    assert len([each for each in (tmp_path / "build").iterdir() if each.is_dir()]) == 1


def test_packages_that_cannot_be_had_are_told_with_what_to_do(requirements, tmp_path, monkeypatch):
    """The file, the way out, and pip's own words; nothing that looks ready is left."""
    requirements.write_text("no-such-package-of-anybody==1.0\n")
    for name, value in (("PIP_NO_INDEX", "1"), ("PIP_FIND_LINKS", "")):
        monkeypatch.setitem(os.environ, name, value)

    with pytest.raises(NoPackages, match=r"nothing\.txt: .*WORKBENCH_OFFLINE=1"):
        find_environment("nothing", build=tmp_path / "build")
    assert not list((tmp_path / "build").glob("*/ready"))


def test_every_package_has_its_version():
    """An environment made next year is the one made today."""
    loose = [
        (file.name, line)
        for file in (environments.HERE / "requirements").glob("*.txt")
        for line in file.read_text().splitlines()
        if line and not line.startswith("#") and "==" not in line
    ]

    assert loose == []
