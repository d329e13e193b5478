"""Clients nobody here wrote, each in a virtual environment of its own: their pins clash with ours and each other's."""

from __future__ import annotations

from pathlib import Path

from workbench.bench import environments
from workbench.bench.environments import NoPackages

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "clients"
# Without it and without a package index the tests of these clients fail: a run that skips them proves nothing.
OFFLINE = "WORKBENCH_OFFLINE"


def find_environment(client: str, *, build: Path = BUILD) -> Path:
    """The Python of a client's environment, made where it is not there yet; safe with several test processes.

    Args:
        client: Name of a file in `requirements`; every package stands there with its version.

    Raises:
        NoPackages: They could not be installed.
    """
    requirements = HERE / "requirements" / f"{client}.txt"
    install, stamp = ["--requirement", str(requirements)], requirements.read_text(encoding="utf-8")
    try:
        return environments.make_environment(build, client, install, stamp=stamp)
    except NoPackages as problem:
        raise NoPackages(
            f"{requirements.name}: its packages could not be installed. Without a package index, set {OFFLINE}=1 "
            f"to skip the tests that need them. {problem}"
        ) from problem
