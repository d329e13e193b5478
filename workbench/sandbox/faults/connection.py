"""Breaking a connection for real: a TCP reset or a hang-up over uvicorn, the same error of httpx in process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any

import httpx
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

# Where the application finds the transport of the connection a call came over.
EXTENSION = "workbench.connection"
# Bytes of a body that are held in memory; a file that is uploaded may have more.
MOST_AHEAD = 10 * 1024 * 1024
# Closing a socket that lingers for no time sends a reset and drops what was still to be sent.
NO_LINGER = struct.pack("ii", 1, 0)


class OpenProtocol(AutoHTTPProtocol):
    """Uvicorn's own HTTP protocol, which also hands the application the transport of the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inner = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[EXTENSION] = self.transport
            try:
                await inner(scope, receive, send)
            except asyncio.CancelledError:
                # The server stops while a call is under way: the client is hung up on, and nobody calls it an error.
                await reset_connection(scope, receive)

        self.app = app


async def read_ahead(receive: Receive) -> tuple[bytes, Receive]:
    """The body of a call, as far as it is looked at, and a way to read it from its start."""
    messages: list[Message] = []
    size = 0
    while size < MOST_AHEAD and (not messages or messages[-1].get("more_body")):
        messages.append(await receive())
        size += len(messages[-1].get("body", b""))
    body = b"".join(message.get("body", b"") for message in messages)

    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

    return body, replay


async def reset_connection(scope: Scope, receive: Receive) -> None:
    """End the connection with a TCP reset; the client sees a read error.

    Raises:
        httpx.ReadError: The application is called in process.
    """
    transport = scope.get("extensions", {}).get(EXTENSION)
    if transport is None:
        raise httpx.ReadError("connection reset by the tenant")
    with contextlib.suppress(OSError, AttributeError):
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()
    await _wait_until_gone(receive)


async def close_connection(scope: Scope, receive: Receive) -> None:
    """End the connection as if all were said; the client sees that the answer, or the rest of it, is missing.

    Raises:
        httpx.RemoteProtocolError: The application is called in process.
    """
    transport = scope.get("extensions", {}).get(EXTENSION)
    if transport is None:
        raise httpx.RemoteProtocolError("the tenant hung up without an answer")
    transport.close()
    await _wait_until_gone(receive)


async def _wait_until_gone(receive: Receive) -> None:
    """Until the server knows, too; it would answer in the place of an application that said nothing."""
    while (await receive())["type"] != "http.disconnect":
        continue
