"""The local tenant as a web application: its routes put together, and the door every call comes through."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from workbench.sandbox.access import Access, Area
from workbench.sandbox.calls import Routes
from workbench.sandbox.door import Door
from workbench.sandbox.endpoints import make_endpoint
from workbench.sandbox.faults.befall import Sleep
from workbench.sandbox.faults.scenario import Scenario
from workbench.sandbox.languages import translate
from workbench.sandbox.openapi import describe_api, list_document_routes
from workbench.sandbox.page import list_page_routes
from workbench.sandbox.paths import Paths
from workbench.sandbox.routes import (
    activities,
    browser,
    bulk,
    contact_lists,
    documents,
    leads,
    local,
    modules,
    phone_calls,
    products,
    records,
    search,
    selectors,
    settings,
    timelines,
    views,
)
from workbench.sandbox.settings import TenantSettings
from workbench.sandbox.tenant import Tenant

PREFIXES = {"suite": "/crm/sales/api", "classic": "/api"}
# Where the same application answers a browser; some addresses are known only there.
TWINS = {"suite": "/crm/sales", "classic": ""}
SIGN_IN = "/signin"
LOCAL = "/local"
# What the API answers, by the module that answers it.
FAMILIES = (
    views,
    bulk,
    search,
    modules,
    settings,
    selectors,
    products,
    contact_lists,
    activities,
    phone_calls,
    timelines,
    documents,
    leads,
    records,
)


def build_app(
    settings: TenantSettings,
    *,
    path: Path | None = None,
    clock: Callable[[], float] = time.time,
    scenario: Scenario | None = None,
    sleep: Sleep = asyncio.sleep,
) -> Starlette:
    """A local Freshsales account as an ASGI application; the account itself is `app.state.tenant`.

    Args:
        path: SQLite file that keeps the account, made and seeded where absent; null keeps it in memory.
        clock: Seconds since 1970 on the client's clock.
        scenario: What goes wrong; null for nothing.
        sleep: Waits so many seconds of that clock, where a fault makes an answer slow.

    Raises:
        UsageError: The plan is unknown.
    """
    tenant = Tenant(settings, path=path, clock=clock, scenario=scenario)
    prefix = PREFIXES[settings.edition]
    twin = TWINS[settings.edition]
    api = [route for family in FAMILIES for route in family.ROUTES]
    beside = [*browser.ROUTES, *timelines.BROWSER_ROUTES, *api]
    mounts = [(prefix, api), (LOCAL, local.ROUTES), (twin, [*browser.ROUTES, *timelines.BROWSER_ROUTES])]
    area = Area(paid=(prefix, *_list_roots(twin, beside)), free=(LOCAL,), login=f"{twin}{SIGN_IN}")
    app = Starlette(
        routes=[
            _mount(tenant, prefix, api),
            _mount(tenant, LOCAL, local.ROUTES),
            _mount(tenant, twin, beside),
            *list_page_routes(tenant, prefix=prefix, api=api),
            *list_document_routes(tenant, mounts),
        ],
        middleware=[
            Middleware(Access, tenant=tenant, area=area),
            Middleware(Door, tenant=tenant, area=area, sleep=sleep),
        ],
        # The framework's "method not allowed" would be taken for the tenant's "bulk is busy".
        exception_handlers=dict.fromkeys((404, 405), partial(_answer_unknown, area)),
    )
    app.state.tenant = tenant
    app.state.describe = partial(describe_api, tenant, mounts)
    return app


def _list_roots(twin: str, routes: Routes) -> list[str]:
    """What the paths of the twin begin with; on a host that is all the tenant's own, each resource by itself."""
    return [twin] if twin else sorted({f"/{path.split('/')[1]}" for _, path, _ in routes})


def _mount(tenant: Tenant, prefix: str, routes: Routes) -> Paths:
    return Paths(prefix, [(method, path, make_endpoint(tenant, prefix, handler)) for method, path, handler in routes])


async def _answer_unknown(area: Area, request: Request, error: Exception) -> Response:
    if not area.holds(request.url.path):
        return PlainTextResponse("404 Not Found", status_code=404)
    body = {"errors": {"code": 404, "message": ["There is nothing at this address."]}}
    return JSONResponse(translate(body), status_code=404)
