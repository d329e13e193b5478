"""Which columns point at which objects, found by what they hold rather than by what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from workbench.layout import Layout
from workbench.model import RELATIONSHIPS, frame

# Half of the different values must be keys: an export with many orphans still shows what a column points at.
LEAST_FOUND = 0.5
PROBE = 1_000  # values tried first; where none of them is a key, the rest is not looked at
# Short running numbers lie inside each other by chance, so that there the name must agree as well.
RUNNING_NUMBER = r"^\d{1,9}$"
# Words of columns that point at another record of their own object, and name no object at all.
_TO_ITS_OWN = ("parent", "merged", "manager", "reports", "boss", "recommended", "referred", "duplicate", "original")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parent:
    object: str
    field: str
    keys: pl.Series
    is_telling: bool

    def resembles(self, field: str) -> bool:
        """Whether the name of that column hints at this object: its own key's name, or its name in the singular."""
        word, key = field.casefold(), self.field.casefold()
        return (word == key and key != "id") or self.is_named_in(field)

    def is_named_in(self, field: str) -> bool:
        """Whether that column's name holds this object's, in the singular."""
        return self.object.casefold().removesuffix("s") in field.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    parent: _Parent
    found: int
    matched: int

    def rank(self, field: str) -> tuple[bool, int, int]:
        """The better, the more it is alike in name, then the more of its values are keys, then the fewer keys."""
        return self.parent.resembles(field), self.found, -len(self.parent.keys)


def find_relationships(staged: dict[str, pl.DataFrame], layout: Layout) -> pl.DataFrame:
    """Find the parent object of every id column; of a key only where its name is another object's.

    Returns:
        Schema `RELATIONSHIPS`, in the layout's order; filled = matched + orphans. A column that points at nothing
        in the export has no row.
    """
    parents = [_build_parent(name, key, staged[name]) for name, key in _list_keys(layout)]
    rows = []
    for object_, field in _list_children(layout):
        values = staged[object_][field].drop_nulls().value_counts(name="records")
        if found := _find_parent(field, values, _list_able(object_, field, layout, parents)):
            rows.append(_describe(object_, field, values, found))
    return frame(rows, RELATIONSHIPS)


def _list_able(object_: str, field: str, layout: Layout, parents: list[_Parent]) -> list[_Parent]:
    """The objects a column may point at, by what their keys look like and by its name."""
    if layout.objects[object_].key == (field,):
        # The key of one object is that of another where it is called so, as in film_category.film_id.
        own = next(parent for parent in parents if parent.object == object_)
        others = [parent for parent in parents if parent is not own and parent.is_named_in(field)]
        return [] if own.is_named_in(field) else others
    may_be_own = any(word in field.casefold() for word in _TO_ITS_OWN)
    return [
        parent
        for parent in parents
        if parent.is_telling or parent.resembles(field) or (may_be_own and parent.object == object_)
    ]


def _list_keys(layout: Layout) -> Iterator[tuple[str, str]]:
    return ((row.name, row.key[0]) for row in layout.objects.values() if len(row.key) == 1)


def _list_children(layout: Layout) -> Iterator[tuple[str, str]]:
    for row in layout.objects.values():
        for name in row.kept:
            if row.columns[name].type == "id":
                yield row.name, name


def _build_parent(object_: str, field: str, records: pl.DataFrame) -> _Parent:
    keys = records[field].drop_nulls().unique()
    return _Parent(object=object_, field=field, keys=keys, is_telling=not keys.str.contains(RUNNING_NUMBER).all())


def _find_parent(field: str, values: pl.DataFrame, able: list[_Parent]) -> _Candidate | None:
    candidates = [candidate for parent in able if (candidate := _match(field, values, parent))]
    return max(candidates, key=lambda candidate: candidate.rank(field), default=None)


def _match(field: str, values: pl.DataFrame, parent: _Parent) -> _Candidate | None:
    if not values[field].head(PROBE).is_in(parent.keys.implode()).any():
        return None
    matched = values.filter(pl.col(field).is_in(parent.keys.implode()))
    if len(matched) < LEAST_FOUND * len(values):
        return None
    return _Candidate(parent=parent, found=len(matched), matched=matched["records"].sum())


def _describe(object_: str, field: str, values: pl.DataFrame, found: _Candidate) -> dict[str, object]:
    filled = values["records"].sum()
    evidence = f"{found.found:,} of {len(values):,} different values are keys of {found.parent.object}"
    return {
        "child": object_,
        "child_field": field,
        "parent": found.parent.object,
        "parent_field": found.parent.field,
        "filled": filled,
        "matched": found.matched,
        "orphans": filled - found.matched,
        "evidence": evidence,
    }
