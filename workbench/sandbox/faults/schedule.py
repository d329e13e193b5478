"""When faults strike: decided by counting calls and by chance that is keyed, so that every run is the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import Any

from workbench.sandbox.faults.keys import OBJECTS
from workbench.sandbox.faults.kinds import EVENT, JOB
from workbench.sandbox.faults.scenario import Fault, Scenario
from workbench.sandbox.store import Store

READS_BY_POST = ("/filtered_search/",)
FACT = "faults"
# What befalls a call before or after it is done; one such fault a call.
CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One fault that strikes one call.

    Attributes:
        number: Which of the calls the fault matches this is, from 1.
        key: What its chances are drawn from.
    """

    fault: Fault
    number: int
    key: str

    @property
    def kind(self) -> str:
        """Kind of the fault."""
        return self.fault.kind

    def __getitem__(self, option: str) -> Any:
        """An option of the fault."""
        return self.fault.options[option]

    def chance(self) -> random.Random:
        """Chance of its own, the same in every run."""
        return random.Random(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What strikes one call.

    Attributes:
        events: Things that happen to the tenant before it.
        call: What befalls the call itself; null for nothing.
        job: What befalls the bulk job it hands in; null for nothing.
    """

    events: tuple[Strike, ...]
    call: Strike | None
    job: Strike | None


class Schedule:
    """Counts the calls each fault matches and says which strike.

    A fault's chance hangs on the seed, its place in the scenario and the number of the call alone, so neither calls at
    the same time nor other faults change it. The counts stand in the store: a tenant started again with the same
    scenario goes on where it was.

    Args:
        clock: Seconds since 1970 on the client's clock.
        scale: Tells the seconds of tenant time in one of them.
    """

    def __init__(
        self, store: Store, scenario: Scenario, *, clock: Callable[[], float], scale: Callable[[], float]
    ) -> None:
        self._store = store
        self._clock = clock
        self._scale = scale
        self.set_scenario(scenario, kept=store.fact(FACT) or {})

    @property
    def is_quiet(self) -> bool:
        """Whether nothing can strike."""
        return not self.scenario.faults

    def set_scenario(self, scenario: Scenario, *, kept: dict[str, Any] | None = None) -> None:
        """Let these faults strike from now on, counting anew unless they are the ones counted before.

        Args:
            kept: Counts of an earlier run; null for none.
        """
        self.scenario = scenario
        self._print = scenario.fingerprint()
        same = kept if kept and kept["print"] == self._print else {}
        self.matched: list[int] = same.get("matched") or [0] * len(scenario.faults)
        self.struck: list[int] = same.get("struck") or [0] * len(scenario.faults)
        self._began: float | None = same.get("began")

    def wants_body(self, method: str, path: str) -> bool:
        """Whether a fault looks at what such a call sends."""
        return any(fault.sending and _is_about(fault, method, path) for fault in self.scenario.faults)

    def meet(self, method: str, path: str, body: bytes = b"") -> Fate:
        """Count a call, and say what strikes it: every event, and the first fault of calls and of jobs.

        Args:
            path: Below the base address.
            body: What it sends, where `wants_body` asks for it.
        """
        now = self._clock()
        self._began = now if self._began is None else self._began
        seconds = (now - self._began) * self._scale()
        events: list[Strike] = []
        first: dict[str, Strike] = {}
        for index, fault in enumerate(self.scenario.faults):
            if not _is_about(fault, method, path) or (fault.sending and fault.sending.encode() not in body):
                continue
            self.matched[index] += 1
            turn = fault.strikes if fault.strikes in (EVENT, JOB) else CALL
            if turn in first or not self._strikes(index, fault, seconds):
                continue
            self.struck[index] += 1
            strike = Strike(fault=fault, number=self.matched[index], key=self._key(index))
            if turn == EVENT:
                events.append(strike)
            else:
                first[turn] = strike
        return Fate(events=tuple(events), call=first.get(CALL), job=first.get(JOB))

    def keep(self) -> None:
        """Write the counts down."""
        if not self.is_quiet:
            counts = {"matched": self.matched, "struck": self.struck, "began": self._began}
            self._store.set_fact(FACT, {"print": self._print, **counts})

    def _strikes(self, index: int, fault: Fault, seconds: float) -> bool:
        number = self.matched[index]
        if number < fault.first or (fault.last and number > fault.last):
            return False
        if fault.count and self.struck[index] >= fault.count:
            return False
        if not fault.from_seconds <= seconds <= fault.until_seconds:
            return False
        if fault.at or fault.every:
            return number in fault.at or bool(fault.every and number % fault.every == 0)
        return fault.odds >= 1 or _draw(self._key(index)) < fault.odds

    def _key(self, index: int) -> str:
        return f"{self.scenario.seed}:{index}:{self.matched[index]}"


def _draw(key: str) -> float:
    """A number from 0 to 1 that any machine draws alike."""
    return int.from_bytes(blake2b(key.encode(), digest_size=7).digest()) / 2**56


def _is_about(fault: Fault, method: str, path: str) -> bool:
    if fault.methods and method not in fault.methods:
        return False
    if fault.only and is_write(method, path) != (fault.only == "writes"):
        return False
    if fault.object and not _is_below(path, OBJECTS.get(fault.object, f"/custom_module/{fault.object}")):
        return False
    if any(sign in fault.path for sign in "*?["):
        return fnmatchcase(path, fault.path)
    return path.startswith(fault.path)


def is_write(method: str, path: str) -> bool:
    """Whether a call is meant to change something."""
    return method not in ("GET", "HEAD") and not path.startswith(READS_BY_POST)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")
