"""What the pack and the analyst already say about every source column, traced through derived columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from workbench.model import FieldRule, Phase
from workbench.own_fields import name_id_field
from workbench.pack import Compute, Derive, ObjectRow, Pack, Pivot, Route, View
from workbench.pack.columns import reads
from workbench.pack.pivots import is_own, name_beside
from workbench.predicates import columns_of
from workbench.transforms.compose import placeholders

Column = tuple[str, str]  # source object, its column


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One way a source column reaches Freshsales.

    Attributes:
        action: migrate, custom_field or merge.
        destination: Object of Freshsales.
        to: Its field; empty where the column only decides or links, and no value of it arrives.
        evidence: Where in the pack that is said.
        type: Of a custom field; empty for a standard one.
    """

    action: str
    destination: str
    to: str
    via: str
    evidence: str
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A source column that is left behind on purpose: `skip`, or `inventory` where it is written down."""

    action: str
    reason: str


def find_uses(pack: Pack, phases: tuple[Phase, ...]) -> dict[Column, list[Use]]:
    """Every use of every source column in the phases, also through the columns derived from it."""
    uses: defaultdict[Column, list[Use]] = defaultdict(list)
    for phase in phases:
        for column, use in _list_phase_uses(phase):
            uses[phase.source, column].append(use)
        for column, use in _list_line_uses(phase):
            uses[phase.lines.object, column].append(use)
    for pivot in pack.pivots:
        for read, said in find_pivot_uses(pivot, phases, uses):
            uses[read] += said
    for column in reversed(pack.columns):  # each comes after those it reads
        for read in sorted(reads(column)):
            if isinstance(column, View):
                uses[read] += _pass_through(column, read, uses)
                continue
            uses[read] += _pass_on(column, read, uses.get((column.object, column.column), []))
    if staff := pack.owners:
        for name in filter(None, (staff.id, staff.name, staff.role, staff.email)):
            use = Use(
                action="merge", destination="", to="", via="", evidence=f"{staff.object}.{name}: the staff roster"
            )
            uses[staff.object, name].append(use)
    return dict(uses)


def find_left(pack: Pack, phases: tuple[Phase, ...], columns: list[Column]) -> dict[Column, Left]:
    """The columns that the pack leaves behind, with the reason the customer reads."""
    rows = {row.source: row for row in reversed(_list_active(pack, phases))}
    left = {column: _leave(rows[column[0]], column[1]) for column in columns if column[0] in rows}
    return {column: said for column, said in left.items() if said}


def _list_active(pack: Pack, phases: tuple[Phase, ...]) -> list[ObjectRow]:
    """The rows of the pack that made the phases, before those of objects without records."""
    names = {(phase.name, phase.destination) for phase in phases}
    making = [r for r in pack.objects if any((r.phase_name(route), route.destination) in names for route in r.routes)]
    return making + [row for row in pack.objects if not row.destinations]


def _leave(row: ObjectRow, column: str) -> Left | None:
    for skip in (*row.skips, *(skip for route in row.routes for skip in route.skips)):
        if skip.field == column:
            return Left(action="inventory" if skip.outcome == "inventory" else "skip", reason=skip.reason)
    if any(route.destination or route.into for route in row.routes):
        return None
    whole: Route = row.routes[0]
    return Left(action="inventory" if whole.outcome == "inventory" else "skip", reason=whole.reason or row.reason)


def _list_phase_uses(phase: Phase) -> Iterator[tuple[str, Use]]:
    for rule in phase.fields:
        for column in (rule.source, *rule.with_):
            if column:
                yield column, _use_rule(phase, rule, column)
    for column in phase.lines.match.values() if phase.lines else ():
        yield column, _link(f"{phase.source}.{column} finds the lines of {phase.lines.object}")
    for lookup in phase.lookups:
        yield lookup.source, _use(phase, lookup.source, to=lookup.to, via="lookup")
    if phase.owner:
        yield phase.owner, _use(phase, phase.owner, to="owner_id", via="owner")
    for column in phase.external_id:
        yield column, _use(phase, column, to=name_id_field(phase.destination), via="external id", action="merge")
    for column in columns_of(phase.where) if phase.where else ():
        yield column, _link(f"{phase.source}.{column} decides which rows become {phase.name}")
    yield from _list_merged(phase)


def _list_line_uses(phase: Phase) -> Iterator[tuple[str, Use]]:
    """The columns of the rows that go along with a deal as its products."""
    for column in phase.lines.columns if phase.lines else ():
        evidence = f"{phase.lines.object}.{column} → {phase.destination}.products"
        yield column, Use(action="merge", destination=phase.destination, to="products", via="lines", evidence=evidence)


def _use_rule(phase: Phase, rule: FieldRule, column: str) -> Use:
    kind = "custom_field" if rule.to.startswith("cf_") else "migrate"
    use = _use(phase, column, to=rule.to, via=rule.via, action="merge" if column in rule.with_ else kind)
    return replace(use, type=rule.type)


def _list_merged(phase: Phase) -> Iterator[tuple[str, Use]]:
    """The columns of the lines that several rows become, by the rules that read those lines."""
    if not phase.merge:
        return
    for rule in phase.fields:
        if phase.merge.into in (rule.source, *rule.with_):
            for column in placeholders(phase.merge.line):
                yield column, _use(phase, column, to=rule.to, via="merged rows", action="merge")


def _use(phase: Phase, column: str, *, to: str, via: str, action: str = "migrate") -> Use:
    evidence = f"{phase.source}.{column} → {phase.destination}.{to}"
    return Use(action=action, destination=phase.destination, to=to, via=via, evidence=evidence)


def _link(evidence: str) -> Use:
    return Use(action="merge", destination="", to="", via="", evidence=evidence)


def _pass_through(view: View, read: Column, uses: dict[Column, list[Use]]) -> list[Use]:
    """The uses of a view's columns, as those of the column they are taken from."""
    parts = [part for part in view.parts if part.source == read[0]]
    taken = [ours for part in parts for ours, theirs in part.columns.items() if theirs == read[1]]
    place = ".".join(read)
    passed = [
        replace(use, evidence=f"{place} → {use.evidence}")
        for name in taken
        for use in uses.get((view.object, name), [])
    ]
    if not taken or any(name in view.key for name in taken):
        passed.append(_link(f"{place} decides which rows stand in {view.object}"))
    return passed


