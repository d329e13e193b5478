"""The local tenant on a port of this machine."""

from __future__ import annotations

import socket
from collections.abc import Callable
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
        UsageError: The port is taken, or the plan is unknown.
    """
    with _listen(host, port) as listener:
        app = build_app(settings, path=path, scenario=scenario)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            http=OpenProtocol,
            timeout_graceful_shutdown=GRACE,
        )
        address = f"http://{host}:{listener.getsockname()[1]}{PREFIXES[settings.edition]}"
        _Server(config, ready=lambda: ready(address) if ready else None).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that tells when it is ready."""

    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()


def _listen(host: str, port: int) -> socket.socket:
    # Without the protocol by name asyncio leaves delayed sending on, and every answer waits 40 ms for it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as refusal:
        listener.close()
        raise UsageError(f"{host}:{port}: cannot listen there ({refusal}); name another port") from None
    return listener
