"""How many single upserts a second the local tenant takes over loopback: `python -m workbench.sandbox.bench`."""

from __future__ import annotations

import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

import httpx

from workbench.sandbox.server import serve
from workbench.sandbox.settings import TenantSettings

PLENTY = 10_000_000


def measure_upserts(count: int, *, path: Path) -> float:
    """Upserts a second of that many new contacts, sent one after the other on one connection."""
    context = get_context("spawn")
    addresses = context.SimpleQueue()
    server = context.Process(target=_serve, args=(path, addresses), daemon=True)
    server.start()
    try:
        return _send_upserts(count, addresses.get())
    finally:
        server.terminate()
        server.join()


def _serve(path: Path, addresses: object) -> None:
    serve(TenantSettings(calls_per_hour=PLENTY), path=path, port=0, ready=addresses.put)


def _send_upserts(count: int, address: str) -> float:
    headers = {"Authorization": "Token token=local-tenant-key", "Accept": "application/json"}
    with httpx.Client(base_url=address, headers=headers) as client:
        start = time.perf_counter()
        for number in range(count):
            contact = {"first_name": "Ann", "last_name": str(number), "email": f"ann{number}@example.org"}
            body = {"unique_identifier": {"external_id": str(number)}, "contact": contact}
            client.post("/contacts/upsert", json=body).raise_for_status()
        return count / (time.perf_counter() - start)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        rate = measure_upserts(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, path=Path(folder) / "tenant.sqlite")
    print(f"{rate:.0f} upserts a second")
