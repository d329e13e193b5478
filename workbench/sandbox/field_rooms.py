"""How many custom fields an object has room for, by their type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from workbench.freshsales.plans import PlanLimits, read_field_types
from workbench.sandbox.fields import Field

MODULE_FIELDS = 310
MODULE_UNIQUE_FIELDS = 2
# Fields of each type a sales activity may have, whatever the plan allows elsewhere.
ACTIVITY_FIELDS = 5
ALL, UNIQUE = "total", "unique"


def rooms_of_plan(limits: PlanLimits, object: str) -> dict[str, int]:
    """How many fields of each kind the plan allows on an object, and in all."""
    if object != "sales_activity":
        return limits.fields
    return {kind: min(most, ACTIVITY_FIELDS) for kind, most in limits.fields.items() if kind != ALL}


def rooms_of_module() -> dict[str, int]:
    """The same for a custom module, which is held to a number in all and one of unique fields."""
    return {ALL: MODULE_FIELDS, UNIQUE: MODULE_UNIQUE_FIELDS}


def find_lack(field: Field, fields: Iterable[Field], rooms: dict[str, int]) -> list[str]:
    """Why there is no room for one more field, a line each kind that is used up."""
    needed = _count(field)
    used = count_used(fields)
    return [
        f"You have reached the limit of {most} {'custom' if kind == ALL else kind} fields"
        for kind, most in rooms.items()
        if needed[kind] and used[kind] + needed[kind] > most
    ]


def count_used(fields: Iterable[Field]) -> Counter[str]:
    """How much room fields take up, by kind."""
    return sum(map(_count, fields), Counter())


def _count(field: Field) -> Counter[str]:
    """What a field takes up; a formula takes one from the type it returns as well."""
    types = read_field_types()
    kinds = {types[name].limit for name in (field.type, field.returns) if name}
    return Counter({ALL: 1, **dict.fromkeys(kinds, 1), **({UNIQUE: 1} if field.unique else {})})
