"""The other tools, each in a virtual environment of its own: their pins clash with ours and each other's."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import UsageError
from workbench.toml_file import read_toml

PEERS = Path(__file__).with_name("peers.toml")
BUILD = Path(__file__).parents[2] / "build" / "bench"
# Written last, so that an environment without it was left half made.
READY = "ready"


def read_packages(peer: str) -> list[str]:
    """Every package of a peer with its version, the peer itself first."""
    return read_toml(PEERS)[peer]["packages"]


def find_environment(peer: str, *, build: Path = BUILD) -> Path:
    """The Python of a peer's environment, made where it is not there yet; safe with several processes.

    Raises:
        UsageError: The packages cannot be had.
    """
    packages = read_packages(peer)
    made_of = f"{sys.version}\n{sys.base_prefix}\n" + "\n".join(packages)
    folder = build / f"{peer}-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"
    with _locked(build / f"{peer}.lock"):
        if not (folder / READY).exists():
            _make(folder, packages)
    return _python(folder)


def _make(folder: Path, packages: list[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _run(packages[0], sys.executable, "-m", "venv", "--without-pip", str(folder))
    pip = ("-m", "pip", "--python", str(_python(folder)), "--disable-pip-version-check", "--no-input")
    _run(packages[0], sys.executable, *pip, "install", "--quiet", "--no-deps", *packages)
    (folder / READY).touch()


def _run(peer: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-5:])
        raise UsageError(f"{peer}: its packages could not be installed; leave it out with --tools. pip said:\n{said}")


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process that held it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
