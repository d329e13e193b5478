"""Who may call, and for what: keys, addresses outside the API, roles, and bodies that are no JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from workbench.sandbox.callers import CALLER, Caller
from workbench.sandbox.capabilities import NOT_AUTHORIZED
from workbench.sandbox.wire import ApiError

if TYPE_CHECKING:
    from workbench.sandbox.tenant import Tenant

# `Token token=abc`, with or without quotes, as Rails reads it.
TOKEN = re.compile(r'Token\s+token="?([^"\s,]+)"?')
JSON_WEB_TOKEN = re.compile(r"(?:Bearer|Token)\s+(?:token=)?\"?eyJ[\w-]+\.[\w-]+\.[\w-]*\"?")

# Where browsers end up; a client that follows redirects takes it for an answer, as it would at a live tenant.
SIGN_IN = "<!doctype html><html lang=en><title>Sign in</title><h1>Sign in</h1><p>This tenant lets in API keys only."
# Calls that write nothing although they are no GET.
READING = re.compile(r"/filtered_search/[^/]+$")
# What only an administrator may do: change settings, delete many at once, remove for good, hand records around.
ADMINISTRATIVE = re.compile(r"/settings/|/(?:forget|bulk_destroy|bulk_assign_owner)$")
# Where a body of plain text ends in an error of the server, as recorded; elsewhere it is refused.
BREAKING = re.compile(r"/(?:sales_accounts|deals)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Addresses that are answered to who has a key.

    Attributes:
        paid: What the paths of calls begin with that cost quota.
        free: What the paths of calls begin with that cost none.
        login: Where a browser without a key is sent.
    """

    paid: tuple[str, ...]
    free: tuple[str, ...]
    login: str

    def holds(self, path: str) -> bool:
        """Whether a path needs a key."""
        return self.costs(path) or _is_below(path, self.free)

    def costs(self, path: str) -> bool:
        """Whether a path costs quota, whatever it is answered."""
        return _is_below(path, self.paid)


class Access:
    """Turns away who has no key, and remembers who is calling while the call is answered."""

    def __init__(self, app: ASGIApp, *, tenant: Tenant, area: Area) -> None:
        self._app = app
        self._tenant = tenant
        self._area = area

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http" or not self._area.holds(scope["path"]):
            await self._app(scope, receive, send)
            return
        if scope["path"] == self._area.login:
            await _answer(send, 200, SIGN_IN.encode(), [(b"content-type", b"text/html; charset=utf-8")])
            return
        headers = Headers(scope=scope)
        sent = headers.get("authorization", "").strip()
        caller = find_caller(self._tenant.callers, sent)
        if caller is None:
            await self._turn_away(headers, sent, send)
            return
        CALLER.set(caller)
        await self._app(scope, receive, send)

    async def _turn_away(self, headers: Headers, sent: str, send: Send) -> None:
        """Callers that do not ask for JSON are sent to the login page, as browsers are."""
        if "json" not in headers.get("accept", ""):
            await _answer(send, 302, b"", [(b"location", self._area.login.encode())])
            return
        message = "Incorrect or expired API key" if JSON_WEB_TOKEN.fullmatch(sent) else None
        body = json.dumps({"login": "failed", "message": message}, separators=(",", ":")).encode()
        await _answer(send, 401, body, [(b"content-type", b"application/json")])


def find_caller(callers: Iterable[Caller], sent: str) -> Caller | None:
    """The user an Authorization header names by its key; null where it names none."""
    match = TOKEN.fullmatch(sent)
    return next((each for each in callers if match and each.key == match[1]), None)


def require_permission(method: str, path: str) -> None:
    """Refuse what the caller's role does not allow.

    Raises:
        ApiError: 403.
    """
    caller = CALLER.get()
    role = caller.role if caller else "admin"
    if role == "admin" or method == "GET" or READING.search(path):
        return
    if role == "readonly" or ADMINISTRATIVE.search(path):
        raise ApiError(403, NOT_AUTHORIZED)


def require_json(method: str, path: str, content_type: str) -> None:
    """Refuse a body that says of itself that it is plain text.

    Raises:
        ApiError: 500 for accounts and deals, as recorded, and 400 for all else.
    """
    if method == "GET" or not content_type.lower().startswith("text/plain"):
        return
    if BREAKING.search(path):
        raise ApiError(500, body={"error_code": 500})
    raise ApiError(400, "Invalid or missing attributes")


def _is_below(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(path.startswith(prefix) and path[len(prefix) :][:1] in ("", "/", ".") for prefix in prefixes)


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    named: Any = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": body})
