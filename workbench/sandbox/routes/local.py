"""What only a local tenant answers: what it holds, what it was asked, and how it is to behave. Costs no quota."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from workbench.errors import UsageError
from workbench.sandbox.calls import Call, Routes
from workbench.sandbox.endpoints import aside
from workbench.sandbox.faults.scenario import Scenario, build_scenario, read_fault
from workbench.sandbox.imports import import_file
from workbench.sandbox.snapshots import list_snapshots, name_snapshot
from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import ApiError

MOST_ROWS = 10**9
FASTEST = 1e300


def read_digest(call: Call) -> Any:
    """The digest of everything live; `?with_schema=1` takes in fields and modules."""
    return {"digest": call.tenant.digest(with_schema=call.query.get("with_schema") in ("1", "true"))}


def read_journal(call: Call) -> Any:
    """What `Tenant.journal` tells; `?since=` takes the rows after one, `?limit=` so many at most."""
    return {"journal": call.tenant.journal(since=call.number("since", 0), limit=call.number("limit", MOST_ROWS))}


def read_records(call: Call) -> Any:
    """The live records of an object as they are stored."""
    return {"records": call.tenant.records(call.path["object"])}


def count_records(call: Call) -> Any:
    """How many live records there are of some objects together: `?objects=contact,deal`."""
    return {"count": sum(map(call.tenant.count, call.query.get("objects", "").split(",")))}


def set_time_scale(call: Call) -> Any:
    """Let tenant time run faster or slower."""
    scale = call.unwrap().get("time_scale")
    if not isinstance(scale, int | float) or isinstance(scale, bool) or not 0 < scale <= FASTEST:
        raise ApiError(400, "time_scale is not a number above 0")
    call.tenant.time_scale = float(scale)
    return {"time_scale": call.tenant.time_scale}


def read_quota(call: Call) -> Any:
    """How many calls an hour there are, how many are left, and seconds on the client's clock until the hour ends."""
    quota = call.tenant.quota
    return {"per_hour": quota.per_hour, "remaining": quota.remaining, "reset": quota.reset}


def set_quota(call: Call) -> Any:
    """Allow `per_hour` calls from now on, or leave `remaining` of them in this hour."""
    sent = call.unwrap()
    for name in ("per_hour", "remaining"):
        if name in sent and (type(sent[name]) is not int or sent[name] < 0):
            raise ApiError(400, f"{name} is not a whole number from 0")
    if not {"per_hour", "remaining"} & set(sent):
        raise ApiError(400, "send per_hour, remaining or both")
    with call.tenant.store.transaction():
        if "per_hour" in sent:
            call.tenant.quota.set_limit(sent["per_hour"])
        if "remaining" in sent:
            call.tenant.quota.leave(sent["remaining"])
        call.tenant.quota.keep()
    return read_quota(call)


def read_faults(call: Call) -> Any:
    """What may go wrong, and how often each of it matched a call and struck."""
    faults = call.tenant.faults
    counted = zip(faults.scenario.faults, faults.matched, faults.struck, strict=True)
    rows = [{"kind": fault.kind, "matched": matched, "struck": struck} for fault, matched, struck in counted]
    return {"name": faults.scenario.name, "seed": faults.scenario.seed, "faults": rows}


def set_faults(call: Call) -> Any:
    """Take another scenario: as its file says it, or `lines` as the command line has them, with a `seed`."""
    sent = call.unwrap()
    try:
        if isinstance(sent.get("lines"), list):
            head = build_scenario({"scenario": {"name": "lines", "seed": sent.get("seed", 1)}}, where="scenario")
            scenario = replace(head, faults=tuple(read_fault(str(line)) for line in sent["lines"]))
        else:
            scenario = build_scenario(sent, where="scenario")
    except UsageError as error:
        raise ApiError(400, *str(error).splitlines()) from None
    call.tenant.set_scenario(scenario)
    return read_faults(call)


def clear_faults(call: Call) -> Any:
    """Let nothing go wrong any more."""
    call.tenant.set_scenario(Scenario())
    return read_faults(call)


def list_kept(call: Call) -> Any:
    """The names of the snapshots beside the tenant's file."""
    return {"snapshots": _or_refuse(list_snapshots, call.tenant.path)}


def take_snapshot(call: Call) -> Any:
    """Copy the whole tenant into a snapshot beside its file, by `name`."""
    path = _or_refuse(name_snapshot, call.tenant.path, call.unwrap().get("name"))
    path.parent.mkdir(exist_ok=True)
    _or_refuse(call.tenant.snapshot, path)
    return {"snapshot": path.stem, "digest": call.tenant.digest(with_schema=True)}


def bring_back(call: Call) -> Any:
    """Put a snapshot beside the tenant's file in the place of everything, by `name`."""
    path = _or_refuse(name_snapshot, call.tenant.path, call.unwrap().get("name"))
    _or_refuse(call.tenant.restore, path)
    return {"snapshot": path.stem, "digest": call.tenant.digest(with_schema=True)}


def import_rows(call: Call) -> Any:
    """Import a CSV file as an administrator does in the browser: `object`, `content`, and the field to `match`."""
    return run_import(call.tenant, call.unwrap())


def run_import(tenant: Tenant, sent: dict[str, Any]) -> dict[str, Any]:
    """The same for a tenant that is not being served.

    Raises:
        ApiError: The file is refused as a whole.
    """
    object, content, match = (sent.get(name) for name in ("object", "content", "match"))
    if not all(isinstance(text, str) for text in (object, content, match)):
        raise ApiError(400, "send object, content and match")
    return asdict(import_file(tenant, object, content, match=match))


def _or_refuse(do: Any, *values: Any) -> Any:
    try:
        return do(*values)
    except UsageError as error:
        raise ApiError(400, str(error)) from None


ROUTES: Routes = [
    ("GET", "/digest", aside(read_digest)),
    ("GET", "/journal", read_journal),
    ("GET", "/records/{object}", read_records),
    ("GET", "/count", count_records),
    ("POST", "/time_scale", set_time_scale),
    ("GET", "/quota", read_quota),
    ("POST", "/quota", set_quota),
    ("GET", "/faults", read_faults),
    ("POST", "/faults", set_faults),
    ("DELETE", "/faults", clear_faults),
    ("POST", "/import", import_rows),
    ("GET", "/snapshots", list_kept),
    ("POST", "/snapshot", aside(take_snapshot)),
    ("POST", "/restore", bring_back),
]
