"""The plan of a load: phases in the order their lookups demand, with the analyst's decisions applied."""

from __future__ import annotations

import json
from dataclasses import asdict
from graphlib import TopologicalSorter
from heapq import heappop, heappush

from workbench.decisions import Decision, apply_decisions, read_decisions
from workbench.errors import UsageError, raise_problems
from workbench.layout import Layout
from workbench.load_graph import break_circles, find_parents
from workbench.model import FieldRule, Lines, Lookup, Merge, Phase
from workbench.own_fields import list_own_rules
from workbench.pack import ObjectRow, Pack, Route
from workbench.pack.values import PRODUCTS

__all__ = ["Decision", "compile_phases", "phases_from_json", "phases_to_json", "read_decisions"]


def compile_phases(
    pack: Pack, *, layout: Layout, capabilities: frozenset[str], decisions: tuple[Decision, ...] = ()
) -> tuple[Phase, ...]:
    """The phases of the load for a tenant with these capabilities, parents before the records that point at them.

    Phases that do not depend on each other keep the order of the pack. Where lookups go in a circle, one of them is set
    in a second pass, see `workbench.load_graph.break_circles`.

    Args:
        pack: A checked pack.
        layout: The layout the pack was checked against.
        capabilities: What the tenant can, such as `custom_modules`.
        decisions: The analyst's, as `read_decisions` checked them.

    Raises:
        UsageError: The layout is another one, a lookup points at an object without records, or lookups go in a circle
            of which none can be set later.
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
        lines=route.lines if PRODUCTS in capabilities else None,
        label=route.label,
        plural=route.plural,
    )


def _sort_phases(phases: list[Phase], pack: Pack) -> tuple[Phase, ...]:
    raise_problems(
        f"{pack.path}: lookups without records to point at",
        [f"{phase.name}, lookup {lookup.to}: {lookup.object} makes no records in this tenant"
         for phase in phases for lookup in phase.lookups if not _makes_records(lookup.object, phases)],
    )  # fmt: skip
    try:
        phases = break_circles(phases)
    except UsageError as error:
        raise UsageError(f"{pack.path}: {error}") from error
    places = {phase.name: place for place, phase in enumerate(phases)}
    sorter = TopologicalSorter({phase.name: find_parents(phase, phases) for phase in phases})
    sorter.prepare()
    ready: list[int] = []
    order: list[Phase] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, places[name])
        order.append(phases[heappop(ready)])
        sorter.done(order[-1].name)
    return tuple(order)


def _makes_records(source: str, phases: list[Phase]) -> bool:
    return any(phase.source == source for phase in phases)


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
            "lines": Lines(**row["lines"]) if row["lines"] else None,
        }
    )
