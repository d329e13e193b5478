"""What a person reads of each column's convention: how it is written, what says so, who settled it."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from workbench.conventions.apply import express_plain
from workbench.conventions.find import LAYOUT, swap_day
from workbench.conventions.values import EVIDENCE, Convention
from workbench.conventions.ways import COMMA, PLAIN, POINT, WAYS
from workbench.model import CONVENTIONS, frame

_OTHER = {POINT: COMMA, COMMA: POINT}


def describe_conventions(
    staged: dict[str, pl.DataFrame], conventions: Iterable[Convention], time_zone: str
) -> pl.DataFrame:
    """Schema `CONVENTIONS`: each column's convention, its evidence, and the values no settled way can read.

    Args:
        staged: The objects as they were written.
        time_zone: As for `write_plain`.
    """
    return frame([_describe(item, _find_values(staged, item), time_zone) for item in conventions], CONVENTIONS)


def _describe(item: Convention, values: pl.Series, time_zone: str) -> dict[str, object]:
    return {
        "object": item.object,
        "field": item.field,
        "type": item.type,
        "written": ", ".join(item.written),
        "choices": ", ".join(item.choices),
        "null": ", ".join(item.spellings),
        "evidence": _say_evidence(values, item),
        "by": item.by,
        "unread": _count_unread(values, item, time_zone),
    }


def _find_values(staged: dict[str, pl.DataFrame], item: Convention) -> pl.Series:
    """The column as far as it is filled; empty where the export has none of that name any more."""
    rows = staged.get(item.object, pl.DataFrame())
    return rows[item.field].drop_nulls() if item.field in rows.columns else pl.Series(item.field, [], dtype=pl.String)


def _say_evidence(values: pl.Series, item: Convention) -> str:
    if item.by == LAYOUT:
        return "the layout knows the source"
    ways = item.written if item.by == EVIDENCE else item.choices
    said = [_say_way(values, way, item.type) for way in ways if way in WAYS.get(item.type, {})]
    if item.null:
        empty = int(values.str.strip_chars().is_in(item.null).sum())
        said.append(f"{empty:,} of {len(values):,} cells hold {' or '.join(item.spellings)}")
    return "; ".join(said)


def _say_way(values: pl.Series, way: str, type_: str) -> str:
    read = _read(values, way, type_)
    said = f"{way} reads {read.count():,} of {len(values):,} values"
    other = _OTHER.get(way, swap_day(way))
    if other != way and other in WAYS[type_]:
        alone = int((read.is_not_null() & _read(values, other, type_).is_null()).sum())
        said += f", {alone:,} of them can be read no other way"
    return said


def _read(values: pl.Series, way: str, type_: str) -> pl.Series:
    text = pl.col(values.name).str.strip_chars()
    return values.to_frame().select(WAYS[type_][way](text)).to_series()


def _count_unread(values: pl.Series, item: Convention, time_zone: str) -> int:
    if item.type not in PLAIN:
        return 0
    plain = values.to_frame().select(express_plain(item, time_zone)).to_series().drop_nulls()
    return int((~plain.str.contains(PLAIN[item.type])).sum())
