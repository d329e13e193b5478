"""Records deleted by the hundred, and believed to be gone only when a list no longer shows them.

A bulk delete answers with a message; the records may go at once or some time later, and the answer may be lost. So the
intents of a batch stay open until the list of the newest has been read again. An intent keeps the `updated_at` under
which the list showed the record just before: only for such a record is it proof that the list shows it no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from workbench.freshsales.client import Tenant
from workbench.freshsales.routes import is_module
from workbench.ledger import Ledger, Standing
from workbench.load.listing import Key, Lists, Shown, split_lists
from workbench.load.reads import choose_lists
from workbench.load.recovery import recall_phase, settle_doubt
from workbench.model import CORE_OBJECTS

WAITS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)  # seconds; after that whoever is still there is there


def goes_by_hundreds(object: str) -> bool:
    """Whether records of an object can be deleted a hundred a request."""
    return object in CORE_OBJECTS or is_module(object)


def settle_deletes(tenant: Tenant, ledger: Ledger) -> None:
    """Settle the deletes by the hundred that a killed run left open: from lists, instead of a read a record.

    Raises:
        RetryLater: The tenant does not answer; what is not settled stays in doubt.
    """
    doubts = [doubt for doubt in ledger.in_doubt() if goes_by_hundreds(doubt.destination)]
    for object in sorted({doubt.destination for doubt in doubts}):
        of_it = [doubt for doubt in doubts if doubt.destination == object]
        confirm_deletes(tenant, ledger, of_it, staying=_count_standing(ledger, object) - len(of_it))


def confirm_deletes(tenant: Tenant, ledger: Ledger, doubts: Iterable[Standing], *, staying: int) -> None:
    """Write down of deletes of one object which records are gone; what is still there is free to be deleted again.

    Costs one list of what changed since the oldest of them, usually a page; again after a wait while some are left, as
    where the tenant deletes later than it answers. Read alone is what no list ever showed, and a few among many.

    Args:
        staying: Records of ours of that object which were not deleted, and which the list shows too.
    """
    seen, alone = {}, []
    doubts = [doubt for doubt in doubts if ledger.entry(doubt.intent).payload["action"] == "delete"]
    wanted = Counter(doubt.destination for doubt in doubts)
    is_listed = bool(choose_lists(wanted, dict.fromkeys(wanted, staying)))
    for doubt in doubts:
        intent = ledger.entry(doubt.intent).payload
        if is_listed and (shown := recall_shown(intent["body"])):
            seen[doubt.destination, intent["destination_id"]] = doubt, shown
        else:
            alone.append(doubt)
    for doubt in alone:
        settle_doubt(tenant, ledger, recall_phase(doubt), doubt)
    left = _wait_for(tenant, {key: shown for key, (_, shown) in seen.items()})
    for key, (doubt, _) in seen.items():
        if key not in left:
            ledger.confirm(doubt.intent, key[1])
    _settle_listed(tenant, ledger, [seen[key][0] for key in left])
    ledger.save()


def find_listed(tenant: Tenant, shown: Mapping[Key, Shown]) -> set[Key]:
    """Those of the records that lists still show, or may still hold beyond where the tenant breaks them off."""
    lists = Lists(tenant=tenant, since=min((each.stamp for each in shown.values()), default=None))
    found = {row.key for row in lists.rows_of(*split_lists(shown))}
    return {key for key in shown if key in found or key[0] in lists.cut}


def describe_delete(sent: Mapping[str, Any], shown: Shown | None) -> dict[str, Any]:
    """What the intent of a delete keeps: what a note hung on, and how lists showed the record before."""
    about = {name: sent[name] for name in ("targetable_type", "targetable_id") if name in sent}
    return about | ({"listed": shown.stamp.isoformat(), "by_search": shown.by_search} if shown else {})


def recall_shown(meant: Mapping[str, Any]) -> Shown | None:
    """How lists showed a record before its delete; null where none did."""
    return (
        Shown(stamp=datetime.fromisoformat(meant["listed"]), by_search=meant["by_search"])
        if "listed" in meant
        else None
    )


def _count_standing(ledger: Ledger, object: str) -> int:
    records = (record for phase in ledger.phases() for record in ledger.standings(phase))
    return sum(record.destination == object and record.is_standing for record in records)


def _settle_listed(tenant: Tenant, ledger: Ledger, doubts: list[Standing]) -> None:
    """Settle what a list still shows. A list may lag, a record never does: where the first is gone, each is asked."""
    is_lagging = True
    for doubt in doubts:
        if is_lagging:
            is_lagging = settle_doubt(tenant, ledger, recall_phase(doubt), doubt)
        else:
            ledger.withdraw(doubt.intent, reason="listed: the tenant still holds it")


def _wait_for(tenant: Tenant, shown: Mapping[Key, Shown]) -> set[Key]:
    left = find_listed(tenant, shown) if shown else set()
    for seconds in WAITS:
        if not left:
            break
        tenant.pause(seconds, "the tenant is still deleting")
        left = find_listed(tenant, {key: shown[key] for key in left})
    return left
