"""Pictures of a load: its order, how long it takes, what becomes of the rows, how the records fared."""

from __future__ import annotations

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from workbench.charts.drawing import COLOURS, INK, QUIET, count_kinds, draw, draw_parts, label_row, say, shorten
from workbench.load_graph import lay_out_phases
from workbench.model import Phase
from workbench.shown import Shown, say_hours
from workbench.tables.words import say_destination

BOX = 0.72  # width of a phase; the rest of its column is for arrows


def row_outcomes(row_outcomes: pl.DataFrame) -> Shown:
    """What becomes of the source's rows, as parts of each object; ROW_OUTCOMES."""
    kinds = ("migrate", "split", "merge", "inventory", "exclude")
    row_outcomes = row_outcomes.filter(~pl.col("is_view").fill_null(False))
    rows = count_kinds(row_outcomes, "object", "outcome", kinds)
    behind = sum(row["inventory"] + row["exclude"] for row in rows)
    text = f"Of {row_outcomes.height:,} source rows, {row_outcomes.height - behind:,} reach Freshsales by the map."
    return draw_parts(rows, kinds, id="row-outcomes-picture", title="What becomes of the rows", text=text, unit="rows")


def outcomes_per_object(counts: pl.DataFrame) -> Shown:
    """How the records of each phase fared, as parts of those attempted; COUNTS."""
    kinds = ("loaded", "skipped", "held")
    rows = [{"name": row["phase"], **{kind: row[kind] for kind in kinds}} for row in counts.iter_rows(named=True)]
    total = {kind: sum(row[kind] for row in rows) for kind in kinds}
    text = f"{total['loaded']:,} records loaded, {total['skipped']:,} skipped, {total['held']:,} held."
    return draw_parts(rows, kinds, id="outcomes", title="How the records fared", text=text, unit="records")


def quota_forecast(forecast: pl.DataFrame) -> Shown:
    """Hours the load takes at least on each Freshsales plan; FORECAST."""
    plans = (
        forecast.group_by(pl.col("plan").str.to_titlecase(), maintain_order=True)
        .agg(pl.col("requests", "hours").sum())
        .rows()
    )
    if not plans:
        return say("How long the load takes: nothing is to be loaded.")
    text = "At least " + ", ".join(f"{say_hours(hours)} on {plan}" for plan, _, hours in plans) + "."
    return draw(
        lambda axes: _draw_hours(axes, plans), rows=len(plans), id="quota-forecast", title="How long the load takes",
        text=text,
    )  # fmt: skip


def phase_order(phases: tuple[Phase, ...]) -> Shown:
    """The phases in load order, with an arrow from each to those whose records point at it."""
    if not phases:
        return say("The order of the load: nothing is to be loaded.")
    places, arrows = lay_out_phases(phases)
    columns = 1 + max(column for column, _ in places.values())
    height = 1 + max(row for _, row in places.values())
    text = "Records load in this order: " + ", then ".join(phase.name for phase in phases) + "."

    def paint(axes: Axes) -> None:
        axes.set(xlim=(-0.02, columns - 0.26), ylim=(height - 0.45, -0.55))
        axes.set_position((0, 0, 1, 1))
        for parent, child in arrows:
            _draw_arrow(axes, places[parent], places[child])
        for number, phase in enumerate(phases, 1):
            _draw_phase(axes, places[phase.name], f"{number} {phase.name}", say_destination(phase.destination))

    return draw(paint, rows=round(1.65 * height), id="phase-order", title="The order of the load", text=text)


def _draw_arrow(axes: Axes, start: tuple[int, float], end: tuple[int, float]) -> None:
    (left, top), (right, bottom) = (start[0] + BOX, start[1]), end
    middle = right - (1 - BOX) / 2
    curve = Path([(left, top), (middle, top), (middle, bottom), (right, bottom)], [Path.MOVETO] + [Path.CURVE4] * 3)
    axes.add_patch(FancyArrowPatch(path=curve, arrowstyle="-|>", mutation_scale=9, color=QUIET, linewidth=0.9))


def _draw_phase(axes: Axes, place: tuple[int, float], name: str, becomes: str) -> None:
    column, row = place
    axes.barh(row, BOX, left=column, height=0.78, color="#ffffff", edgecolor=INK, linewidth=1, zorder=3)
    axes.text(column + 0.02, row - 0.17, shorten(name, 26), va="center", weight="bold", size=9, zorder=4)
    axes.text(column + 0.02, row + 0.2, shorten(becomes, 28), va="center", color=QUIET, size=9, zorder=4)


def _draw_hours(axes: Axes, plans: list[tuple[str, int, float]]) -> None:
    longest = max(hours for *_, hours in plans) or 1
    for row, (plan, requests, hours) in enumerate(plans):
        axes.barh(row, hours / longest * 0.6, height=0.6, color=COLOURS["loaded"][0])
        axes.text(hours / longest * 0.6 + 0.01, row, f"{say_hours(hours)}, {requests:,} requests", va="center")
        label_row(axes, row, plan)
