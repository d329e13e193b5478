"""The deltas of a cutover, one after the other, and what the next one is going to take."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from math import ceil

import polars as pl

from workbench.freshsales.costs import count_requests
from workbench.ledger.standings import Standings
from workbench.model import ROUNDS, Phase, frame

CHANGES = ("new", "changed", "owner", "deleted")
READ_AND_WRITE = 2  # requests of a changed record that goes alone


def keep_known(ledger: Standings, hashes: pl.DataFrame, *, skipped: Collection[tuple[str, str]] = ()) -> pl.DataFrame:
    """RECORD_HASHES without the records the ledger knows nothing of, or that were rolled back: those are to be loaded.

    Args:
        hashes: RECORD_HASHES of what is said to have been brought over.
        skipped: Records of which the ledger knows nothing because they were not to be sent, by phase and external id.
    """
    known = [*skipped]
    known += [(phase, id) for phase in hashes["phase"].unique(maintain_order=True)
             for id, state in ledger.states(phase).items() if state != "rolled_back"]  # fmt: skip
    rows = pl.DataFrame(known, schema={"phase": pl.String, "external_id": pl.String}, orient="row")
    return hashes.join(rows, on=["phase", "external_id"], how="semi", maintain_order="left")


def add_round(rounds: pl.DataFrame, *, run: str, at: datetime, delta: pl.DataFrame, requests: int) -> pl.DataFrame:
    """ROUNDS with one more delta and without a forecast; `hours` stays null, for the pace is the caller's.

    Args:
        rounds: ROUNDS so far.
        at: When its export was read.
        delta: DELTA.
        requests: All that the run used.
    """
    counts = {change: delta.filter(change=change).height for change in CHANGES}
    row = {"run": run, "at": at, **counts, "requests": requests, "is_forecast": False}
    return pl.concat([rounds.filter(~pl.col("is_forecast")), frame([row], ROUNDS)])


def forecast_round(
    rounds: pl.DataFrame, phases: tuple[Phase, ...], delta: pl.DataFrame, *, reading: int, began: datetime
) -> Mapping[str, int]:
    """What the next delta takes if its export is taken as soon as this one's run is over.

    The source is taken to go on changing at the pace of this round, so that the next is smaller by as much as the time
    between two exports gets shorter.

    Args:
        rounds: ROUNDS, this round last.
        delta: DELTA of this round.
        reading: Requests that any round needs, whatever changed.
        began: When the export before this one was read.

    Returns:
        Records by change, and `requests`.
    """
    last = rounds.row(-1, named=True)
    share = _shrink(began, last["at"], hours=last["hours"] or 0.0)
    expected = {change: ceil(last[change] * share) for change in CHANGES}
    requests = reading
    for phase in phases:
        counts = dict(delta.filter(phase=phase.name).group_by("change").len().iter_rows())
        new, changed = (ceil(counts.get(change, 0) * share) for change in ("new", "changed"))
        changed += ceil(counts.get("owner", 0) * share)
        requests += count_requests(phase.destination, new) if new else 0
        requests += changed * READ_AND_WRITE
    return expected | {"requests": requests}


def _shrink(began: datetime, at: datetime, *, hours: float) -> float:
    """How much shorter the next interval is: as long as this round takes, where the last was the time since `began`."""
    between = (at - began).total_seconds() / 3600
    return min(1.0, max(hours, 0.0) / between) if between > 0 else 1.0
