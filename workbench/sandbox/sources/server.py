"""A source on a port of this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import uvicorn

from workbench.sandbox.server import GRACE, Server, listen
from workbench.sandbox.sources.app import build_source_app
from workbench.sandbox.sources.play import Source
from workbench.sandbox.sources.profile import Profile, read_profile


def serve_source(
    profile: str,
    data: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8766,
    time_scale: float = 1.0,
    faults: Mapping[int, int | str] | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Answer as that source until the process is told to stop.

    Args:
        profile: Name of a profile, or a file of one.
        data: Folder of the export that is served.
        port: 0 for any free one.
        time_scale: How many seconds of its limits pass in one.
        faults: What goes wrong, by the number of the request; see `Source`.
        ready: Told where it answers and what lets in, once it does.

    Raises:
        UsageError: There is no such profile or folder, or the port is taken.
    """
    source = Source(read_profile(profile), data, clock=_scale(time_scale))
    source.faults |= faults or {}
    with listen(host, port) as listener:
        config = uvicorn.Config(
            build_source_app(source), log_level="warning", access_log=False, lifespan="off",
            timeout_graceful_shutdown=GRACE,
        )  # fmt: skip
        address = f"http://{host}:{listener.getsockname()[1]}{source.profile.prefix}"
        told = f"{source.profile.title} at {address}, {describe_door(source.profile)}"
        Server(config, ready=lambda: ready(told) if ready else None, stopped=lambda: None).run(sockets=[listener])


def describe_door(profile: Profile) -> str:
    """What a client has to say to be let in; it protects nothing here."""
    door = profile.door
    if door.kind == "login":
        return "log in with " + ", ".join(f"{name} {value}" for name, value in door.accepts.items())
    return f"{door.kind} {door.name}: {door.value}" if door.kind != "none" else "open to all"


def _scale(time_scale: float) -> Callable[[], float]:
    began = time.time()
    return lambda: began + (time.time() - began) * time_scale
