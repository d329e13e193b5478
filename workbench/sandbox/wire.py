"""What values look like between a client and the tenant: refusals, ids, times and days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

from workbench.sandbox.loose_times import read_loose_time

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


def read_id(sent: Any) -> int:
    """An id as clients write it, as a number, a text or an object with `id`; 0, which no record has, for all else."""
    text = str(sent.get("id") if isinstance(sent, dict) else sent)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


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
