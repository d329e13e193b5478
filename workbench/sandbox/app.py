"""The local tenant as a web application: its routes put together, and the door every call comes through."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workbench.sandbox.door import Door
from workbench.sandbox.routes import bulk, lists, local, records, search, selectors, settings
from workbench.sandbox.settings import TenantSettings
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import Answer, ApiError, Call, Handler, Routes

PREFIXES = {"suite": "/crm/sales/api", "classic": "/api"}
LOCAL = "/local"
# How JSON writes half of a character that takes two; without the other half it is no text.
HALF_CHARACTER = rb"\ud"
# Paths with a word in the place of an id come before those with any id.
FAMILIES = (lists, bulk, search, settings, selectors, records)


def build_app(
    settings: TenantSettings, *, path: Path | None = None, clock: Callable[[], float] = time.time
) -> Starlette:
    """A local Freshsales account as an ASGI application; the account itself is `app.state.tenant`.

    Args:
        path: SQLite file that keeps the account, made and seeded where absent; null keeps it in memory.
        clock: Seconds since 1970 on the client's clock.

    Raises:
        UsageError: The plan is unknown.
    """
    tenant = Tenant(settings, path=path, clock=clock)
    prefix = PREFIXES[settings.edition]
    api = [route for family in FAMILIES for route in family.ROUTES]
    app = Starlette(
        routes=[*_mount(tenant, prefix, api), *_mount(tenant, LOCAL, local.ROUTES)],
        middleware=[Middleware(Door, tenant=tenant, prefix=prefix, local=LOCAL)],
        # The framework's "method not allowed" would be taken for the tenant's "bulk is busy".
        exception_handlers={404: _answer_unknown, 405: _answer_unknown},
        lifespan=_close_after(tenant),
    )
    app.state.tenant = tenant
    return app


def _mount(tenant: Tenant, prefix: str, routes: Routes) -> list[Route]:
    return [
        Route(prefix + path, _make_endpoint(tenant, prefix, handler), methods=[method])
        for method, path, handler in routes
    ]


def _make_endpoint(tenant: Tenant, prefix: str, handler: Handler) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        try:
            call = Call(
                tenant=tenant,
                path=dict(request.path_params),
                query=dict(request.query_params),
                body=_read_json(body),
                origin=str(request.base_url).rstrip("/") + prefix,
            )
            answer = handler(call)
        except ApiError as refusal:
            return JSONResponse(refusal.body, status_code=refusal.code)
        if isinstance(answer, Answer):
            return JSONResponse(answer.body, status_code=answer.status)
        return JSONResponse(answer)

    return endpoint


def _read_json(body: bytes) -> Any:
    if not body:
        return None
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
        if HALF_CHARACTER in body.lower():
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError):
        raise ApiError(400, "Invalid or missing attributes") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


async def _answer_unknown(request: Request, error: Exception) -> Response:
    return JSONResponse({"errors": {"code": 404, "message": ["There is nothing at this address."]}}, status_code=404)


def _close_after(tenant: Tenant) -> Callable[[Starlette], Any]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        tenant.close()

    return lifespan
