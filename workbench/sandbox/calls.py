"""One call of a client: what it asks, on which page, and what can be answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from workbench.sandbox.tenant import Tenant
from workbench.sandbox.wire import MOST_DIGITS, ApiError, read_id

DEFAULT_PER_PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read.

    Attributes:
        path: The parts of the path that vary.
        body: Parsed JSON; null where none came.
        origin: Scheme, host and prefix the client used, for addresses it is handed.
        request: The call as it came; an `async` handler reads the body from it.
    """

    tenant: Tenant
    path: dict[str, str]
    query: dict[str, str]
    body: Any
    origin: str
    request: Request

    @property
    def id(self) -> int:
        """The id in the path; 0, which no record has, where it is none."""
        return read_id(self.path["id"])

    @property
    def includes(self) -> frozenset[str]:
        """What the client asks to have brought along."""
        return frozenset(name.strip() for name in self.query.get("include", "").split(",") if name.strip())

    def number(self, name: str, default: int) -> int:
        """A whole number of the query, or of the body where searches put it; what follows the digits is ignored."""
        sent = self.query.get(name)
        if sent is None and isinstance(self.body, dict):
            sent = self.body.get(name)
        digits = re.match(r"\d+", str(sent if sent is not None else ""))
        return int(digits[0][:MOST_DIGITS]) if digits else default

    def word(self, name: str) -> str:
        """A word of the query, or of the body where searches put it; empty where neither has it."""
        sent = self.query.get(name) or (self.body.get(name) if isinstance(self.body, dict) else None)
        return sent if isinstance(sent, str) else ""

    def unwrap(self, *wrappers: str) -> dict[str, Any]:
        """The attributes of the record, with or without the wrapper around them.

        Raises:
            ApiError: There are none.
        """
        body = self.body
        for wrapper in wrappers:
            if isinstance(body, dict) and isinstance(body.get(wrapper), dict):
                body = body[wrapper]
                break
        if not isinstance(body, dict) or not body:
            raise ApiError(400, "Invalid or missing attributes")
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status with its JSON, where the status is not 200."""

    status: int
    body: Any


Handler = Callable[[Call], Any]
# Method, path below the base address, and what answers it with JSON or an `Answer`.
Routes = list[tuple[str, str, Handler]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which slice of a list the client wants.

    Attributes:
        reach: Records that paging reaches, 0 for all.
    """

    number: int
    size: int
    reach: int = 0

    @property
    def offset(self) -> int:
        """Records before the slice; more than any list has where paging does not reach so far."""
        before = (self.number - 1) * self.size
        return 10**MOST_DIGITS if self.reach and before >= self.reach else min(before, 10**MOST_DIGITS)

    def meta(self, total: int) -> dict[str, int]:
        """What the list says about itself."""
        return {"total": total, "total_pages": -(-total // self.size) if self.size else 0}


def read_page(call: Call, *, per_page: int = DEFAULT_PER_PAGE) -> Page:
    """The slice a call asks for; a page number below one is the first.

    Raises:
        ApiError: 400 where it lies deeper than paging reaches, if the tenant refuses such pages.
    """
    switches = call.tenant.settings.switches
    size, number = min(call.number("per_page", per_page), switches.per_page_cap), max(call.number("page", 1), 1)
    reach = switches.deep_page_cap
    if reach and (number - 1) * size >= reach and switches.deep_page_status == 400:
        raise ApiError(400, f"A list takes at most {reach} records")
    return Page(number=number, size=size, reach=reach)
