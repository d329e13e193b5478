"""Reading a pack file: TOML to checked values, every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.errors import raise_problems
from workbench.layout import Layout
from workbench.model import FieldRule, Lookup, Merge
from workbench.pack import shape
from workbench.pack.checks import find_problems
from workbench.pack.columns import order_columns
from workbench.pack.options import DEFAULTS, fill_options
from workbench.pack.tags import tag_rules
from workbench.pack.values import (
    Compute,
    Condition,
    Derive,
    Gap,
    InventoryItem,
    ObjectRow,
    OwnerRoster,
    Pack,
    PackField,
    Route,
    Skip,
)
from workbench.toml_file import read_toml


def read_pack(path: Path, layout: Layout, *, defaults: Mapping[str, Any] = DEFAULTS) -> Pack:
    """Read and check a pack.

    Args:
        path: The pack's TOML file.
        layout: The layout of the export it maps.
        defaults: Options that every transform which knows them gets where the pack says nothing: country, time_zone.

    Raises:
        UsageError: The file cannot be read, or names every wrong, missing or contradicting thing in it at once.
    """
    data = read_toml(path)
    title = f"{path}: a pack that cannot be used"
    raise_problems(title, shape.find_shape_problems(data))
    pack = _build_pack(path, data, defaults)
    raise_problems(title, find_problems(pack, layout))
    return tag_rules(replace(pack, columns=order_columns(pack.columns)), layout)


def build_rule(row: Mapping[str, Any], defaults: Mapping[str, Any] = DEFAULTS) -> FieldRule:
    """A field rule from the table that states it; keys that are no word of the pack are options of the transform."""
    options = {key: value for key, value in row.items() if key not in shape.FIELD_KEYS}
    return FieldRule(
        to=row["to"],
        source=row.get("from", ""),
        with_=tuple(row.get("with", ())),
        via=row.get("via", ""),
        options=fill_options(row.get("via", ""), options, defaults),
        constant=row.get("value"),
        type=row.get("type", ""),
        label=row.get("label", ""),
        choices=tuple(row.get("choices", ())),
    )


def _build_pack(path: Path, data: dict[str, Any], defaults: Mapping[str, Any]) -> Pack:
    derived = [_build_derive(row) for row in data.get("derive", [])]
    computed = [_build_compute(row, defaults) for row in data.get("compute", [])]
    return Pack(
        path=path,
        **data["pack"],
        objects=tuple(_build_object(row, defaults) for row in data["object"]),
        columns=(*derived, *computed),
        owners=OwnerRoster(**data["owners"]) if "owners" in data else None,
        inventory=tuple(InventoryItem(**_freeze(row)) for row in data.get("inventory", [])),
        gaps=tuple(Gap(**_freeze(row)) for row in data.get("gap", [])),
    )


def _build_derive(row: dict[str, Any]) -> Derive:
    return Derive(source=row["from"], **{key: value for key, value in row.items() if key != "from"})


def _build_compute(row: dict[str, Any], defaults: Mapping[str, Any]) -> Compute:
    options = {key: value for key, value in row.items() if key not in shape.COMPUTE_KEYS}
    return Compute(
        object=row["object"],
        column=row["column"],
        source=row.get("from", ""),
        with_=tuple(row.get("with", ())),
        via=row["via"],
        options=fill_options(row["via"], options, defaults),
    )


def _build_object(row: dict[str, Any], defaults: Mapping[str, Any]) -> ObjectRow:
    shared = {key: value for key, value in row.items() if key in _OBJECT_WORDS}
    routes = row.get("route") or [
        {key: value for key, value in row.items() if key in shape.ROUTE_KEYS and key != "skip"}
    ]
    return ObjectRow(
        source=row["source"],
        routes=tuple(_build_route(route, defaults) for route in routes),
        condition=_build_condition(row),
        skips=_build_skips(row),
        **_freeze(shared),
    )


def _build_route(row: dict[str, Any], defaults: Mapping[str, Any]) -> Route:
    module, merge = row.get("module", {}), row.get("merge")
    return Route(
        fields=tuple(_build_field(field, defaults) for field in row.get("fields", ())),
        lookups=tuple(_build_lookup(to, table) for to, table in row.get("lookups", {}).items()),
        merge=Merge(by=tuple(merge["by"]), line=merge["line"]) if merge else None,
        label=module.get("label", ""),
        plural=module.get("plural", ""),
        skips=_build_skips(row),
        **_freeze({key: value for key, value in row.items() if key in _ROUTE_WORDS}),
    )


def _build_field(row: dict[str, Any], defaults: Mapping[str, Any]) -> PackField:
    return PackField(
        rule=build_rule(row, defaults),
        condition=_build_condition(row),
        requirement=tuple(row.get("requirement", ())),
        reason=row.get("reason", ""),
    )


def _build_condition(row: dict[str, Any]) -> Condition:
    return Condition(needs=tuple(row.get("needs", ())), unless=tuple(row.get("unless", ())))


def _build_lookup(to: str, table: dict[str, Any]) -> Lookup:
    return Lookup(to=to, object=table["object"], source=table["from"], is_required=table.get("required", True))


def _build_skips(row: dict[str, Any]) -> tuple[Skip, ...]:
    return tuple(Skip(**skip) for skip in row.get("skip", ()))


_OBJECT_WORDS = ("outcome", "fidelity", "requirement", "reason")
_ROUTE_WORDS = (*_OBJECT_WORDS, "name", "where", "destination", "into", "external_id", "owner")


def _freeze(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
