"""Which links may come later than the record itself: those of circles, between objects or within one.

A circle between objects is broken when the mapping is compiled, see `workbench.load_graph`. Within one object parents
go first, so that only the one link that closes a circle comes later, and the link of a record to itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from workbench.ledger.standings import Standings
from workbench.load.lookups import find_standing, name_sent_field, order_records
from workbench.model import Lookup, Phase

LINKS = ".links"  # after the name of a phase: the turn in which its late links are set


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLinks:
    """The links of a load that may come later than their records.

    Attributes:
        of_phase: Lookups that do for every record, by phase.
        closing: External ids of the records whose link closes a circle, by phase and `Lookup.to`.
        ids: Every external id of the source, by object, of those that late links point at.
    """

    of_phase: Mapping[str, tuple[Lookup, ...]] = field(default_factory=dict)
    closing: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    ids: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, phase: Phase, external_id: str) -> tuple[Lookup, ...]:
        """The lookups of one record that may come later than it."""
        closing = (
            lookup
            for lookup in phase.lookups
            if external_id in self.closing.get((phase.name, lookup.to), ()) and not lookup.is_late
        )
        return (*self.of_phase.get(phase.name, ()), *closing)

    def has_any(self, phase: Phase) -> bool:
        """Whether a phase has such links at all."""
        return phase.name in self.of_phase or any(name == phase.name for name, _ in self.closing)


def find_late_links(phases: tuple[Phase, ...], records: Mapping[str, pl.DataFrame]) -> LateLinks:
    """Find the links that may come later.

    Args:
        records: Frames of `build_records` by phase.
    """
    of_phase = {phase.name: late for phase in phases if (late := tuple(each for each in phase.lookups if each.is_late))}
    closing = {}
    for phase in phases:
        for lookup in phase.lookups:
            if lookup.object == phase.source and (found := _find_closing(phase, lookup, records[phase.name])):
                closing[phase.name, lookup.to] = found
    objects = {lookup.object for late in of_phase.values() for lookup in late}
    objects |= {phase.source for phase in phases if any(name == phase.name for name, _ in closing)}
    return LateLinks(
        of_phase=of_phase, closing=closing, ids={each: _list_ids(each, phases, records) for each in objects}
    )


def count_late_links(phases: tuple[Phase, ...], records: Mapping[str, pl.DataFrame], ledger: Standings | None) -> dict:
    """How many records of each phase are still to be given late links; phases without any are left out.

    A record that is yet to be written takes along what stands by then.
    """
    late, counts = find_late_links(phases, records), {}
    for phase in phases:
        if late.has_any(phase):
            rows = records[phase.name].unique("external_id", keep="first").iter_rows(named=True)
            counts[phase.name] = sum(_is_open(phase, row, late, ledger) for row in rows)
    return counts


def _is_open(phase: Phase, record: Mapping[str, Any], late: LateLinks, ledger: Standings | None) -> bool:
    wanted = {
        lookup: parent
        for lookup in late.of(phase, record["external_id"])
        if (parent := record[f"lookup.{lookup.to}"]) in late.ids.get(lookup.object, ())
    }
    if not ledger or not wanted:
        return bool(wanted)
    standing = ledger.standing(phase.name, record["external_id"])
    if standing is None or not standing.is_standing:
        return any(find_standing(lookup, parent, ledger) is None for lookup, parent in wanted.items())
    sent = ledger.last_sent(standing)
    return any(name_sent_field(lookup.to) not in {**sent, **sent.get("custom_field", {})} for lookup in wanted)


def _find_closing(phase: Phase, lookup: Lookup, records: pl.DataFrame) -> frozenset[str]:
    """Records of a phase whose parent does not come before them, although it is among them."""
    ordered = order_records(phase, records).unique("external_id", keep="first", maintain_order=True)
    places = {external_id: place for place, external_id in enumerate(ordered["external_id"])}
    pairs = ordered.select("external_id", f"lookup.{lookup.to}").iter_rows()
    return frozenset(child for child, parent in pairs if places.get(parent, -1) >= places[child])


def _list_ids(object: str, phases: tuple[Phase, ...], records: Mapping[str, pl.DataFrame]) -> frozenset[str]:
    return frozenset(id for phase in phases if phase.source == object for id in records[phase.name]["external_id"])
