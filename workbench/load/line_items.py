"""Products on deals: sent in the body of their deal, and counted with it.

A deal goes with everything that stands on it or not at all: where one of its products does not stand, or one of its
numbers cannot be read, it is held, and its lines with it. So every line has the outcome of its deal, no line costs a
request, and whatever finds, changes or takes back the deal does so with its lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from workbench.destinations import PRODUCT
from workbench.errors import HoldRecord
from workbench.ledger import Ledger
from workbench.ledger.standings import Standings
from workbench.line_items import LINES, Line, read_lines, write_number
from workbench.load.lookups import require_parent
from workbench.model import Lookup, Phase, PhaseCount

TURN = ".lines"  # after the name of a phase: the balance of the lines of its deals


def write_items(phase: Phase, record: Mapping[str, Any], ledger: Ledger) -> dict[str, Any]:
    """The part of a body with the products on a deal and what they come to; empty where it has none.

    Raises:
        HoldRecord: A product does not stand, or a line does not say how many or for how much.
    """
    lines = read_lines(record)
    if not phase.lines or not lines:
        return {}
    lookup = Lookup(to="products", object=phase.lines.products, source=phase.lines.product)
    own = phase.name, record["external_id"]
    items = [
        {"id": require_parent(lookup, line.product, ledger, own).destination_id, **_write_numbers(line, number)}
        for number, line in enumerate(lines, start=1)
    ]
    return {"products": items, "amount": write_number(sum(line.total for line in lines))}


def list_products(phase: Phase, record: Mapping[str, Any]) -> list[str]:
    """External ids of the products on a deal, each once."""
    return list(dict.fromkeys(line.product for line in read_lines(record) if line.product))


def count_lines(phase: Phase, records: pl.DataFrame, ledger: Standings) -> PhaseCount:
    """The balance of the lines of these deals: each has the outcome its deal has."""
    outcomes = dict.fromkeys(("loaded", "skipped", "held"), 0)
    states = ledger.states(phase.name)
    for record in records.unique("external_id", keep="first").select("external_id", LINES).iter_rows(named=True):
        outcomes[states.get(record["external_id"])] += len(read_lines(record))
    return PhaseCount(
        phase=f"{phase.name}{TURN}",
        source=phase.lines.object,
        destination=PRODUCT,
        attempted=sum(outcomes.values()),
        requests=0,
        **outcomes,
    )


def _write_numbers(line: Line, number: int) -> dict[str, int | float]:
    if not line.is_readable:
        raise _hold(f"line {number}: its quantity, price or discount is missing or no number", code="missing_required")
    if line.net_price is None:
        said = f"line {number}: no price of one piece gives {line.total} for {line.quantity}"
        raise _hold(said, code="rejected_by_tenant")
    return {"quantity": write_number(line.quantity), "unit_price": write_number(line.net_price)}


def _hold(reason: str, *, code: str) -> HoldRecord:
    release = "correct the line in the source, or the column it is read from in the pack, then load again"
    return HoldRecord(reason, code=code, field="products", release=release)
