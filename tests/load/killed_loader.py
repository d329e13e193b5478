"""A load in a process of its own, to be killed: `python -m tests.load.killed_loader ADDRESS LEDGER PATIENTS`."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx

from tests.load.world import PHASES, World, make_records, open_tenant
from workbench.freshsales.schema import read_schema


def main(address: str, ledger: str, patients: int) -> None:
    """Load and print one line a record."""
    tenant = open_tenant(httpx.HTTPTransport(), base=address)
    world = World(app=None, tenant=tenant, schema=read_schema(tenant, plan="enterprise"), path=Path(ledger))
    with world.ledger() as book:
        print("loading", flush=True)
        world.load(
            make_records(patients=patients), book, phases=PHASES,
            progress=lambda phase, *, done, total: print(phase, done, flush=True),
        )  # fmt: skip
    print("complete", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
