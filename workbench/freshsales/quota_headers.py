"""What an answer says about the quota, in every form it has been seen in or may have.

Times that name a moment are held against the clock of whoever sent them, which is the `Date` of the same answer: a
clock of ours that is minutes off must not shorten or lengthen a wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

HOUR = 3600.0
# No window is that many seconds long: a larger reset header is a moment, in seconds or milliseconds since 1970.
EPOCH_SECONDS, EPOCH_MILLISECONDS = 1e9, 1e12


def read_quota(headers: Mapping[str, str], *, now: float) -> tuple[int, float] | None:
    """Calls left in this window and seconds until it ends; null where an answer does not say both.

    Args:
        now: Seconds since 1970 on our clock.
    """
    remaining = _read_number(headers.get("x-ratelimit-remaining"))
    reset = _read_seconds(headers.get("x-ratelimit-reset"), headers, now)
    return None if remaining is None or reset is None else (int(remaining), max(reset, 0.0))


def read_retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Seconds a refusal asks to wait, at most an hour; null where it asks nothing that can be read."""
    seconds = _read_seconds(headers.get("retry-after"), headers, now)
    return None if seconds is None else min(max(seconds, 0.0), HOUR)


def _read_seconds(text: str | None, headers: Mapping[str, str], now: float) -> float | None:
    number = _read_number(text)
    if number is not None and number < EPOCH_SECONDS:
        return number
    moment, theirs = _read_moment(text), _read_moment(headers.get("date"))
    return None if moment is None else moment - (now if theirs is None else theirs)


def _read_number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if isfinite(number) else None


def _read_moment(text: str | None) -> float | None:
    """Seconds since 1970 of a number of them, or of a date as ISO 8601 or HTTP write it; without a zone it is UTC."""
    number = _read_number(text)
    if number is not None:
        return number / 1000 if number >= EPOCH_MILLISECONDS else number
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text or "")
        except ValueError:
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None
