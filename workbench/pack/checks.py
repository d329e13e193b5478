"""What a pack says, checked against the layout and itself."""

from __future__ import annotations

from collections import Counter

from workbench.errors import UsageError
from workbench.layout import Layout
from workbench.model import OUTCOMES
from workbench.pack.advice import find_advice_problems
from workbench.pack.audit_checks import find_audit_problems
from workbench.pack.catalog import find_catalog_problems
from workbench.pack.columns import makes
from workbench.pack.coverage import find_coverage_problems
from workbench.pack.dedupe_checks import find_dedupe_problems
from workbench.pack.inventory_checks import find_inventory_problems
from workbench.pack.line_checks import find_lines_problems
from workbench.pack.made import PICKS, Compute, Derive, View
from workbench.pack.options import find_transform_problems
from workbench.pack.pivots import find_pivot_problems
from workbench.pack.route_checks import find_condition_problems, find_lookup_problems, find_route_problems
from workbench.pack.rules import find_custom_field_problems, find_output_problems
from workbench.pack.scope import Scope, build_scope, kinds_of, stage_nothing
from workbench.pack.segments import find_segment_problems
from workbench.pack.tickets import find_ticket_problems
from workbench.pack.values import ObjectRow, Pack
from workbench.pack.views import find_view_problems
from workbench.predicates import prove_partition


def find_problems(pack: Pack, layout: Layout) -> list[str]:
    """Every problem of a pack that has the right shape; none where it can be used."""
    scope = build_scope(pack, layout)
    problems = [f"[pack] layout = {pack.layout!r}, but the layout is {layout.name!r}"] * (pack.layout != layout.name)
    problems += _find_owner_problems(pack, scope)
    for column in pack.columns:
        problems += _FIND[type(column)](column, scope, layout)
    for pivot in pack.pivots:
        problems += find_pivot_problems(pivot, scope)
    for item in pack.audits:
        problems += find_audit_problems(item, layout)
    for rule in pack.dedupes:
        problems += find_dedupe_problems(rule, scope, layout)
    for item in pack.inventory:
        problems += find_inventory_problems(item, scope)
    problems += find_advice_problems(pack.notes, pack.windows)
    problems += find_catalog_problems(pack.catalog, scope)
    problems += find_segment_problems(pack.segments, scope)
    problems += find_ticket_problems(pack.tickets, scope)
    problems += _find_repeats(pack, layout)
    problems += _find_gap_problems(pack, scope)
    for row in pack.objects:
        problems += _find_object_problems(row, pack, scope)
    problems += find_custom_field_problems(pack)
    problems += find_coverage_problems(pack, layout)
    return problems or _find_typed_problems(pack, layout)


def _find_typed_problems(pack: Pack, layout: Layout) -> list[str]:
    """What can be seen only when the rules run, over no rows at all."""
    try:
        frames = stage_nothing(pack, layout)
    except UsageError as error:
        return [str(error)]
    problems = []
    for row in pack.objects:
        problems += find_output_problems(row, frames[row.source])
        if len(row.routes) > 1:
            predicates = {route.name: route.where for route in row.routes}
            found = prove_partition(predicates, kinds_of(frames[row.source]))
            problems += [f"[[object]] {row.source}, routes: {problem}" for problem in found]
    return problems


def _find_owner_problems(pack: Pack, scope: Scope) -> list[str]:
    if pack.owners is None:
        return []
    owners = pack.owners
    names = [name for name in (owners.id, owners.name, owners.role, owners.email) if name]
    problems = scope.find_object("[owners]", owners.object)
    return problems or scope.find_columns("[owners]", owners.object, names)


