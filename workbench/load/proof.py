"""The proof of a rollback: the tenant is read again for every record the ledger calls rolled back."""

from __future__ import annotations

import polars as pl

from workbench.freshsales.client import NotFound, Tenant
from workbench.ledger import Ledger, Standing
from workbench.load.reading import read_record
from workbench.load.recovery import read_parent
from workbench.model import PROOF, frame
from workbench.values import Values, find_edits


def prove_rollback(ledger: Ledger, tenant: Tenant) -> pl.DataFrame:
    """Ask the tenant for every record that was taken back: a created one must be gone, a changed one as it was.

    Returns:
        PROOF by phase, the last phase first; `holds` is false where something is still there or still different.

    Raises:
        RetryLater: The tenant does not answer.
    """
    rows = [_prove_phase(ledger, tenant, phase) for phase in reversed(ledger.phases())]
    return frame([row for row in rows if row["deleted"] or row["restored"] or row["held"]], PROOF)


def _prove_phase(ledger: Ledger, tenant: Tenant, phase: str) -> dict[str, object]:
    records = ledger.standings(phase)
    back = [record for record in records if record.state == "rolled_back"]
    deleted = [record for record in back if record.created]
    restored = [record for record in back if not record.created]
    gone = sum(is_gone(ledger, tenant, record) for record in deleted)
    as_before = sum(is_as_before(ledger, tenant, record) for record in restored)
    return {
        "phase": phase,
        "destination": records[0].destination,
        "deleted": len(deleted),
        "found_gone": gone,
        "restored": len(restored),
        "found_as_before": as_before,
        "held": sum(record.is_standing for record in records),
        "holds": gone == len(deleted) and as_before == len(restored),
    }


def is_gone(ledger: Ledger, tenant: Tenant, record: Standing) -> bool:
    """Whether the tenant answers that it does not hold a record."""
    return _read(ledger, tenant, record) is None


def is_as_before(ledger: Ledger, tenant: Tenant, record: Standing) -> bool:
    """Whether a record holds again everything it held before us."""
    current = _read(ledger, tenant, record)
    return current is not None and not find_edits(ledger.before_image(record) or {}, current)


def _read(ledger: Ledger, tenant: Tenant, record: Standing) -> Values | None:
    try:
        parent = read_parent(ledger.last_sent(record))
        return read_record(tenant, record.destination, record.destination_id, parent=parent)
    except NotFound:
        return None
