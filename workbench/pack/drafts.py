"""Rows of layout and pack for what a customer made, drafted from what the export says of its own schema.

A draft is text in the engagement's own files, for the analyst to read and correct: nothing is mapped by anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from workbench.destinations import CHOICE_TYPES, MAX_CHOICES, name_custom_field
from workbench.layout import Layout
from workbench.layout.values import UNKNOWN_TAG
from workbench.own_fields import RESERVED
from workbench.pack.catalog import Catalog, CatalogField, CatalogObject
from workbench.pack.formulas import MADE, READY, express_formula, find_formulas
from workbench.pack.values import Pack

VALUE = " (value)"  # behind the name of a formula field, of the column with what arrives
_MARK = "# drafted from what the export says of its schema; check types, tags and names"
_NAME = re.compile(r"[a-z0-9_]+")
_TYPES = {"decimal": pl.Float64, "integer": pl.Float64}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafter:
    """Writes the drafts of one export.

    Attributes:
        objects: What the export describes.
        parents: Object to what its records become on every plan: where a note can hang.
        modules: Objects that are records at all, the drafted ones among them.
        evaluated: Formula fields that can be evaluated, as `object.field`.
    """

    catalog: Catalog
    objects: dict[str, CatalogObject]
    parents: dict[str, str]
    modules: frozenset[str]
    evaluated: frozenset[str] = field(default_factory=frozenset)

    def draft_columns(self, object: CatalogObject, names: Iterable[str]) -> list[str]:
        """The lines of a layout for these fields of an object."""
        wanted, key = set(names), object.key.name
        return [
            f"{_quote(each.name)} = {{ {self._describe_column(each, is_key=each.name == key)}, required = false }}"
            if each.name != key
            else f"{_quote(each.name)} = {{ {self._describe_column(each, is_key=True)} }}"
            for each in object.fields
            if each.name in wanted
        ]

    def draft_layout(self, object: CatalogObject) -> str:
        """The object of a layout."""
        return "\n".join(
            [
                "",
                f"[[object]] {_MARK}",
                f"name = {_quote(object.name)}",
                f"file = {_quote(self.catalog.file.replace('{name}', object.name))}",
                f"format = {_quote(self.catalog.format)}",
                f"key = [{_quote(object.key.name)}]",
                "required = false",
                "[object.columns]",
                *self.draft_columns(object, [each.name for each in object.fields]),
                "",
            ]
        )

    def draft_pack(self, object: CatalogObject) -> str:
        """What a pack says of the object: its formulas, a module where there are modules, and what else it becomes."""
        # A label may hold anything, also the end of a line.
        lines = ["", f"# --- {_quote(object.label)}: {_MARK[2:]}", *self._draft_formulas(object)]
        return "\n".join([*lines, *self._draft_module(object), *self._draft_rest(object), ""])

    def _describe_column(self, each: CatalogField, *, is_key: bool) -> str:
        tag = self.catalog.tags.get(each.category)
        if is_key:
            return f'type = "id", tag = "{tag or "id"}"'
        kind = self.catalog.kinds.get(each.kind, {})
        type_ = kind.get("column", "text")
        hidden = UNKNOWN_TAG if type_ == "text" and not each.options and not each.formula else "none"
        written = ', written = "decimal point"' if type_ == "decimal" else ""
        return f'type = "{type_}", tag = "{tag or kind.get("tag") or hidden}"{written}'

    def _draft_formulas(self, object: CatalogObject) -> list[str]:
        lines: list[str] = []
        for each in (each for each in object.fields if each.place in self.evaluated):
            text, taken = express_formula(each, object)
            for column, (lookup, name) in taken.items():
                lines += self._draft_taken(object, column, lookup, name, known=lines)
            named = list(dict.fromkeys(pl.sql_expr(text).meta.root_names()))
            numbers = [name for name in named if self._is_number(object, name, taken)]
            lines += [
                "", "[[compute]]", f"object = {_quote(object.name)}", f"column = {_quote(each.name + MADE)}",
                f"with = {_list(named)}", 'via = "formula"', f"text = {_quote(text)}", f"numbers = {_list(numbers)}",
                f"equals = {_quote(each.name)}", "",
                "[[compute]]", f"object = {_quote(object.name)}", f"column = {_quote(each.name + VALUE)}",
                f"from = {_quote(each.name)}", f"with = [{_quote(each.name + MADE)}]", 'via = "first_filled"',
            ]  # fmt: skip
        return lines

    def _draft_taken(
        self, object: CatalogObject, column: str, lookup: str, name: str, *, known: list[str]
    ) -> list[str]:
        """The column that a formula reads in the record its own points at."""
        target = self.objects[object.find(lookup).lookup]
        theirs = name + MADE if f"{target.name}.{name}" in self.evaluated else name
        drafted = [
            "", "[[derive]]", f"object = {_quote(object.name)}", f"column = {_quote(column)}",
            f"from = {_quote(target.name)}", f"match = {{ {_quote(target.key.name)} = {_quote(lookup)} }}",
            f"take = {_quote(theirs)}",
        ]  # fmt: skip
        return [] if f"column = {_quote(column)}" in known else drafted

    def _is_number(self, object: CatalogObject, column: str, taken: dict[str, tuple[str, str]]) -> bool:
        if column in taken:
            lookup, name = taken[column]
            return self._is_number(self.objects[object.find(lookup).lookup], name, {})
        each = object.find(column.removesuffix(MADE))
        if each.formula:
            return self.find_type(each) == "number"
        return self.catalog.kinds.get(each.kind, {}).get("column") in _TYPES

    def find_type(self, each: CatalogField) -> str:
        """The Freshsales type of a field; of a formula that of what it makes."""
        if each.place in self.evaluated:
            object = self.objects[each.object]
            text, taken = express_formula(each, object)
            names = pl.sql_expr(text).meta.root_names()
            types = {name: pl.Float64 if self._is_number(object, name, taken) else pl.String for name in names}
            made = pl.DataFrame(schema=types).lazy().select(value=pl.sql_expr(text)).collect_schema()["value"]
            return "number" if made.is_numeric() else "text"
        type_ = self.catalog.kinds.get(each.kind, {}).get("type", "text")
        return "text" if type_ in CHOICE_TYPES and not 0 < len(each.options) <= MAX_CHOICES else type_

    def _draft_module(self, object: CatalogObject) -> list[str]:
        name, key = object.title, object.key
        lookups = [each for each in object.fields if each.lookup in self.modules]
        lines = [
            "", "[[object]]", f"source = {_quote(object.name)}", f"destination = {_quote(f'cm_{object.module}')}",
            'needs = ["custom_modules"]', 'fidelity = "1:1"', f"requirement = {_list(self.catalog.requirement)}",
            f"external_id = [{_quote(key.name)}]",
            f"module = {{ label = {_quote(object.label)}, plural = {_quote(object.label + 's')} }}",
        ]  # fmt: skip
        if lookups:
            pairs = (
                f"{name_custom_field(each.label)} = {{ object = {_quote(each.lookup)}, from = {_quote(each.name)}, "
                "required = false }" for each in lookups
            )  # fmt: skip
            lines.append(f"lookups = {{ {', '.join(pairs)} }}")
        taken = {*RESERVED, *(name_custom_field(each.label) for each in lookups)}
        lines += ["fields = [", f'  {{ from = {_quote(name.name)}, to = "name" }},']
        for each in object.fields:
            if each not in (key, name, *lookups) and self._is_kept(each):
                lines.append(f"  {self._draft_field(each, taken)},")
        return [*lines, "]"]

    def _draft_field(self, each: CatalogField, taken: set[str]) -> str:
        label = each.label if name_custom_field(each.label) not in taken else f"{each.label} {each.name}"
        taken.add(name_custom_field(label))
        type_, kind = self.find_type(each), self.catalog.kinds.get(each.kind, {})
        via = "number" if each.place in self.evaluated and type_ == "number" else kind.get("via", "")
        via = "" if type_ == "text" and kind.get("type") in CHOICE_TYPES else via
        words = [f"from = {_quote(self._column(each))}", f"to = {_quote(name_custom_field(label))}"]
        words += [f"via = {_quote(via)}"] if via else []
        words += [f"options = {_list(each.options)}"] if via == "multi_select" else []
        words += [f"type = {_quote(type_)}", f"label = {_quote(label)}"]
        words += [f"choices = {_list(each.options)}"] if type_ in CHOICE_TYPES else []
        return f"{{ {', '.join(words)} }}"

    def _draft_rest(self, object: CatalogObject) -> list[str]:
        """Where there are no modules: a note on the record it belongs to, or a written list."""
        parent = next((each for each in object.fields if each.lookup in self.parents), None)
        head = [
            "", "[[object]]", f"source = {_quote(object.name)}", 'unless = ["custom_modules"]', 'fidelity = "lossy"',
            f"requirement = {_list(self.catalog.requirement)}",
        ]  # fmt: skip
        if parent is None:
            return [
                *head, 'outcome = "inventory"',
                'reason = "This plan has no modules of the customer\'s own, and no contact or account it belongs to: '
                'it is written down"',
            ]  # fmt: skip
        shown = [each for each in object.fields if each is not parent and self._is_kept(each)]
        text = "\n".join([object.label, *(f"{each.label}: {{{self._column(each)}}}" for each in shown)])
        return [
            *head, 'destination = "note"', f"external_id = [{_quote(object.key.name)}]",
            "reason = \"This plan has no modules of the customer's own: each record is a note on what it belongs to\"",
            f"lookups = {{ targetable = {{ object = {_quote(parent.lookup)}, from = {_quote(parent.name)} }} }}",
            "fields = [",
            f"  {{ with = {_list(self._column(each) for each in shown)}, to = \"description\", via = \"template\", "
            f"text = {_quote(text)} }},",
            "]",
        ]  # fmt: skip

    def _column(self, each: CatalogField) -> str:
        return each.name + VALUE if each.place in self.evaluated else each.name

    def _is_kept(self, each: CatalogField) -> bool:
        return each.category not in self.catalog.tags


def can_be_drafted(object: CatalogObject) -> bool:
    """Whether the customer made it, and it has fields and a name that a layout can hold."""
    return object.is_custom and bool(object.fields) and bool(_NAME.fullmatch(object.name))


def make_drafter(catalog: Catalog, objects: dict[str, CatalogObject], pack: Pack, layout: Layout) -> Drafter:
    """A drafter for the objects of an export, given what the pack says already."""
    always = [row for row in pack.objects if not (row.condition.needs or row.condition.unless)]
    parents = {row.source: row.destinations[0] for row in always if row.destinations}
    custom = {object.name for object in objects.values() if can_be_drafted(object)}
    known = custom | layout.objects.keys()
    evaluated = _list_evaluated(objects, known, {row.source for row in pack.objects})
    return Drafter(
        catalog=catalog, objects=objects,
        parents={name: made for name, made in parents.items() if made in ("contact", "sales_account", "deal")},
        modules=frozenset(parents) | custom, evaluated=evaluated,
    )  # fmt: skip


def _list_evaluated(objects: dict[str, CatalogObject], staged: set[str], mapped: set[str]) -> frozenset[str]:
    """Formulas that are drafted: everything they need is staged, and their object is not the pack's own business.

    Of an object the pack maps itself the exported value is read.
    """
    formulas = find_formulas(objects)
    drafted = {each.field.place for each in formulas if each.field.object not in mapped}
    evaluated: set[str] = set()
    for each in formulas:
        is_whole = all(
            need.split(".")[0] in staged and (need not in drafted or need in evaluated) for need in each.needs
        )
        if each.state == READY and each.field.place in drafted and is_whole:
            evaluated.add(each.field.place)
    return frozenset(evaluated)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quote, texts))}]"