def find_pivot_uses(
    pivot: Pivot, phases: tuple[Phase, ...], uses: dict[Column, list[Use]]
) -> Iterator[tuple[Column, list[Use]]]:
    """The uses of the object with a customer's own values, of the one that lists the fields, of columns beside them."""
    own = [use for (object, name), said in list(uses.items()) for use in said if is_own(pivot, object, name)]
    yield (pivot.source, pivot.value), own
    for rule in (rule for phase in phases for rule in phase.fields if is_own(pivot, phase.source, rule.source)):
        yield (pivot.object, name_beside(pivot, rule.label)), uses.get((pivot.object, rule.source), [])
    for name in (*pivot.match, pivot.name):
        yield (pivot.source, name), [_link(f"{pivot.source}.{name} says which record and field a value is for")]
    fields = pivot.fields
    for name in filter(None, (fields.id, fields.label, fields.type, fields.options, *fields.only)):
        yield (fields.object, name), [_link(f"{fields.object}.{name} says what the customer's own fields are")]


def _pass_on(column: Derive | Compute, read: Column, uses: list[Use]) -> list[Use]:
    through = f"{column.object}.{column.column}"
    if isinstance(column, Derive) and read != (column.source, column.take):
        return [_link(f"{read[0]}.{read[1]} finds the rows that {through} is taken from")] if uses else []
    via = column.via if isinstance(column, Compute) else "derived"
    return [
        replace(use, action="merge", via=use.via or via, evidence=f"{read[0]}.{read[1]} → {use.evidence}")
        for use in uses
    ]
