"""Our records as the tenant holds them now: a sample read one by one, or everything read by listing."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from workbench.destinations import DOCUMENT, PRODUCT
from workbench.freshsales.client import NotFound, Tenant
from workbench.freshsales.routes import is_module
from workbench.ledger import Ledger, Standing
from workbench.load.finding import read_parent
from workbench.load.reading import Parent, read_record
from workbench.model import Phase
from workbench.values import INCLUDES, Values, read_values

Key = tuple[str, str]  # phase and external id
Returned = dict[Key, Values | None]  # null for a record that stands in the ledger and not in the tenant


def read_back(tenant: Tenant, ledger: Ledger, sample: pl.DataFrame) -> Returned:
    """Read every record of a sample that stands in the ledger.

    Args:
        sample: Any frame with `phase` and `external_id`.
    """
    standing = [ledger.standing(*key) for key in sample.select("phase", "external_id").iter_rows()]
    return _read_each(tenant, ledger, [record for record in standing if record and record.is_standing])


def read_population(tenant: Tenant, ledger: Ledger, phases: Iterable[Phase]) -> Returned:
    """Read everything of ours, a hundred records a request; what no list shows is read one by one.

    Records of modules are thin: id, name and owner, and products have but a name. Notes and files appear in no list
    and are left out.
    """
    found: Returned = {}
    lists: dict[str, dict[int, Values]] = {}
    for phase in phases:
        object = phase.destination
        standing = [record for record in ledger.standings(phase.name) if record.is_standing]
        if object in ("note", DOCUMENT) or not standing:
            continue
        if object not in lists:
            lists[object] = _list(tenant, object)
        found |= {
            (phase.name, record.external_id): lists[object][record.destination_id]
            for record in standing
            if record.destination_id in lists[object]
        }
        unlisted = [record for record in standing if record.destination_id not in lists[object]]
        found |= _read_each(tenant, ledger, unlisted)
    return found


def _list(tenant: Tenant, object: str) -> dict[int, Values]:
    records = tenant.list_all(object, include=INCLUDES.get(object, ()))
    is_thin = is_module(object) or object == PRODUCT
    whole = (record for record in records if is_thin or not record.get("partial"))
    return {record["id"]: read_values(object, record) for record in whole}


def _read_each(tenant: Tenant, ledger: Ledger, standing: list[Standing]) -> Returned:
    notes: dict[Parent, dict[int, Values]] = {}
    found: Returned = {}
    for record in standing:
        parent = read_parent(ledger.last_sent(record))
        if record.destination == "note" and parent:
            if parent not in notes:
                notes[parent] = _read_notes(tenant, parent)
            values = notes[parent].get(record.destination_id)
        else:
            values = _read_one(tenant, record, parent=parent if record.destination == DOCUMENT else None)
        found[record.phase, record.external_id] = values
    return found


def _read_one(tenant: Tenant, record: Standing, *, parent: Parent | None) -> Values | None:
    try:
        return read_record(tenant, record.destination, record.destination_id, parent=parent)
    except NotFound:
        return None


def _read_notes(tenant: Tenant, parent: Parent) -> dict[int, Values]:
    try:
        return {note["id"]: read_values("note", note) for note in tenant.activities_of(*parent)["notes"]}
    except NotFound:
        return {}
