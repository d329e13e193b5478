"""A rollback killed over and over: `python -m tests.load.killed_rollback ADDRESS LEDGER KILLS SEED`.

One process imports everything and forks a child an attempt. The child takes everything back and dies by SIGKILL: so
many lines of the workbench after some write, before a write is sent, or when the tenant has done it and not a word of
its answer was read. Some die while they still look. The last attempt is left alone.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import httpx

from tests.load.killed_loader import die, die_in
from tests.load.world import KEY, make_clock
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Pacer
from workbench.ledger import Ledger
from workbench.load.rollback import roll_back

HOW = ("line", "unsent", "answered", "looking")
MOST_WRITES, MOST_LINES, MOST_LOOKING = 8, 1_500, 60_000
LONGEST_WAIT = 0.2  # seconds; enough for what the tenant does after its answer


class Deadly(httpx.BaseTransport):
    """A network at which the child dies.

    Args:
        writes: The write it dies at, before or after it is done, or so many `lines` after its answer.
    """

    def __init__(self, how: str, *, writes: int, lines: int) -> None:
        self._inner = httpx.HTTPTransport()
        self._how, self._writes, self._lines = how, writes, lines

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        is_write = request.method != "GET" and "filtered_search" not in request.url.path
        self._writes -= is_write
        is_it = is_write and self._writes == 0
        if is_it and self._how == "unsent":
            die()
        response = self._inner.handle_request(request)
        if is_it and self._how == "answered":
            die()
        if is_it and self._how == "line":
            die_in(self._lines)
        return response


def attempt(address: str, path: Path, how: str, *, writes: int, lines: int) -> None:
    """One rollback in a child, to its end or its death."""
    if how == "looking":
        die_in(lines)
    network = Deadly(how, writes=writes, lines=lines)
    pacer = Pacer(1.0, mood="cutover", sleep=lambda seconds: time.sleep(min(seconds, LONGEST_WAIT)))
    with (
        Tenant(address, KEY, pacer=pacer, transport=network) as tenant,
        Ledger.open(path, clock=make_clock()) as ledger,
    ):
        roll_back(ledger, tenant, run_label="90_rollback/killed")


def main(address: str, path: Path, kills: int, seed: int) -> None:
    """Kill so many attempts, let the next live, and say as JSON how often which death came."""
    draw, deaths = random.Random(seed), Counter()
    while True:
        how = draw.choice(HOW) if deaths.total() < kills else ""
        doom = {"writes": draw.randint(1, MOST_WRITES)}
        doom["lines"] = draw.randint(1, MOST_LOOKING if how == "looking" else MOST_LINES)
        child = os.fork()
        if child == 0:
            attempt(address, path, how, **doom)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == 0:
            break
        if code != -signal.SIGKILL:
            raise SystemExit(f"attempt {deaths.total()} failed with {code}")
        deaths[how] += 1
    print(json.dumps(deaths))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
