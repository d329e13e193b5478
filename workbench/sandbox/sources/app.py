"""The application that answers as a source: one for every profile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from workbench.sandbox.sources.play import Source
from workbench.sandbox.sources.profile import Served

SLOW = 3600.0  # seconds nobody waits for
COUNTS = "/local/counts"  # what was counted, for whoever looks at the rehearsal; it counts itself nowhere


def build_source_app(source: Source) -> Starlette:
    """An application that serves this source; it stands at `app.state.source`."""

    async def answer(request: Request) -> Response:
        return await _answer(source, request)

    async def tell(request: Request) -> Response:
        return JSONResponse(describe_counts(source))

    methods = ["GET", "POST"]
    app = Starlette(routes=[Route(COUNTS, tell), Route("/{path:path}", answer, methods=methods)])
    app.state.source = source
    return app


def describe_counts(source: Source) -> dict[str, object]:
    """What was counted, and how near to its limits it came."""
    meters = [{"allowed": each.limit.requests, "most": each.most, "over": each.over} for each in source.meters]
    return {"counts": dict(source.counts), "limits": meters}


async def _answer(source: Source, request: Request) -> Response:
    source.counts["requests"] += 1
    number = source.counts["requests"]
    path = request.url.path.removeprefix(source.profile.prefix).strip("/")
    source.before(number, request.method, path)
    shape = _name_shape(source, path)
    allowed = [meter.enter(request.method, shape, source.clock()) for meter in source.meters]
    try:
        if source.delay:
            await asyncio.sleep(source.delay)
        response = await _judge(source, request, path, all(allowed), source.faults.get(number))
    finally:
        for meter in source.meters:
            meter.leave(request.method, shape)
    for meter in source.meters:
        if meter.counts(request.method, shape):
            response.headers.update(meter.describe(request.method, shape, source.clock()))
    return response


async def _judge(source: Source, request: Request, path: str, is_allowed: bool, fault: int | str | None) -> Response:
    profile, parameters = source.profile, dict(request.query_params)
    if not is_allowed:
        source.counts["over"] += 1
        if any(limit.ends_token for limit in profile.limits):
            source.tokens.clear()
        return JSONResponse({"message": "too many requests"}, profile.over)
    if fault == "slow":
        await asyncio.sleep(SLOW)
    if isinstance(fault, int):
        return JSONResponse({"message": "made to fail"}, fault)
    if profile.agent and profile.agent not in request.headers.get("user-agent", ""):
        return JSONResponse({"message": f"the User-Agent has to hold {profile.agent}"}, 400)
    if profile.door.kind == "login" and path == profile.door.path.strip("/"):
        return await _log_in(source, request)
    if not source.lets_in(request.headers, parameters):
        source.counts["not_let_in"] += 1
        return JSONResponse({"message": "who are you?"}, 401)
    if request.method == "POST":
        parameters |= {name: str(value) for name, value in (await request.json()).items()}
    source.seen.append((request.method, path, parameters))
    response = _find(source, path, parameters, str(request.url).partition("?")[0])
    return _spoil(response, fault) if isinstance(fault, str) else response


async def _log_in(source: Source, request: Request) -> Response:
    door = source.profile.door
    try:
        token = source.log_in(await request.json())
    except ValueError:
        token = ""
    if not token:
        return JSONResponse({"message": "wrong name or password"}, 401)
    if door.answer:
        return JSONResponse({door.answer: token})
    return JSONResponse({"status": "ok"}, headers={door.name: token})


def _find(source: Source, path: str, parameters: dict[str, str], address: str) -> Response:
    for served in source.profile.objects:
        for rest in ("", "/{key}", "/{key}/content"):
            found = _match(f"{served.path}{rest}", path)
            file = (found or {}).get("file", served.file)
            if found is None or ("{file}" in served.path and not source.has(file)):
                continue
            if not rest:
                text, headers = source.build_page(served, file, parameters, address)
                return Response(text, media_type="application/json", headers=headers)
            return _find_one(source, served, file, found["key"], is_content=rest.endswith("content"))
    return JSONResponse({"message": "not found"}, 404)


def _find_one(source: Source, served: Served, file: str, key: str, *, is_content: bool) -> Response:
    record = next((each for each in source.records(served, file) if each.key == key), None)
    if record is None or (is_content and not served.content):
        return JSONResponse({"message": "not found"}, 404)
    if not is_content:
        return Response(record.text, media_type="application/json")
    place = source.data / str(json.loads(record.text).get(served.content) or "missing")
    inside = place.resolve().is_relative_to(source.data.resolve())
    return FileResponse(place) if inside and place.is_file() else JSONResponse({"message": "no file"}, 404)


def _match(pattern: str, path: str) -> dict[str, str] | None:
    wanted, parts = pattern.strip("/").split("/"), path.split("/")
    if len(wanted) != len(parts):
        return None
    found = {}
    for want, part in zip(wanted, parts, strict=True):
        if want.startswith("{"):
            found[want.strip("{}")] = unquote(part)
        elif want != part:
            return None
    return found


def _name_shape(source: Source, path: str) -> str:
    """The path without what differs from record to record, as limits count it."""
    for served in source.profile.objects:
        for pattern in (served.path, f"{served.path}/{{key}}", f"{served.path}/{{key}}/content"):
            if _match(pattern, path) is not None:
                return pattern
    return path


def _spoil(response: Response, fault: str) -> Response:
    """An answer that breaks off, in its JSON or in the line itself."""
    if fault == "garbage":
        return Response(b"<html>a page of the network in between</html>", media_type="text/html")
    body = bytes(getattr(response, "body", b"[]"))
    half = body[: len(body) // 2]
    if fault == "truncated":
        return Response(half, media_type="application/json")

    async def break_off() -> AsyncIterator[bytes]:
        yield half

    return StreamingResponse(break_off(), headers={"content-length": str(len(body))}, media_type="application/json")
