"""Records of ours that somebody deleted in the tenant: found by listing it, and no longer counted as loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from workbench.ledger import Ledger, Standing
from workbench.load.lookups import is_deleted, say_deleted
from workbench.load.recovery import recall_phase
from workbench.model import DELETED_IN_TENANT, frame


def hold_deleted(ledger: Ledger, standing: Standing) -> None:
    """Hold a record that somebody deleted in the tenant."""
    why = say_deleted(standing)
    ledger.hold(recall_phase(standing), standing.external_id, code=why.code, reason=str(why), release=why.release)


def note_deleted(ledger: Ledger, population: Mapping[tuple[str, str], Any]) -> pl.DataFrame:
    """Hold what the ledger says stands and the tenant no longer holds; release what came back from the recycle bin.

    Args:
        population: What the tenant holds of each record by phase and external id, null where it holds none; a record
            that was not looked for is not in it.

    Returns:
        DELETED_IN_TENANT: every record of which that is known by now.
    """
    for (phase, external_id), held in population.items():
        standing = ledger.standing(phase, external_id)
        if held is None and not is_deleted(standing, ledger):
            hold_deleted(ledger, standing)
        elif held is not None and is_deleted(standing, ledger):
            ledger.release(phase, external_id, reason="it is back in Freshsales")
    known = ledger.held().filter(code="deleted_in_tenant")
    rows = [ledger.standing(*key) for key in known.select("phase", "external_id").iter_rows()]
    what = "deleted in Freshsales since it was loaded"
    return frame([{"phase": each.phase, "external_id": each.external_id, "destination": each.destination,
                   "destination_id": each.destination_id, "what": what} for each in rows],
                  DELETED_IN_TENANT)  # fmt: skip
