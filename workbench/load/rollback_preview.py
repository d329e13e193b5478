"""What a rollback would do and what it would cost, from the ledger alone: not one request."""

from __future__ import annotations

from collections import Counter
from math import ceil

import polars as pl

from workbench.freshsales.costs import BATCH, MOST_UNSETTLED
from workbench.ledger import Ledger
from workbench.load.deletions import goes_by_hundreds
from workbench.load.reads import count_looking, count_reads, count_shown
from workbench.load.scope import EVERYTHING, Scope
from workbench.load.selection import Chosen, select_records
from workbench.model import ROLLBACK_PREVIEW, frame

LOOKING, PROVING = "Looking first", "Proof after"  # rows beside the phases


def preview_rollback(ledger: Ledger, scope: Scope = EVERYTHING) -> pl.DataFrame:
    """What a rollback would do, in its order, between what looking first and the proof after it cost.

    The requests hold for a tenant in which others changed little since the load: a hundred records that somebody else
    changed cost another request, and so does each record of ours that somebody edited or deleted.

    Returns:
        ROLLBACK_PREVIEW; no rows where nothing stands.

    Raises:
        UsageError: The ledger knows nothing of that name.
    """
    selection = select_records(ledger, scope)
    staying = count_shown(selection.staying, selection.since)
    phases = [_count_phase(phase, records, staying) for phase, records in selection.by_phase().items()]
    if not phases:
        return frame([], ROLLBACK_PREVIEW)
    doubts = len(ledger.in_doubt())
    first = {"phase": LOOKING, "destination": "", "requests": doubts + count_looking(selection)}
    restored = Counter(each.key[0] for each in selection.chosen if each.action == "restore")
    proved = Counter(each.key[0] for each in selection.chosen if each.action != "revert")
    last = {"phase": PROVING, "destination": "", "requests": count_reads(proved, staying + restored)}
    return frame([first, *phases, last], ROLLBACK_PREVIEW)


def _count_phase(phase: str, records: list[Chosen], shown: Counter[str]) -> dict[str, object]:
    object, deletes = records[0].record.destination, sum(each.action == "delete" for each in records)
    return {
        "phase": phase,
        "destination": object,
        "delete": deletes,
        "restore": len(records) - deletes,
        "along": sum(each.is_along for each in records),
        "requests": _count_deleting(object, deletes, shown) + len(records) - deletes,
    }


def _count_deleting(object: str, records: int, shown: Counter[str]) -> int:
    """A hundred a request, and a look after each lot of them whether they are gone; activities one by one."""
    if not goes_by_hundreds(object):
        return records
    lot = BATCH * MOST_UNSETTLED
    lots = [min(lot, records - start) for start in range(0, records, lot)]
    return ceil(records / BATCH) + sum(count_reads({object: n}, shown) for n in lots)
