"""A tenant filled in this process and served by another, as a client from outside finds it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx

from workbench.sandbox import TenantSettings, build_app, serve
from workbench.sandbox.tenant import Tenant

WAIT = 60


class Served:
    """A running tenant.

    Attributes:
        address: Base address of its API.
        origin: Scheme, host and port alone.
    """

    def __init__(self, address: str, key: str) -> None:
        self.address = address
        self.origin = "/".join(address.split("/")[:3])
        headers = {"Authorization": f"Token token={key}", "Accept": "application/json"}
        self.http = httpx.Client(headers=headers, trust_env=False)

    def ask(self, path: str) -> Any:
        """The JSON at a path of the API."""
        return self.http.get(self.address + path).raise_for_status().json()

    def records(self, object: str) -> list[dict[str, Any]]:
        """The live records of an object as the tenant keeps them."""
        return self.http.get(f"{self.origin}/local/records/{object}").raise_for_status().json()["records"]

    def ids(self, object: str) -> set[int]:
        """Ids of the live records of an object."""
        return {record["id"] for record in self.records(object)}


@contextmanager
def serve_tenant(settings: TenantSettings, path: Path, *, fill: Callable[[Tenant], None]) -> Iterator[Served]:
    """Fill a tenant, serve it on a free port, and end it when done.

    Args:
        path: File the tenant is kept in.
        fill: Puts records into it before anybody can ask for them.
    """
    tenant = build_app(settings, path=path).state.tenant
    with tenant.store.transaction():
        fill(tenant)
    tenant.close()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(settings, path, theirs), daemon=True)
    process.start()
    try:
        assert ours.poll(WAIT), "the tenant did not start"
        served = Served(ours.recv(), settings.key)
        yield served
        served.http.close()
    finally:
        process.terminate()
        process.join(WAIT)


def _serve(settings: TenantSettings, path: Path, pipe: Connection) -> None:
    serve(settings, path=path, port=0, ready=pipe.send)
