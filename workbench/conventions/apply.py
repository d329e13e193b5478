"""Staged values in their plain form, by the conventions that are settled."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from workbench.conventions.values import Convention
from workbench.conventions.ways import COMMA, PLAIN, WAYS, WHOLE
from workbench.model import CONVENTIONS, frame


def write_plain(
    staged: dict[str, pl.DataFrame], conventions: Iterable[Convention], *, time_zone: str
) -> dict[str, pl.DataFrame]:
    """The frames with the columns of settled conventions rewritten; a value no way can read stays as it is.

    Args:
        time_zone: IANA zone in which a moment counted from an epoch falls on a day.
    """
    plain = dict(staged)
    for item in conventions:
        frame = plain.get(item.object)
        if not item.is_open and frame is not None and item.field in frame.columns:
            plain[item.object] = frame.with_columns(_express(item, time_zone).alias(item.field))
    return plain


def describe_conventions(
    staged: dict[str, pl.DataFrame], conventions: Iterable[Convention], time_zone: str
) -> pl.DataFrame:
    """Schema `CONVENTIONS`: each column's convention, and how many of its values no settled way can read."""
    rows = [
        {
            "object": item.object,
            "field": item.field,
            "type": item.type,
            "written": ", ".join(item.written),
            "choices": ", ".join(item.choices),
            "null": ", ".join(map(repr, item.null)),
            "by": item.by,
            "unread": _count_unread(staged, item, time_zone),
        }
        for item in conventions
    ]
    return frame(rows, CONVENTIONS)


def _count_unread(staged: dict[str, pl.DataFrame], item: Convention, time_zone: str) -> int:
    if item.type not in PLAIN or item.object not in staged or item.field not in staged[item.object].columns:
        return 0
    values = staged[item.object].select(_express(item, time_zone)).to_series().drop_nulls()
    return int((~values.str.contains(PLAIN[item.type])).sum())


def _express(item: Convention, time_zone: str) -> pl.Expr:
    column = pl.col(item.field)
    text = column.str.strip_chars()
    if item.written:
        read = pl.coalesce(*(WAYS[item.type][way](text) for way in item.written))
        if item.type == "date":
            read = _cut_time(read, time_zone)
        plain = WHOLE if COMMA in item.written else PLAIN[item.type]
        column = pl.when(text.str.contains(plain)).then(column).otherwise(pl.coalesce(read, column))
    return pl.when(~text.is_in(item.null)).then(column) if item.null else column


def _cut_time(read: pl.Expr, time_zone: str) -> pl.Expr:
    """The day of a time; a fixed moment falls on the day people in that zone had."""
    moment = read.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False, time_zone="UTC")
    return pl.coalesce(moment.dt.convert_time_zone(time_zone).dt.strftime("%Y-%m-%d"), read.str.head(10))
