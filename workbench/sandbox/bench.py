"""How fast the local tenant answers over loopback: `python -m workbench.sandbox.bench [calls] [connections]`."""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workbench.sandbox.server import serve
from workbench.sandbox.settings import TenantSettings

PLENTY = 10_000_000
BATCH = 100
HEADERS = {
    "Authorization": "Token token=local-tenant-key",
    "Accept": "application/json",
    "Content-Type": "application/json",
}


def measure_upserts(count: int, *, path: Path, connections: int = 1) -> float:
    """Upserts a second of that many new contacts, one after the other on each connection."""
    with _serving(path) as address:
        numbers = [range(start, count, connections) for start in range(connections)]
        start = time.perf_counter()
        with ThreadPoolExecutor(connections) as pool:
            list(pool.map(partial(_send_upserts, address), numbers))
        return count / (time.perf_counter() - start)


def measure_bulk(count: int, *, path: Path) -> float:
    """Records a second of that many new contacts, a full bulk call at a time; a call counts until its job is done."""
    with _serving(path) as address, _connect(address) as connection:
        start = time.perf_counter()
        for first in range(0, count, BATCH):
            rows = [_describe(number) for number in range(first, min(first + BATCH, count))]
            body = {"contacts": [{"emails": row["email"], "data": row} for row in rows]}
            _wait_for(connection, _ask(connection, "POST", "contacts/bulk_upsert", body)["job_status_url"])
        return count / (time.perf_counter() - start)


@contextmanager
def _serving(path: Path) -> Iterator[str]:
    """The address of a tenant in a process of its own."""
    context = get_context("spawn")
    told, telling = context.Pipe(duplex=False)
    server = context.Process(target=_serve, args=(path, telling), daemon=True)
    server.start()
    # The only end left is the server's: if it cannot start, that one closes.
    telling.close()
    try:
        yield told.recv()
    except EOFError:
        raise RuntimeError("the tenant did not start") from None
    finally:
        server.terminate()
        server.join()


def _serve(path: Path, telling: Any) -> None:
    serve(TenantSettings(calls_per_hour=PLENTY), path=path, port=0, ready=telling.send)


def _send_upserts(address: str, numbers: range) -> None:
    with _connect(address) as connection:
        for number in numbers:
            body = {"unique_identifier": {"external_id": str(number)}, "contact": _describe(number)}
            _ask(connection, "POST", "contacts/upsert", body)


def _describe(number: int) -> dict[str, str]:
    return {"first_name": "Ann", "last_name": str(number), "email": f"ann{number}@example.org"}


def _wait_for(connection: _Connection, url: str) -> None:
    job = "job_statuses/" + url.rpartition("/")[2]
    while _ask(connection, "GET", job)["status"] != "SUCCESS":
        time.sleep(0.001)


class _Connection(http.client.HTTPConnection):
    """A connection that knows what the tenant's paths begin with; the standard client costs the least itself."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        super().__init__(parts.hostname or "", parts.port)
        self.base = parts.path


def _connect(address: str) -> closing[_Connection]:
    return closing(_Connection(address))


def _ask(connection: _Connection, method: str, path: str, body: Any = None) -> Any:
    sent = None if body is None else json.dumps(body).encode()
    connection.request(method, f"{connection.base}/{path}", body=sent, headers=HEADERS)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {content[:200]!r}")
    return json.loads(content)


def _print_rates(count: int, connections: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        single = measure_upserts(count, path=Path(folder) / "single.sqlite")
        print(f"{single:,.0f} single upserts a second on one connection")
        if connections > 1:
            many = measure_upserts(count, path=Path(folder) / "many.sqlite", connections=connections)
            print(f"{many:,.0f} single upserts a second on {connections} connections")
        bulk = measure_bulk(count * 5, path=Path(folder) / "bulk.sqlite")
        print(f"{bulk:,.0f} records a second in bulk calls of {BATCH}")


if __name__ == "__main__":
    _print_rates(int(sys.argv[1]) if sys.argv[1:] else 2000, int(sys.argv[2]) if sys.argv[2:] else 1)
