"""A load in a process of its own that says each record, to be killed from outside:
`python -m tests.load.told_loader ADDRESS LEDGER PATIENTS`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import httpx

from tests.load.world import World, make_records, open_tenant
from workbench.freshsales.schema import read_schema


def main(address: str, path: str, patients: int) -> None:
    """Load and print one line a record."""
    tenant = open_tenant(httpx.HTTPTransport(), base=address)
    world = World(app=None, tenant=tenant, schema=read_schema(tenant, plan="enterprise"), path=Path(path))
    with world.ledger() as ledger:
        world.load(
            make_records(patients=patients), ledger,
            progress=lambda phase, *, done, total: print(phase, done, flush=True),
        )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:3], int(sys.argv[3]))
