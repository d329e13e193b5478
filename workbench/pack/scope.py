"""What the names in a pack can refer to: objects, their columns, and what kind of values those hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from workbench.errors import UsageError, name_nearest
from workbench.layout import Layout
from workbench.pack.columns import derive_columns, makes, order_columns
from workbench.pack.dedupe import merge_duplicates
from workbench.pack.pivots import is_own
from workbench.pack.values import Pack

LINES = "LINES"
_KINDS = {pl.String: "text", pl.Float64: "number", pl.Int64: "whole", pl.Boolean: "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The objects of the layout with their staged and added columns.

    Attributes:
        columns: Object to the columns a rule may read.
        secrets: Object to the columns that are dropped while reading.
        keys: View to the columns that tell its rows apart.
    """

    columns: dict[str, tuple[str, ...]]
    secrets: dict[str, frozenset[str]]
    keys: dict[str, tuple[str, ...]]

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
                problems.append(f"{where}: {name} is secret or a score, so it is dropped while the source is read")
            elif name not in known:
                problems.append(f"{where}: {object} has no column {name!r}{name_nearest(name, known)}")
        return problems


def build_scope(pack: Pack, layout: Layout) -> Scope:
    """The scope of a pack, whether or not everything in the pack is right."""
    names = (*layout.objects, *(view.object for view in pack.views))
    added = [place for column in pack.columns for place in makes(column)]
    added += [
        (row.source, field.rule.source)
        for pivot in pack.pivots
        for row in pack.objects
        for route in row.routes
        for field in route.fields
        if is_own(pivot, row.source, field.rule.source)
    ]
    added += [(rule.object, rule.column) for rule in pack.dedupes if rule.column]
    columns = {name: [column for object, column in added if object == name] for name in names}
    return Scope(
        columns={
            name: (*(layout.objects[name].kept if name in layout.objects else ()), *columns[name]) for name in names
        },
        secrets={
            name: frozenset(
                column.name
                for column in (layout.objects[name].columns.values() if name in layout.objects else ())
                if column.is_secret
            )
            for name in names
        },
        keys={view.object: view.key for view in pack.views},
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
    frames = merge_duplicates(frames, pack)
    for column in order_columns(pack.columns):
        try:
            frames |= derive_columns(frames, one_column(pack, column))
        except (pl.exceptions.PolarsError, TypeError) as error:
            raise UsageError(f"{'.'.join(makes(column)[0])}: {first_line(error)}") from error
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
