"""The local tenant on a port of this machine."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import uvicorn

from workbench.errors import UsageError
from workbench.sandbox.app import PREFIXES, build_app
from workbench.sandbox.faults.connection import OpenProtocol
from workbench.sandbox.faults.scenario import Scenario
from workbench.sandbox.settings import TenantSettings

# Seconds an upload under way has left when the process is told to stop.
GRACE = 3


def serve(
    settings: TenantSettings,
    *,
    path: Path | None,
    host: str = "127.0.0.1",
    port: int = 8765,
    scenario: Scenario | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Answer calls until the process is told to stop.

    Args:
        path: SQLite file that keeps the account; null keeps it in memory.
        port: Port to listen on, 0 for any free one.
        scenario: What goes wrong; null for nothing.
        ready: Told the base address once calls are answered.

    Raises:
        UsageError: The port or the file is taken, or the plan is unknown.
    """
    with listen(host, port) as listener, _claim(path):
        app = build_app(settings, path=path, scenario=scenario)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            http=OpenProtocol,
            timeout_graceful_shutdown=GRACE,
        )
        address = f"http://{host}:{listener.getsockname()[1]}{PREFIXES[settings.edition]}"
        tell = partial(ready, address) if ready else None
        Server(config, ready=tell, stopped=app.state.tenant.close).run(sockets=[listener])


class Server(uvicorn.Server):
    """A server that tells when it is ready, and when nobody is answered any more, however it was stopped."""

    def __init__(
        self, config: uvicorn.Config, *, ready: Callable[[], None] | None, stopped: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopped = stopped

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self._ready:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Calls that are broken off now are what was asked for, and no error.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets=sockets)
        if calls := set(self.server_state.tasks):
            for call in calls:
                call.cancel()
            await asyncio.wait(calls, timeout=GRACE)
        self._stopped()


@contextmanager
def _claim(path: Path | None) -> Iterator[None]:
    """Keep other servers off a tenant's file: each would mint the ids the other one has given away.

    The file itself is held, by a lock that SQLite knows nothing of, and let go after the tenant was closed: closing
    any hold on a file ends SQLite's own locks on it.
    """
    try:
        held = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644) if path else None
    except OSError as error:
        raise UsageError(f"{path}: cannot keep a tenant there ({error.strerror}); name another file") from None
    try:
        if held is not None:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UsageError(f"{path}: another server keeps its tenant there; stop it, or name another file") from None
    finally:
        if held is not None:
            os.close(held)


def listen(host: str, port: int) -> socket.socket:
    """A socket on that port, 0 for any free one.

    Raises:
        UsageError: Nobody can listen there.
    """
    # Without the protocol by name asyncio leaves delayed sending on, and every answer waits 40 ms for it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as refusal:
        listener.close()
        raise UsageError(f"{host}:{port}: cannot listen there ({refusal}); name another port") from None
    return listener
