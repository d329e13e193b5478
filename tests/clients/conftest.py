"""The environments of the clients, and a way to run one of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.environments import HERE, OFFLINE, NoPackages, find_environment

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def run_client() -> Run:
    """Runs a driver with the Python of a client and these arguments, and gives back what it said."""

    def run(client: str, driver: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(find_python(client)), "-I", str(HERE / "drivers" / driver), *arguments]
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        return subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", timeout=600, env=environment, check=False
        )

    return run


def find_python(client: str) -> Path:
    """The Python a client runs with: its own environment's, or ours where its pins do not clash.

    The test fails where the environment cannot be made, or is skipped when told so.
    """
    if not (HERE / "requirements" / f"{client}.txt").exists():
        return Path(sys.executable)
    try:
        return find_environment(client)
    except NoPackages as problem:
        if os.environ.get(OFFLINE):
            pytest.skip(f"{OFFLINE} is set: {problem}")
        pytest.fail(str(problem), pytrace=False)
