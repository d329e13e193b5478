"""A local tenant in this process, and a line to it that can be made to fail."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.freshsales.clock import Clock
from workbench.engagement import Secret
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Pacer
from workbench.sandbox import Switches, TenantSettings, build_app, in_process

URL = "http://127.0.0.1:8765/crm/sales/api"
KEY = "local-tenant-key"
# What befalls one request: an answer in the tenant's place, an error, or a function of the request and the line.
Fault = httpx.Response | Exception | Callable[[httpx.Request, httpx.BaseTransport], httpx.Response]


class Line(httpx.BaseTransport):
    """The way to the tenant. Faults befall the next requests, one each, that `where` picks."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.faults: list[Fault] = []
        self.where: Callable[[httpx.Request], bool] = lambda request: True
        self.seen: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, or let the next fault befall it."""
        self.seen.append(request)
        if not self.faults or not self.where(request):
            return self.inner.handle_request(request)
        fault = self.faults.pop(0)
        if isinstance(fault, Exception):
            raise fault
        return fault if isinstance(fault, httpx.Response) else fault(request, self.inner)


def lose_answer(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
    """The tenant does what it was asked, and its answer is lost on the way."""
    inner.handle_request(request).read()
    raise httpx.ReadError("connection reset", request=request)


class Bench:
    """Client, line, clock and the tenant's own insides, for one test."""

    def __init__(self, *, key: str = KEY, **settings) -> None:
        self.clock = Clock()
        self.app = build_app(TenantSettings(key=key, **settings), clock=self.clock)
        self.line = Line(in_process(self.app))
        self.inside = self.app.state.tenant
        self.waits: list[tuple[float, str]] = []
        self.client = self.connect(key)

    def connect(self, key: str = KEY, *, url: str = URL) -> Tenant:
        """A new client on the same line."""
        pacer = Pacer(
            clock=self.clock,
            sleep=self.clock.sleep,
            on_wait=lambda seconds, reason: self.waits.append((seconds, reason)),
        )
        return Tenant(url, Secret(key), pacer=pacer, transport=self.line)


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    """Makes benches with the tenant's settings given; `switches` as a dict."""

    def make(*, switches: dict | None = None, **settings) -> Bench:
        return Bench(switches=Switches(**(switches or {})), **settings)

    return make


@pytest.fixture
def bench(make_bench) -> Bench:
    """A fresh Enterprise tenant."""
    return make_bench()
