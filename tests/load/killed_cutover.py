"""A delta killed over and over by SIGKILL: `python -m tests.load.killed_cutover ADDRESS LEDGER KILLS SEED`.

One process imports everything and forks a child an attempt, see `tests.load.killed_rollback` for how it dies. The delta
changes, adds and deletes records, and meets one that somebody edited. The last attempt is left alone.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from pathlib import Path

import polars as pl

from tests.load.killed_delta import Records, bring_over
from tests.load.killed_loader import die_in
from tests.load.killed_rollback import Deadly
from tests.load.world import World, change, make_records, open_tenant
from workbench.freshsales.schema import TenantSchema, read_schema

HOW = ("line", "unsent", "answered", "looking")
MOST_WRITES, MOST_LINES, MOST_LOOKING = 6, 1_500, 20_000
PATIENTS, NEW = 8, 2


def make_before() -> Records:
    """What was loaded."""
    return make_records(patients=PATIENTS)


def make_after() -> Records:
    """What the source says now: changed, new and deleted records."""
    later = {
        name: pl.concat([make_before()[name], rows.tail(NEW)]) if name != "clinics" else rows
        for name, rows in make_records(patients=PATIENTS + NEW).items()
    }
    for number in (0, 1, 2, 3):
        later = change(later, "patients", f"p{number}", last_name="Later")
    for number in (0, 2):
        later = change(later, "plans", f"t{number}", name="Later")
    return later | {"remarks": later["remarks"].filter(~pl.col("external_id").is_in(["r4", "r5"]))}


def attempt(address: str, path: Path, schema: TenantSchema, how: str, *, writes: int, lines: int) -> None:
    """One delta in a child, to its end or its death."""
    if how == "looking":
        die_in(lines)
    with open_tenant(Deadly(how, writes=writes, lines=lines), base=address) as tenant:
        world = World(app=None, tenant=tenant, schema=schema, path=path)
        with world.ledger() as ledger:
            bring_over(make_before(), make_after())(world, ledger)


def main(address: str, path: Path, kills: int, seed: int) -> None:
    """Kill so many attempts, let the next live, and say as JSON how often which death came."""
    draw, deaths = random.Random(seed), Counter()
    with open_tenant(Deadly("", writes=0, lines=0), base=address) as tenant:
        schema = read_schema(tenant, plan="enterprise")
    while True:
        how = draw.choice(HOW) if deaths.total() < kills else ""
        doom = {"writes": draw.randint(1, MOST_WRITES)}
        doom["lines"] = draw.randint(1, MOST_LOOKING if how == "looking" else MOST_LINES)
        child = os.fork()
        if child == 0:
            attempt(address, path, schema, how, **doom)
            os._exit(0)
        _, ended = os.waitpid(child, 0)
        if not os.WIFSIGNALED(ended):
            assert ended == 0, "an attempt failed"
            break
        deaths[how] += 1
    print(json.dumps(deaths))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
