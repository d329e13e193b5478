"""One tool through one case: started, killed, started again, and held against the tenant's own store."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.bench.cases import CASES, PATIENCE, Case
from workbench.bench.records import Name, Source, make_records, write_records
from workbench.bench.served import Served, serve_tenant
from workbench.bench.tools import DRIVERS, Tool
from workbench.bench.truth import Said, Truth, count_least, count_requests, judge, read_standing
from workbench.errors import WorkbenchError

MOST_ATTEMPTS = 8  # that end in an error; then the tool is left as it is
LOOK = 0.003  # seconds between two looks at how far a tool is that is to be killed
LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One start of a tool; `code` is how it ended, negative for a signal."""

    code: int
    seconds: float
    cpu: float
    peak_kb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one tool did in one case.

    Attributes:
        requests: Requests that came to the tenant.
        least: The fewest anybody could have done with.
        problem: Why there is nothing to show; empty where there is.
    """

    tool: Tool
    case: Case
    records: int
    attempts: tuple[Attempt, ...] = ()
    said: Said = Said()
    truth: Truth | None = None
    requests: int = 0
    least: int = 0
    problem: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether the last attempt came to its end by itself, without an error."""
        return bool(self.attempts) and self.attempts[-1].code == 0

    @property
    def seconds(self) -> float:
        """Wall time of all attempts."""
        return sum(attempt.seconds for attempt in self.attempts)

    @property
    def cpu(self) -> float:
        """CPU seconds of all attempts."""
        return sum(attempt.cpu for attempt in self.attempts)

    @property
    def peak_mb(self) -> int:
        """Largest peak of memory of any attempt."""
        return max((attempt.peak_kb for attempt in self.attempts), default=0) // 1024


def run_bench(
    tools: Iterable[Tool], cases: Iterable[Case], *, records: int, seed: int, say: Callable[[str], None]
) -> Iterator[Cell]:
    """Every tool through every case, the tools of a case one after the other."""
    for case in cases:
        for tool in tools:
            cell = run_cell(tool, case, records=records, seed=seed)
            say(f"{case.name}, {tool.name}: {cell.problem or f'{cell.seconds:.1f} s'}")
            yield cell


def run_cell(tool: Tool, case: Case, *, records: int, seed: int) -> Cell:
    """One tool through one case, with a tenant and a folder of its own."""
    source = make_records(records, seed=seed, with_bad=case.has_bad)
    cell = Cell(tool=tool, case=case, records=source.size, least=count_least(source))
    try:
        command = tool.make_command()
        with TemporaryDirectory() as made:
            folder = Path(made)
            with (
                serve_tenant(case, records=records, seed=seed, path=folder / "tenant.sqlite") as served,
                _serve_facade(tool, served) as facade,
            ):
                run = _Run(command=command, tool=tool, served=served, folder=folder, source=source, facade=facade)
                return _fill(cell, run, moments=_draw_kills(case, source.size, seed=seed))
    except WorkbenchError as error:
        return replace(cell, problem=f"not run: {error}")


@dataclass(kw_only=True)
class _Run:
    command: tuple[str, ...]
    tool: Tool
    served: Served
    folder: Path
    source: Source
    facade: str = ""
    number: int = 0

    def prepare(self) -> None:
        write_records(self.source, self.folder / "records")
        (self.folder / "state").mkdir()

    def attempt(self, *, kill_at: int | None = None, delay: float = 0.0) -> Attempt:
        """Start the tool and wait for its end, or kill it once the tenant holds so many records."""
        self.number += 1
        state = self.folder / "state"
        cell = {
            "url": self.served.url, "key": self.served.key, "records": str(self.folder / "records"),
            "folder": str(state), "timeout": PATIENCE, "mode": self.tool.mode, "attempt": self.number,
            "facade": self.facade,
        }  # fmt: skip
        (self.folder / "cell.json").write_text(json.dumps(cell), encoding="utf-8")
        (state / "said.json").unlink(missing_ok=True)
        with _launch(self.folder, *self.command, str(self.folder / "cell.json")) as launcher:
            if kill_at is not None:
                _kill_at(launcher, self.served, kill_at, delay)
            told = launcher.stdout.readline()
        return Attempt(**json.loads(told))

    def read_said(self) -> Said:
        path = self.folder / "state" / "said.json"
        if not path.exists():
            return Said()
        said = json.loads(path.read_text(encoding="utf-8"))
        return Said(loaded=_read_names(said["loaded"]), refused=_read_names(said["refused"]), words=said["words"])

    def read_log(self) -> str:
        lines = (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else ""


def _fill(cell: Cell, run: _Run, *, moments: list[tuple[int, float]]) -> Cell:
    run.prepare()
    began = run.served.began
    attempts = [run.attempt(kill_at=at, delay=delay) for at, delay in moments]
    attempts += _finish(run)
    if cell.case.is_second:
        began = run.served.ask("GET", "journal")["journal"][-1]["seq"]
        attempts = _finish(run)
    time.sleep(cell.case.lag)
    said = run.read_said()
    if not said.words:
        said = replace(said, words=f"no report; its log ends: {run.read_log()}")
    return replace(
        cell,
        attempts=tuple(attempts),
        said=said,
        truth=judge(run.source, said, read_standing(run.served.url, run.served.key)),
        requests=count_requests(run.served.url, run.served.key, since=began),
    )


def _finish(run: _Run) -> list[Attempt]:
    """Start the tool until it comes to its end, as its user would."""
    attempts = [run.attempt()]
    while attempts[-1].code and len(attempts) < MOST_ATTEMPTS:
        attempts.append(run.attempt())
    return attempts


def _draw_kills(case: Case, records: int, *, seed: int) -> list[tuple[int, float]]:
    """How many records the tenant holds when each kill comes, and how many seconds later it comes."""
    draw = random.Random(f"{seed} {case.name}")
    return [(at, draw.uniform(0, 4 * LOOK)) for at in sorted(draw.randint(1, records) for _ in range(case.kills))]


@contextmanager
def _launch(folder: Path, *command: str) -> Iterator[subprocess.Popen[str]]:
    started = (sys.executable, str(LAUNCHER), str(folder / "log.txt"), *command)
    launcher = subprocess.Popen(
        started,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder / "state",
        bufsize=1,
        start_new_session=True,  # what ends the bench must leave it the time to end the tool
    )
    try:
        yield launcher
    finally:
        launcher.stdin.close()  # which kills what still runs
        launcher.stdout.close()
        launcher.wait()


@contextmanager
def _serve_facade(tool: Tool, served: Served) -> Iterator[str]:
    """The address of a facade where the tool needs one, empty where it does not."""
    if not tool.needs_facade:
        yield ""
        return
    command = (sys.executable, str(DRIVERS / "facade.py"), served.url, served.key)
    facade = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{facade.stdout.readline().strip()}"
    finally:
        facade.stdin.close()  # which ends it
        facade.stdout.close()
        facade.wait()


def _kill_at(launcher: subprocess.Popen[str], served: Served, records: int, delay: float) -> None:
    with served.counting() as count:
        least = count() + 1  # an attempt that does nothing before it dies proves nothing
        while launcher.poll() is None:
            if count() >= max(records, least):
                time.sleep(delay)
                launcher.stdin.write("kill\n")
                return
            time.sleep(LOOK)


def _read_names(said: dict[str, list[str]]) -> frozenset[Name]:
    return frozenset((object, id) for object, ids in said.items() for id in ids)


def choose_cases(names: Iterable[str]) -> list[Case]:
    """The cases of those names, in the order all of them go."""
    wanted = set(names)
    return [case for name, case in CASES.items() if name in wanted]
