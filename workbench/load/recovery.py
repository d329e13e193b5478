"""Writes whose answer was lost: the tenant is asked whether it did them, before anything is sent again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.errors import HoldRecord
from workbench.freshsales.bodies import mark_source
from workbench.freshsales.client import NotFound, Tenant
from workbench.freshsales.routes import ROUTES
from workbench.ledger import Entry, Ledger, Standing
from workbench.load.bulk import Ways
from workbench.load.changes import keep_found
from workbench.load.reading import Parent, get_record, read_record
from workbench.load.sweep import settle_batches
from workbench.model import ACTIVITY_OBJECTS, CORE_OBJECTS, Phase
from workbench.own_fields import name_id_field
from workbench.values import Values, find_edits, is_same, read_values

LATEST = 30.0  # seconds after which a write whose answer was lost is done, or never will be
OBJECT_OF = {route.type: object for object, route in ROUTES.items()}


def settle_doubts(tenant: Tenant, ledger: Ledger, phases: Iterable[Phase]) -> int:
    """Settle every write in doubt; returns how many there were. What was not done is free to be sent again.

    Raises:
        RetryLater: The tenant does not answer; the doubts that are left stay in the ledger.
    """
    known = {phase.name: phase for phase in phases}
    before = len(ledger.in_doubt())
    for object in CORE_OBJECTS:
        creates = {doubt.external_id: doubt.intent for doubt in ledger.in_doubt() if _is_create(ledger, doubt, object)}
        if len(creates) > 1:
            settle_batches(tenant, ledger, Ways().of(object), creates)
    for doubt in ledger.in_doubt():
        settle_doubt(tenant, ledger, known.get(doubt.phase) or recall_phase(doubt), doubt)
    ledger.save()
    return before


def settle_doubt(tenant: Tenant, ledger: Ledger, phase: Phase, doubt: Standing) -> bool:
    """Ask the tenant whether it did the last thing meant for a record, and write down what it says.

    Returns:
        Whether the record has an outcome now; false where the tenant did nothing, and it may be sent again.
    """
    intent = ledger.entry(doubt.intent)
    if intent.payload["action"] == "create":
        return _settle_create(tenant, ledger, phase, intent)
    if intent.payload["action"] == "delete":
        return _settle_delete(tenant, ledger, intent, object=doubt.destination)
    return _settle_change(tenant, ledger, intent, object=doubt.destination)


def find_written(tenant: Tenant, phase: Phase, external_id: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """Look a record up by what it carries of the source; null where the tenant has none."""
    if phase.destination in ACTIVITY_OBJECTS:
        return _find_activity(tenant, phase, mark_source(phase, external_id), body)
    attribute = name_id_field(phase.destination)
    for thin in tenant.find(phase.destination, attribute, external_id):
        record = get_record(tenant, phase.destination, thin["id"])
        if read_values(phase.destination, record).get(attribute) == external_id:
            return record
    return None


def read_parent(body: dict[str, Any]) -> Parent | None:
    """What an activity hangs on, from what was sent; null where it hangs on nothing."""
    return (OBJECT_OF[body["targetable_type"]], body["targetable_id"]) if "targetable_id" in body else None


def _is_create(ledger: Ledger, doubt: Standing, object: str) -> bool:
    return doubt.destination == object and ledger.entry(doubt.intent).payload["action"] == "create"


def _settle_create(tenant: Tenant, ledger: Ledger, phase: Phase, intent: Entry) -> bool:
    body = intent.payload["body"]
    found = find_written(tenant, phase, intent.external_id, body)
    if found is None and phase.destination not in CORE_OBJECTS:
        # Only the others would stand twice: a second look, for a request that is still under way or an index that lags.
        tenant.pause(LATEST, "a write whose answer was lost may still be under way")
        found = find_written(tenant, phase, intent.external_id, body)
    if found is None:
        ledger.withdraw(intent.seq, reason="looked up: the tenant does not hold it")
        return False
    ledger.confirm(intent.seq, found["id"], answer=keep_found(phase.destination, body, found))
    return True


def _settle_delete(tenant: Tenant, ledger: Ledger, intent: Entry, *, object: str) -> bool:
    id = intent.payload["destination_id"]
    try:
        read_record(tenant, object, id, parent=read_parent(intent.payload["body"]))
    except NotFound:
        ledger.confirm(intent.seq, id)
        return True
    ledger.withdraw(intent.seq, reason="looked up: the tenant still holds it")
    return False


def _settle_change(tenant: Tenant, ledger: Ledger, intent: Entry, *, object: str) -> bool:
    body, id = intent.payload["body"], intent.payload["destination_id"]
    try:
        current = read_record(tenant, object, id, parent=read_parent(body))
    except NotFound as gone:
        ledger.refuse(intent.seq, code=gone.code, reason=str(gone), release=gone.release)
        return True
    if is_as_sent(object, body, current):
        ledger.confirm(intent.seq, id, answer=current)
        return True
    if edits := find_edits(intent.payload.get("before", {}), current):
        ledger.refuse(
            intent.seq,
            code="edited_in_tenant",
            field=", ".join(edits),
            reason=f"changed in Freshsales while the answer to our own change was lost: {', '.join(edits)}",
            release="compare the record with the source, then load again",
        )
        return True
    ledger.withdraw(intent.seq, reason="looked up: the tenant still holds what it held before")
    return False


def is_as_sent(object: str, body: dict[str, Any], current: Values) -> bool:
    """Whether a record holds everything that was sent to it."""
    sent = read_values(object, body)
    # The contacts of a deal can only be added to; those it had before stay beside ours.
    added = set(sent.pop("contacts", ())) - set(current.get("contacts", ()))
    return not added and all(is_same(name, value, current[name]) for name, value in sent.items() if name in current)


def _find_activity(tenant: Tenant, phase: Phase, mark: str, body: dict[str, Any]) -> dict[str, Any] | None:
    candidates = _list_candidates(tenant, phase.destination, read_parent(body))
    return next((each for each in candidates if str(each.get("description") or "").rstrip().endswith(mark)), None)


def _list_candidates(tenant: Tenant, object: str, parent: Parent | None) -> Iterable[dict[str, Any]]:
    if parent is None:
        return tenant.list_all(object)
    try:
        return tenant.activities_of(*parent)[f"{object}s"]
    except HoldRecord:
        return []  # the parent is gone, and what hung on it with it


def recall_phase(doubt: Standing) -> Phase:
    """What the ledger knows of a phase that the mapping no longer has."""
    return Phase(name=doubt.phase, source=doubt.source, destination=doubt.destination, external_id=())
