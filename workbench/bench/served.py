"""A tenant of its own for each cell, in a process of its own, prepared and then set to its bad day."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workbench.bench.cases import HOUR, Case
from workbench.bench.drivers.ours import open_tenant, prepare_schema
from workbench.bench.records import OBJECTS
from workbench.errors import StopRun
from workbench.sandbox.remote import ask_server
from workbench.sandbox.server import serve
from workbench.sandbox.settings import TenantSettings

PLENTY = 10_000_000
SECONDS_AN_HOUR = 3600
START_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A tenant that answers.

    Attributes:
        began: Number of the last row of its journal before the tool came.
    """

    url: str
    key: str
    began: int

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What it tells beside its API."""
        return ask_server(self.url, self.key, method, path, body)

    @contextmanager
    def counting(self) -> Iterator[Callable[[], int]]:
        """What tells how many records of all objects it holds, over one connection: asked often, it must be quick."""
        place = urlsplit(self.url)
        headers = {"Authorization": f"Token token={self.key}", "Accept": "application/json"}
        with closing(HTTPConnection(place.hostname or "", place.port)) as connection:

            def count() -> int:
                connection.request("GET", f"/local/count?objects={','.join(OBJECTS)}", headers=headers)
                return json.loads(connection.getresponse().read())["count"]

            yield count


@contextmanager
def serve_tenant(case: Case, *, records: int, seed: int, path: Path) -> Iterator[Served]:
    """A tenant with the fields every tool writes to, at the start of a case."""
    settings = TenantSettings(calls_per_hour=PLENTY)
    context = get_context("spawn")
    told, telling = context.Pipe(duplex=False)
    server = context.Process(target=_serve, args=(settings, path, telling), daemon=True)
    server.start()
    telling.close()
    try:
        if not told.poll(START_SECONDS):
            raise StopRun("the local tenant did not start")
        yield _prepare(told.recv(), settings.key, case, records=records, seed=seed)
    except EOFError:
        raise StopRun("the local tenant did not start") from None
    finally:
        server.terminate()
        server.join()


def _serve(settings: TenantSettings, path: Path, telling: Any) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(settings, path=path, port=0, ready=telling.send)


def _end_with_parent() -> None:
    """A bench that was killed leaves no tenant behind."""
    parent_process().join()
    os._exit(1)


def _prepare(url: str, key: str, case: Case, *, records: int, seed: int) -> Served:
    with open_tenant(url, key) as tenant:
        prepare_schema(tenant)
    rows = ask_server(url, key, "GET", "journal")["journal"]
    per_hour = max(records // case.hours, 30) if case.hours else PLENTY
    if case.hours:
        ask_server(url, key, "POST", "time_scale", {"time_scale": SECONDS_AN_HOUR / HOUR})
    ask_server(url, key, "POST", "quota", {"per_hour": per_hour, "remaining": per_hour})
    if case.faults:
        ask_server(url, key, "POST", "faults", {"lines": list(case.faults), "seed": seed})
    return Served(url=url, key=key, began=rows[-1]["seq"] if rows else 0)
