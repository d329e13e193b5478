"""What the tenant holds now of what we wrote: what somebody touched since, and what others hung on it.

Records are listed a hundred a request; only those whose `updated_at` moved, or that no list shows, are read one by one.
Notes appear in no list: ours are read through their parents, which shows what others noted there too. Not seen are a
stranger's note on a parent without a note of ours, and a stranger's module record: lists of modules show no lookups.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from workbench.freshsales.client import NotFound, Tenant
from workbench.freshsales.routes import is_module
from workbench.ledger import Ledger, Standing
from workbench.load.reading import Parent, read_record
from workbench.load.recovery import read_parent
from workbench.values import INCLUDES, Values, find_edits, read_values

Key = tuple[str, int]  # object and id in the tenant
LISTED = ("contact", "sales_account", "deal", "task", "appointment")  # one request shows a hundred of them, whole


@dataclass(kw_only=True)
class Survey:
    """Why records of ours must stay, by (phase, external id): somebody edited them, or something hangs on them."""

    reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    def keeps(self, record: Standing) -> bool:
        """Whether a record must stay as it is."""
        return (record.phase, record.external_id) in self.reasons


def survey_tenant(tenant: Tenant, ledger: Ledger, standing: list[Standing]) -> Survey:
    """Look for everything that speaks against taking these records back.

    Args:
        standing: Records that stand because of us.
    """
    ours = {(record.destination, record.destination_id): record for record in standing}
    survey = Survey()
    shown = _show_all(tenant, ledger, standing) if standing else {}
    for (object, id), record in ours.items():
        if edits := _find_edits(tenant, ledger, record, shown.get(object, {}).get(id)):
            survey.reasons[record.phase, record.external_id] = f"edited in Freshsales since: {', '.join(edits)}"
    _keep_parents_of_strangers(survey, ours, shown)
    _keep_parents_of_kept(survey, ledger, ours)
    return survey


def _show_all(tenant: Tenant, ledger: Ledger, standing: list[Standing]) -> dict[str, dict[int, Values]]:
    modules = {record.destination for record in standing if is_module(record.destination)}
    listed = {object: _list(tenant, object) for object in (*LISTED, *sorted(modules))}
    return listed | {"note": _read_notes(tenant, ledger, standing)}


def _list(tenant: Tenant, object: str) -> dict[int, Values]:
    records = tenant.list_all(object, include=INCLUDES.get(object, ()))
    # Thin records name no links, without which a stranger's record could not be told from one that hangs on ours.
    whole = (record for record in records if is_module(object) or not record.get("partial"))
    return {record["id"]: read_values(object, record) | {"updated_at": record.get("updated_at")} for record in whole}


def _read_notes(tenant: Tenant, ledger: Ledger, standing: list[Standing]) -> dict[int, Values]:
    parents: dict[Parent, None] = {}
    for record in standing:
        if record.destination == "note" and (parent := read_parent(ledger.last_sent(record))):
            parents[parent] = None
    found: dict[int, Values] = {}
    for parent in parents:
        try:
            notes = tenant.activities_of(*parent)["notes"]
        except NotFound:
            continue
        found |= {n["id"]: read_values("note", n) | {"updated_at": n.get("updated_at")} for n in notes}
    return found


def _find_edits(tenant: Tenant, ledger: Ledger, record: Standing, shown: Values | None) -> list[str]:
    """Fields somebody changed; none where the record is gone, for then there is nothing left to protect."""
    known = ledger.last_answer(record)
    if shown and shown["updated_at"] == known.get("updated_at"):
        return find_edits(known, shown)
    try:
        parent = read_parent(ledger.last_sent(record))
        return find_edits(known, read_record(tenant, record.destination, record.destination_id, parent=parent))
    except NotFound:
        return []


def _keep_parents_of_strangers(survey: Survey, ours: dict[Key, Standing], listed: dict[str, dict[int, Values]]) -> None:
    by_id = {id: record for (_, id), record in ours.items() if record.created}
    for object, records in listed.items():
        for id, values in records.items():
            if (object, id) not in ours:
                for parent in _list_ids(values) & by_id.keys():
                    record = by_id[parent]
                    reason = f"a {object} that was not loaded by us hangs on it (id {id})"
                    survey.reasons.setdefault((record.phase, record.external_id), reason)


def _keep_parents_of_kept(survey: Survey, ledger: Ledger, ours: dict[Key, Standing]) -> None:
    by_id = {id: record for (_, id), record in ours.items() if record.created}
    waiting = [record for record in ours.values() if survey.keeps(record)]
    while waiting:
        child = waiting.pop()
        for parent in _list_ids(read_values(child.destination, ledger.last_sent(child))) & by_id.keys():
            record = by_id[parent]
            if not survey.keeps(record):
                reason = f"{child.phase} {child.external_id}, which stays, hangs on it"
                survey.reasons[record.phase, record.external_id] = reason
                waiting.append(record)


def _list_ids(values: Values) -> set[int]:
    return {id for value in values.values() for id in _flatten(value)}


def _flatten(value: object) -> Iterable[int]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, int) and not isinstance(each, bool)]
