"""The other tools, each in a virtual environment of its own: their pins clash with ours and each other's."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import UsageError
from workbench.toml_file import read_toml

PEERS = Path(__file__).with_name("peers.toml")
BUILD = Path(__file__).parents[2] / "build" / "bench"
# Written last, so that an environment without it was left half made.
READY = "ready"


class NoPackages(RuntimeError):
    """The packages of an environment cannot be had."""


def read_packages(peer: str) -> list[str]:
    """Every package of a peer with its version, the peer itself first."""
    return read_toml(PEERS)[peer]["packages"]


def find_environment(peer: str, *, build: Path = BUILD) -> Path:
    """The Python of a peer's environment, made where it is not there yet; safe with several processes.

    Raises:
        UsageError: The packages cannot be had.
    """
    packages = read_packages(peer)
    try:
        return make_environment(build, peer, packages, stamp="\n".join(packages))
    except NoPackages as problem:
        raise UsageError(
            f"{packages[0]}: its packages could not be installed; leave it out with --tools. {problem}"
        ) from problem


def make_environment(build: Path, name: str, install: Iterable[str], *, stamp: str) -> Path:
    """The Python of an environment that holds some packages, made where it is not there yet.

    Args:
        install: What pip is told to install, without what it depends on.
        stamp: Text that changes with the packages.

    Raises:
        NoPackages: They could not be installed; says what pip said.
    """
    made_of = f"{sys.version}\n{sys.base_prefix}\n{stamp}"
    folder = build / f"{name}-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"
    with _locked(build / f"{name}.lock"):
        if not (folder / READY).exists():
            _make(folder, install)
    return _python(folder)


def _make(folder: Path, install: Iterable[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    pip = ("-m", "pip", "--python", str(_python(folder)), "--disable-pip-version-check", "--no-input")
    _run(sys.executable, *pip, "install", "--quiet", "--no-deps", *install)
    (folder / READY).touch()


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-5:])
        raise NoPackages(f"pip said:\n{said}")


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process that held it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
