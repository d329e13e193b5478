"""The routes of a pack's objects, checked: what becomes of the rows, by which fields, and what they point at."""

from __future__ import annotations

from workbench.destinations import (
    CUSTOM_PREFIX,
    DESTINATIONS,
    DOCUMENT,
    MODULE_PREFIX,
    PRODUCT,
    find_destination,
    is_destination,
)
from workbench.errors import name_nearest
from workbench.model import FIDELITIES, OUTCOMES
from workbench.pack.rules import find_field_problems
from workbench.pack.scope import Scope
from workbench.pack.values import CAPABILITIES, PRODUCTS, Condition, ObjectRow, Pack, Route
from workbench.predicates import columns_of
from workbench.transforms.compose import placeholders


def find_condition_problems(where: str, condition: Condition) -> list[str]:
    """Capabilities no tenant has."""
    return [
        f"{where}: {name!r} is no capability of a tenant{name_nearest(name, CAPABILITIES)}"
        for name in (*condition.needs, *condition.unless)
        if name not in CAPABILITIES
    ]


def find_route_problems(where: str, row: ObjectRow, route: Route, scope: Scope) -> list[str]:
    """What is wrong with a route: outcome, ids, owner, predicate, fields, and what its list shows."""
    problems = _find_outcome_problems(where, route, scope)
    if route.destination.startswith(MODULE_PREFIX) and "custom_modules" not in row.condition.needs:
        problems.append(f"{where}: {route.destination} exists only with needs = ['custom_modules']")
    if route.destination == PRODUCT and PRODUCTS not in row.condition.needs:
        problems.append(f"{where}: a product exists only with needs = ['{PRODUCTS}']")
    lines = ("LINES",) if route.merge else ()
    problems += scope.find_columns(f"{where}, external_id", row.source, route.external_id)
    problems += scope.find_columns(f"{where}, listed", row.source, route.listed)
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
            problems += find_condition_problems(f"{where}, field {field.rule.to}", field.condition)
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
    if route.listed and outcome != "inventory":
        problems.append(f"{where}: listed goes with outcome = 'inventory'; nothing else is written as a list")
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


def find_lookup_problems(where: str, row: ObjectRow, route: Route, pack: Pack, scope: Scope) -> list[str]:
    """What is wrong with the lookups of a route: their fields, columns and parents."""
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
