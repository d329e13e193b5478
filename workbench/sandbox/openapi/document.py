"""The document itself: every address a tenant answers, told by its handler, its object and the tenant's settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workbench import __version__
from workbench.sandbox.calls import Handler, Routes
from workbench.sandbox.objects.contact_lists import CONTACT_LIST
from workbench.sandbox.objects.documents import DOCUMENT
from workbench.sandbox.objects.kind import Kind
from workbench.sandbox.objects.modules import module_kind
from workbench.sandbox.objects.registry import BY_PATH, CLASSIC
from workbench.sandbox.openapi.envelopes import Shape
from workbench.sandbox.openapi.parameters import describe_parameters
from workbench.sandbox.openapi.refusals import REFUSALS, describe_refusals
from workbench.sandbox.openapi.schemas import Schema, describe_records
from workbench.sandbox.openapi.shapes import MODULE_SHAPES, SHAPES
from workbench.sandbox.page.guard import HEADERS, find_refusal
from workbench.sandbox.tenant import Tenant

ADDRESS = "/openapi.json"
# Where routes are mounted: what comes before their paths, and the routes.
Mounts = Iterable[tuple[str, Routes]]
TITLE = "Local Freshsales tenant"
ABOUT = (
    "What this tenant answers, on its plan and with its switches. Lists of contacts, accounts and deals are views; "
    "writes take the record with or without the wrapper around it. An address that ends in .json is the same, one that "
    "ends in .xml is answered with 406. All of the API is answered without `/api` in the path, too."
)
# Where a docstring goes on for programmers.
SECTION = re.compile(r"\n\s*(?:Args|Raises|Returns):")
# A handler that lists or makes records of no object of its own.
NO_KIND = DOCUMENT


def list_document_routes(tenant: Tenant, mounts: Mounts) -> list[Route]:
    """Where the document is read: without a key, at no cost, and by whom the pages may be read."""

    async def endpoint(request: Request) -> Response:
        refusal = find_refusal(request)
        if refusal:
            status, reason = refusal
            body = {"errors": {"code": status, "message": [reason]}}
            return JSONResponse(body, status_code=status, headers=HEADERS)
        return JSONResponse(describe_api(tenant, mounts), headers=HEADERS)

    return [Route(ADDRESS, endpoint, methods=["GET"])]


def describe_api(tenant: Tenant, mounts: Mounts) -> Schema:
    """The OpenAPI document of everything mounted, as plain values."""
    paths: dict[str, Schema] = {}
    for prefix, routes in mounts:
        for method, path, handler in routes:
            if not _is_served(tenant, path):
                continue
            operation = _describe(tenant, prefix, method, path, handler)
            paths.setdefault(prefix + path, {}).setdefault(method.lower(), operation)
    key = {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token token=` and a user's key."}
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": __version__, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": key},
            "schemas": describe_records(tenant),
            "responses": describe_refusals(tenant),
        },
    }


def _is_served(tenant: Tenant, path: str) -> bool:
    """Whether the tenant's edition has anything at a path."""
    return tenant.settings.edition == "classic" or path.split("/")[1] not in {kind.plural for kind in CLASSIC}


def _describe(tenant: Tenant, prefix: str, method: str, path: str, handler: Handler) -> Schema:
    plain, kind, shape = _find_shape(path, handler)
    summary, _, more = SECTION.split(plain.__doc__ or "")[0].strip().partition("\n")
    operation: Schema = {
        "summary": summary.rstrip("."),
        "operationId": _name_operation(prefix, method, path),
        "tags": [plain.__module__.rpartition(".")[2]],
        "parameters": describe_parameters(tenant, path, kind, shape.query),
        "responses": _describe_answers(tenant, kind, shape),
    }
    if more.strip():
        operation["description"] = re.sub(r"\s*\n\s*", "\n", more.strip())
    if shape.body:
        content = {shape.takes: {"schema": shape.body(kind)}}
        operation["requestBody"] = {"required": not shape.is_optional, "content": content}
    return operation


def _find_shape(path: str, handler: Handler) -> tuple[Callable[..., Any], Kind, Shape]:
    """The function behind a handler, the object it is about, and what it takes and gives.

    Raises:
        KeyError: Nobody has said what it takes and gives.
    """
    plain = _unwrap(handler)
    if path.startswith("/custom_module/"):
        return plain, module_kind("module_record"), MODULE_SHAPES.get(plain) or SHAPES[plain]
    return plain, _find_kind(path), SHAPES[plain]


def _unwrap(handler: Any) -> Any:
    """The function as it stands in its module, out of whatever was put around it."""
    while True:
        if isinstance(handler, partial):
            handler = handler.func
        elif hasattr(handler, "__wrapped__"):
            handler = handler.__wrapped__
        else:
            return handler


def _find_kind(path: str) -> Kind:
    """The object a path is about: the first of its words that names one."""
    kinds = {**BY_PATH, CONTACT_LIST.plural: CONTACT_LIST}
    return next((kinds[word] for word in path.split("/") if word in kinds), NO_KIND)


def _describe_answers(tenant: Tenant, kind: Kind, shape: Shape) -> Schema:
    content = {shape.gives: {"schema": shape.answer(kind)}} if shape.answer else {}
    done = {
        str(status): {"description": "Done.", **({"content": content} if content and status != 204 else {})}
        for status in shape.statuses(tenant.settings.switches)
    }
    refused = sorted({*REFUSALS, *shape.refusals, tenant.settings.switches.too_many_status})
    return done | {str(status): {"$ref": f"#/components/responses/{status}"} for status in refused}


def _name_operation(prefix: str, method: str, path: str) -> str:
    """A name no other operation has."""
    words = [word.strip("{}") for word in f"{prefix.rpartition('/')[2]}{path}".split("/") if word]
    return "_".join([method.lower(), *words])
