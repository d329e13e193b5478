"""Bulk writes: up to a hundred records in one request, done by a job of the tenant's that is asked how it went.

A job's answer names no ids, and only `SUCCESS` is known for certain to be an end; whatever else it says, the records
themselves are what counts. So a job is asked whether it has ended and which rows it refused, and nothing more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.freshsales.answers import InDoubt, read_messages
from workbench.freshsales.calls import Calls, Record
from workbench.freshsales.costs import PAGE
from workbench.freshsales.routes import find_route
from workbench.values import read_moment

ENDED = ("SUCCESS", "COMPLETED", "FAILED", "FAILURE", "PARTIAL_SUCCESS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How a bulk write is getting on.

    Attributes:
        failures: What the tenant said, by the value of the key each refused row carried.
        seconds: How long it took by the tenant's own clock; null while it runs, or where the tenant does not say.
    """

    has_ended: bool
    failures: dict[str, list[str]] = field(default_factory=dict)
    seconds: float | None = None


def submit_batch(tenant: Calls, object: str, key: str, bodies: Mapping[str, Record]) -> str:
    """Hand in one batch of upserts.

    Args:
        key: Field that tells the records apart, such as `external_id`, or `emails` for contacts.
        bodies: At most a hundred records by the value of that field.

    Returns:
        The job's path below the tenant's base address.

    Raises:
        InDoubt: The tenant took it, or may have, and named no job.
        HoldRecord: The tenant refuses the batch as a whole.
    """
    route = find_route(object)
    rows = [{key: value, "data": body} for value, body in bodies.items()]
    answer = tenant.request("POST", f"{route.path}/bulk_upsert", json={route.plural: rows}).body
    address = answer.get("job_status_url") if isinstance(answer, dict) else None
    if not address:
        raise InDoubt(f"{route.path}/bulk_upsert: the tenant named no job; look the records up")
    # The key must not travel to another host than the tenant's, whatever an answer names.
    return str(address).rpartition("/api/")[2]


def read_job(tenant: Calls, path: str, *, key: str) -> Job:
    """Ask how a job is getting on."""
    body = tenant.read("GET", path)
    report = body.get("data")
    if isinstance(report, str):
        try:
            report = json.loads(report)
        except ValueError:
            report = None
    failed = report.get("detailed_failure_report") if isinstance(report, dict) else None
    has_ended = str(body.get("status")).upper() in ENDED
    seconds = _read_seconds(body) if has_ended else None
    return Job(has_ended=has_ended, failures=dict(_read_failures(failed, key=key)), seconds=seconds)


def list_newest(tenant: Calls, object: str, *, include: tuple[str, ...] = ()) -> Iterator[list[Record]]:
    """The live records of an object, the newest first, a page a request; nothing where no view shows them all.

    Somebody's new record pushes ours down the list, so that one may come twice; none is passed over. While the list is
    paged through and somebody deletes one, ours move up, and one can be: what is not seen here is looked for alone.
    """
    route = find_route(object)
    view = tenant.find_view(object)
    if view is None:
        return
    params = {"sort": "created_at", "sort_type": "desc", "per_page": PAGE} | (
        {"include": ",".join(include)} if include else {}
    )
    page, records = 1, [{}]
    while records:
        body = tenant.read("GET", f"{route.path}/view/{view}", params=params | {"page": page})
        records = body.get(route.plural) or []
        if records:
            yield records
        if page >= (body.get("meta") or {}).get("total_pages", page + 1):
            return
        page += 1


def _read_seconds(body: Record) -> float | None:
    begun, ended = (read_moment(body.get(name)) for name in ("created_at", "status_updated_at"))
    return max((ended - begun).total_seconds(), 0.0) if begun and ended else None


def _read_failures(failed: Any, *, key: str) -> Iterator[tuple[str, list[str]]]:
    """Rows a job refused. No public sample shows a failed row whole, so it is looked for wherever it may stand."""
    for each in failed if isinstance(failed, list) else []:
        value = _find_key(each, key)
        if value is not None:
            yield str(value), read_messages(each) or ["refused without a reason"]


def _find_key(value: Any, key: str) -> Any:
    if not isinstance(value, dict):
        return None
    if value.get(key) is not None:
        return value[key]
    return next((found for inner in value.values() if (found := _find_key(inner, key)) is not None), None)
