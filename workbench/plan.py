"""The plan of a load: phases in the order their lookups demand, with the analyst's decisions applied."""

from __future__ import annotations

import json
from dataclasses import asdict
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from workbench.decisions import Decision, apply_decisions, read_decisions
from workbench.errors import UsageError, raise_problems
from workbench.layout import Layout
from workbench.model import FieldRule, Lookup, Merge, Phase
from workbench.own_fields import list_own_rules
from workbench.pack import ObjectRow, Pack, Route

__all__ = ["Decision", "compile_phases", "phases_from_json", "phases_to_json", "read_decisions"]


def compile_phases(
    pack: Pack, *, layout: Layout, capabilities: frozenset[str], decisions: tuple[Decision, ...] = ()
) -> tuple[Phase, ...]:
    """The phases of the load for a tenant with these capabilities, parents before the records that point at them.

    Phases that do not depend on each other keep the order of the pack.

    Args:
        pack: A checked pack.
        layout: The layout the pack was checked against.
        capabilities: What the tenant can, such as `custom_modules`.
        decisions: The analyst's, as `read_decisions` checked them.

    Raises:
        UsageError: The layout is another one, a lookup points at an object without records, or lookups go in a circle.
    """
    if pack.layout != layout.name:
        raise UsageError(f"{pack.path}: written for the layout {pack.layout!r}, not for {layout.name!r}")
    phases = [
        apply_decisions(_build_phase(row, route, capabilities), decisions)
        for row in pack.active(capabilities)
        for route in row.routes
        if route.destination
    ]
    return _sort_phases(phases, pack)


def phases_to_json(phases: tuple[Phase, ...]) -> str:
    """The phases as canonical JSON: equal phases give equal text, byte for byte."""
    return json.dumps([asdict(phase) for phase in phases], ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def phases_from_json(text: str) -> tuple[Phase, ...]:
    """The phases that `phases_to_json` wrote.

    Raises:
        UsageError: The text is not what `phases_to_json` writes.
    """
    try:
        return tuple(_read_phase(row) for row in json.loads(text))
    except (json.JSONDecodeError, TypeError, KeyError) as error:
        raise UsageError(f"not a compiled mapping: {error}; run the mapping again") from error


def _build_phase(row: ObjectRow, route: Route, capabilities: frozenset[str]) -> Phase:
    rules = (field.rule for field in route.fields if field.condition.holds(capabilities))
    return Phase(
        name=row.phase_name(route),
        source=row.source,
        destination=route.destination,
        external_id=route.merge.by if route.merge else route.external_id,
        where=route.where,
        owner=route.owner,
        fields=(*rules, *list_own_rules(route.destination)),
        lookups=route.lookups,
        merge=route.merge,
        label=route.label,
        plural=route.plural,
    )


def _sort_phases(phases: list[Phase], pack: Pack) -> tuple[Phase, ...]:
    places = {phase.name: place for place, phase in enumerate(phases)}
    parents = {phase.name: _find_parents(phase, phases) for phase in phases}
    raise_problems(
        f"{pack.path}: lookups without records to point at",
        [f"{phase.name}, lookup {lookup.to}: {lookup.object} makes no records in this tenant"
         for phase in phases for lookup in phase.lookups if not _phases_of(lookup.object, phases)],
    )  # fmt: skip
    sorter = TopologicalSorter(parents)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise UsageError(f"{pack.path}: lookups go in a circle, so nothing can load first: {circle}") from error
    ready: list[int] = []
    order: list[Phase] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, places[name])
        order.append(phases[heappop(ready)])
        sorter.done(order[-1].name)
    return tuple(order)


def _find_parents(phase: Phase, phases: list[Phase]) -> set[str]:
    return {name for lookup in phase.lookups for name in _phases_of(lookup.object, phases)}


def _phases_of(source: str, phases: list[Phase]) -> list[str]:
    return [phase.name for phase in phases if phase.source == source]


def _read_phase(row: dict) -> Phase:
    rules = (
        FieldRule(**{**rule, "with_": tuple(rule["with_"]), "choices": tuple(rule["choices"])})
        for rule in row["fields"]
    )
    merge = row["merge"]
    return Phase(
        **{
            **row,
            "external_id": tuple(row["external_id"]),
            "fields": tuple(rules),
            "lookups": tuple(Lookup(**lookup) for lookup in row["lookups"]),
            "merge": Merge(**{**merge, "by": tuple(merge["by"])}) if merge else None,
        }
    )
