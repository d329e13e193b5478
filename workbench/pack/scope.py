"""What the names in a pack can refer to: objects, their columns, and what kind of values those hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from workbench.errors import UsageError, name_nearest
from workbench.layout import Layout
from workbench.pack.columns import derive_columns, order_columns
from workbench.pack.values import Pack

LINES = "LINES"
_KINDS = {pl.String: "text", pl.Float64: "number", pl.Int64: "whole", pl.Boolean: "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The objects of the layout with their staged and added columns.

    Attributes:
        columns: Object to the columns a rule may read.
        secrets: Object to the columns that are dropped while reading.
    """

    columns: dict[str, tuple[str, ...]]
    secrets: dict[str, frozenset[str]]

    def find_object(self, where: str, name: str) -> list[str]:
        """The problem with an object's name, if there is one."""
        return [] if name in self.columns else [f"{where}: no object {name!r}{name_nearest(name, self.columns)}"]

    def find_columns(self, where: str, object: str, names: Iterable[str], *, more: tuple[str, ...] = ()) -> list[str]:
        """The problems with the names of columns of an object; `more` names columns that exist here only."""
        if object not in self.columns:
            return []
        known = (*self.columns[object], *more)
        problems = []
        for name in dict.fromkeys(names):
            if name in self.secrets[object]:
                problems.append(f"{where}: {name} is secret, so it is dropped while the source is read")
            elif name not in known:
                problems.append(f"{where}: {object} has no column {name!r}{name_nearest(name, known)}")
        return problems


def build_scope(pack: Pack, layout: Layout) -> Scope:
    """The scope of a pack, whether or not everything in the pack is right."""
    added = {name: [c.column for c in pack.columns if c.object == name] for name in layout.objects}
    return Scope(
        columns={name: (*object.kept, *added[name]) for name, object in layout.objects.items()},
        secrets={
            name: frozenset(column.name for column in object.columns.values() if column.is_secret)
            for name, object in layout.objects.items()
        },
    )


def stage_nothing(pack: Pack, layout: Layout) -> dict[str, pl.DataFrame]:
    """The layout's objects without rows, with the columns the pack adds: it shows what types rules produce.

    Raises:
        UsageError: A computed column cannot be made of the columns it reads.
    """
    frames = {
        name: pl.DataFrame(schema={column: pl.String for column in object.kept} | {"_row": pl.Int64})
        for name, object in layout.objects.items()
    }
    for column in order_columns(pack.columns):
        try:
            frames |= derive_columns(frames, one_column(pack, column))
        except (pl.exceptions.PolarsError, TypeError) as error:
            raise UsageError(f"{column.object}.{column.column}: {first_line(error)}") from error
    return frames


def one_column(pack: Pack, column) -> Pack:
    """The pack reduced to one added column."""
    return Pack(path=pack.path, name=pack.name, title=pack.title, layout=pack.layout, objects=(), columns=(column,))


def kinds_of(frame: pl.DataFrame) -> dict[str, str]:
    """Column to the kind of its values, as predicates are proved over it."""
    return {name: _KINDS[type_] for name, type_ in frame.schema.items() if type_ in _KINDS and not name.startswith("_")}


def first_line(error: Exception) -> str:
    """The line of an error that says what is wrong."""
    return str(error).strip().splitlines()[0]
