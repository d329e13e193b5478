"""Clients nobody here wrote, each in a virtual environment of its own: their pins clash with ours and each other's."""

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

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "clients"
# Without it and without a package index the tests of these clients fail: a run that skips them proves nothing.
OFFLINE = "WORKBENCH_OFFLINE"
# Written last, so that an environment without it was left half made.
READY = "ready"


class NoPackages(RuntimeError):
    """The packages of a client cannot be had."""


def find_environment(client: str, *, build: Path = BUILD) -> Path:
    """The Python of a client's environment, made where it is not there yet; safe with several test processes.

    Args:
        client: Name of a file in `requirements`; every package stands there with its version.

    Raises:
        NoPackages: They could not be installed.
    """
    requirements = HERE / "requirements" / f"{client}.txt"
    folder = build / f"{client}-{_digest(requirements)}"
    with _locked(build / f"{client}.lock"):
        if not (folder / READY).exists():
            _make(folder, requirements)
    return _python(folder)


def _digest(requirements: Path) -> str:
    """Changes with the packages, and with the Python that runs them."""
    made_of = f"{sys.version}\n{sys.base_prefix}\n{requirements.read_text(encoding='utf-8')}"
    return hashlib.sha256(made_of.encode()).hexdigest()[:12]


def _make(folder: Path, requirements: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _run(requirements, sys.executable, "-m", "venv", "--without-pip", str(folder))
    pip = ("-m", "pip", "--python", str(_python(folder)), "--disable-pip-version-check", "--no-input")
    _run(requirements, sys.executable, *pip, "install", "--quiet", "--no-deps", "--requirement", str(requirements))
    (folder / READY).touch()


def _run(requirements: Path, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-5:])
        raise NoPackages(
            f"{requirements.name}: its packages could not be installed. Without a package index, set {OFFLINE}=1 "
            f"to skip the tests that need them. pip said:\n{said}"
        )


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process that held it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
