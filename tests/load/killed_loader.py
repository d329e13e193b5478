"""A load killed over and over:
`python -m tests.load.killed_loader ADDRESS LEDGER KILLS SEED PHASES CLINICS PATIENTS`,
where PHASES is how many of the phases there are, from the first.

One process imports everything and forks a child an attempt, so that a start costs next to nothing. The child opens the
ledger, loads, and dies by SIGKILL at an instant drawn by the seed; the last attempt is left alone. How it may die:

instant    after a time, wherever it is: in a commit, a flush to the disk, a wait for an answer
line       so many lines of the workbench after some record: between any two of them
answered   once the tenant has done the k-th write, and before a word of its answer was read
unsent     when all is ready to send the k-th write
asking     when the answer to the k-th request of any kind has come

Whatever it was to die of, an attempt that comes far beyond its share of the records dies there as by `line`, so that
the kills last as long as the load does.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import signal
import struct
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from tests.load.world import PHASES, World, make_records, open_tenant
from workbench.freshsales.schema import TenantSchema, read_schema
from workbench.model import Phase

HOW = ("instant", "instant", "line", "answered", "unsent", "asking")
MOST_LINES = 20_000  # of the workbench, in which a hundred records are taken, handed in and found
MOST_REQUESTS = 40
LONGEST_ATTEMPT = 300.0  # seconds; a resumed load that takes longer does not end
STAGES = ("starting", *(phase.name for phase in PHASES), "over")
PLACE = struct.Struct("ii")  # stage, and records of its phase that were through


@dataclass
class Doom:
    """How and when one attempt dies; `how` is empty for one that may live.

    Attributes:
        seconds: For `instant`.
        requests: For `answered`, `unsent` and `asking`.
        record: Which record of the load is the last it may see.
        lines: How many lines it has from there.
    """

    how: str
    seconds: float = 0.0
    requests: int = 0
    record: int = 0
    lines: int = 0


class Doomed(httpx.BaseTransport):
    """The network, which kills its own process at the k-th request or write: before it goes, or once it is done."""

    def __init__(self, doom: Doom) -> None:
        self._inner = httpx.HTTPTransport()
        self._doom = doom
        self._left = doom.requests

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        is_write = request.method != "GET" and "/filtered_search/" not in request.url.path
        self._left -= is_write or self._doom.how == "asking"
        if self._left == 0 and self._doom.how == "unsent":
            die()
        response = self._inner.handle_request(request)
        if self._left == 0 and self._doom.how in ("answered", "asking"):
            die()
        return response


@dataclass
class Killer:
    """Starts attempts and kills them, faster or slower so that the kills last as long as the load."""

    address: str
    schema: TenantSchema
    ledger: Path
    kills: int
    draw: random.Random
    phases: tuple[Phase, ...]
    clinics: int
    patients: int
    furthest: int = 0
    attempts: int = 0
    life: float = 0.1  # seconds an attempt takes to come to records it has not seen; learnt
    tally: Counter[str] = field(default_factory=Counter)
    place: mmap.mmap = field(default_factory=lambda: mmap.mmap(-1, PLACE.size))

    @property
    def total(self) -> int:
        """Records of the whole load."""
        return self.clinics + (len(self.phases) - 1) * self.patients

    def run(self) -> dict[str, Any]:
        """Kill as often as asked, then let one attempt live; returns what happened."""
        began, killed = time.monotonic(), 0
        while killed < self.kills:
            doom = self.make_doom(killed)
            died = self.attempt(doom)
            killed += died
            self.note(doom, died=died)
        assert not self.attempt(Doom(how=""))
        return {"kills": killed, "seconds": round(time.monotonic() - began, 1)} | dict(sorted(self.tally.items()))

    def make_doom(self, killed: int) -> Doom:
        """The next way to die; small numbers are the likeliest, and no attempt is to see much more than its share."""
        share = (self.total - self.furthest) / (self.kills - killed)
        return Doom(
            how=self.draw.choice(HOW),
            seconds=self.draw.uniform(0, 2 * self.life),
            requests=int(MOST_REQUESTS ** self.draw.random()),
            record=self.furthest + int(self.draw.uniform(0, 2 * share)),
            lines=int(MOST_LINES ** self.draw.random()),
        )

    def attempt(self, doom: Doom) -> bool:
        """Start a load and wait for its end; returns whether it was killed.

        Raises:
            RuntimeError: It failed, or did not end.
        """
        PLACE.pack_into(self.place, 0, 0, 0)
        self.attempts += 1
        child = os.fork()
        if not child:
            self.load(doom)
        began, longest = time.monotonic(), doom.seconds if doom.how == "instant" else LONGEST_ATTEMPT
        ended = wait_for(child, longest, is_doomed=doom.how == "instant")
        if doom.how and doom.how != "instant":
            self.life += (time.monotonic() - began - self.life) / 10
        if os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL:
            return True
        if ended:
            raise RuntimeError(f"an attempt failed with {ended}, doomed to {doom}")
        return False

    def note(self, doom: Doom, *, died: bool) -> None:
        """Count where it died and how."""
        stage, done = PLACE.unpack_from(self.place, 0)
        self.furthest = max(self.furthest, self.count_through(stage, done))
        for word in (doom.how, f"in {STAGES[stage]}") if died else ("came to its end",):
            self.tally[word] += 1

    def count_through(self, stage: int, done: int) -> int:
        """Records before that place."""
        sizes = [0, self.clinics, *[self.patients] * 6, 0]
        return sum(sizes[:stage]) + done

    def load(self, doom: Doom) -> None:
        """The child: load everything and never return."""
        try:
            tenant = open_tenant(Doomed(doom), base=self.address)
            world = World(app=None, tenant=tenant, schema=self.schema, path=self.ledger)
            records = make_records(clinics=self.clinics, patients=self.patients)
            with world.ledger() as ledger:
                label = f"40_load/{self.attempts}"
                counts = world.load(
                    records, ledger, phases=self.phases, run_label=label, progress=partial(self.say_place, doom)
                )
            PLACE.pack_into(self.place, 0, len(STAGES) - 1, 0)
            assert (counts["attempted"] == counts["loaded"]).all()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)

    def say_place(self, doom: Doom, phase: str, *, done: int, total: int) -> None:
        """Leave word of how far the attempt is, for when it is dead, and let it die from its last record on."""
        stage = STAGES.index(phase)
        PLACE.pack_into(self.place, 0, stage, done)
        if doom.how and self.count_through(stage, done) == max(doom.record, 1):
            die_in(doom.lines)


def die() -> None:
    """End this process as the kernel would."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_in(lines: int) -> None:
    """Let this process die after so many lines of the workbench more."""
    left = lines

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if "/workbench/" not in frame.f_code.co_filename:
            return None
        left -= event == "line"
        if left < 0:
            die()
        return trace

    sys.settrace(trace)
    frame: FrameType | None = sys._getframe()
    while frame:
        frame.f_trace, frame = trace, frame.f_back


def wait_for(child: int, longest: float, *, is_doomed: bool) -> int:
    """How a child ended; killed where it takes longer.

    Raises:
        RuntimeError: It does not end, and was not meant to be killed for that.
    """
    deadline = time.monotonic() + longest
    while time.monotonic() < deadline:
        pid, ended = os.waitpid(child, os.WNOHANG)
        if pid:
            return ended
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    if not is_doomed:
        raise RuntimeError(f"an attempt did not end in {longest:.0f} s")
    return os.waitpid(child, 0)[1]


def main(address: str, ledger: str, kills: str, seed: str, phases: str, clinics: str, patients: str) -> None:
    """Kill a load so often and print what happened as JSON."""
    with open_tenant(httpx.HTTPTransport(), base=address) as tenant:
        schema = read_schema(tenant, plan="enterprise")
    killer = Killer(
        address=address, schema=schema, ledger=Path(ledger), kills=int(kills), draw=random.Random(int(seed)),
        phases=PHASES[: int(phases)], clinics=int(clinics), patients=int(patients),
    )  # fmt: skip
    print(json.dumps(killer.run()))


if __name__ == "__main__":
    main(*sys.argv[1:])
