"""What an export says of its own schema: the objects of a customer, their fields, types, options and formulas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from workbench.destinations import FIELD_TYPES
from workbench.errors import name_nearest
from workbench.layout.values import COLUMN_TYPES
from workbench.model import TAGS
from workbench.pack.options import DEFAULTS, fill_options, find_transform_problems

OBJECT_KEYS = ("object", "name", "label", "custom")
FIELD_KEYS = (
    "object", "of", "name", "label", "type", "required", "options", "lookup", "formula", "references", "category",
)  # fmt: skip
KIND_KEYS = ("column", "type", "via", "tag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Where an export describes itself.

    Attributes:
        file: Name of the file of an object, with `{name}` in it; `format` is its format in the layout.
        objects: The staged object that lists objects (`object`), its columns `name` and `label`, and in `custom` the
            column and value by which those are known that the customer made.
        fields: The staged object that lists fields (`object`) and its columns, each of `FIELD_KEYS`.
        kinds: The source's word for a type to `column` (type in the layout), `type` of Freshsales, `via` and `tag`.
        tags: The source's word for a category of fields to the tag they get.
    """

    file: str
    format: str
    objects: dict[str, Any]
    fields: dict[str, str]
    kinds: dict[str, dict[str, str]]
    tags: dict[str, str] = field(default_factory=dict)
    requirement: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, str]:
        """The staged objects it is read from."""
        return self.objects["object"], self.fields["object"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogField:
    """One field as the source describes it; `references` are written `object.field`."""

    object: str
    name: str
    label: str
    kind: str
    is_required: bool
    options: tuple[str, ...]
    lookup: str
    formula: str
    references: tuple[str, ...]
    category: str

    @property
    def place(self) -> str:
        """The field with its object."""
        return f"{self.object}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogObject:
    """One object as the source describes it."""

    name: str
    label: str
    is_custom: bool
    fields: tuple[CatalogField, ...]

    def find(self, name: str) -> CatalogField | None:
        """The field of that name."""
        return next((each for each in self.fields if each.name == name), None)

    @property
    def key(self) -> CatalogField:
        """The field that tells the records apart: the first that is required, else the first of all."""
        return next((each for each in self.fields if each.is_required), self.fields[0])

    @property
    def title(self) -> CatalogField:
        """What a record is called by: a field called name or title, else the key."""
        named = (each for each in self.fields if each.name.lower() in ("name", "title", f"{self.module}_name"))
        return next(named, self.key)

    @property
    def module(self) -> str:
        """Its name without what marks it as the customer's own."""
        return re.sub(r"^(?:co|cm|custom)_", "", self.name)


def read_catalog(catalog: Catalog, frames: dict[str, pl.DataFrame]) -> dict[str, CatalogObject]:
    """The objects the export describes, by name, in its order."""
    columns, fields = catalog.objects, list(_read_fields(catalog, frames[catalog.fields["object"]]))
    custom = dict(columns.get("custom", {}))
    return {
        row[columns["name"]]: CatalogObject(
            name=row[columns["name"]],
            label=row[columns["label"]] or row[columns["name"]],
            is_custom=bool(custom) and all(row[name] == value for name, value in custom.items()),
            fields=tuple(each for each in fields if each.object == row[columns["name"]]),
        )
        for row in frames[columns["object"]].iter_rows(named=True)
        if row[columns["name"]]
    }


def find_catalog_problems(catalog: Catalog | None, scope) -> list[str]:
    """Name what is wrong with a catalog: objects and columns that are not there, kinds and tags nobody knows.

    Args:
        scope: `workbench.pack.scope.Scope` of the pack.
    """
    if catalog is None:
        return []
    problems = ["[catalog] file: name the object in it, such as '{name}.jsonl'"] * ("{name}" not in catalog.file)
    for key, table, known in (("objects", catalog.objects, OBJECT_KEYS), ("fields", catalog.fields, FIELD_KEYS)):
        at = f"[catalog] {key}"
        problems += [
            f"{at}: {name} is not a key here{name_nearest(name, known)}" for name in table if name not in known
        ]
        needed = ("object", "name", "label") if key == "objects" else ("object", "of", "name", "label", "type")
        missing = [name for name in needed if name not in table]
        problems += [f"{at}: {name} is missing" for name in missing]
        if not missing:
            problems += scope.find_object(at, table["object"]) or scope.find_columns(
                at, table["object"], [*(table[name] for name in table if name not in ("object", "custom")),
                                      *table.get("custom", ())]
            )  # fmt: skip
    for word, kind in catalog.kinds.items():
        problems += _find_kind_problems(f"[catalog] kind {word}", kind)
    unknown = [tag for tag in catalog.tags.values() if tag not in TAGS]
    return problems + [f"[catalog] tags: no tag {tag!r}; known: {', '.join(TAGS)}" for tag in unknown]


def _find_kind_problems(where: str, kind: dict[str, Any]) -> list[str]:
    problems = [
        f"{where}: {key} is not a key here{name_nearest(key, KIND_KEYS)}" for key in kind if key not in KIND_KEYS
    ]
    for key, known in (("column", COLUMN_TYPES), ("type", FIELD_TYPES)):
        if kind.get(key) not in known:
            problems.append(f"{where}: {key} = {kind.get(key)!r}: use one of {', '.join(known)}")
    via = kind.get("via", "")
    # The choices of a list are known only when an export is read.
    given = fill_options(via, {"options": []} if via == "multi_select" else {}, DEFAULTS)
    return problems + (find_transform_problems(where, via, ("value",), given) if via else [])


def _read_fields(catalog: Catalog, listed: pl.DataFrame) -> Iterator[CatalogField]:
    columns = catalog.fields

    def read(row: dict[str, Any], name: str) -> str:
        return (row.get(columns.get(name, "")) or "").strip()

    for row in listed.iter_rows(named=True):
        if read(row, "of") and read(row, "name"):
            yield CatalogField(
                object=read(row, "of"),
                name=read(row, "name"),
                label=read(row, "label") or read(row, "name"),
                kind=read(row, "type").lower(),
                is_required=read(row, "required").lower() == "true",
                options=_read_list(read(row, "options")),
                lookup=read(row, "lookup"),
                formula=read(row, "formula"),
                references=_read_list(read(row, "references")),
                category=read(row, "category"),
            )


def _read_list(text: str) -> tuple[str, ...]:
    """A JSON list of texts, or one behind semicolons."""
    try:
        found = json.loads(text) if text.startswith("[") else text.split(";")
    except json.JSONDecodeError:
        found = text.split(";")
    return tuple(item for each in found if (item := str(each).strip()))