def _find_derive_problems(column: Derive, scope: Scope, layout: Layout) -> list[str]:
    where = f"[[derive]] {column.object}.{column.column}"
    problems = scope.find_object(where, column.object) + scope.find_object(where, column.source)
    if problems:
        return problems
    theirs = [*column.match, *(name for name in (column.take, column.order) if name)]
    problems += scope.find_columns(where, column.source, theirs)
    problems += scope.find_columns(where, column.object, column.match.values())
    if not column.match:
        problems.append(f"{where}: match is empty; write match = {{ THEIR_COLUMN = 'OUR_COLUMN' }}")
    if bool(column.take) == column.count:
        problems.append(f"{where}: say either take = 'COLUMN' or count = true")
    return problems + _find_pick_problems(where, column, scope, layout)


def _find_pick_problems(where: str, column: Derive, scope: Scope, layout: Layout) -> list[str]:
    if column.pick not in PICKS:
        return [f"{where}: pick = {column.pick!r}: use one of {', '.join(PICKS)}"]
    if (column.pick in ("first", "last")) != bool(column.order):
        return [f"{where}: order goes with pick = 'first' or 'last', and they with it"]
    theirs = layout.objects.get(column.source)
    ordered = theirs.columns.get(column.order) if theirs else None
    if ordered and ordered.type in ("integer", "decimal"):
        return [f"{where}: order = {column.order!r} is staged as text, where 10 comes before 9; compute a number first"]
    key = theirs.key if theirs else scope.keys[column.source]
    is_single = key and set(key) <= column.match.keys()
    if column.take and column.pick == "only" and not is_single:
        return [f"{where}: several rows of {column.source} may match; say pick = 'first', 'last' or 'most_frequent'"]
    return []


def _find_compute_problems(column: Compute, scope: Scope, layout: Layout) -> list[str]:
    where = f"[[compute]] {column.object}.{column.column}"
    problems = scope.find_object(where, column.object) or scope.find_columns(where, column.object, column.columns)
    problems += scope.find_columns(f"{where}, equals", column.object, [column.equals] if column.equals else [])
    if column.via == "unique_text":
        return [*problems, f"{where}: unique_text makes the name of a record; use it in a field"]
    return problems + find_transform_problems(where, column.via, column.columns, column.options)


_FIND = {Derive: _find_derive_problems, Compute: _find_compute_problems, View: find_view_problems}


def _find_repeats(pack: Pack, layout: Layout) -> list[str]:
    made = Counter(place for column in pack.columns for place in makes(column))
    problems = []
    for (object, name), times in made.items():
        if object in layout.objects and name in layout.objects[object].columns:
            problems.append(
                f"{object}.{name} is a column of the source; give the derived or computed column another name"
            )
        elif times > 1 or name.startswith("_"):
            problems.append(f"{object}.{name}: a column is made once, and its name does not begin with _")
    return problems


def _find_gap_problems(pack: Pack, scope: Scope) -> list[str]:
    return [
        problem for gap in pack.gaps if gap.object for problem in scope.find_object(f"[[gap]] {gap.gap}", gap.object)
    ]


def _find_object_problems(row: ObjectRow, pack: Pack, scope: Scope) -> list[str]:
    where = f"[[object]] {row.source}"
    problems = scope.find_object(where, row.source) or find_condition_problems(where, row.condition)
    if row.outcome not in OUTCOMES:
        problems.append(f"{where}: outcome = {row.outcome!r}: use one of {', '.join(OUTCOMES)}")
    if len(row.routes) > 1 and row.outcome != "migrate" and not row.reason:
        problems.append(f"{where}: reason is missing; the customer reads why the rows are told apart")
    names = Counter(route.name for route in row.routes)
    problems += [f"{where}: route {name!r} stands {times} times" for name, times in names.items() if times > 1]
    if len(row.routes) == 1 and row.routes[0].name:
        problems.append(f"{where}: one route alone is no choice; write its keys into [[object]]")
    for route in row.routes:
        at = f"{where}, route {route.name}" if route.name else where
        problems += find_route_problems(at, row, route, scope)
        problems += find_lookup_problems(at, row, route, pack, scope)
        problems += find_lines_problems(at, row, route, pack, scope)
    return problems
