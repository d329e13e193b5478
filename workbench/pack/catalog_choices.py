"""Lists of choices as long as the export says they are: what its own description offers, and what its values hold."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from workbench.destinations import CHOICE_TYPES, MAX_CHOICES
from workbench.model import FieldRule
from workbench.pack.catalog import CatalogObject, read_catalog
from workbench.pack.rules import express
from workbench.pack.values import Pack, PackField, Route

SEPARATOR = ";"


def add_catalog_choices(pack: Pack, staged: dict[str, pl.DataFrame]) -> Pack:
    """The pack with every list of choices that the export describes as long as it says, so that no value is refused.

    Rules that translate values by a table of their own keep their choices; a list with more than a tenant takes
    becomes text.

    Args:
        staged: Staged objects as they were read.
    """
    if pack.catalog is None:
        return pack
    objects = read_catalog(pack.catalog, staged)

    def widen(source: str, route: Route) -> Route:
        known, frame = objects.get(source), staged.get(source)
        if known is None or frame is None:
            return route
        return replace(route, fields=tuple(_widen(each, known, frame) for each in route.fields))

    rows = (replace(row, routes=tuple(widen(row.source, route) for route in row.routes)) for row in pack.objects)
    return replace(pack, objects=tuple(rows))


def _widen(field: PackField, object: CatalogObject, frame: pl.DataFrame) -> PackField:
    rule, said = field.rule, object.find(field.rule.source)
    is_plain = rule.via in ("", "trim", "multi_select") and rule.source in frame.columns
    if said is None or not said.options or rule.type not in CHOICE_TYPES or not is_plain:
        return field
    return replace(field, rule=_offer(rule, said.options, frame))


def _offer(rule: FieldRule, options: tuple[str, ...], frame: pl.DataFrame) -> FieldRule:
    if rule.via == "multi_select":
        rule = replace(rule, options={**rule.options, "options": [*options]})
    found = frame.select(express(rule)).to_series().drop_nulls().unique().sort()
    if rule.type == "multiselect":
        found = found.str.split(SEPARATOR).explode().drop_nulls()
    written = (option.replace(SEPARATOR, ",") for option in options)
    choices = tuple(dict.fromkeys([*written, *found.unique().sort()]))
    if len(choices) > MAX_CHOICES:
        return replace(rule, type="text", choices=())
    return replace(rule, choices=choices)
