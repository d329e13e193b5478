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


def describe_scenarios() -> str:
    """A line a scenario: its name and what it rehearses."""
    names = list_scenarios()
    wide = max(map(len, names))
    return "\n".join(f"{name:{wide}}  {read_scenario(path).about}" for name, path in names.items())


def describe_kinds() -> str:
    """Every kind of fault by what it befalls, with its options."""
    parts = []
    for strikes, title in TITLES.items():
        parts += [title, *(_describe(kind) for kind in read_kinds().values() if kind.strikes == strikes), ""]
    return "\n".join(parts).rstrip()


def _describe(kind: FaultKind) -> str:
    options = [f"      {name}={option.default!r}: {option.meaning}" for name, option in kind.options.items()]
    return "\n".join([f"  {kind.name}: {kind.meaning}", *options])
