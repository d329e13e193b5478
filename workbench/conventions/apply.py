"""Staged values in their plain form, by the conventions that are settled."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from workbench.conventions.values import Convention
from workbench.conventions.ways import COMMA, PLAIN, WAYS, WHOLE


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
            plain[item.object] = frame.with_columns(express_plain(item, time_zone).alias(item.field))
    return plain


def express_plain(item: Convention, time_zone: str) -> pl.Expr:
    """A column in its plain form, by a settled convention."""
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
