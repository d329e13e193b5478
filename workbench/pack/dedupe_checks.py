"""What a pack says about records that stand twice, checked against the layout."""

from __future__ import annotations

import polars as pl

from workbench.errors import name_nearest
from workbench.layout import Layout
from workbench.likeness.values import KINDS
from workbench.pack.examining import Dedupe
from workbench.pack.options import find_transform_problems
from workbench.pack.scope import Scope, first_line
from workbench.predicates import columns_of


def find_dedupe_problems(rule: Dedupe, scope: Scope, layout: Layout) -> list[str]:
    """Name what is wrong with a rule: objects, columns, transforms, predicates."""
    where = f"[[dedupe]] {rule.object}"
    compared = tuple(name for comparison in rule.alike for name in comparison.columns)
    named = tuple(name for name in (rule.id, rule.merged_into, rule.source, rule.same, *compared) if name)
    problems = _find_place_problems(where, rule.object, named, layout)
    if rule.among:
        named = (rule.among.id, rule.among.source, rule.among.same)
        problems += _find_place_problems(f"{where}, among", rule.among.object, named, layout)
    for reference in rule.references:
        at = f"{where}, references {reference.object}"
        problems += _find_place_problems(at, reference.object, (reference.column,), layout)
        problems += _find_predicate_problems(at, reference.object, reference.where, scope)
    for via, source in ((rule.via, rule.source), (rule.same_via, rule.same)) if rule.compares_keys else ():
        problems += find_transform_problems(where, via, (source,), {}) if via else [f"{where}: via is empty"]
    return problems + _find_kind_problems(where, rule)


def _find_kind_problems(where: str, rule: Dedupe) -> list[str]:
    problems = [
        f"{where}, alike: as = {each.kind!r}{name_nearest(each.kind, KINDS)}; known: {', '.join(KINDS)}"
        for each in rule.alike
        if each.kind not in KINDS
    ]
    problems += [f"{where}, alike: from is empty" for each in rule.alike if not each.columns]
    if len(rule.alike) == 1:
        problems.append(f"{where}, alike: one comparison is a key; compare two at least")
    return problems


def _find_place_problems(where: str, object: str, names: tuple[str, ...], layout: Layout) -> list[str]:
    if object not in layout.objects:
        return [f"{where}: no object {object!r}{name_nearest(object, layout.objects)}"]
    kept = layout.objects[object].kept
    # Records are merged before any column is derived or computed.
    return [
        f"{where}: {object} has no staged column {name!r}{name_nearest(name, kept)}"
        for name in names
        if name not in kept
    ]


def _find_predicate_problems(where: str, object: str, predicate: str, scope: Scope) -> list[str]:
    if not predicate:
        return []
    try:
        pl.sql_expr(predicate)
    except (pl.exceptions.PolarsError, TypeError) as error:
        return [f"{where}: where: {first_line(error)}"]
    return scope.find_columns(f"{where}, where", object, columns_of(predicate))
