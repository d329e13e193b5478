"""The index behind every search: it learns of what was written some time after."""

from __future__ import annotations

from datetime import UTC, datetime

from workbench.sandbox.store import RECORDS, Record, Where
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import format_time

# Records as they were when the index read them; one it has not read yet has no body.
KNOWN = (
    "(SELECT id, object, state, CASE WHEN json_extract(body, '$.updated_at') <= ? THEN body "
    "ELSE json_extract(body, '$.searched_as') END AS body FROM records)"
)


def index_source(tenant: Tenant) -> Where:
    """What searches read: the records, or those and as far as the index knows them."""
    return (KNOWN, [_find_read_until(tenant)]) if tenant.settings.switches.index_lag_seconds else RECORDS


def remember_indexed(tenant: Tenant, before: Record) -> Record | None:
    """The record as searches go on finding it while it is changed; null where they do not know it yet."""
    if before["updated_at"] > _find_read_until(tenant):
        return before.get("searched_as")
    return {name: value for name, value in before.items() if name != "searched_as"}


def _find_read_until(tenant: Tenant) -> str:
    lag = tenant.settings.switches.index_lag_seconds / tenant.time_scale
    return format_time(datetime.fromtimestamp(tenant.clock() - lag, UTC))
