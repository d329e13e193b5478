"""From a request to its handler and back: the body read within bounds, what is handed back sent as JSON."""

from __future__ import annotations

import inspect
import json
import sys
from dataclasses import replace
from functools import wraps
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from workbench.sandbox.access import require_json, require_permission
from workbench.sandbox.calls import Answer, Call, Handler
from workbench.sandbox.languages import translate
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


# How JSON writes half of a character that takes two; without the other half it is no text.
HALF_CHARACTER = rb"\ud"
# Rails reads no JSON that is nested deeper.
MOST_LEVELS = 100
MEGABYTE = 1024 * 1024
# Made once: it is used in every call.
DECODE = json.JSONDecoder(parse_constant=_refuse_constant).decode
# What web servers write down for a client that left before it was answered.
CLIENT_LEFT = 499


def make_endpoint(tenant: Tenant, prefix: str, handler: Handler) -> ASGIApp:
    """The application that answers one address.

    A plain handler is given the body as parsed JSON. An `async` one is given none: it reads `call.request` itself,
    as a stream where the body may be large. What either hands back is sent as JSON, or as it is if it is a response.
    """
    is_async = inspect.iscoroutinefunction(handler)

    async def answer(request: Request) -> Response:
        scope = request.scope
        try:
            require_permission(scope["method"], scope["path"])
            require_json(scope["method"], scope["path"], request.headers.get("content-type", ""))
            call = Call(
                tenant=tenant,
                path=scope["path_params"],
                query=dict(request.query_params) if scope["query_string"] else {},
                body=None if is_async else await read_json(request, most=_most_bytes(tenant)),
                origin=_find_origin(request) + prefix,
                request=request,
            )
            said = handler(call)
            return _send_back(await said if is_async else said)
        except ApiError as refusal:
            return JSONResponse(translate(refusal.body), status_code=refusal.code)
        except ClientDisconnect:
            return Response(status_code=CLIENT_LEFT)

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        response = await answer(Request(scope, receive))
        await response(scope, receive, send)

    return endpoint


def aside(handler: Handler) -> Handler:
    """The same handler on a thread of its own, for what takes long and must not keep others waiting.

    It may use only what can be read beside the calls that are answered meanwhile: the digest and the snapshot.
    """

    @wraps(handler)
    async def answer(call: Call) -> Any:
        body = await read_json(call.request, most=_most_bytes(call.tenant))
        return await run_in_threadpool(handler, replace(call, body=body))

    return answer


async def read_json(request: Request, *, most: int) -> Any:
    """The parsed body of a request; null where none came.

    Args:
        most: Bytes from which on it is not read any further.

    Raises:
        ApiError: 413 where there are more, 400 where they are no JSON or it is nested too deep.
    """
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise ApiError(413, "The request is too large.")
        pieces.append(piece)
    return parse_json(b"".join(pieces))


def parse_json(body: bytes) -> Any:
    """What a body says; null where it is empty.

    Raises:
        ApiError: 400 where it is no JSON, or nested deeper than anybody means it.
    """
    if not body:
        return None
    try:
        value = DECODE(body.decode())
        if HALF_CHARACTER in body.lower():
            json.dumps(value, ensure_ascii=False).encode()
        if body.count(b"[") + body.count(b"{") > MOST_LEVELS:
            _refuse_depth(value)
        return value
    except (ValueError, RecursionError):
        raise ApiError(400, "Invalid or missing attributes") from None


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [each for holder in level for each in _list_parts(holder)]
    if any(isinstance(each, dict | list) for each in level):
        raise ValueError(f"nested deeper than {MOST_LEVELS} levels")


def _list_parts(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _most_bytes(tenant: Tenant) -> int:
    return tenant.settings.switches.json_body_mb * MEGABYTE or sys.maxsize


def _find_origin(request: Request) -> str:
    """Scheme and host as the client named them."""
    return f"{request.scope['scheme']}://{request.headers.get('host', 'localhost')}"


def _send_back(answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, Answer):
        return JSONResponse(answer.body, status_code=answer.status)
    return JSONResponse(answer)
