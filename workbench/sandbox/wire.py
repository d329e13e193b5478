"""What travels between a client and the tenant: calls, answers, errors, pages and times."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from workbench.sandbox.loose_times import read_loose_time

if TYPE_CHECKING:
    from starlette.requests import Request

    from workbench.sandbox.tenant import Tenant

DEFAULT_PER_PAGE = 25
FIRST_YEAR, LAST_YEAR = 2, 9998
# Digits of the largest number the store takes.
MOST_DIGITS = 18
# "Tue Jun 21 2099 11:00:00 GMT+0000", as browsers write a date.
BROWSER_DATE = re.compile(r"^\w{3} (\w{3}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")


class ApiError(Exception):
    """An answer that refuses the call.

    Args:
        code: HTTP status.
        messages: What the client reads, one line a problem.
        body: Sent in the place of the usual error envelope.
    """

    def __init__(self, code: int, *messages: str, body: Any = None) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.body = body if body is not None else {"errors": {"code": code, "message": list(messages)}}


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


def read_id(sent: Any) -> int:
    """An id as clients write it, as a number, a text or an object with `id`; 0, which no record has, for all else."""
    text = str(sent.get("id") if isinstance(sent, dict) else sent)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


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


def parse_time(text: Any) -> datetime | None:
    """A moment as clients write it, in UTC; null where it cannot be read. A time without a zone is taken as UTC."""
    if not isinstance(text, str) or not text.strip():
        return None
    browser = BROWSER_DATE.match(text.strip())
    if browser:
        month, day, year, clock, zone = browser.groups()
        text = f"{day} {month} {year} {clock} {zone}"
    for read in (datetime.fromisoformat, parsedate_to_datetime, read_loose_time):
        try:
            moment = read(text.strip())
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        # A moment in the first or the last year there is cannot be shown in every zone.
        return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None
    return None


def parse_day(text: Any) -> str | None:
    """A day as `YYYY-MM-DD`, from a day or a moment; null where it cannot be read."""
    if not isinstance(text, str):
        return None
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        return None


def format_time(moment: datetime) -> str:
    """A moment as the store keeps it: UTC, whole seconds, and sortable as text."""
    # `strftime` writes years before 1000 with fewer digits on some machines, and they would sort wrong.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def show_time(stored: str | None, zone: tzinfo) -> str | None:
    """A stored moment as the account writes it, with its own offset from UTC."""
    return _write_time(datetime.fromisoformat(stored).astimezone(zone)) if stored else None


def show_day(stored: str | None, zone: tzinfo) -> str | None:
    """A stored day as custom fields write it: midnight in the account's zone."""
    return _write_time(datetime.fromisoformat(stored).replace(tzinfo=zone)) if stored else None


def _write_time(moment: datetime) -> str:
    """A moment as Rails writes it: UTC has a letter, every other zone its offset."""
    text = moment.isoformat()
    return text.removesuffix("+00:00") + "Z" if moment.tzinfo is UTC else text
