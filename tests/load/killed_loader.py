"""A load killed over and over:
`python -m tests.load.killed_loader ADDRESS LEDGER KILLS SEED PHASES CLINICS PATIENTS`,
where PHASES is how many of the phases there are, from the first.

One process imports everything and forks a child an attempt, so that a start costs next to nothing. The child opens the
ledger, loads, and dies by a signal at an instant drawn by the seed; the last attempt is left alone. How it may die:

instant    after a time, wherever it is: in a commit, a flush to the disk, a wait for an answer
line       so many lines of the workbench later: between any two of them
answered   once the tenant has done the k-th write, and before a word of its answer was read
unsent     when all is ready to send the k-th write
asking     when the answer to the k-th request of any kind has come

Each kill has a record of its own, at equal distances over the whole load: from there on time, lines and requests are
counted. One in five counts from the start instead, where what the attempt before left in doubt is settled.
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
MOST_REQUESTS, MOST_BATCHES = 40, 2.5  # the second where records go by the hundred
MOST_SECONDS = 0.1
AT_ONCE = 0.2  # share of the attempts that may die from their start on
DEATHS = (signal.SIGKILL, signal.SIGALRM)
LONGEST_ATTEMPT = 300.0  # seconds; a resumed load that takes longer does not end
STAGES = ("starting", *(phase.name for phase in PHASES), "over")
PLACE = struct.Struct("ii")  # stage, and records of its phase that were through


@dataclass
class Doom:
    """How and when one attempt dies; `how` is empty for one that may live.

    Attributes:
        seconds: For `instant`.
        requests: For `answered`, `unsent` and `asking`.
        lines: For `line`.
        record: From which record of the load on; 0 for from the start.
    """

    how: str
    seconds: float = 0.0
    requests: int = 0
    lines: int = 0
    record: int = 0


class Doomed(httpx.BaseTransport):
    """The network, which kills its own process at the k-th request or write: before it goes, or once it is done.

    Attributes:
        is_counting: Whether requests count by now.
    """

    def __init__(self, doom: Doom) -> None:
        self.is_counting = not doom.record
        self._inner = httpx.HTTPTransport()
        self._doom = doom
        self._left = doom.requests

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        is_write = request.method != "GET" and "/filtered_search/" not in request.url.path
        self._left -= self.is_counting and (is_write or self._doom.how == "asking")
        if self._left == 0 and self._doom.how == "unsent":
            die()
        response = self._inner.handle_request(request)
        if self._left == 0 and self._doom.how in ("answered", "asking"):
            die()
        return response


@dataclass
class Killer:
    """Starts attempts that kill themselves, each a little further on in the load."""

    address: str
    schema: TenantSchema
    ledger: Path
    kills: int
    draw: random.Random
    phases: tuple[Phase, ...]
    clinics: int
    patients: int
    attempts: int = 0
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
        """The next way to die, at its place in the load; small numbers are the likeliest."""
        record = 1 + int(self.total * (killed + self.draw.random()) / self.kills)
        by_hundred = record <= self.clinics + 2 * self.patients
        return Doom(
            how=self.draw.choice(HOW),
            seconds=MOST_SECONDS * self.draw.random() ** 2 + 0.001,
            requests=int((MOST_BATCHES if by_hundred else MOST_REQUESTS) ** self.draw.random()),
            lines=int(MOST_LINES ** self.draw.random()),
            record=0 if self.draw.random() < AT_ONCE else min(record, self.total),
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
        ended = wait_for(child)
        if os.WIFSIGNALED(ended) and os.WTERMSIG(ended) in DEATHS:
            return True
        if ended:
            raise RuntimeError(f"an attempt failed with {ended}, doomed to {doom}")
        return False

    def note(self, doom: Doom, *, died: bool) -> None:
        """Count where it died and how."""
        stage, _ = PLACE.unpack_from(self.place, 0)
        for word in (doom.how, f"in {STAGES[stage]}") if died else ("came to its end",):
            self.tally[word] += 1

    def count_through(self, stage: int, done: int) -> int:
        """Records before that place."""
        sizes = [0, self.clinics, *[self.patients] * 6, 0]
        return sum(sizes[:stage]) + done

    def load(self, doom: Doom) -> None:
        """The child: load everything and never return."""
        try:
            network = Doomed(doom)
            if not doom.record:
                begin_to_count(doom, network)
            tenant = open_tenant(network, base=self.address)
            world = World(app=None, tenant=tenant, schema=self.schema, path=self.ledger)
            records = make_records(clinics=self.clinics, patients=self.patients)
            with world.ledger() as ledger:
                label = f"40_load/{self.attempts}"
                counts = world.load(
                    records,
                    ledger,
                    phases=self.phases,
                    run_label=label,
                    progress=partial(self.say_place, doom, network),
                )
            PLACE.pack_into(self.place, 0, len(STAGES) - 1, 0)
            assert (counts["attempted"] == counts["loaded"]).all()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)

    def say_place(self, doom: Doom, network: Doomed, phase: str, *, done: int, total: int) -> None:
        """Leave word of how far the attempt is, for when it is dead, and let it count from its record on."""
        stage = STAGES.index(phase)
        PLACE.pack_into(self.place, 0, stage, done)
        if not network.is_counting and self.count_through(stage, done) >= doom.record:
            begin_to_count(doom, network)


def begin_to_count(doom: Doom, network: Doomed) -> None:
    """Let this process die of its doom, counted from here."""
    network.is_counting = True
    if doom.how == "line":
        die_in(doom.lines)
    if doom.how == "instant":
        signal.setitimer(signal.ITIMER_REAL, doom.seconds)  # nobody handles it: it kills wherever the process is


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


def wait_for(child: int) -> int:
    """How a child ended.

    Raises:
        RuntimeError: It does not end.
    """
    deadline = time.monotonic() + LONGEST_ATTEMPT
    while time.monotonic() < deadline:
        pid, ended = os.waitpid(child, os.WNOHANG)
        if pid:
            return ended
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    raise RuntimeError(f"an attempt did not end in {LONGEST_ATTEMPT:.0f} s")


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
