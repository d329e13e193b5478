"""A load over PostgreSQL in a process of its own, to be killed:
`python -m tests.ledger.killed_loader ADDRESS URL SCHEMA FOLDER PATIENTS`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import httpx

from tests.ledger.places import PostgresPlace
from tests.load.world import PHASES, World, make_records, open_tenant
from workbench.errors import StopRun
from workbench.freshsales.schema import read_schema
from workbench.ledger import Ledger


def main(address: str, url: str, schema: str, folder: str, patients: int) -> None:
    """Load and print one line a record."""
    place = PostgresPlace(folder=Path(folder), url=url, schema=schema)
    tenant = open_tenant(httpx.HTTPTransport(), base=address)
    world = World(app=None, tenant=tenant, schema=read_schema(tenant, plan="enterprise"), path=Path(folder))
    with open_patiently(place) as ledger:
        print("loading", flush=True)
        world.load(
            make_records(patients=patients), ledger, phases=PHASES,
            progress=lambda phase, *, done, total: print(phase, done, flush=True),
        )  # fmt: skip
    print("complete", flush=True)


def open_patiently(place: PostgresPlace) -> Ledger:
    """A server takes a moment to notice that the process before us was killed."""
    for _ in range(50):
        try:
            return place.open()
        except StopRun:
            time.sleep(0.1)
    return place.open()


if __name__ == "__main__":
    main(*sys.argv[1:5], int(sys.argv[5]))
