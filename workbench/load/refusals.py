"""What a refusal of one record may mean beside its own values: it stands already, or what it points at is gone."""

from __future__ import annotations

from typing import Any

from workbench.errors import HoldRecord
from workbench.freshsales.client import Tenant
from workbench.ledger import Ledger, Standing
from workbench.load.changes import Body
from workbench.load.deleted import hold_deleted
from workbench.load.finding import Look, read_parent
from workbench.load.lookups import hold_behind_deleted, is_deleted
from workbench.load.recovery import is_as_sent
from workbench.load.watch import Watch
from workbench.model import Phase
from workbench.own_fields import CONTACT_ID, SOURCE_ID
from workbench.values import read_values

LAGS = (30.0, 60.0, 120.0, 240.0, 480.0)  # seconds to leave the tenant's search to catch up, look after look


def find_arrived(
    tenant: Tenant, ledger: Ledger, phase: Phase, external_id: str, body: Body, *, at: str
) -> dict[str, Any] | None:
    """The record as it stands, where a refusal only says that an earlier create of ours had arrived unseen.

    Where the refusal names the external id, some record has it. Until the tenant's search shows which, it is asked
    again, ever more rarely: sending again could only be refused again. Nothing is asked where no create was in doubt.

    Args:
        at: Field the refusal points at.
    """
    if not ledger.was_create_withdrawn(phase.name, external_id):
        return None
    found = Look(tenant=tenant).find_written(phase, external_id, body)
    for seconds in LAGS if at in (SOURCE_ID, CONTACT_ID) else ():
        if found is None:
            tenant.pause(seconds, "the tenant's search does not show yet what it holds")
            found = Look(tenant=tenant).find_written(phase, external_id, body)
    is_ours = found is not None and is_as_sent(phase.destination, body, read_values(phase.destination, found))
    return found if is_ours else None


def find_gone_parent(ledger: Ledger, watch: Watch, phase: Phase, body: Body, *, at: str) -> HoldRecord | None:
    """Why a refused record cannot go where somebody deleted what it points at; null where that stands.

    Looked at only where the refusal names that lookup or nothing, and each parent once. One that is gone is held as
    deleted, which spares the request of every further record that points at it.
    """
    sent = body | body.get("custom_field", {}) | read_values(phase.destination, body)
    for lookup in phase.lookups:
        for id in _list_ids(sent.get(lookup.to)) if at in ("", lookup.to) else ():
            parent = ledger.find_by_id(lookup.object, id)
            if parent and _is_gone(ledger, watch, parent):
                hold_deleted(ledger, parent)
                return hold_behind_deleted(lookup, parent.external_id)
    return None


def is_still_deleted(ledger: Ledger, watch: Watch, standing: Standing) -> bool:
    """Whether a record is held because somebody deleted it, and has not come back; costs one read for such a one."""
    return is_deleted(standing, ledger) and _is_gone(ledger, watch, standing)


def _is_gone(ledger: Ledger, watch: Watch, standing: Standing) -> bool:
    hangs_on = read_parent(ledger.last_sent(standing))
    return watch.is_gone(standing.destination, standing.destination_id, parent=hangs_on)


def _list_ids(value: Any) -> list[int]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, int)]
