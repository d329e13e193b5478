"""What a mapping needs in the tenant, compared with what is there: modules, fields and options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from workbench.destinations import CUSTOM_PREFIX
from workbench.freshsales.plans import find_field_type
from workbench.freshsales.routes import is_module
from workbench.freshsales.schema.values import SchemaField, TenantSchema
from workbench.model import SCHEMA_PLAN, Phase, frame
from workbench.own_fields import RESERVED, SOURCE_ID

LOOKUP = "auto_complete"
# [O] crmsupport.freshworks.com 50000002402
MODULE_FIELDS, MODULE_UNIQUE_FIELDS = 310, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A field the mapping writes to; `options` of a lookup is the one object it points at."""

    destination: str
    name: str
    label: str
    type: str
    options: tuple[str, ...] = ()
    is_unique: bool = False
    conflict: str = ""


def plan_schema(phases: Iterable[Phase], schema: TenantSchema) -> pl.DataFrame:
    """Compare what the phases write with what the tenant has.

    Returns:
        SCHEMA_PLAN: modules first, then fields and lacking options; whatever the API cannot create, or must not because
        the plan has no room for it, is for the admin and its note says why.
    """
    phases = tuple(phases)
    rows = [_plan_module(phase, schema) for phase in _find_modules(phases)]
    for need in find_needs(phases):
        rows += _plan_field(need, schema.fields.get(need.destination, {}).get(need.name))
    return frame(_keep_within_plan(rows, schema), SCHEMA_PLAN)


def find_needs(phases: Iterable[Phase]) -> list[Need]:
    """Every custom field the phases write to, once each, in the order of the mapping."""
    phases = tuple(phases)
    points_at = {phase.source: phase.destination for phase in reversed(phases)}
    needs: dict[tuple[str, str], Need] = {}
    for phase in phases:
        for need in [*_rule_needs(phase), *_lookup_needs(phase, points_at)]:
            key = need.destination, need.name
            needs[key] = _merge(needs[key], need) if key in needs else need
    return list(needs.values())


def _rule_needs(phase: Phase) -> list[Need]:
    # Where a plan has room for some fields only, the workbench's own come first: nothing loads without them.
    rules = sorted(phase.fields, key=lambda rule: rule.to not in RESERVED)
    return [
        Need(
            destination=phase.destination,
            name=rule.to,
            label=rule.label or rule.to,
            type=type_.name if (type_ := find_field_type(rule.type)) else rule.type,
            options=rule.choices,
            is_unique=rule.to == SOURCE_ID,
        )
        for rule in rules
        if rule.to.startswith(CUSTOM_PREFIX)
    ]


def _lookup_needs(phase: Phase, points_at: dict[str, str]) -> list[Need]:
    return [
        Need(
            destination=phase.destination,
            name=lookup.to,
            label=lookup.to.removeprefix(CUSTOM_PREFIX).replace("_", " ").capitalize(),
            type=LOOKUP,
            options=(points_at[lookup.object],) if lookup.object in points_at else (),
        )
        for lookup in phase.lookups
        if lookup.to.startswith(CUSTOM_PREFIX)
    ]


def _merge(one: Need, other: Need) -> Need:
    """The need of two phases that write to the same field."""
    if one.type != other.type:
        return replace(
            one, conflict=f"the mapping writes both {one.type} and {other.type} to it; change one of the rules"
        )
    return replace(one, options=tuple(dict.fromkeys(one.options + other.options)))


def _find_modules(phases: tuple[Phase, ...]) -> list[Phase]:
    return list({phase.destination: phase for phase in reversed(phases) if is_module(phase.destination)}.values())[::-1]


def _plan_module(phase: Phase, schema: TenantSchema) -> dict:
    row = {"destination": phase.destination, "kind": "module", "name": phase.destination, "type": "module"}
    row |= {"label": phase.label or phase.destination, "options": [phase.plural] if phase.plural else []}
    row |= {"is_unique": False, "how": "api", "state": "missing", "note": ""}
    if phase.destination in schema.modules:
        return row | {"state": "present"}
    if "custom_modules" not in schema.capabilities:
        return row | _for_admin(f"this tenant (plan {schema.plan}) has no custom modules")
    return row


def _plan_field(need: Need, there: SchemaField | None) -> list[dict]:
    row = {"destination": need.destination, "kind": "field", "name": need.name, "label": need.label, "type": need.type}
    row |= {"options": list(need.options), "is_unique": need.is_unique, "how": "api", "state": "missing", "note": ""}
    if need.conflict:
        return [row | _for_admin(need.conflict)]
    if there is None:
        return [row]
    if there.type != need.type:
        return [
            row | _for_admin(f"the tenant has it as {there.type}, which cannot be changed; give the rule another name")
        ]
    lacking = [option for option in need.options if option not in there.choices] if need.type != LOOKUP else []
    present = [row | {"state": "present"}]
    if not lacking:
        return present
    return present + [row | {"kind": "options", "options": lacking} | _for_admin("add these options to the field")]


def _for_admin(note: str) -> dict[str, str]:
    return {"how": "admin", "state": "missing", "note": note}


def _keep_within_plan(rows: list[dict], schema: TenantSchema) -> list[dict]:
    """Leave to the admin what would go over the plan's limits, first come first served."""
    used = {object: _count_used(fields.values()) for object, fields in schema.fields.items()}
    kept = []
    for row in rows:
        if row["kind"] == "field" and row["how"] == "api" and row["state"] == "missing":
            counts = used.setdefault(row["destination"], Counter())
            new = _count(row["type"], is_unique=row["is_unique"])
            problem = _find_lack(row, counts + new, schema)
            row |= _for_admin(problem) if problem else {}
            counts.update(Counter() if problem else new)
        kept.append(row)
    return kept


def _count_used(fields: Iterable[SchemaField]) -> Counter[str]:
    custom = [field for field in fields if field.name.startswith(CUSTOM_PREFIX)]
    return sum((_count(field.type, is_unique=field.is_unique) for field in custom), Counter())


def _count(type: str, *, is_unique: bool) -> Counter[str]:
    known = find_field_type(type)
    return Counter({"total": 1, **({known.limit: 1} if known else {}), **({"unique": 1} if is_unique else {})})


def _find_lack(row: dict, counts: Counter[str], schema: TenantSchema) -> str:
    """Why the plan has no room for a field, empty where it has."""
    if row["type"] == LOOKUP and "lookup_fields" not in schema.capabilities:
        return f"plan {schema.plan} has no lookup fields"
    if is_module(row["destination"]):
        limits = {"total": MODULE_FIELDS, "unique": MODULE_UNIQUE_FIELDS}
    else:
        limits = schema.limits.fields
    over = [(kind, most) for kind, most in limits.items() if counts[kind] > most and _count_kind(row, kind)]
    if not over:
        return ""
    kind, most = over[0]
    what = "fields in all" if kind == "total" else f"{kind} fields"
    return f"plan {schema.plan} allows {most} custom {what} on an object, and they are used up; decide which are needed"


def _count_kind(row: dict, kind: str) -> bool:
    return _count(row["type"], is_unique=row["is_unique"])[kind] > 0
