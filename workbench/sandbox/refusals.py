"""Answers that come from in front of the application: over quota, not signed in, busy, a gateway's pages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import Send

from workbench.sandbox.languages import translate
from workbench.sandbox.tenant import Tenant

# What one of the tenant's own services was told, and the tenant passes on inside a 400.
WRAPPED = "UCR contact fetch failure :: response_code :: 429 :: response :: Too many requests"
REASONS = {
    200: "We will be right back",
    403: "Access denied",
    429: "Too many requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}
PAGE = "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><h1>{title}</h1></body></html>\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that needs no application.

    Attributes:
        has_quota: It comes from the tenant, and so tells of the quota; a gateway's does not.
    """

    status: int
    body: bytes = b""
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    has_quota: bool = True

    def with_headers(self, headers: dict[str, str]) -> Refusal:
        """The same with more headers."""
        return replace(self, headers={**self.headers, **headers})

    async def send(self, send: Send) -> None:
        """Send it as an answer."""
        named = {**({"content-type": self.type} if self.body else {}), **self.headers}
        named["content-length"] = str(len(self.body))
        headers = [(name.encode(), value.encode()) for name, value in named.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def refuse(status: int, *messages: str) -> Refusal:
    """A refusal in the tenant's usual envelope, in the caller's language."""
    return Refusal(status=status, body=_dump(translate({"errors": {"code": status, "message": list(messages)}})))


def refuse_too_many(tenant: Tenant, *, wait: float, retry_after: Any = None, wrapped: bool | None = None) -> Refusal:
    """The refusal of a call over the quota, as the switches have it.

    Args:
        wait: Seconds on the client's clock until the next call would be let in.
        retry_after: `seconds` or `date` for a `Retry-After` in that form, empty for none; null leaves it to the
            switches.
        wrapped: Whether it is a 400; null leaves it to the switches.
    """
    switches = tenant.settings.switches
    if retry_after is None:
        retry_after = switches.retry_after_form if switches.retry_after else ""
    headers = {"retry-after": tenant.quota.write_retry_after(wait, form=retry_after)} if retry_after else {}
    if wrapped if wrapped is not None else switches.too_many_status == 400:
        return Refusal(status=400, body=refuse(400, WRAPPED).body, headers=headers)
    window = "minute" if tenant.quota.is_minute_full and tenant.quota.remaining else "hour"
    bodies = {
        "json": (refuse(429, f"The limit of calls per {window} is reached.").body, "application/json"),
        "text": (b"Too many requests", "text/plain"),
        "html": (_write_page(429), "text/html"),
        "empty": (b"", ""),
    }
    body, type = bodies[switches.too_many_body]
    return Refusal(status=429, body=body, type=type, headers=headers)


def refuse_as_gateway(status: int) -> Refusal:
    """A page of whatever stands in front of the tenant."""
    return Refusal(status=status, body=_write_page(status), type="text/html", has_quota=False)


def refuse_as_broken(status: int) -> Refusal:
    """The tenant's own words when it fails."""
    return Refusal(status=status, body=_dump({"error_code": status}))


def refuse_login(*, wants_json: bool, login: str) -> Refusal:
    """Callers that do not ask for JSON are sent to the login page, as browsers are."""
    if not wants_json:
        return Refusal(status=302, headers={"location": login}, has_quota=False)
    return Refusal(status=401, body=_dump({"login": "failed", "message": None}), has_quota=False)


def _write_page(status: int) -> bytes:
    reason = REASONS.get(status, "Error")
    return PAGE.format(title=reason if status == 200 else f"{status} {reason}").encode()


def _dump(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
