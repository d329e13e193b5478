"""The end of a deleted record: removed for good, by a client or when its time in the recycle bin is over."""

from __future__ import annotations

from workbench.sandbox.objects.registry import ATTACHED, KINDS
from workbench.sandbox.store import BINNED, DORMANT, Record, Where
from workbench.sandbox.tenant import Tenant

# Seconds of tenant time a deleted record can be brought back.
KEPT = 90 * 86_400.0
DELETED_AT = "json_extract(body, '$.deleted_at')"
ALL = -1


def mark_deleted(tenant: Tenant, record: Record) -> Record:
    """The record with the time it went to the recycle bin, which the tenant remembers as the bin's oldest if it is."""
    now = tenant.clock()
    if tenant.bin_since is None:
        _set_oldest(tenant, now)
    return {**record, "deleted_at": now}


def purge_expired(tenant: Tenant) -> None:
    """Remove what has lain in the recycle bin for too long; costs nothing while nothing has."""
    limit = tenant.clock() - KEPT / tenant.time_scale
    if tenant.bin_since is None or tenant.bin_since > limit:
        return
    with tenant.store.transaction():
        oldest = []
        for object in [*KINDS, *tenant.schema.modules]:
            for record in _page_bin(tenant, object, (f"{DELETED_AT} <= ?", [limit]), ALL):
                drop_record(tenant, record["id"])
            kept = _page_bin(tenant, object, (f"{DELETED_AT} > ?", [limit]), 1)
            oldest += [record["deleted_at"] for record in kept]
        _set_oldest(tenant, min(oldest, default=None))


def drop_record(tenant: Tenant, id: int) -> None:
    """Remove a deleted record for good, with what is only about it."""
    for activity in ATTACHED:
        for each in tenant.store.children(id, activity.name, state=DORMANT):
            tenant.store.drop(each["id"])
    tenant.store.drop(id)


def _page_bin(tenant: Tenant, object: str, where: Where, limit: int) -> list[Record]:
    return tenant.store.page(object, where, state=BINNED, order=DELETED_AT, limit=limit, offset=0)


def _set_oldest(tenant: Tenant, moment: float | None) -> None:
    tenant.bin_since = moment
    tenant.store.set_fact("bin_since", moment)
