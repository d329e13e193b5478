"""Checks of field rules: their columns, transforms, destination fields and custom-field definitions."""

from __future__ import annotations

import polars as pl

from workbench.destinations import (
    CHOICE_TYPES,
    CUSTOM_PREFIX,
    FIELD_TYPES,
    MAX_CHOICES,
    find_destination,
    name_custom_field,
)
from workbench.errors import name_nearest
from workbench.model import FieldRule
from workbench.own_fields import RESERVED
from workbench.pack.options import find_transform_problems
from workbench.pack.scope import LINES, Scope, first_line
from workbench.pack.values import ObjectRow, Pack, PackField, Route
from workbench.transforms import TRANSFORMS
from workbench.transforms.compose import EXTERNAL_ID

_OUTPUT = {
    "checkbox": (pl.Boolean,),
    "number": (pl.Float64, pl.Int64, pl.Int32),
    "decimal": (pl.Float64, pl.Int64, pl.Int32),
}
_HELP = {"checkbox": "via = 'yes_no'", "number": "via = 'whole' or 'number'", "decimal": "via = 'number'"}


def find_field_problems(
    where: str, source: str, route: Route, field: PackField, scope: Scope, *, more: tuple[str, ...]
) -> list[str]:
    """Name what is wrong with one field rule of a route."""
    at = f"{where}, field {field.rule.to}"
    problems = scope.find_columns(at, source, field.columns, more=more)
    problems += find_rule_problems(at, route.destination, field.rule)
    takers = [other for other in route.fields if other.rule.to == field.rule.to]
    if takers[0] is field and _overlap(takers):
        problems.append(f"{at} is filled {len(takers)} times; give the rules needs and unless that never hold together")
    return problems


def find_rule_problems(where: str, destination: str, rule: FieldRule) -> list[str]:
    """Name what is wrong with a rule, whatever the columns it reads."""
    columns = tuple(name for name in (rule.source, *rule.with_) if name)
    problems = _find_source_problems(where, rule, columns)
    if columns:
        problems += find_transform_problems(where, rule.via, columns, rule.options)
    if rule.to in RESERVED:
        problems.append(f"{where}: the workbench writes {rule.to} itself; choose another field")
    elif rule.to.startswith(CUSTOM_PREFIX):
        problems += _find_definition_problems(where, destination, rule)
    else:
        problems += _find_standard_problems(where, destination, rule)
    return problems


def find_custom_field_problems(pack: Pack) -> list[str]:
    """Custom fields that two rules of the pack define differently."""
    first: dict[tuple[str, str], tuple[str, FieldRule]] = {}
    problems = []
    for row in pack.objects:
        for route in row.routes:
            for field in route.fields:
                rule, where = field.rule, row.phase_name(route)
                at, known = first.setdefault((route.destination, rule.to), (where, rule))
                if (known.type, known.label, known.choices) != (rule.type, rule.label, rule.choices):
                    problems.append(
                        f"field {rule.to} of {route.destination} is defined differently by {at} and {where}; "
                        "give both the same type, label and choices"
                    )
    return problems


def find_output_problems(row: ObjectRow, frame: pl.DataFrame) -> list[str]:
    """Rules whose transform does not fit its columns, or whose values do not fit the field; over no rows."""
    problems = []
    ready = frame.clear().with_columns(pl.lit("").alias(EXTERNAL_ID), pl.lit("").alias(LINES))
    for route in row.routes:
        for rule in (field.rule for field in route.fields):
            where = f"[[object]] {row.phase_name(route)}, field {rule.to}"
            try:
                made = ready.select(express(rule)).to_series().dtype
            except (pl.exceptions.PolarsError, TypeError) as error:
                problems.append(f"{where}: {first_line(error)}")
                continue
            problems += _find_type_problems(where, rule, made)
    return problems


