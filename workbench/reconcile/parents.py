"""Who stands above a record, by its lookups, all the way up; and beside it, where it is part of one text."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workbench.line_items import LINES
from workbench.load.line_items import list_products
from workbench.model import Phase
from workbench.notes import group_parts

Key = tuple[str, str]  # phase and external id


class Parents:
    """The lookups of a source, walked upwards."""

    def __init__(self, phases: tuple[Phase, ...], records: dict[str, pl.DataFrame]) -> None:
        self._records = records
        self._phases = {phase.name: phase for phase in phases}
        self._of_object: dict[str, list[str]] = {}
        for phase in phases:
            self._of_object.setdefault(phase.source, []).append(phase.name)
        self._rows: dict[str, dict[str, int]] = {}
        self._parts = {phase.name: _find_parts(records[phase.name]) for phase in phases if phase.destination == "note"}

    def above(self, key: Key) -> list[Key]:
        """Every record above this one, and the other parts of its text, each once; what is not in the source is not."""
        found: dict[Key, None] = {}
        waiting = [key]
        while waiting:
            for parent in self._direct(waiting.pop()):
                if parent != key and parent not in found:
                    found[parent] = None
                    waiting.append(parent)
        return list(found)

    def are_parts(self, one: Key, other: Key) -> bool:
        """Whether two records are parts of one text."""
        return one[0] == other[0] and other[1] in self._parts.get(one[0], {}).get(one[1], ())

    def _direct(self, key: Key) -> Iterator[Key]:
        phase = self._phases[key[0]]
        row = self._row_of(*key)
        for part in self._parts.get(phase.name, {}).get(key[1], ()):
            yield phase.name, part
        for lookup in phase.lookups:
            parent = self._records[phase.name][f"lookup.{lookup.to}"][row]
            if parent is not None:
                yield from self._named(lookup.object, parent)
        if phase.lines:
            for product in list_products(phase, {LINES: self._records[phase.name][LINES][row]}):
                yield from self._named(phase.lines.products, product)

    def _named(self, object: str, external_id: str) -> Iterator[Key]:
        for name in self._of_object.get(object, ()):
            if self._row_of(name, external_id) is not None:
                yield name, external_id

    def _row_of(self, phase: str, external_id: str) -> int | None:
        if phase not in self._rows:
            ids = self._records[phase]["external_id"].to_list()
            self._rows[phase] = {external_id: row for row, external_id in enumerate(ids)}
        return self._rows[phase].get(external_id)


def _find_parts(records: pl.DataFrame) -> dict[str, list[str]]:
    """All parts of each text that is several notes, by the external id of every one of them."""
    return {external_id: parts for parts in group_parts(records) for external_id in parts}
