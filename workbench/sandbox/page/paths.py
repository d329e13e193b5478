"""Which page stands at which path, and what every answer carries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from workbench.sandbox.calls import Routes
from workbench.sandbox.page.bin import show_bin
from workbench.sandbox.page.guard import HEADERS, find_refusal
from workbench.sandbox.page.html import build_url, render
from workbench.sandbox.page.jobs import show_job, show_jobs
from workbench.sandbox.page.journal import show_journal
from workbench.sandbox.page.lists import show_list
from workbench.sandbox.page.look import HOME, Look, NotHere, Read, View
from workbench.sandbox.page.overview import show_overview
from workbench.sandbox.page.quota import show_quota
from workbench.sandbox.page.reader import Reader
from workbench.sandbox.page.record import show_record
from workbench.sandbox.page.schema import show_schema
from workbench.sandbox.tenant import Tenant

HERE = Path(__file__).parent
HTML = "text/html; charset=utf-8"
FILES = {"page.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# What stands in the menu beside the objects.
MENU = (
    ("/", "Overview"),
    (f"{HOME}/journal", "Journal"),
    (f"{HOME}/quota", "Quota"),
    (f"{HOME}/jobs", "Bulk jobs"),
    (f"{HOME}/bin", "Recycle bin"),
    (f"{HOME}/schema", "Schema"),
)
# Fixed words come before the names of objects.
VIEWS: dict[str, View] = {
    "/": show_overview,
    HOME: show_overview,
    f"{HOME}/journal": show_journal,
    f"{HOME}/quota": show_quota,
    f"{HOME}/jobs": show_jobs,
    f"{HOME}/jobs/{{id}}": show_job,
    f"{HOME}/bin": show_bin,
    f"{HOME}/schema": show_schema,
    f"{HOME}/{{plural}}": show_list,
    f"{HOME}/{{plural}}/{{id}}": show_record,
}


def list_page_routes(tenant: Tenant, *, prefix: str, api: Routes) -> list[Route]:
    """Every page's route.

    Args:
        prefix: What comes before every path of the API.
        api: The API's own routes, to say how each record is read.
    """
    reads = {
        name: Read(path=path, handler=handler) for method, path, handler in api if (name := _name_read(method, path))
    }
    files = [Route(f"{HOME}/{name}", _serve_file(name, type), methods=METHODS) for name, type in FILES.items()]
    views = [
        Route(path, _serve_view(tenant, view, prefix=prefix, reads=reads), methods=METHODS)
        for path, view in VIEWS.items()
    ]
    rest = Route(
        f"{HOME}/{{rest:path}}", _serve_view(tenant, _show_nothing, prefix=prefix, reads=reads), methods=METHODS
    )
    return [*files, *views, rest]


def _name_read(method: str, path: str) -> str:
    """The object one of which a call reads: `contacts` of `/contacts/{id}`; empty for any other call."""
    *family, plural, id = path.strip("/").split("/") if method == "GET" and path.count("/") > 1 else ("", "")
    return plural if id == "{id}" and family in ([], ["cpq"], ["custom_module"]) else ""


def _serve_view(tenant: Tenant, view: View, *, prefix: str, reads: dict[str, Read]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        refusal = find_refusal(request)
        if refusal:
            return _answer(render("refused.html", reason=refusal[1]), status=refusal[0])
        return await run_in_threadpool(draw, request)

    def draw(request: Request) -> Response:
        # Beside the calls that are answered meanwhile, so that no client waits for somebody who looks.
        with tenant.store.beside() as content:
            look = Look(
                tenant=tenant,
                reader=Reader(content),
                path=dict(request.path_params),
                query=dict(request.query_params),
                request=request,
                reads=reads,
                prefix=prefix,
            )
            try:
                template, facts = view(look)
            except NotHere as missing:
                return _answer(render("missing.html", **_frame(look), reason=str(missing)), status=404)
            return _answer(render(template, **_frame(look), **facts))

    return endpoint


def _serve_file(name: str, type: str) -> Callable[[Request], Any]:
    content = (HERE / name).read_text(encoding="utf-8")

    async def endpoint(request: Request) -> Response:
        if find_refusal(request):
            return _answer("", status=403, type=type)
        return _answer(content, type=type)

    return endpoint


def _show_nothing(look: Look) -> tuple[str, dict[str, Any]]:
    raise NotHere("There is no page at this address.")


def _frame(look: Look) -> dict[str, Any]:
    """What every page has around it."""
    tenant = look.tenant
    now = datetime.fromtimestamp(tenant.clock(), UTC).astimezone(tenant.zone)
    objects = [(build_url(f"{HOME}/{plural}"), look.label(kind)) for plural, kind in look.kinds.items()]
    return {
        "look": look,
        "here": look.here,
        "menu": MENU,
        "menu_objects": objects,
        "settings": tenant.settings,
        "time_scale": tenant.time_scale,
        "now": now.strftime("%Y-%m-%d %H:%M:%S"),
    }


def _answer(content: str, *, status: int = 200, type: str = HTML) -> Response:
    return Response(content, status_code=status, media_type=type, headers=HEADERS)
