"""How long the move takes from end to end: the load by its forecast, everything else by the engagement's windows."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from workbench.model import TIMELINE, frame
from workbench.pack.advice import Window

DAY = 24  # hours in which a load runs on a day: it runs by itself
WEEK = 7 / 5  # calendar days for a business day


def plan_timeline(windows: Iterable[Window], durations: pl.DataFrame, *, plan: str, share: float) -> pl.DataFrame:
    """The parts of the move in their order, as TIMELINE.

    Args:
        windows: One of them with the side `load`: its days are those of the forecast.
        durations: Schema `DURATIONS`.
        plan: Freshsales plan of the customer.
        share: Part of the hourly quota the load may use.
    """
    own = durations.filter((pl.col("plan") == plan) & (pl.col("mood") == "polite")).row(0, named=True)
    return frame([_load(each, own, share) if each.side == "load" else _wait(each) for each in windows], TIMELINE)


def sum_days(timeline: pl.DataFrame, *, sides: tuple[str, ...] = ("before", "load")) -> tuple[float, float]:
    """Calendar days of these parts one after the other, at least and at most; by default up to the switch."""
    chosen = timeline.filter(pl.col("side").is_in(sides))
    calendar = pl.when(pl.col("unit") == "business days").then(WEEK).otherwise(1.0)
    return chosen.select((pl.col("days_least", "days_most") * calendar).sum()).row(0)


def say_timeline(timeline: pl.DataFrame) -> str:
    """The whole of it in one sentence or two."""
    after = timeline.filter(pl.col("side") == "after").rows(named=True)
    then = f"After the switch {', '.join(describe_window(row) for row in after)}." if after else ""
    load = timeline.filter(pl.col("side") == "load").rows(named=True)
    loading = f", {describe_days(load[0])} of them loading" if load else ""
    least, most = sum_days(timeline)
    way = f"From the export to the switch {_say(least, most)}{loading}, one part after the other." if most else ""
    return " ".join(part for part in (way, then) if part)


def describe_days(row: dict[str, object]) -> str:
    """The days of one part as people say them: `2 to 5 business days`."""
    return _say(row["days_least"], row["days_most"], unit=row["unit"])


def describe_window(row: dict[str, object]) -> str:
    """One part as people say it: `5 business days of hypercare`."""
    part = str(row["part"])
    name = part[:1].lower() + part[1:] if part.istitle() else part
    return f"{describe_days(row)} of {name}"


def _load(window: Window, own: dict[str, object], share: float) -> dict[str, object]:
    basis = f"{window.basis}: {own['requests']:,} requests at {share:.0%} of it, at best and at worst"
    return _wait(window) | {
        "days_least": own["hours_least"] / DAY,
        "days_most": own["hours_most"] / DAY,
        "basis": basis,
    }


def _wait(window: Window) -> dict[str, object]:
    least, most = window.days
    return {
        "part": window.name,
        "side": window.side,
        "days_least": float(least),
        "days_most": float(most),
        "unit": window.unit,
        "basis": window.basis,
    }


def _say(least: float, most: float, *, unit: str = "days") -> str:
    if most < 1 and unit == "days":
        return "less than a day"
    low, high = round(least), round(most)
    return f"{high} {unit if high != 1 else unit[:-1]}" if low == high else f"{low} to {high} {unit}"
