"""Dates, times and money as source systems write them."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from workbench.generate.dice import Dice


def draw_time(dice: Dice, number: pl.Expr, what: str, *, since: datetime, until: datetime) -> pl.Expr:
    """A moment from `since` to before `until`, to the second, as a Datetime without zone."""
    seconds = dice.below(number, what, int((until - since).total_seconds()))
    return pl.lit(since) + pl.duration(seconds=seconds)


def write_time(time: pl.Expr, format: str) -> pl.Expr:
    """The time as text, `format` as strftime knows it."""
    return time.dt.strftime(format)


def draw_cents(dice: Dice, number: pl.Expr, what: str, *, least: int, most: int) -> pl.Expr:
    """An amount in cents, Int64; every second one has none behind the point. `least` and `most` are whole units."""
    units = dice.between(number, what, least, most - 1) * 100
    return units + pl.when(dice.happens(number, f"{what} cents", 0.5)).then(
        dice.below(number, f"{what} rest", 100)
    ).otherwise(0)


def write_plain(cents: pl.Expr) -> pl.Expr:
    """An amount as 125000.50."""
    return (cents // 100).cast(pl.String) + "." + (cents % 100).cast(pl.String).str.zfill(2)


def write_thousands(cents: pl.Expr, *, symbol: str = "") -> pl.Expr:
    """An amount below a thousand million as 1,250,000.50."""
    return symbol + _group(cents, sizes=(3, 3, 3))


def write_lakh(cents: pl.Expr, *, symbol: str = "₹") -> pl.Expr:
    """An amount below a hundred crore as ₹12,50,000.50: groups of two above the last three digits."""
    return symbol + _group(cents, sizes=(3, 2, 2, 2))


def _group(cents: pl.Expr, *, sizes: tuple[int, ...]) -> pl.Expr:
    """The digits in groups of these sizes, counted from the point, and the cents behind it."""
    units, text, below = cents // 100, pl.lit(""), 0
    for size in sizes:
        digits = (units // 10**below % 10**size).cast(pl.String)
        is_last = units < 10 ** (below + size)
        part = pl.when(is_last).then(digits).otherwise("," + digits.str.zfill(size))
        text = pl.when(units >= 10**below).then(part).otherwise(pl.lit("")) + text
        below += size
    text = pl.when(units == 0).then(pl.lit("0")).otherwise(text)
    return text + "." + (cents % 100).cast(pl.String).str.zfill(2)
