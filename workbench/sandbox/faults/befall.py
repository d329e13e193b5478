"""What each fault of a call does to it. Those that pull the line do so for real, see `connection`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from starlette.types import Message, Receive, Scope, Send

from workbench.sandbox.entry import Entry, Sent
from workbench.sandbox.faults.connection import close_connection, read_ahead, reset_connection
from workbench.sandbox.faults.schedule import Strike
from workbench.sandbox.refusals import (
    Refusal,
    refuse,
    refuse_as_broken,
    refuse_as_gateway,
    refuse_login,
    refuse_too_many,
)
from workbench.sandbox.tenant import Tenant

Serve = Callable[[Scope, Receive, Entry], Awaitable[None]]
Sleep = Callable[[float], Awaitable[object]]
GATEWAY = (502, 503, 504)


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """A call a fault strikes, and everything there is to treat it with.

    Attributes:
        serve: Answers it as if nothing were.
        sleep: Waits so many seconds of the client's clock.
        login: Where a browser without a key is sent.
    """

    tenant: Tenant
    strike: Strike
    scope: Scope
    receive: Receive
    send: Send
    serve: Serve
    sleep: Sleep
    login: str

    async def do(self, send: Send | None = None, *, sent: Sent = lambda status: status) -> None:
        """Let the tenant do it and answer through `send`."""
        entry = Entry(self.tenant, self.scope, send or self.send, fault=self.strike.kind, sent=sent)
        await self.serve(self.scope, self.receive, entry)

    async def pause(self) -> None:
        """Wait as long as the fault says."""
        await self.sleep(self.strike["seconds"] / self.tenant.time_scale)

    async def answer(self, refusal: Refusal, *, done: bool = False, cost: int = 0) -> None:
        """Answer this in the place of what the tenant would say.

        Args:
            done: The tenant does it all the same.
            cost: Calls it uses up where it is not done.
        """
        if done:
            await self.do(_swallow, sent=lambda status: refusal.status)
        else:
            entry = Entry(self.tenant, self.scope, self.send, fault=self.strike.kind)
            if cost:
                self.tenant.quota.spend()
                entry.cost = cost
            entry.write(None, status=refusal.status)
        headers = self.tenant.quota.headers() if refusal.has_quota else {}
        await refusal.with_headers(headers).send(self.send)


async def _swallow(message: Message) -> None:
    """The client reads none of it."""


async def reset_before(victim: Victim) -> None:
    """Nothing is done, and the connection is reset once all was sent; earlier, the client may take it for a hang-up."""
    await read_ahead(victim.receive)
    Entry(victim.tenant, victim.scope, victim.send, fault=victim.strike.kind).write(None, status=None)
    await reset_connection(victim.scope, victim.receive)


async def late(victim: Victim) -> None:
    """Done and answered after a while, even if the client has hung up by then."""
    _, receive = await read_ahead(victim.receive)
    await victim.pause()
    await replace(victim, receive=receive).do()


async def server_error(victim: Victim) -> None:
    """500 in the tenant's words, or a page of the gateway."""
    status = victim.strike["status"]
    is_gateway = status in GATEWAY or victim.strike["html"]
    refusal = refuse_as_gateway(status) if is_gateway else refuse_as_broken(status)
    await victim.answer(refusal, done=victim.strike["done"], cost=int(refusal.has_quota))


async def html(victim: Victim) -> None:
    """A page with any status."""
    await victim.answer(refuse_as_gateway(victim.strike["status"]), done=victim.strike["done"])


async def too_many(victim: Victim) -> None:
    """As over quota; the header the scenario asks for, not that of the switches."""
    asked = victim.strike["retry_after"]
    is_number = not isinstance(asked, str)
    wait = asked / victim.tenant.time_scale if is_number else victim.tenant.quota.wait
    form = "seconds" if is_number else asked
    await victim.answer(
        refuse_too_many(victim.tenant, wait=wait, retry_after=form, wrapped=victim.strike["wrapped"] or None)
    )


async def busy(victim: Victim) -> None:
    """405, as bulk answers while too many jobs run."""
    await victim.answer(refuse(405, "Too many bulk jobs are running. Try again later."), cost=1)


async def expired_key(victim: Victim) -> None:
    """As with a key nobody has."""
    accept = dict(victim.scope["headers"]).get(b"accept", b"")
    await victim.answer(refuse_login(wants_json=b"json" in accept, login=victim.login))


async def status_flake(victim: Victim) -> None:
    """The refusal that goes away when the same is sent again."""
    await victim.answer(refuse(400, "Invalid contact status provided."), cost=1)


async def reset_after(victim: Victim) -> None:
    """Done, and the connection is reset."""
    await victim.do(_swallow, sent=lambda status: None)
    await reset_connection(victim.scope, victim.receive)


async def lost_answer(victim: Victim) -> None:
    """Done, silence, and the tenant hangs up."""
    await victim.do(_swallow, sent=lambda status: None)
    await victim.pause()
    await close_connection(victim.scope, victim.receive)


async def cut_answer(victim: Victim) -> None:
    """Done, and the answer's head and a little of its body arrive."""
    left = victim.strike["bytes"]

    async def send(message: Message) -> None:
        nonlocal left
        if message["type"] == "http.response.start":
            await victim.send(message)
        elif left:
            part = message.get("body", b"")[:left]
            left -= len(part)
            await victim.send({"type": "http.response.body", "body": part, "more_body": True})

    await victim.do(send)
    await close_connection(victim.scope, victim.receive)


async def slow(victim: Victim) -> None:
    """Done at once, answered after a while."""

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            await victim.pause()
        await victim.send(message)

    await victim.do(send)


async def trickle(victim: Victim) -> None:
    """Done, and the body arrives piece by piece."""
    size = victim.strike["bytes"]

    async def send(message: Message) -> None:
        body = message.get("body", b"")
        for start in range(0, len(body), size):
            piece = body[start : start + size]
            await victim.send({"type": "http.response.body", "body": piece, "more_body": True})
            await victim.pause()
        await victim.send({**message, "body": b""} if body else message)

    await victim.do(send)


BEFALL: dict[str, Callable[[Victim], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        reset_before, late, server_error, html, too_many, busy, expired_key, status_flake,
        reset_after, lost_answer, cut_answer, slow, trickle,
    )
}  # fmt: skip
