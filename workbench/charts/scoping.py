"""The picture of the move: its parts one after the other, each from its shortest to its longest."""

from __future__ import annotations

import polars as pl
from matplotlib.axes import Axes

from workbench.charts.drawing import COLOURS, INK, QUIET, draw, label_row, say
from workbench.discover.timeline import WEEK, describe_days, say_timeline
from workbench.shown import Shown

LEAST = 0.006  # of the width: a part that takes minutes is still seen


def timeline(timeline: pl.DataFrame) -> Shown:
    """The parts of the move, each beginning where the one before it ends at the latest; TIMELINE."""
    if timeline.is_empty():
        return say("How long the move takes: nothing was reckoned.")
    calendar = pl.when(pl.col("unit") == "business days").then(WEEK).otherwise(1.0)
    parts = timeline.with_columns(low=pl.col("days_least") * calendar, high=pl.col("days_most") * calendar)
    # What follows the switch runs side by side from the day of the switch.
    is_after = pl.col("side") == "after"
    switch = parts.filter(~is_after)["high"].sum()
    ends = parts.select(pl.when(is_after).then(0.0).otherwise(pl.col("high")).cum_sum()).to_series()
    whole = switch + (parts.filter(is_after)["high"].max() or 0.0) or 1.0

    def paint(axes: Axes) -> None:
        for line, (row, end) in enumerate(zip(parts.iter_rows(named=True), ends, strict=True)):
            begin = switch if row["side"] == "after" else end - row["high"]
            _draw_part(axes, line, row, begin=begin / whole, whole=whole)
        axes.plot(
            [switch / whole * 0.7] * 2, [-0.5, parts.height - 0.5], color=INK, linewidth=0.8, linestyle="--", zorder=0
        )

    text = f"{say_timeline(timeline)} Dark is the shortest, light the longest; the dashed line is the switch."
    return draw(paint, rows=parts.height, id="timeline-picture", title="How long the move takes", text=text)


def _draw_part(axes: Axes, line: int, row: dict, *, begin: float, whole: float) -> None:
    left, low, high = begin * 0.7, row["low"] / whole * 0.7, max(row["high"] / whole * 0.7, LEAST)
    axes.barh(line, high, left=left, height=0.56, color=COLOURS["merge"][0], edgecolor=INK, linewidth=0.6)
    axes.barh(line, min(max(low, LEAST), high), left=left, height=0.56, color=COLOURS["loaded"][0])
    said = {"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.0}
    axes.text(left + high + 0.012, line, describe_days(row), va="center", size=9, color=QUIET, bbox=said)
    label_row(axes, line, row["part"])
