"""A load of products and deals with lines killed over and over, each attempt in a child of its own:
`python -m tests.load.killed_lines ADDRESS LEDGER KILLS SEED`.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import polars as pl

from tests.load.killed_links import kill_over_and_over
from tests.load.killed_loader import Doom, Doomed, die_in
from tests.load.test_line_items import PHASES, PRODUCTS, SOLD
from tests.load.world import World, make_records, open_tenant, shape_records
from workbench.freshsales.schema import read_schema
from workbench.line_items import add_lines

SIZE = 60  # deals, each with two lines
CATALOG = 15


def make_all() -> dict[str, pl.DataFrame]:
    """A catalog in which three products share a name, and deals with a line of a first and a second product."""
    clinic = make_records(patients=SIZE)
    names = [{"external_id": f"t{n}", "name": "Filling" if n < 3 else f"Part {n}"} for n in range(CATALOG)]
    rows = [(f"k{n}", f"t{(n + more) % CATALOG}", "1", f"{n + 1}.50") for n in range(SIZE) for more in (0, 1)]
    sold = pl.DataFrame(rows, schema=["CLAIM", "TREATMENT", "QTY", "PRICE"], orient="row").with_row_index("_row")
    sold = sold.with_columns(OFF=pl.lit(None, dtype=pl.String))
    return {
        **{phase.name: clinic[phase.name] for phase in PHASES[:2]},
        "treatments": shape_records(PRODUCTS, names),
        "claims": add_lines(clinic["claims"], {"sold": sold}, SOLD),
    }


def attempt(address: str, ledger: Path, doom: Doom) -> None:
    """Load everything in this process, which may not live to the end."""
    with open_tenant(Doomed(doom), base=address) as tenant:
        world = World(app=None, tenant=tenant, schema=read_schema(tenant, plan="enterprise"), path=ledger)
        with world.ledger() as book:
            if doom.how == "line":
                die_in(doom.lines)
            world.load(make_all(), book, phases=PHASES)


def main(address: str, ledger: str, kills: str, seed: str) -> None:
    """Kill so often, then let one attempt live; prints how they died as JSON."""
    one = partial(attempt, address, Path(ledger))
    print(json.dumps(kill_over_and_over(one, kills=int(kills), seed=int(seed))))


if __name__ == "__main__":
    main(*sys.argv[1:])
