"""The ways a call is refused, as the tenant's switches have them."""

from __future__ import annotations

from workbench.sandbox.openapi.schemas import TEXT, WORD, Schema, object_of, refer_to
from workbench.sandbox.tenant import Tenant

JSON = "application/json"
# How every call may be refused, whatever it is about.
REFUSALS = (302, 400, 401, 403, 404, 406, 413, 429)
MEANT = object_of({"error_code": {"const": 500}})
KINDS = {"json": JSON, "text": "text/plain", "html": "text/html"}
TOLD = {
    400: "What was sent is refused, with a line for each problem.",
    403: "The key, the plan or the tenant does not allow it; so is a list without a view.",
    404: "There is no such record, or nothing at this address.",
    405: "Too many bulk jobs are running; try again later.",
    413: "The body, or the file in it, is too large.",
}


def describe_refusals(tenant: Tenant) -> dict[str, Schema]:
    """Every answer that refuses, by its status."""
    errors = {JSON: {"schema": refer_to("errors")}}
    login = object_of({"login": TEXT, "message": WORD})
    return {
        **{str(status): {"description": told, "content": errors} for status, told in TOLD.items()},
        "302": {"description": "No key, from a caller that does not ask for JSON: go and sign in."},
        "401": {"description": "No key, or an unknown one.", "content": {JSON: {"schema": login}}},
        "406": {"description": "XML is not spoken here."},
        "429": _describe_too_many(tenant),
        "500": {"description": "Live tenants stumble over this call, too.", "content": {JSON: {"schema": MEANT}}},
    }


def _describe_too_many(tenant: Tenant) -> Schema:
    kind = KINDS.get(tenant.settings.switches.too_many_body)
    schema = refer_to("errors") if kind == JSON else TEXT
    headers = {
        "x-ratelimit-remaining": {"description": "Calls left in this hour.", "schema": TEXT},
        "x-ratelimit-reset": {"description": "When the hour ends.", "schema": TEXT},
    }
    content = {"content": {kind: {"schema": schema}}} if kind else {}
    return {"description": "The calls of this hour, or of this minute, are used up.", "headers": headers, **content}
