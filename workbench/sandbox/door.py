"""The door every call comes through: who is calling, is there quota left, and what was answered."""

from __future__ import annotations

import json
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workbench.sandbox.jobs import run_due_jobs
from workbench.sandbox.tenant import Tenant

LOGIN = "/login"


class Door:
    """Checks the key, counts the call, hands it on, and writes it into the journal.

    Args:
        prefix: Paths that cost quota.
        local: Paths that cost none and leave no trace.
    """

    def __init__(self, app: ASGIApp, *, tenant: Tenant, prefix: str, local: str) -> None:
        self._app = app
        self._tenant = tenant
        self._prefix = prefix
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif not self._knows(Headers(scope=scope)):
            await self._turn_away(scope, send)
        elif scope["path"].startswith(self._local + "/"):
            run_due_jobs(self._tenant)
            await self._app(scope, receive, send)
        else:
            await self._let_in(_without_suffix(scope), receive, send)

    def _knows(self, headers: Headers) -> bool:
        return headers.get("authorization", "").strip() == f"Token token={self._tenant.settings.key}"

    async def _turn_away(self, scope: Scope, send: Send) -> None:
        """Callers that do not ask for JSON are sent to the login page, as browsers are."""
        if "json" in Headers(scope=scope).get("accept", ""):
            await _send(send, 401, {"login": "failed", "message": None})
        else:
            await _send(send, 302, None, {"location": LOGIN})

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        run_due_jobs(self._tenant)
        journalled = _Journalled(self._tenant, scope, send)
        if scope["path"].endswith(".xml"):
            await _send(journalled, 406, None)
        elif self._tenant.quota.is_minute_full:
            await _send(journalled, 400, _refusal(400, "The limit of calls per minute is reached."))
        elif not self._tenant.quota.remaining:
            await _send(journalled, 429, _refusal(429, "The limit of calls per hour is reached."))
        else:
            self._tenant.quota.spend()
            journalled.cost = 1
            await self._app(scope, receive, journalled)


class _Journalled:
    """Passes an answer on with the quota's headers, and writes it down before the client can read it."""

    def __init__(self, tenant: Tenant, scope: Scope, send: Send) -> None:
        self._tenant = tenant
        self._scope = scope
        self._send = send
        self.cost = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._settle(message["status"])
            headers = MutableHeaders(scope=message)
            headers.update(self._tenant.quota.headers())
            if message["status"] == 429 and self._tenant.settings.switches.retry_after:
                headers["retry-after"] = str(int(self._tenant.quota.reset) + 1)
        await self._send(message)

    def _settle(self, status: int) -> None:
        tenant = self._tenant
        if self.cost and 400 <= status < 500 and not tenant.settings.switches.failed_calls_cost:
            tenant.quota.give_back()
            self.cost = 0
        with tenant.store.transaction():
            tenant.quota.keep()
            tenant.store.add_journal(
                at=tenant.clock(),
                method=self._scope["method"],
                path=self._scope["path"],
                status=status,
                cost=self.cost,
            )


def _without_suffix(scope: Scope) -> Scope:
    """The same call without the `.json` some clients put behind a path."""
    path = scope["path"]
    return {**scope, "path": path.removesuffix(".json")} if path.endswith(".json") else scope


def _refusal(code: int, text: str) -> dict[str, Any]:
    return {"errors": {"code": code, "message": [text]}}


async def _send(send: Send, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    content = b"" if body is None else json.dumps(body).encode()
    named = {"content-type": "application/json", **(headers or {}), "content-length": str(len(content))}
    raw = [(name.encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
