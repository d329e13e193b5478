"""What a load costs this machine, the tenant's work and quota aside: `python -m tests.load.bench 20000 80000`.

The tenant is hollow: it keeps what it is sent and answers at once. Figures are CPU of this process a record, so that
they say the same on a busy machine; a load that costs more a record the more records there are shows it here.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from tests.load.world import PHASES, World, make_records, make_world, open_tenant

STAMP = "2026-01-01T00:00:00Z"


class Hollow(httpx.BaseTransport):
    """Takes everything, checks nothing, and shows what it was sent."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._kept: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/crm/sales/api/")
        sent = json.loads(request.content) if request.content else {}
        return httpx.Response(200, json=self._answer(request, path, sent), request=request)

    def _answer(self, request: httpx.Request, path: str, sent: dict[str, Any]) -> dict[str, Any]:
        plural = path.partition("/")[0]
        if path.endswith("/filters"):
            return {"filters": [{"id": 1, "name": f"All {plural}"}]}
        if "/view/" in path:
            kept, page = self._kept[plural], int(request.url.params["page"])
            newest = kept[::-1][(page - 1) * 100 : page * 100] if request.url.params["sort_type"] == "desc" else []
            return {plural: newest, "meta": {"total": len(kept), "total_pages": -(-len(kept) // 100)}}
        if path.startswith("job_statuses"):
            return {"status": "SUCCESS", "created_at": STAMP, "status_updated_at": STAMP, "data": None}
        if path.endswith("/bulk_upsert"):
            for row in sent[plural]:
                self._keep(plural, row["data"])
            return {"job_status_url": "http://127.0.0.1/crm/sales/api/job_statuses/1", "message": ""}
        wrapper, record = list(sent.items())[-1]
        return {wrapper: self._keep(plural, record)}

    def _keep(self, plural: str, record: dict[str, Any]) -> dict[str, Any]:
        kept = record | {"id": next(self._ids), "created_at": STAMP, "updated_at": STAMP}
        self._kept[plural].append(kept)
        return kept


def measure(folder: Path, records: int) -> dict[str, float]:
    """Load so many records, then load them again unchanged."""
    real = make_world(folder / "schema.sqlite")
    tenant = open_tenant(Hollow())
    world = World(app=None, tenant=tenant, schema=real.schema, path=folder / f"{records}.sqlite")
    frames = make_records(clinics=records // 20, patients=(records - records // 20) // (len(PHASES) - 1))
    total = sum(frame.height for frame in frames.values())
    figures: dict[str, float] = {"records": total}
    for name in ("load", "again"):
        began, cpu = time.perf_counter(), time.process_time()
        with world.ledger() as ledger:
            loaded = world.load(frames, ledger)["loaded"].sum()
        assert loaded == total
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        figures |= {f"{name}: CPU ms a record": 1000 * cpu / total, f"{name}: records a second": total / wall}
    real.tenant.close()
    return figures | {"requests": tenant.requests}


if __name__ == "__main__":
    for size in sys.argv[1:] or ("20000",):
        with TemporaryDirectory() as made:
            print({name: round(value, 3) for name, value in measure(Path(made), int(size)).items()})
