"""Held records grouped by what holds them in the end: a root by its own reason, the others behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.ledger.standings import Standings
from workbench.load.line_items import list_products
from workbench.model import HELD_CHAINS, HELD_ROOTS, Phase, frame

WAITING = ("parent_held", "parent_deleted")
Name = tuple[str, str]  # phase and external id


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGroups:
    """What is held, by root and record by record.

    Attributes:
        roots: HELD_ROOTS, those that most wait for first.
        chains: HELD_CHAINS, every held record once.
    """

    roots: pl.DataFrame
    chains: pl.DataFrame


def group_held(ledger: Standings, phases: tuple[Phase, ...], records: Mapping[str, pl.DataFrame]) -> HeldGroups:
    """Follow every held record up to what holds it in the end.

    Args:
        records: Frames of `build_records` by phase; what is not among them is its own root.
    """
    held = {(row["phase"], row["external_id"]): row for row in ledger.held().iter_rows(named=True)}
    parents = dict(_find_parents(held, phases, records))
    paths = {name: list(_follow(name, parents)) for name in held}
    behind: dict[Name, list[list[Name]]] = {}
    for name in held:
        for path in paths[name]:
            if path[0] != name:
                behind.setdefault(path[0], []).append(path)
    roots = [
        row | {"waiting": _count_waiting(behind.get(name, ())), "through": _tell_through(behind.get(name, ()))}
        for name, row in held.items()
        if paths[name] == [[name]]
    ]
    chains = [
        row
        | {
            "root": "; ".join(_write(path[0]) for path in paths[name] if path[0] != name),
            "chain": " > ".join(map(_write, paths[name][0])),
            "waiting": _count_waiting(behind.get(name, ())),
        }
        for name, row in held.items()
    ]
    return HeldGroups(
        roots=frame(roots, HELD_ROOTS).sort("waiting", descending=True, maintain_order=True),
        chains=frame(chains, HELD_CHAINS),
    )


def _find_parents(
    held: Mapping[Name, Mapping[str, Any]], phases: tuple[Phase, ...], records: Mapping[str, pl.DataFrame]
) -> Iterator[tuple[Name, list[Name]]]:
    """The held records that each held record points at and cannot go without."""
    sources = {phase.name: phase.source for phase in phases}
    by_source: dict[Name, list[Name]] = {}
    for phase, external_id in held:
        by_source.setdefault((sources.get(phase, phase), external_id), []).append((phase, external_id))
    for phase in phases:
        waiting = [id for (name, id), row in held.items() if name == phase.name and row["code"] in WAITING]
        needed = [lookup for lookup in phase.lookups if lookup.is_required]
        rows = records[phase.name].filter(pl.col("external_id").is_in(waiting)).unique("external_id", keep="first")
        for row in rows.iter_rows(named=True):
            name = phase.name, row["external_id"]
            found = [by_source.get((each.object, row[f"lookup.{each.to}"]), []) for each in needed]
            products = list_products(phase, row) if phase.lines else ()
            found += [by_source.get((phase.lines.products, product), []) for product in products]
            yield name, [parent for group in found for parent in group if parent != name]


def _follow(name: Name, parents: Mapping[Name, list[Name]], below: tuple[Name, ...] = ()) -> Iterator[list[Name]]:
    """Every way from a root down to a record; a circle ends where it comes back to itself."""
    above = [each for each in parents.get(name, ()) if each not in below]
    if not above:
        yield [name, *reversed(below)] if below else [name]
    for parent in above:
        yield from _follow(parent, parents, (*below, name))


def _count_waiting(paths: Iterable[list[Name]]) -> int:
    return len({path[-1] for path in paths})


def _tell_through(paths: Iterable[list[Name]]) -> str:
    longest = max(paths, key=len, default=[])
    return " > ".join(dict.fromkeys(phase for phase, _ in longest))


def _write(name: Name) -> str:
    return "/".join(name)
