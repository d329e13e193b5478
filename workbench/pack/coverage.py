"""Every object has one row in every tenant; which columns a pack is silent about."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from workbench.layout import Layout
from workbench.pack.columns import reads
from workbench.pack.pivots import list_pivot_columns, name_beside
from workbench.pack.values import ObjectRow, Pack, Route
from workbench.predicates import columns_of
from workbench.transforms.compose import placeholders


def find_coverage_problems(pack: Pack, layout: Layout) -> list[str]:
    """Objects the pack says nothing about, and objects and columns it says two things about."""
    problems = _find_object_problems(pack, layout)
    for row in pack.objects:
        if row.source in layout.objects:
            for route in row.routes:
                problems += _find_column_problems(row, route, set(layout.objects[row.source].kept))
    return problems


def find_silent_columns(pack: Pack, layout: Layout) -> list[str]:
    """Staged columns of routes that make records, of which the pack does not say what becomes of them.

    A customer's own columns are such; each gets a proposal. A pack that ships has none.

    Returns:
        `object.column`, with the route after the object where it has several.
    """
    return [f"{row.phase_name(route)}.{name}" for row, route, name in _list_silent(pack, layout)]


def list_unnamed_columns(pack: Pack, layout: Layout) -> set[tuple[str, str]]:
    """Object and column of the same columns, those apart that a pivot reads by their label."""
    labelled = [(pivot.object, name_beside(pivot, "*")) for pivot in pack.pivots if pivot.columns]
    silent = {(row.source, name) for row, _, name in _list_silent(pack, layout)}
    return {(object, name) for object, name in silent if not any(
        object == ours and fnmatchcase(name, pattern) for ours, pattern in labelled
    )}  # fmt: skip


def _list_silent(pack: Pack, layout: Layout) -> Iterator[tuple[ObjectRow, Route, str]]:
    added = {pair for column in pack.columns for pair in reads(column)}
    added |= {pair for pivot in pack.pivots for pair in list_pivot_columns(pivot)}
    lines = [route.lines for row in pack.objects for route in row.routes if route.lines]
    added |= {(each.object, name) for each in lines for name in each.columns}
    for row in pack.objects:
        used = {name for object, name in added if object == row.source} | _owner_columns(pack, row.source)
        for route in row.routes:
            if route.destination or route.into:
                said = used | route_columns(route) | _predicate_columns(row)
                said |= {skip.field for skip in (*row.skips, *route.skips)}
                kept = layout.objects[row.source].kept if row.source in layout.objects else ()
                yield from ((row, route, name) for name in sorted(set(kept) - said))


def _find_object_problems(pack: Pack, layout: Layout) -> list[str]:
    problems = [
        f"{layout.objects[name].file}: no [[object]] says what becomes of {name}; leave it behind with "
        "outcome = 'exclude' and a reason"
        for name in layout.objects
        if not any(row.source == name for row in pack.objects)
    ]
    problems += [
        f"[[view]] {view.object}: no [[object]] says what becomes of it"
        for view in pack.views
        if not any(row.source == view.object for row in pack.objects)
    ]
    for name in dict.fromkeys(row.source for row in pack.objects):
        problems += _find_alternative_problems(pack, name)
    return problems


def _find_alternative_problems(pack: Pack, name: str) -> list[str]:
    """Where an object has several rows: exactly one holds in every tenant, and at most one makes no records."""
    rows = [row for row in pack.objects if row.source == name]
    for capabilities in pack.capability_sets():
        active = sum(row.condition.holds(capabilities) for row in rows)
        if active != 1:
            tenant = f"with {', '.join(sorted(capabilities))}" if capabilities else "without any capability"
            return [
                f"[[object]] {name}: {active} of its rows hold in a tenant {tenant}; needs and unless must leave one"
            ]
    if sum(not row.destinations for row in rows) > 1:
        return [f"[[object]] {name}: two of its rows make no records; give them one reason and one row"]
    return []


def _find_column_problems(row: ObjectRow, route: Route, kept: set[str]) -> list[str]:
    where = f"[[object]] {row.source}, route {route.name}" if route.name else f"[[object]] {row.source}"
    mapped = route_columns(route)
    skipped = {skip.field for skip in (*row.skips, *route.skips)}
    problems = [f"{where}, skip {name}: {row.source} has no such staged column" for name in sorted(skipped - kept)]
    twice = sorted({skip.field for skip in route.skips or row.skips} & mapped)
    problems += [f"{where}: {name} is both mapped and skipped" for name in twice]
    return problems


def route_columns(route: Route) -> set[str]:
    """The source columns a route reads for its records, those of its predicate not among them."""
    named = {name for field in route.fields for name in field.columns}
    named |= {lookup.source for lookup in route.lookups} | set(route.external_id)
    if route.merge:
        named |= {*route.merge.by, *placeholders(route.merge.line)}
    if route.lines:
        named |= set(route.lines.match.values())
    return named | ({route.owner} if route.owner else set())


def _predicate_columns(row: ObjectRow) -> set[str]:
    return {name for route in row.routes if route.where for name in columns_of(route.where)}


def _owner_columns(pack: Pack, source: str) -> set[str]:
    owners = pack.owners
    if owners is None or owners.object != source:
        return set()
    return {owners.id, owners.name, owners.role, owners.email}
