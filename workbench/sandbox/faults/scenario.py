"""Scenarios as people write them: a TOML file of faults, or one fault in a line.

[scenario]
name = "A bad network"
about = "What it rehearses."
seed = 7

[[fault]]
kind = "reset_after"
odds = 0.02            # of every call it matches; or at = 10, at = [10, 20], every = 50; none of them: each call
from = 100             # counting the calls it matches, from 1; until = 200
from_seconds = 60      # and tenant time since the scenario's first call; until_seconds = 120
count = 5              # at most so often; events strike once unless told
method = "POST"        # or a list
path = "/contacts"     # how the path below the base address begins; with * or ? a pattern for all of it
object = "contact"     # calls about this object
only = "writes"        # or "reads"; searches by POST are reads
sending = "cf_x"       # calls whose body holds this text
                       # and the options of the kind itself: `workbench tenant scenarios --kinds`
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from workbench.errors import UsageError, name_nearest, raise_problems
from workbench.sandbox.faults.keys import find_head_problems, find_problems, read_word
from workbench.sandbox.faults.kinds import EVENT, FaultKind, read_kinds
from workbench.toml_file import read_toml

SHIPPED = Path(__file__).parents[1] / "scenarios"
FOREVER = float("inf")
SECTIONS = ("scenario", "fault")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong, and when.

    Attributes:
        at: Numbers of the matching calls it strikes; empty for any.
        every: It strikes each so-manieth matching call, 0 for any.
        odds: Chance of each call that is left.
        first: Number of the first matching call it may strike.
        last: Number of the last one, 0 for no end.
        from_seconds: Tenant time since the scenario's first call from which on it may strike.
        until_seconds: Tenant time since then up to which it may.
        count: Strikes at most, 0 for no limit.
        methods: Of the calls it befalls; empty for all.
        path: How their path begins, or a pattern for all of it; empty for any.
        object: What they are about, empty for anything.
        only: `writes` or `reads`, empty for both.
        sending: Text their body holds, empty for any body.
        options: What is the kind's own, defaults included.
    """

    kind: str
    at: tuple[int, ...] = ()
    every: int = 0
    odds: float = 1.0
    first: int = 1
    last: int = 0
    from_seconds: float = 0.0
    until_seconds: float = FOREVER
    count: int = 0
    methods: tuple[str, ...] = ()
    path: str = ""
    object: str = ""
    only: str = ""
    sending: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def strikes(self) -> str:
        """What it befalls: `before`, `after`, `job` or `event`."""
        return read_kinds()[self.kind].strikes


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A day of faults; the same seed and the same calls bring the same faults."""

    name: str = ""
    about: str = ""
    seed: int = 1
    faults: tuple[Fault, ...] = ()

    def fingerprint(self) -> str:
        """What tells one scenario from another."""
        facts = [[str(getattr(fault, each.name)) for each in fields(Fault)] for fault in self.faults]
        return sha256(json.dumps([self.seed, facts]).encode()).hexdigest()


def read_scenario(named: Path | str) -> Scenario:
    """A scenario from a TOML file, or one of those that come with the tenant by its name.

    Raises:
        UsageError: Every problem of the file: which fault, which key, and the nearest one known.
    """
    path, shipped = Path(named), list_scenarios()
    if path.suffix != ".toml" and not path.exists():
        if str(named) not in shipped:
            raise UsageError(f"no scenario {str(named)!r}{name_nearest(str(named), shipped)}; or name a .toml file")
        path = shipped[str(named)]
    return build_scenario(read_toml(path), where=str(path))


def build_scenario(described: dict[str, Any], *, where: str) -> Scenario:
    """A scenario from what a file says.

    Args:
        where: What the message names: the file it was read from.

    Raises:
        UsageError: Every problem of it.
    """
    problems = [f"no section {name!r}{name_nearest(name, SECTIONS)}" for name in described if name not in SECTIONS]
    about, rows = described.get("scenario", {}), described.get("fault", [])
    problems += find_head_problems(about)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise_problems(where, [*problems, "faults stand under [[fault]], each under its own"])
    for number, row in enumerate(rows, start=1):
        named = f" ({row['kind']})" if isinstance(row.get("kind"), str) else ""
        problems += [f"fault {number}{named}: {problem}" for problem in _find_row_problems(row)]
    raise_problems(where, problems)
    head = {"name": Path(where).stem, **about}
    return Scenario(**head, faults=tuple(_make_fault(row) for row in rows))


def read_fault(text: str) -> Fault:
    """A fault from a line such as `reset_after:odds=0.02,path=/contacts`; several numbers go as `at=10+20`.

    Raises:
        UsageError: Every problem of the line.
    """
    name, _, rest = text.strip().partition(":")
    pairs = [pair.partition("=") for pair in rest.split(",") if pair.strip()]
    problems = [f"{key.strip()!r} has no value; write {key.strip()}=..." for key, sign, _ in pairs if not sign]
    facts = {key.strip(): read_word(read_kinds().get(name), key.strip(), value.strip()) for key, _, value in pairs}
    row = {"kind": name, **facts}
    raise_problems(f"fault {text!r}", problems or _find_row_problems(row))
    return _make_fault(row)


def add_faults(named: Path | str | None, lines: Iterable[str]) -> Scenario:
    """The scenario a command line asks for: the one it names, if any, and the faults of its own.

    Raises:
        UsageError: Every problem of the file, or of the first line that has one.
    """
    scenario = read_scenario(named) if named else Scenario(name="command line")
    return replace(scenario, faults=(*scenario.faults, *map(read_fault, lines)))


def list_scenarios() -> dict[str, Path]:
    """The scenarios that come with the tenant, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def _find_row_problems(row: dict[str, Any]) -> list[str]:
    kinds, name = read_kinds(), row.get("kind")
    if not name:
        return [f"it names no kind; known: {', '.join(kinds)}"]
    if not isinstance(name, str) or name not in kinds:
        return [f"no kind {name!r}{name_nearest(str(name), kinds)}"]
    return find_problems(kinds[name], {key: value for key, value in row.items() if key != "kind"})


def _make_fault(row: dict[str, Any]) -> Fault:
    kind: FaultKind = read_kinds()[row["kind"]]
    facts = {**kind.where, **row}
    repeats = any(key in row for key in ("at", "every", "odds"))
    return Fault(
        kind=kind.name,
        at=_list(facts.get("at", ())),
        every=facts.get("every", 0),
        odds=float(facts.get("odds", 1.0)),
        first=facts.get("from", 1),
        last=facts.get("until", 0),
        from_seconds=float(facts.get("from_seconds", 0.0)),
        until_seconds=float(facts.get("until_seconds", FOREVER)),
        count=facts.get("count", 1 if kind.strikes == EVENT and not repeats else 0),
        methods=_list(facts.get("method", ())),
        path=facts.get("path", ""),
        object=facts.get("object", ""),
        only=facts.get("only", ""),
        sending=facts.get("sending", ""),
        options={name: facts.get(name, option.default) for name, option in kind.options.items()},
    )


def _list(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)
