"""The local tenant without a network, for tests: a synchronous httpx transport over the application itself."""

from __future__ import annotations

import asyncio
import threading

import httpx
from starlette.applications import Starlette


class InProcess(httpx.BaseTransport):
    """Hands requests to an ASGI application on a thread of its own.

    The thread is a daemon, so that a test which forgets to close its client still ends.
    """

    def __init__(self, app: Starlette, *, client: tuple[str, int]) -> None:
        self._transport = httpx.ASGITransport(app=app, client=client)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="local tenant", daemon=True)
        self._thread.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and wait for its whole answer."""
        request.read()
        return asyncio.run_coroutine_threadsafe(self._send(request), self._loop).result()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        body = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=body, request=request)

    def close(self) -> None:
        """Stop the thread; a second call does nothing."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def in_process(app: Starlette, *, client: tuple[str, int] = ("127.0.0.1", 123)) -> InProcess:
    """A synchronous httpx transport that drives the application in this process.

    Args:
        client: Address and port the application sees its caller at.
    """
    return InProcess(app, client=client)
