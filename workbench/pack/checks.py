"""What a pack says, checked against the layout and itself."""

from __future__ import annotations

from collections import Counter

from workbench.destinations import (
    CUSTOM_PREFIX,
    DESTINATIONS,
    DOCUMENT,
    MODULE_PREFIX,
    PRODUCT,
    find_destination,
    is_destination,
)
from workbench.errors import UsageError, name_nearest
from workbench.layout import Layout
from workbench.model import FIDELITIES, OUTCOMES
from workbench.pack.advice import find_advice_problems
from workbench.pack.audit_checks import find_audit_problems
from workbench.pack.catalog import find_catalog_problems
from workbench.pack.columns import makes
from workbench.pack.coverage import find_coverage_problems
from workbench.pack.dedupe_checks import find_dedupe_problems
from workbench.pack.inventory_checks import find_inventory_problems
from workbench.pack.line_checks import find_lines_problems
from workbench.pack.options import find_transform_problems
from workbench.pack.pivots import find_pivot_problems
from workbench.pack.rules import find_custom_field_problems, find_field_problems, find_output_problems
from workbench.pack.scope import Scope, build_scope, kinds_of, stage_nothing
from workbench.pack.segments import find_segment_problems
from workbench.pack.values import (
    CAPABILITIES,
    PICKS,
    PRODUCTS,
    Compute,
    Condition,
    Derive,
    ObjectRow,
    Pack,
    Route,
    View,
)
from workbench.pack.views import find_view_problems
from workbench.predicates import columns_of, prove_partition
from workbench.transforms.compose import placeholders


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
    problems = scope.find_object(where, row.source) or _find_condition_problems(where, row.condition)
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
        problems += _find_route_problems(at, row, route, scope)
        problems += _find_lookup_problems(at, row, route, pack, scope)
        problems += find_lines_problems(at, row, route, pack, scope)
    return problems


def _find_condition_problems(where: str, condition: Condition) -> list[str]:
    return [
        f"{where}: {name!r} is no capability of a tenant{name_nearest(name, CAPABILITIES)}"
        for name in (*condition.needs, *condition.unless)
        if name not in CAPABILITIES
    ]


def _find_route_problems(where: str, row: ObjectRow, route: Route, scope: Scope) -> list[str]:
    problems = _find_outcome_problems(where, route, scope)
    if route.destination.startswith(MODULE_PREFIX) and "custom_modules" not in row.condition.needs:
        problems.append(f"{where}: {route.destination} exists only with needs = ['custom_modules']")
    if route.destination == PRODUCT and PRODUCTS not in row.condition.needs:
        problems.append(f"{where}: a product exists only with needs = ['{PRODUCTS}']")
    lines = ("LINES",) if route.merge else ()
    problems += scope.find_columns(f"{where}, external_id", row.source, route.external_id)
    problems += scope.find_columns(f"{where}, owner", row.source, [route.owner] if route.owner else [])
    problems += scope.find_columns(f"{where}, where", row.source, columns_of(route.where) if route.where else [])
    if route.merge:
        named = (*route.merge.by, *placeholders(route.merge.line))
        problems += scope.find_columns(f"{where}, merge", row.source, named)
        if route.external_id:
            problems.append(f"{where}: merge.by is the external id of merged records; leave external_id out")
    for skip in (*route.skips, *row.skips):
        if skip.outcome not in ("exclude", "inventory"):
            problems.append(f"{where}, skip {skip.field}: outcome = {skip.outcome!r}: use exclude or inventory")
    if route.destination and is_destination(route.destination):
        for field in route.fields:
            problems += _find_condition_problems(f"{where}, field {field.rule.to}", field.condition)
            problems += find_field_problems(where, row.source, route, field, scope, more=lines)
        problems += _find_required_problems(where, route)
    return problems


def _find_outcome_problems(where: str, route: Route, scope: Scope) -> list[str]:
    """Outcome, destination, reason and fidelity fit each other."""
    problems = []
    makes_records, outcome = bool(route.destination), route.outcome
    if makes_records and not is_destination(route.destination):
        known = (*DESTINATIONS, f"{MODULE_PREFIX}...")
        problems.append(f"{where}: no destination {route.destination!r}{name_nearest(route.destination, known)}")
    if outcome not in OUTCOMES:
        return [*problems, f"{where}: outcome = {outcome!r}: use one of {', '.join(OUTCOMES)}"]
    if outcome in ("migrate", "split") and not makes_records:
        problems.append(f"{where}: outcome = {outcome!r} needs a destination")
    if outcome in ("inventory", "exclude") and (makes_records or route.fields):
        problems.append(f"{where}: outcome = {outcome!r} makes no records, so it has no destination and no fields")
    if outcome == "merge" and makes_records == bool(route.into):
        problems.append(
            f"{where}: outcome = 'merge' needs either into = 'OBJECT' or a destination with merge = {{ by, line }}"
        )
    if (outcome == "merge" and makes_records) != bool(route.merge):
        problems.append(f"{where}: merge = {{ by, line }} goes with outcome = 'merge' and a destination")
    problems += scope.find_object(f"{where}, into", route.into) if route.into else []
    if outcome != "migrate" and not route.reason.strip():
        problems.append(f"{where}: reason is missing; the customer reads it")
    if route.fidelity not in FIDELITIES and (route.fidelity or makes_records):
        problems.append(f"{where}: fidelity = {route.fidelity!r}: use one of {', '.join(FIDELITIES)}")
    if route.owner and route.destination == "note":
        problems.append(f"{where}: owner = {route.owner!r}: a note has no owner; name the author in its text")
    if route.owner and route.destination == DOCUMENT:
        problems.append(f"{where}: owner = {route.owner!r}: a file has no owner; it belongs to whoever owns its record")
    is_module = route.destination.startswith(MODULE_PREFIX)
    if is_module != bool(route.label):
        problems.append(f"{where}: module = {{ label, plural }} goes with a {MODULE_PREFIX} destination")
    return problems


def _find_required_problems(where: str, route: Route) -> list[str]:
    given = {field.rule.to for field in route.fields}
    missing = [name for name in find_destination(route.destination).required if name not in given]
    return [f"{where}: {route.destination} needs the field {name}" for name in missing]


def _find_lookup_problems(where: str, row: ObjectRow, route: Route, pack: Pack, scope: Scope) -> list[str]:
    problems = []
    standard = find_destination(route.destination).lookups
    for lookup in route.lookups:
        at = f"{where}, lookup {lookup.to}"
        if lookup.to not in standard and not lookup.to.startswith(CUSTOM_PREFIX):
            problems.append(
                f"{at}: {route.destination} has no such lookup{name_nearest(lookup.to, (*standard, 'cf_...'))}"
            )
        problems += scope.find_columns(at, row.source, [lookup.source])
        problems += scope.find_object(at, lookup.object) or _find_parent_problems(at, row, lookup.object, pack)
    if "targetable" in standard and not any(lookup.to == "targetable" for lookup in route.lookups):
        problems.append(f"{where}: a {route.destination} belongs to a record; give it a lookup targetable")
    return problems


def _find_parent_problems(where: str, row: ObjectRow, parent: str, pack: Pack) -> list[str]:
    for capabilities in pack.capability_sets():
        active = pack.active(capabilities)
        if row in active and not any(r.source == parent and r.destinations for r in active):
            tenant = f"a tenant with {', '.join(sorted(capabilities))}" if capabilities else "a plain tenant"
            return [f"{where}: {parent} makes no records in {tenant}; give the lookup's row the same needs and unless"]
    return []
