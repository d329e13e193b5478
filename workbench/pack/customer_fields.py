"""The fields a customer made in the source, as rules of the pack: read from the export, as no two customers agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from workbench.destinations import CHOICE_TYPES, MAX_CHOICES, find_destination, name_custom_field
from workbench.layout import Layout
from workbench.model import FieldRule
from workbench.own_fields import RESERVED
from workbench.pack.columns import derive_columns
from workbench.pack.made import OwnFields, Pivot
from workbench.pack.options import DEFAULTS
from workbench.pack.pivots import is_own, list_fields, name_column
from workbench.pack.reading import build_rule
from workbench.pack.rules import express
from workbench.pack.tags import tag_columns
from workbench.pack.values import ObjectRow, Pack, PackField, Route

TEXT = {"type": "text"}


def add_customer_fields(
    pack: Pack, layout: Layout, staged: dict[str, pl.DataFrame], *, defaults: Mapping[str, Any] = DEFAULTS
) -> Pack:
    """The pack with a rule for every field that its pivots find in an export, wherever custom fields are taken.

    A field is named after its label; one whose label another field of the same object has gets its id behind it. A
    list offers its options and whatever else is written in its values, so that no value is refused.

    Args:
        staged: Staged objects as they were read.
        defaults: As for `read_pack`.
    """
    if not pack.pivots:
        return pack
    frames, tags = derive_columns(staged, pack), tag_columns(pack, layout)
    for pivot in pack.pivots:
        tag = tags[pivot.source, pivot.value]
        rows = (
            _add_to_row(row, pivot, frames, tag=tag, defaults=defaults) if row.source == pivot.object else row
            for row in pack.objects
        )
        pack = replace(pack, objects=tuple(rows))
    return pack


def list_customer_fields(pack: Pack) -> Iterator[tuple[Pivot, FieldRule]]:
    """Every rule that `add_customer_fields` added, with the pivot it comes from."""
    for pivot in pack.pivots:
        for row in pack.objects:
            for field in (field for route in row.routes for field in route.fields):
                if is_own(pivot, row.source, field.rule.source):
                    yield pivot, field.rule


def count_unread(pack: Pack, frames: dict[str, pl.DataFrame]) -> list[tuple[str, FieldRule, int]]:
    """The object, the rule and how many of its values its transform cannot read, where there are some."""
    counted = []
    for pivot, rule in list_customer_fields(pack):
        is_lost = pl.col(rule.source).is_not_null() & express(rule).is_null()
        counted.append((pivot.object, rule, int(frames[pivot.object].select(is_lost.sum()).item())))
    return [each for each in counted if each[2]]


def _add_to_row(
    row: ObjectRow, pivot: Pivot, frames: dict[str, pl.DataFrame], *, tag: str, defaults: Mapping[str, Any]
) -> ObjectRow:
    def add(route: Route) -> Route:
        if not route.destination or not find_destination(route.destination).takes_custom_fields:
            return route
        rules = _build_rules(pivot, frames, {field.rule.to for field in route.fields}, defaults)
        fields = (PackField(rule=replace(rule, tag=tag), requirement=pivot.requirement) for rule in rules)
        return replace(route, fields=(*route.fields, *fields))

    return replace(row, routes=tuple(map(add, row.routes)))


def _build_rules(
    pivot: Pivot, frames: dict[str, pl.DataFrame], taken: set[str], defaults: Mapping[str, Any]
) -> Iterator[FieldRule]:
    taken = {*taken, *RESERVED}
    for field in list_fields(pivot.fields, frames).iter_rows(named=True):
        label = _find_label(field, taken)
        taken.add(name_custom_field(label))
        column = name_column(pivot, field["id"])
        yield _build_rule(pivot.fields, field, label, frames[pivot.object][column], defaults)


def _find_label(field: dict[str, str | None], taken: set[str]) -> str:
    label = (field["label"] or "").strip()
    if name_custom_field(label) == name_custom_field(""):
        label = f"Field {field['id']}"
    return f"{label} {field['id']}" if name_custom_field(label) in taken else label


def _build_rule(
    fields: OwnFields, field: dict[str, str | None], label: str, values: pl.Series, defaults: Mapping[str, Any]
) -> FieldRule:
    kind = fields.kinds.get((field["type"] or "").strip().lower(), TEXT)
    options = [option.strip() for option in (field["options"] or "").split(fields.separator) if option.strip()]
    row = {"from": values.name, "to": name_custom_field(label), "label": label, **kind}
    rule = build_rule(row, {**defaults, "options": options})
    if kind["type"] not in CHOICE_TYPES:
        return rule
    found = values.to_frame().select(express(rule)).to_series().drop_nulls()
    if kind["type"] == "multiselect":
        found = found.str.split(";").explode()
    choices = tuple(dict.fromkeys((*options, *found.unique().sort())))
    if not 0 < len(choices) <= MAX_CHOICES:
        return build_rule({"from": values.name, "to": row["to"], "label": label, **TEXT})
    return replace(rule, choices=choices)
