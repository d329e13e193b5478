"""Where faults meet calls: inside the door, in front of the application."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from workbench.sandbox.entry import Entry
from workbench.sandbox.faults.befall import BEFALL, Serve, Sleep, Victim
from workbench.sandbox.faults.bulk import JOB_FAULT
from workbench.sandbox.faults.connection import read_ahead
from workbench.sandbox.faults.events import happen
from workbench.sandbox.tenant import Tenant


class Injector:
    """Lets the tenant's scenario befall its calls.

    Args:
        serve: Answers a call as if nothing were.
        bases: What the paths of calls begin with, before the resource.
        login: Where a browser without a key is sent.
        sleep: Waits so many seconds of the client's clock.
    """

    def __init__(self, tenant: Tenant, serve: Serve, *, bases: tuple[str, ...], login: str, sleep: Sleep) -> None:
        self._tenant = tenant
        self._serve = serve
        self._bases = sorted(bases, key=len, reverse=True)
        self._login = login
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or what becomes of it."""
        method, path, body = scope["method"], self._shorten(scope["path"]), b""
        if self._tenant.faults.wants_body(method, path) and not _is_upload(scope):
            body, receive = await read_ahead(receive)
        fate = self._tenant.faults.meet(method, path, body)
        for event in fate.events:
            happen(self._tenant, event)
        JOB_FAULT.set(fate.job)
        if fate.call is not None:
            await BEFALL[fate.call.kind](
                Victim(
                    tenant=self._tenant,
                    strike=fate.call,
                    scope=scope,
                    receive=receive,
                    send=send,
                    serve=self._serve,
                    sleep=self._sleep,
                    login=self._login,
                )
            )
            return
        fault = fate.job.kind if fate.job else ""
        await self._serve(scope, receive, Entry(self._tenant, scope, send, fault=fault))

    def _shorten(self, path: str) -> str:
        """The path below the base address."""
        base = next((base for base in self._bases if path.startswith(base + "/")), "")
        return path[len(base) :]


def _is_upload(scope: Scope) -> bool:
    """Files pass as a stream; what is in them is nobody's business here."""
    return dict(scope["headers"]).get(b"content-type", b"").startswith(b"multipart/")
