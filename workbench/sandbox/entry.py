"""One call's row in the journal, and its answer on the way out."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from workbench.sandbox.journal import TOUCHED
from workbench.sandbox.tenant import Tenant

# What the client gets of an answer with that status: the status of another one, or null for none at all.
Sent = Callable[[int], int | None]


class Entry:
    """Passes an answer on with the quota's headers, and writes it down before the client can read it.

    Args:
        fault: Kind of the fault that struck the call, empty for none.
        sent: What the client gets in the place of the answer's status.
    """

    def __init__(
        self, tenant: Tenant, scope: Scope, send: Send, *, fault: str = "", sent: Sent = lambda status: status
    ) -> None:
        self._tenant = tenant
        self._scope = scope
        self._send = send
        self._fault = fault
        self._sent = sent
        self._records: list[int] = []
        self.cost = 0
        self.is_written = False
        TOUCHED.set(self._records)

    async def __call__(self, message: Message) -> None:
        """Pass on one message of the answer."""
        if message["type"] == "http.response.start":
            self.write(message["status"], status=self._sent(message["status"]))
            MutableHeaders(scope=message).update(self._tenant.quota.headers())
        await self._send(message)

    def write(self, meant: int | None, *, status: int | None) -> None:
        """Put the call into the journal.

        Args:
            meant: Status the tenant answered with; null where the call never came to it.
            status: Status the client got; null where it got no answer.
        """
        tenant = self._tenant
        refused = 400 <= (meant or status or 0) < 500
        if self.cost and refused and not tenant.settings.switches.failed_calls_cost:
            tenant.quota.give_back()
            self.cost = 0
        with tenant.store.transaction():
            tenant.quota.keep()
            tenant.faults.keep()
            tenant.store.journal.add(
                at=tenant.clock(),
                method=self._scope["method"],
                path=self._scope["path"],
                query=self._scope["query_string"].decode("latin-1"),
                status=status,
                meant=meant,
                cost=self.cost,
                fault=self._fault,
                records=() if refused else self._records,
            )
        self.is_written = True