def express(rule: FieldRule) -> pl.Expr:
    """The rule as an expression over the columns of its source object, named like the field it fills."""
    columns = [pl.col(name) for name in (rule.source, *rule.with_) if name]
    if not columns:
        return pl.lit(rule.constant, dtype=_dtype_of(rule)).alias(rule.to)
    value = TRANSFORMS[rule.via](*columns, **rule.options) if rule.via else columns[0]
    return value.alias(rule.to)


def _dtype_of(rule: FieldRule) -> type[pl.DataType]:
    by_value = {bool: pl.Boolean, int: pl.Int64, float: pl.Float64}
    return by_value.get(type(rule.constant)) or _OUTPUT.get(rule.type, (pl.String,))[0]


def _find_source_problems(where: str, rule: FieldRule, columns: tuple[str, ...]) -> list[str]:
    if rule.constant is not None and (columns or rule.via or rule.options):
        return [f"{where}: value stands alone; leave from, with and via out"]
    if rule.constant is None and not columns:
        return [f"{where}: say where its value comes from: from, with or value"]
    if rule.with_ and not rule.via:
        return [f"{where}: with needs a transform that joins the columns: via = 'template', 'first_filled' ..."]
    return []


def _find_definition_problems(where: str, destination: str, rule: FieldRule) -> list[str]:
    if not find_destination(destination).takes_custom_fields:
        return [f"{where}: a {destination} has no custom fields; write it into its description"]
    problems = []
    if rule.type not in FIELD_TYPES:
        problems.append(f"{where}: type = {rule.type!r}: use one of {', '.join(FIELD_TYPES)}")
    if not rule.label:
        problems.append(f"{where}: label is missing; it is what people read in Freshsales")
    elif rule.to != name_custom_field(rule.label):
        # A tenant makes a field's name from its first label, and keeps it for ever.
        problems.append(
            f"{where}: a field labelled {rule.label!r} is named {name_custom_field(rule.label)} by the tenant"
        )
    if rule.type in CHOICE_TYPES and not 0 < len(rule.choices) <= MAX_CHOICES:
        problems.append(f"{where}: {len(rule.choices)} choices: a {rule.type} has 1 to {MAX_CHOICES}")
    if len(set(rule.choices)) < len(rule.choices):
        problems.append(f"{where}: a choice stands twice")
    if rule.choices and rule.type not in CHOICE_TYPES:
        problems.append(f"{where}: choices go with type {' or '.join(CHOICE_TYPES)}")
    made = [value for value in _texts_made(rule) if rule.choices and value not in rule.choices]
    return problems + [f"{where}: makes {value!r}, which is not among its choices" for value in made]


def _texts_made(rule: FieldRule) -> list[str]:
    """The texts a rule is known to make, whatever the data."""
    choices = rule.options.get("values")
    values = [*choices.values()] if isinstance(choices, dict) else []
    values += [rule.options.get(name) for name in ("default", "filled", "empty", "active", "ended")]
    return [value for value in (*values, rule.constant) if isinstance(value, str)]


def _find_standard_problems(where: str, destination: str, rule: FieldRule) -> list[str]:
    known = find_destination(destination).fields
    if rule.to not in known:
        return [f"{where}: {destination} has no such field{name_nearest(rule.to, sorted(known))}"]
    if rule.type or rule.label or rule.choices:
        return [f"{where}: type, label and choices define custom fields; {rule.to} is a standard one"]
    return []


def _find_type_problems(where: str, rule: FieldRule, made: pl.DataType) -> list[str]:
    expected = _OUTPUT.get(rule.type, (pl.String,) if rule.type else (pl.String, pl.Boolean, pl.Float64, pl.Int64))
    if made in expected:
        return []
    help_ = _HELP.get(rule.type, "via = 'as_text'")
    return [f"{where}: a {rule.type or 'standard'} field cannot take {made} values; use {help_}"]


def _overlap(fields: list[PackField]) -> bool:
    """Whether two of the rules can hold in the same tenant."""
    for place, one in enumerate(fields):
        for other in fields[place + 1 :]:
            needs = {*one.condition.needs, *other.condition.needs}
            if needs.isdisjoint({*one.condition.unless, *other.condition.unless}):
                return True
    return False
