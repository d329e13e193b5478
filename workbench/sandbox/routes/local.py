"""What only a local tenant answers: its digest, its journal and its records as they are stored. Costs no quota."""

from __future__ import annotations

from typing import Any

from workbench.sandbox.wire import ApiError, Call, Routes


def read_digest(call: Call) -> Any:
    """The digest of everything live; `?with_schema=1` takes in fields and modules."""
    return {"digest": call.tenant.digest(with_schema=call.query.get("with_schema") in ("1", "true"))}


def read_journal(call: Call) -> Any:
    """Every call answered so far."""
    return {"journal": call.tenant.journal()}


def read_records(call: Call) -> Any:
    """The live records of an object as they are stored."""
    return {"records": call.tenant.records(call.path["object"])}


def set_time_scale(call: Call) -> Any:
    """Let tenant time run faster or slower."""
    scale = call.unwrap().get("time_scale")
    if not isinstance(scale, int | float) or isinstance(scale, bool) or not scale > 0:
        raise ApiError(400, "time_scale is not a number above 0")
    call.tenant.time_scale = float(scale)
    return {"time_scale": call.tenant.time_scale}


ROUTES: Routes = [
    ("GET", "/digest", read_digest),
    ("GET", "/journal", read_journal),
    ("GET", "/records/{object}", read_records),
    ("POST", "/time_scale", set_time_scale),
]
