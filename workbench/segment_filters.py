"""Rules of a source's segments as conditions a Freshsales list can filter by, and who meets them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from math import prod
from operator import and_, or_
from typing import Any

import polars as pl

from workbench.model import FieldRule, Phase
from workbench.pack.rules import express
from workbench.pack.segments import Segments
from workbench.transforms.rules import Rule, list_parts
from workbench.values import Values

FILTER, LISTS, APPROXIMATE, NONE = "filter", "several lists", "approximate", "not reproducible"
WORDS = {
    "eq": "is", "ne": "is not", "in": "is in", "contains": "contains", "gt": "is greater than",
    "gte": "is at least", "lt": "is less than", "lte": "is at most",
}  # fmt: skip
_DAY, _NUMBER = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"-?\d+(?:\.\d+)?")
MOST_LISTS = 20  # nobody keeps more lists than that for one segment
_EMPTY = pl.lit(None, dtype=pl.String)
_COMPARE = {
    "gt": pl.Expr.gt, "gte": pl.Expr.ge, "lt": pl.Expr.lt, "lte": pl.Expr.le,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition on a field of the destination.

    Attributes:
        values: As the field holds them after the rule's transform.
        is_list: The field holds several values.
    """

    to: str
    label: str
    operator: str
    values: tuple[str, ...]
    is_list: bool = False

    def __str__(self) -> str:
        return f"{self.label} {WORDS[self.operator]} {', '.join(self.values)}"

    def express(self) -> pl.Expr:
        """Whether a record meets it, over columns of text named after the fields; an empty field meets no `is`."""
        column = pl.col(self.to)
        if self.operator in _COMPARE:
            met = _COMPARE[self.operator](*_read_ordered(column, self.values[0]))
        elif self.operator == "contains":
            folded, value = column.str.to_lowercase(), self.values[0].lower()
            values = folded.str.split(";")
            met = values.list.contains(value) if self.is_list else folded.str.contains(value, literal=True)
        else:
            is_in = column.str.to_lowercase().is_in([value.lower() for value in self.values])
            met = ~is_in.fill_null(False) if self.operator == "ne" else is_in
        return met.fill_null(False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A segment as far as Freshsales can tell who is in it.

    Attributes:
        lists: Alternatives, each the conditions that all have to hold: a list of Freshsales takes no `or`.
        missing: Conditions that have no counterpart, with the reason.
    """

    state: str
    lists: tuple[tuple[Condition, ...], ...]
    missing: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        """Whether everything the rule asks can be asked in Freshsales."""
        return self.state in (FILTER, LISTS)

    @property
    def fields(self) -> tuple[str, ...]:
        """The destination's fields it looks at."""
        return tuple(dict.fromkeys(condition.to for each in self.lists for condition in each))

    def count(self, records: pl.DataFrame) -> int:
        """How many of the records are in it; columns are those `write_values` makes."""
        met = [reduce(and_, (condition.express() for condition in each)) for each in self.lists]
        return int(records.select(reduce(or_, met).sum()).item() or 0) if met else 0


def _read_ordered(column: pl.Expr, value: str) -> tuple[pl.Expr, pl.Expr]:
    """Both as numbers, or both as days where the value is a date."""
    if _DAY.match(value):
        return column.str.head(10), pl.lit(value[:10])
    return column.cast(pl.Float64, strict=False), pl.lit(float(value))


def _is_ordered(value: str) -> bool:
    return bool(_DAY.match(value) or _NUMBER.fullmatch(value))


def translate_rule(rule: Rule, segments: Segments, rules: Mapping[str, FieldRule]) -> Filter:
    """The filter of a rule.

    Args:
        rules: Column of the records to the field rule that carries it.
    """
    missing: list[str] = []
    lists = _translate(rule, segments, rules, missing)
    lists = tuple(tuple(each) for each in lists if each)
    if missing:
        return Filter(state=APPROXIMATE if lists else NONE, lists=lists, missing=tuple(dict.fromkeys(missing)))
    return Filter(state=FILTER if len(lists) == 1 else LISTS, lists=lists, missing=())


def find_rules(segments: Segments, phases: Iterable[Phase]) -> dict[str, FieldRule]:
    """The columns of the segments' records, each with the rule that carries it alone."""
    rules: dict[str, FieldRule] = {}
    for phase in phases:
        for rule in phase.fields if phase.source == segments.of else ():
            if rule.source and not rule.with_:
                rules.setdefault(rule.source, rule)
    return rules


def write_frame(records: pl.DataFrame, fields: Iterable[str]) -> pl.DataFrame:
    """Those fields of records of ours as columns of text; one they do not have is empty."""
    return records.select(
        pl.col(name).cast(pl.String).str.replace(r"\.0$", "") if name in records.columns else _EMPTY.alias(name)
        for name in fields
    )


def write_values(values: Iterable[Values], fields: Iterable[str]) -> pl.DataFrame:
    """Records of a tenant as columns of text, however it writes their values."""
    rows = list(values)
    return pl.DataFrame(
        {name: pl.Series([_write(row.get(name)) for row in rows], dtype=pl.String) for name in fields}
        or {"_": pl.Series([None] * len(rows), dtype=pl.String)}
    )


def _write(value: Any) -> str | None:
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 40.0 and 40 are one number, whichever way it travelled
    return None if value is None else str(value)


def _translate(
    rule: Rule, segments: Segments, rules: Mapping[str, FieldRule], missing: list[str]
) -> list[list[Condition]]:
    """The alternatives of a rule; a condition without counterpart is left out and named."""
    word, parts = list_parts(rule)
    if not word:
        condition = _translate_leaf(rule, segments, rules, missing)
        return [[condition]] if condition else [[]]
    translated = [_translate(part, segments, rules, missing) for part in parts]
    if word == "or":
        return _join_same([each for lists in translated for each in lists if each])
    if prod(map(len, translated)) > MOST_LISTS:
        missing.append(f"{prod(map(len, translated))} combinations of alternatives: more than anybody keeps lists for")
        return [[]]
    return reduce(lambda done, lists: [one + other for one in done for other in lists], translated)


def _join_same(lists: list[list[Condition]]) -> list[list[Condition]]:
    """Alternatives that differ in the value of one field only are one condition with several values."""
    single = all(len(each) == 1 and each[0].operator in ("eq", "in") for each in lists)
    if not single or len({each[0].to for each in lists}) != 1:
        return lists
    values = tuple(dict.fromkeys(value for each in lists for value in each[0].values))
    first = lists[0][0]
    return [[Condition(to=first.to, label=first.label, operator="in", values=values, is_list=first.is_list)]]


def _translate_leaf(
    leaf: Rule, segments: Segments, rules: Mapping[str, FieldRule], missing: list[str]
) -> Condition | None:
    name, operator, source = leaf["field"], leaf["operator"], leaf.get("source", segments.own)
    if source != segments.own:
        window = f" within {leaf['window_days']} days" if leaf.get("window_days") else ""
        missing.append(f"{source} {name}{window}: Freshsales does not hold the {source}s of the source")
    elif name not in rules:
        missing.append(f"{name}: no value of it is brought over")
    elif operator not in WORDS:
        missing.append(f"{name} {operator}: no condition of Freshsales means that")
    else:
        rule, value = rules[name], leaf.get("value")
        values = tuple(_map_value(rule, each) for each in (value if isinstance(value, list) else [value]))
        if operator in _COMPARE and not all(map(_is_ordered, filter(None, values))):
            missing.append(f"{name} {WORDS[operator]} {value}: only numbers and days have an order")
            return None
        if values and None not in values:
            label = rule.label or rule.to.replace("_", " ")
            return Condition(
                to=rule.to, label=label, operator=operator, values=values, is_list=rule.type == "multiselect"
            )
        missing.append(f"{name}: the value it asks for is none in Freshsales")
    return None


def _map_value(rule: FieldRule, value: Any) -> str | None:
    """The value as the field holds it once the rule's transform has read it; null where it is none."""
    if value is None:
        return None
    mapped = pl.DataFrame({rule.source: [str(value)]}, schema={rule.source: pl.String}).select(express(rule)).item()
    return None if mapped is None else str(mapped).removesuffix(".0")
