"""Writes whose answer was lost: the tenant is asked whether it did them, before anything is sent again.

Contacts, accounts and deals are told apart by their external id, so that sending one again changes what the first
write made. Nothing keeps any other record from being made twice. So a create of such a one is looked for when the
request can no longer be under way, and not before: one look tells, and one wait does for all that are in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.destinations import DOCUMENT
from workbench.freshsales.client import NotFound, Tenant
from workbench.ledger import Entry, Ledger, Standing
from workbench.load.bulk import Ways
from workbench.load.changes import keep_found
from workbench.load.documents import find_uploaded
from workbench.load.finding import Look, read_parent
from workbench.load.patience import LATEST
from workbench.load.reading import read_record
from workbench.load.sweep import settle_batches
from workbench.model import CORE_OBJECTS, Phase
from workbench.values import Values, find_edits, is_same, read_values

# Seconds after its intent when no write can be under way any more, however long it waited for quota before it went.
LONG_AGO = 24 * 3600.0
NOT_THERE = "looked up: the tenant does not hold it"


def settle_doubts(tenant: Tenant, ledger: Ledger, phases: Iterable[Phase]) -> int:
    """Settle every write in doubt; returns how many there were. What was not done is free to be sent again.

    Raises:
        RetryLater: The tenant does not answer; the doubts that are left stay in the ledger.
    """
    before = len(ledger.in_doubt())
    for object in CORE_OBJECTS:
        doubts = (doubt for doubt in ledger.in_doubt() if doubt.destination == object)
        creates = {doubt.external_id: doubt.intent for doubt in doubts if _is_create(ledger, doubt)}
        if creates:  # a single one, too: unlike a search, a list shows what was written a moment ago
            settle_batches(tenant, ledger, Ways().of(object), creates)
    doubts = ledger.in_doubt()
    if any(_may_be_under_way(ledger, doubt) for doubt in doubts):
        tenant.pause(LATEST, "a write whose answer was lost may still be under way")
    settle_together(tenant, ledger, phases, doubts)
    return before


def settle_together(tenant: Tenant, ledger: Ledger, phases: Iterable[Phase], doubts: Iterable[Standing]) -> None:
    """Settle writes that are no longer under way with one look; activities of one record cost one request together."""
    known, look = {phase.name: phase for phase in phases}, Look(tenant=tenant)
    for doubt in doubts:
        settle_doubt(tenant, ledger, known.get(doubt.phase) or recall_phase(doubt), doubt, look=look)
    ledger.save()


def settle_doubt(tenant: Tenant, ledger: Ledger, phase: Phase, doubt: Standing, *, look: Look | None = None) -> bool:
    """Ask the tenant whether it did the last thing meant for a record, and write down what it says.

    Args:
        look: One that is shared with other doubts; null takes a look of its own.

    Returns:
        Whether the record has an outcome now; false where the tenant did nothing, and it may be sent again.
    """
    intent = ledger.entry(doubt.intent)
    if intent.payload["action"] == "create":
        return _settle_create(tenant, ledger, phase, intent, look or Look(tenant=tenant))
    if intent.payload["action"] == "delete":
        return _settle_delete(tenant, ledger, intent, object=doubt.destination)
    return _settle_change(tenant, ledger, intent, doubt)


def is_protected(object: str, action: str) -> bool:
    """Whether a write may be done twice without harm: any but a create, and a create of what has a key of ours."""
    return action != "create" or object in CORE_OBJECTS


def _is_create(ledger: Ledger, doubt: Standing) -> bool:
    return ledger.entry(doubt.intent).payload["action"] == "create"


def _may_be_under_way(ledger: Ledger, doubt: Standing) -> bool:
    intent = ledger.entry(doubt.intent)
    return not is_protected(doubt.destination, intent.payload["action"]) and ledger.age(intent) < LONG_AGO


def _settle_create(tenant: Tenant, ledger: Ledger, phase: Phase, intent: Entry, look: Look) -> bool:
    body = intent.payload["body"]
    if phase.destination == DOCUMENT:
        found = find_uploaded(tenant, ledger, intent, read_parent(body))
    else:
        found = look.find_written(phase, intent.external_id, body)
    if found is None:
        ledger.withdraw(intent.seq, reason=NOT_THERE)
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


def _settle_change(tenant: Tenant, ledger: Ledger, intent: Entry, doubt: Standing) -> bool:
    body, id, object = intent.payload["body"], intent.payload["destination_id"], doubt.destination
    try:
        current = read_record(tenant, object, id, parent=read_parent(body))
    except NotFound as gone:
        ledger.refuse(intent.seq, code=gone.code, reason=str(gone), release=gone.release)
        return True
    if is_as_sent(object, body, current):
        ledger.confirm(intent.seq, id, answer=current)
        return True
    known = ledger.last_answer(doubt) if doubt.answer else intent.payload.get("before", {})
    sent = read_values(object, body)
    if edits := [name for name in find_edits(known, current) if not is_same(name, sent.get(name), current[name])]:
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


def recall_phase(doubt: Standing) -> Phase:
    """What the ledger knows of a phase that the mapping no longer has."""
    return Phase(name=doubt.phase, source=doubt.source, destination=doubt.destination, external_id=())
