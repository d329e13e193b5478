"""Who stands above a record, by its lookups, all the way up."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workbench.model import Phase

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

    def above(self, key: Key) -> list[Key]:
        """Every record above this one, each once; one that is not in the source is passed over."""
        found: dict[Key, None] = {}
        waiting = [key]
        while waiting:
            for parent in self._direct(waiting.pop()):
                if parent != key and parent not in found:
                    found[parent] = None
                    waiting.append(parent)
        return list(found)

    def _direct(self, key: Key) -> Iterator[Key]:
        phase = self._phases[key[0]]
        row = self._row_of(*key)
        for lookup in phase.lookups:
            parent = self._records[phase.name][f"lookup.{lookup.to}"][row]
            for name in self._of_object.get(lookup.object, ()) if parent is not None else ():
                if self._row_of(name, parent) is not None:
                    yield name, parent

    def _row_of(self, phase: str, external_id: str) -> int | None:
        if phase not in self._rows:
            ids = self._records[phase]["external_id"].to_list()
            self._rows[phase] = {external_id: row for row, external_id in enumerate(ids)}
        return self._rows[phase].get(external_id)
