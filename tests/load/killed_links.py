"""A load of circles and files killed over and over, each attempt in a child of its own:
`python -m tests.load.killed_links ADDRESS LEDGER EXPORT KILLS SEED`.

It dies between any two lines of the workbench, or once the tenant has done a write and before its answer was read.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.load.killed_loader import Doom, Doomed, die_in
from tests.load.test_links import PHASES as CIRCLES
from tests.load.test_links import make_clinics
from tests.load.test_uploads import FILES
from tests.load.world import World, open_tenant, shape_records
from workbench.file_names import name_files
from workbench.freshsales.schema import read_schema
from workbench.load.phases import load_phases
from workbench.load.shelf import Shelf

PHASES = (*CIRCLES, FILES)
SIZE = 40  # clinics, and as many patients
MOST_LINES, MOST_WRITES = 30_000, 60


def make_all():
    """Clinics and patients in circles, and a file of each patient."""
    records = make_clinics(SIZE, SIZE, referrers={n: (n + 1) % SIZE for n in range(SIZE)})
    rows = [{"external_id": f"f{n}", "PATIENT": f"p{n}", "path": f"{n}.txt"} for n in range(SIZE)]
    return records | {"scans": name_files(shape_records(FILES, rows))}


def attempt(address: str, ledger: Path, export: Path, doom: Doom) -> None:
    """Load everything in this process, which may not live to the end."""
    with open_tenant(Doomed(doom), base=address) as tenant:
        world = World(app=None, tenant=tenant, schema=read_schema(tenant, plan="enterprise"), path=ledger)
        with world.ledger() as book:
            setup = replace(world.setup(book), shelf=Shelf(folder=export))
            if doom.how == "line":
                die_in(doom.lines)
            load_phases(setup, PHASES, make_all(), on_phase=lambda counted: None)


def kill_over_and_over(attempt: Callable[[Doom], None], *, kills: int, seed: int) -> Counter[str]:
    """Kill an attempt so often, then let one live; returns how they died."""
    draw, tally = random.Random(seed), Counter()
    while tally.total() < kills:
        how = draw.choice(("line", "answered", "unsent", "asking"))
        doom = Doom(how=how, lines=int(MOST_LINES * draw.random()), requests=1 + int(MOST_WRITES * draw.random() ** 2))
        tally[how] += _run(attempt, doom)
    assert not _run(attempt, Doom(how=""))
    return tally


def _run(attempt: Callable[[Doom], None], doom: Doom) -> bool:
    """One attempt in a child; returns whether it was killed."""
    child = os.fork()
    if not child:
        try:
            attempt(doom)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    ended = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(ended):
        assert os.WTERMSIG(ended) == signal.SIGKILL
        return True
    assert ended == 0, "an attempt failed"
    return False


def main(address: str, ledger: str, export: str, kills: str, seed: str) -> None:
    """Kill so often, then let one attempt live; prints how they died as JSON."""
    one = partial(attempt, address, Path(ledger), Path(export))
    print(json.dumps(kill_over_and_over(one, kills=int(kills), seed=int(seed))))


if __name__ == "__main__":
    main(*sys.argv[1:])
