"""Objects whose rows are mapped each for itself, so that memory need not hold all of them at once.

Most of a source's rows are what was done with its people: calls, notes, visits. Nothing else is read off them, they
repeat nothing and each has an id, so that a slice of them becomes the same records as all of them would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from workbench.destinations import DOCUMENT
from workbench.model import Phase
from workbench.pack.columns import add_column, list_ids
from workbench.pack.dedupe import REPEATS, redirect
from workbench.pack.made import Compute, Derive, View
from workbench.pack.values import Pack
from workbench.transforms import ACROSS_ROWS


def list_sliceable(pack: Pack, phases: Iterable[Phase]) -> frozenset[str]:
    """The objects with phases of which a few rows become what they would among all others, if each row has an id."""
    phases = list(phases)
    sources = {phase.source for phase in phases}
    return frozenset(sources - _list_read(pack) - {phase.source for phase in phases if _needs_all(phase)})


def derive_slice(
    rows: pl.DataFrame, object: str, derived: Mapping[str, pl.DataFrame], pack: Pack
) -> dict[str, pl.DataFrame]:
    """The derived objects with some rows of a sliceable object, and the columns the pack adds to these.

    Args:
        rows: Staged rows of the object.
        derived: The other objects, as `derive_columns` returns them.
    """
    frames = {**derived, object: _redirect(rows, object, derived, pack)}
    for column in pack.columns:
        if column.object == object:
            frames[object] = add_column(column, frames)
    return frames


def list_own_ids(pack: Pack, object: str) -> list[str]:
    """The columns that hold the ids of an object's records, as far as the source has them."""
    return sorted({name for id_ in list_ids(pack, object) for name in id_})


def _redirect(rows: pl.DataFrame, object: str, derived: Mapping[str, pl.DataFrame], pack: Pack) -> pl.DataFrame:
    """What points at a merged record points at the one that stays, as with `merge_duplicates`."""
    merging = {rule.object: rule for rule in reversed(pack.dedupes) if not rule.among}  # the first of each object
    for rule in merging.values():
        references = [reference for reference in rule.references if reference.object == object]
        moved = dict(derived[rule.object].select(rule.id, REPEATS).drop_nulls().iter_rows()) if references else {}
        for reference in references if moved else ():
            rows = redirect(rows, reference, moved)
    return rows


def _list_read(pack: Pack) -> set[str]:
    """Objects that others are made of or compared with, and those made across their own rows."""
    read = {rule.object for rule in pack.dedupes} | {rule.among.object for rule in pack.dedupes if rule.among}
    read |= {name for pivot in pack.pivots for name in (pivot.object, pivot.source, pivot.fields.object)}
    for column in pack.columns:
        if isinstance(column, Derive):
            read.add(column.source)
        elif isinstance(column, View):
            read |= {column.object, *(part.source for part in column.parts)}
        elif isinstance(column, Compute) and column.via in ACROSS_ROWS:
            read.add(column.object)
    return read | {row.source for row in pack.objects if not all(list_ids(pack, row.source))}


def _needs_all(phase: Phase) -> bool:
    return bool(
        phase.merge
        or phase.lines
        or phase.destination == DOCUMENT
        or any(rule.via in ACROSS_ROWS for rule in phase.fields)
    )
