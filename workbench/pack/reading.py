"""Reading a pack file: TOML to checked values, every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.errors import raise_problems
from workbench.layout import Layout
from workbench.likeness.values import Comparison
from workbench.model import FieldRule, Lines, Lookup, Merge
from workbench.pack import keys
from workbench.pack.advice import build_notes, build_windows
from workbench.pack.catalog import Catalog
from workbench.pack.checks import find_problems
from workbench.pack.columns import order_columns
from workbench.pack.examining import Among, Audit, Dedupe, Reference
from workbench.pack.made import Compute, Derive, OwnFields, Pivot, View, ViewPart
from workbench.pack.members import MEMBER_COLUMNS
from workbench.pack.options import DEFAULTS, fill_options
from workbench.pack.segments import Segments
from workbench.pack.shape import find_shape_problems
from workbench.pack.tags import tag_rules
from workbench.pack.values import (
    Condition,
    Gap,
    InventoryItem,
    ObjectRow,
    OwnerRoster,
    Pack,
    PackField,
    Route,
    Skip,
    Tickets,
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
    raise_problems(title, find_shape_problems(data))
    pack = _build_pack(path, data, defaults)
    raise_problems(title, find_problems(pack, layout))
    return tag_rules(replace(pack, columns=order_columns(pack.columns)), layout)


def build_rule(row: Mapping[str, Any], defaults: Mapping[str, Any] = DEFAULTS) -> FieldRule:
    """A field rule from the table that states it; keys that are no word of the pack are options of the transform."""
    options = {key: value for key, value in row.items() if key not in keys.FIELD_KEYS}
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
        columns=(*(_build_view(row) for row in data.get("view", [])), *derived, *computed),
        pivots=tuple(_build_pivot(row) for row in data.get("pivot", [])),
        dedupes=tuple(_build_dedupe(row) for row in data.get("dedupe", [])),
        audits=tuple(Audit(**_freeze(row)) for row in data.get("audit", [])),
        owners=OwnerRoster(**data["owners"]) if "owners" in data else None,
        inventory=tuple(InventoryItem(**_freeze(row)) for row in data.get("inventory", [])),
        gaps=tuple(Gap(**_freeze(row)) for row in data.get("gap", [])),
        catalog=Catalog(**_freeze(data["catalog"])) if "catalog" in data else None,
        segments=Segments(**_freeze(data["segments"])) if "segments" in data else None,
        tickets=_build_tickets(data["tickets"], defaults) if "tickets" in data else None,
        notes=build_notes(data.get("note", [])),
        windows=build_windows(data.get("window", [])),
    )


def _build_tickets(row: dict[str, Any], defaults: Mapping[str, Any]) -> Tickets:
    return Tickets(object=row["object"], fields=tuple(build_rule(field, defaults) for field in row["fields"]))


def _build_derive(row: dict[str, Any]) -> Derive:
    return Derive(source=row["from"], **{key: value for key, value in row.items() if key != "from"})


def _build_compute(row: dict[str, Any], defaults: Mapping[str, Any]) -> Compute:
    options = {key: value for key, value in row.items() if key not in keys.COMPUTE_KEYS}
    return Compute(
        object=row["object"],
        column=row["column"],
        source=row.get("from", ""),
        with_=tuple(row.get("with", ())),
        via=row["via"],
        options=fill_options(row["via"], options, defaults),
        equals=row.get("equals", ""),
    )


def _build_view(row: dict[str, Any]) -> View:
    parts = (
        ViewPart(
            source=part["from"],
            columns={name: name for name in part.get("columns", ())}
            | part.get("renamed", {})
            | (dict.fromkeys(MEMBER_COLUMNS, part["members"]) if "members" in part else {}),
            where=part.get("where", ""),
            members=part.get("members", ""),
        )
        for part in row["rows"]
    )
    return View(object=row["object"], key=tuple(row["key"]), parts=tuple(parts))


def _build_pivot(row: dict[str, Any]) -> Pivot:
    words = {key: value for key, value in row.items() if key not in ("from", "fields")}
    return Pivot(source=row["from"], fields=OwnFields(**row["fields"]), **_freeze(words))


def _build_dedupe(row: dict[str, Any]) -> Dedupe:
    among, same = row.get("among"), row.get("same", {})
    return Dedupe(
        object=row["object"],
        id=row["id"],
        source=row.get("from", ""),
        via=row.get("via", ""),
        same=same.get("from", ""),
        same_via=same.get("via", ""),
        references=tuple(Reference(**reference) for reference in row.get("references", ())),
        among=Among(object=among["object"], id=among["id"], source=among["from"], same=among["same"])
        if among
        else None,
        column=row.get("column", ""),
        merged_into=row.get("merged_into", ""),
        alike=tuple(Comparison(columns=tuple(table["from"]), kind=table["as"]) for table in row.get("alike", ())),
        requirement=tuple(row.get("requirement", ())),
        reason=row.get("reason", ""),
    )


def _build_object(row: dict[str, Any], defaults: Mapping[str, Any]) -> ObjectRow:
    shared = {key: value for key, value in row.items() if key in _OBJECT_WORDS}
    routes = row.get("route") or [
        {key: value for key, value in row.items() if key in keys.ROUTE_KEYS and key != "skip"}
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
        lines=_build_lines(row["lines"]) if "lines" in row else None,
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


def _build_lines(table: dict[str, Any]) -> Lines:
    product = table["product"]
    words = {key: value for key, value in table.items() if key != "product"}
    return Lines(products=product["object"], product=product["from"], **words)


def _build_skips(row: dict[str, Any]) -> tuple[Skip, ...]:
    return tuple(Skip(**skip) for skip in row.get("skip", ()))


_OBJECT_WORDS = ("outcome", "fidelity", "requirement", "reason")
_ROUTE_WORDS = (*_OBJECT_WORDS, "name", "where", "destination", "into", "external_id", "owner", "listed")


def _freeze(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
