"""The graph of a load: which phases wait for which, the circles broken by links that are set later, and its picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from workbench.errors import UsageError
from workbench.model import CORE_OBJECTS, Lookup, Phase

Place = tuple[int, float]  # column from the left, row from the top
# What a record hangs on is fixed when it is made, and no program can move it.
NEVER_LATE = ("targetable",)


def break_circles(phases: Iterable[Phase]) -> list[Phase]:
    """The same phases, with one lookup of every circle to be set in a second pass.

    Chosen is one that may be empty, of a record that can be changed by the hundred, of the earliest phase of the pack.
    A lookup into the phase's own object makes no circle here: parents go first, record by record.

    Raises:
        UsageError: None of the lookups in a circle can be set later; the circle is named.
    """
    phases = list(phases)
    while circle := _find_circle(phases):
        at, lookup = _choose_late(circle, phases)
        late = (replace(each, is_late=True) if each.object == lookup.object else each for each in phases[at].lookups)
        phases[at] = replace(phases[at], lookups=tuple(late))
    return phases


def find_parents(phase: Phase, phases: Iterable[Phase]) -> set[str]:
    """Names of the phases that have to be over before this one begins."""
    objects = {lookup.object for lookup in phase.lookups if not lookup.is_late} | _find_products(phase)
    return {each.name for each in phases if each.source in objects} - {phase.name}


def _find_products(phase: Phase) -> set[str]:
    """The object whose products stand on the deals of a phase."""
    return {phase.lines.products} if phase.lines else set()


def _find_circle(phases: list[Phase]) -> list[str]:
    """Names of the phases of one circle, each before the one that waits for it; empty where there is none."""
    try:
        TopologicalSorter({phase.name: find_parents(phase, phases) for phase in phases}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _choose_late(circle: list[str], phases: list[Phase]) -> tuple[int, Lookup]:
    sources = {phase.name: phase.source for phase in phases}
    waits_for = {child: sources[parent] for parent, child in zip(circle, circle[1:], strict=False)}
    able = [
        (at, lookup)
        for at, phase in enumerate(phases)
        for lookup in phase.lookups
        if lookup.object == waits_for.get(phase.name) and not _list_fixed(phase, lookup.object)
    ]
    if not able:
        words = " -> ".join(reversed(circle))
        raise UsageError(f"lookups go in a circle, so nothing can load first: {words}; none of them can be set later")
    return min(able, key=lambda each: (each[1].is_required, phases[each[0]].destination not in CORE_OBJECTS, each[0]))


def _list_fixed(phase: Phase, object: str) -> list[Lookup]:
    return [each for each in phase.lookups if each.object == object and each.to in NEVER_LATE]


def lay_out_phases(phases: tuple[Phase, ...]) -> tuple[dict[str, Place], list[tuple[str, str]]]:
    """Put every phase to the right of those it points at.

    Args:
        phases: In load order.

    Returns:
        The place of each phase, and the arrows (parent, child) that no chain of other arrows says already.
    """
    parents = _find_parents(phases)
    columns: dict[str, int] = {}
    for phase in phases:
        columns[phase.name] = 1 + max((columns[parent] for parent in parents[phase.name]), default=-1)
    stacks = [[name for name in columns if columns[name] == column] for column in range(max(columns.values()) + 1)]
    tallest = max(len(stack) for stack in stacks)
    places = {
        name: (column, (tallest - len(stack)) / 2 + row)
        for column, stack in enumerate(stacks)
        for row, name in enumerate(stack)
    }
    return places, _reduce(parents)


def _find_parents(phases: tuple[Phase, ...]) -> dict[str, set[str]]:
    parents: dict[str, set[str]] = {}
    for phase in phases:
        objects = {lookup.object for lookup in phase.lookups} | _find_products(phase)
        # A lookup into the phase's own object is resolved inside it and says nothing about the order.
        parents[phase.name] = {
            earlier for earlier, source in _sources_before(phases, phase) if source in objects - {phase.source}
        }
    return parents


def _sources_before(phases: tuple[Phase, ...], phase: Phase) -> list[tuple[str, str]]:
    return [(earlier.name, earlier.source) for earlier in phases[: phases.index(phase)]]


def _reduce(parents: dict[str, set[str]]) -> list[tuple[str, str]]:
    above: dict[str, set[str]] = {}
    for name in parents:
        above[name] = parents[name].union(*(above[parent] for parent in parents[name]))
    return [
        (parent, name)
        for name in parents
        for parent in sorted(parents[name])
        if not any(parent in above[other] for other in parents[name] - {parent})
    ]
