"""Dates and times as the source writes them, to ISO 8601; times always in UTC."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from workbench.errors import UsageError

ISO_DATE = "%Y-%m-%d"
# A year below this is a slip of the pen or a placeholder such as 0000-00-00.
FIRST_YEAR = 1800
_HAS_ZONE = r"(?:Z|[+-]\d{2}:?\d{2})$"


def date_iso(column: pl.Expr, *, format: str = ISO_DATE) -> pl.Expr:
    """Read a date written in `format` (strftime) and write it as 2013-12-18; null where it cannot be read."""
    return _write_date(column.str.strip_chars().str.to_date(_checked(format), strict=False))


def date_only(column: pl.Expr, *, time_zone: str) -> pl.Expr:
    """The calendar day of an ISO date or time, as people in `time_zone` saw it; null where it cannot be read."""
    day = column.str.strip_chars().str.to_date(ISO_DATE, strict=False)
    return pl.coalesce(
        _write_date(day), _write_date(read_time(column, time_zone).dt.convert_time_zone(time_zone).dt.date())
    )


def datetime_utc(column: pl.Expr, *, time_zone: str) -> pl.Expr:
    """Write an ISO date or time as 2013-12-18T14:19:41Z; null where it cannot be read.

    Args:
        column: ISO 8601 text with `T` or a blank between day and time, with or without zone.
        time_zone: IANA zone of times that name none; an hour the clock showed twice is taken as the first.
    """
    return read_time(column, time_zone).dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def minutes_between(start: pl.Expr, stop: pl.Expr) -> pl.Expr:
    """Minutes from one ISO time to another, Float64, negative where they are swapped; null where one is unreadable."""
    return (read_time(stop, "UTC") - read_time(start, "UTC")).dt.total_seconds() / 60


def minutes_after(column: pl.Expr, *, minutes: int, time_zone: str) -> pl.Expr:
    """The time that many minutes later, written like `datetime_utc` does."""
    later = read_time(column, time_zone) + pl.duration(minutes=minutes)
    return later.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def plus_minutes(column: pl.Expr, minutes: pl.Expr, *, time_zone: str) -> pl.Expr:
    """The time so many minutes later as another column says, written like `datetime_utc` does.

    Null where either cannot be read.
    """
    count = minutes.str.strip_chars().cast(pl.Int64, strict=False)
    return (read_time(column, time_zone) + pl.duration(minutes=count)).dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(column: pl.Expr, time_zone: str) -> pl.Expr:
    """ISO text as a time in UTC; a bare date is its first midnight.

    Raises:
        UsageError: The zone is unknown.
    """
    _check_zone(time_zone)
    text = column.str.strip_chars().str.replace(r"^(\d{4}-\d{2}-\d{2})[ t]", "${1}T")
    text = pl.when(text.str.contains(r"^\d{4}-\d{2}-\d{2}$")).then(text + "T00:00:00").otherwise(text)
    text = text.str.replace(r"(T\d{2}:\d{2})(Z|[+-]\d{2}:?\d{2})?$", "${1}:00${2}")
    zoned = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", time_zone="UTC", strict=False)
    naive = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    local = naive.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    time = pl.when(text.str.contains(_HAS_ZONE)).then(zoned).otherwise(local)
    return pl.when(time.dt.year() >= FIRST_YEAR).then(time)


def _write_date(day: pl.Expr) -> pl.Expr:
    return pl.when(day.dt.year() >= FIRST_YEAR).then(day.dt.strftime(ISO_DATE))


def _checked(format: str) -> str:
    if not all(part in format for part in ("%d", "%m")) or not any(part in format for part in ("%Y", "%y")):
        raise UsageError(f"format = {format!r}: name day, month and year, such as {ISO_DATE!r} or '%d/%m/%Y'")
    return format


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"time_zone = {name!r} is not an IANA zone such as 'Europe/Dublin'") from error
