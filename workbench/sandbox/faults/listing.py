"""Scenarios and kinds of faults as a person reads them."""

from __future__ import annotations

from workbench.sandbox.faults.kinds import AFTER, BEFORE, EVENT, JOB, FaultKind, read_kinds
from workbench.sandbox.faults.scenario import list_scenarios, read_scenario

TITLES = {
    BEFORE: "In the place of an answer",
    AFTER: "After the tenant did the work",
    JOB: "To bulk jobs",
    EVENT: "To the tenant itself",
}

# What every fault may have besides, as `name=value: meaning`; a name stands in a file as it does in a line.
KEYS_TOLD = """\
      odds=0.02: chance of each call it matches; with none of odds, at and every it strikes each of them
      at=10: only that call of those it matches, counted from 1; several as [10, 20], in a line 10+20
      every=50: each fiftieth of them
      from=100: not before that one
      until=200: not after that one
      from_seconds=60: not before so much tenant time after the first call
      until_seconds=120: not after so much
      count=5: at most so often; what befalls the tenant itself strikes once unless told
      method="POST": calls by that method, or a list of methods
      path="/contacts": calls whose path below the base address begins like this; with * or ? a pattern for all of it
      object="contact": calls about that object
      only="writes": or "reads"; searches by POST are reads
      sending="cf_x": calls whose body holds that text"""
EXAMPLE = """\
[scenario]
name = "A bad afternoon"
seed = 7

[[fault]]
kind = "reset_after"
odds = 0.02

[[fault]]
kind = "slow"
seconds = 3
path = "/contacts"
every = 20"""


def describe_scenarios() -> str:
    """A line a scenario: its name and what it rehearses."""
    names = list_scenarios()
    wide = max(map(len, names))
    return "\n".join(f"{name:{wide}}  {read_scenario(path).about}" for name, path in names.items())


def describe_kinds() -> str:
    """Every kind of fault by what it befalls, with its options; what all of them may have; and a file."""
    parts = []
    for strikes, title in TITLES.items():
        parts += [title, *(_describe(kind) for kind in read_kinds().values() if kind.strikes == strikes), ""]
    return "\n".join([*parts, "To every one of them", KEYS_TOLD, "", "A file of your own", EXAMPLE])


def _describe(kind: FaultKind) -> str:
    options = [f"      {name}={option.default!r}: {option.meaning}" for name, option in kind.options.items()]
    return "\n".join([f"  {kind.name}: {kind.meaning}", *options])
