"""Where each phase stands in a picture of the load, and which arrows say everything that the lookups say."""

from __future__ import annotations

from workbench.model import Phase

Place = tuple[int, float]  # column from the left, row from the top


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
        objects = {lookup.object for lookup in phase.lookups}
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
