"""Pictures a customer reads, each with a sentence that says the same. The only importer of matplotlib."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import escape

import matplotlib
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from workbench.load_graph import lay_out_phases
from workbench.model import Phase
from workbench.shown import Shown, say_hours, show_unseen
from workbench.tables.words import say_destination

INK, QUIET, LINE = "#1b2733", "#4a5763", "#b8c2cc"
WIDTH, ROW = 9.6, 0.34  # inches; a row leaves room for one line of text
BOX = 0.72  # width of a phase; the rest of its column is for arrows
MOST_ROWS = 40
# Every kind has its own hatch too, so that a print without colour still tells them apart.
COLOURS = {
    "loaded": ("#1f4e79", ""),
    "skipped": ("#b5c6d6", ""),
    "held": ("#ffffff", "////"),
    "migrate": ("#1f4e79", ""),
    "split": ("#5b8db8", ""),
    "merge": ("#b5d0e6", ""),
    "inventory": ("#ece5d3", "...."),
    "exclude": ("#ffffff", "////"),
    "always filled": ("#1f4e79", ""),
    "mostly": ("#5b8db8", ""),
    "less than half": ("#b5d0e6", ""),
    "never": ("#ffffff", "////"),
}
_SETTINGS = {
    "svg.fonttype": "none",  # words stay words: they can be read aloud, searched and copied
    "svg.hashsalt": "workbench",
    "font.family": ["DejaVu Sans"],  # wider than what browsers put in its place, so labels never collide
    "font.size": 10,
    "text.color": INK,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,
}
_STYLE = (
    ".wb-figure{margin:.5em 0 1em;overflow-x:auto}"
    ".wb-figure svg{display:block;width:100%;min-width:640px;max-width:960px;height:auto;background:#fff}"
    '.wb-figure figcaption{font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;'
    "color:var(--jp-content-font-color2,#4a5763)}"
)


def fill_rates(inventory: pl.DataFrame) -> Shown:
    """How many fields of each object are filled always, mostly, seldom or never; INVENTORY."""
    rate = pl.col("filled") / pl.col("rows")
    kind = (
        pl.when((pl.col("rows") == 0) | (pl.col("filled") == 0)).then(pl.lit("never"))
        .when(rate == 1).then(pl.lit("always filled"))
        .when(rate >= 0.5).then(pl.lit("mostly"))
        .otherwise(pl.lit("less than half"))
    )  # fmt: skip
    kinds = ("always filled", "mostly", "less than half", "never")
    rows = _count_kinds(inventory.with_columns(kind=kind), "object", "kind", kinds)
    never = sum(row["never"] for row in rows)
    text = f"Of {inventory.height:,} fields in {len(rows)} objects, {never:,} are never filled."
    return _draw_parts(rows, kinds, id="fill-rates", title="How full the fields are", text=text, unit="fields")


def row_outcomes(row_outcomes: pl.DataFrame) -> Shown:
    """What becomes of the source's rows, as parts of each object; ROW_OUTCOMES."""
    kinds = ("migrate", "split", "merge", "inventory", "exclude")
    rows = _count_kinds(row_outcomes, "object", "outcome", kinds)
    behind = sum(row["inventory"] + row["exclude"] for row in rows)
    text = f"Of {row_outcomes.height:,} source rows, {row_outcomes.height - behind:,} reach Freshsales by the map."
    return _draw_parts(rows, kinds, id="row-outcomes-picture", title="What becomes of the rows", text=text, unit="rows")


def outcomes_per_object(counts: pl.DataFrame) -> Shown:
    """How the records of each phase fared, as parts of those attempted; COUNTS."""
    kinds = ("loaded", "skipped", "held")
    rows = [{"name": row["phase"], **{kind: row[kind] for kind in kinds}} for row in counts.iter_rows(named=True)]
    total = {kind: sum(row[kind] for row in rows) for kind in kinds}
    text = f"{total['loaded']:,} records loaded, {total['skipped']:,} skipped, {total['held']:,} held."
    return _draw_parts(rows, kinds, id="outcomes", title="How the records fared", text=text, unit="records")


def quota_forecast(forecast: pl.DataFrame) -> Shown:
    """Hours the load takes at least on each Freshsales plan; FORECAST."""
    plans = (
        forecast.group_by(pl.col("plan").str.to_titlecase(), maintain_order=True)
        .agg(pl.col("requests", "hours").sum())
        .rows()
    )
    if not plans:
        return _say("How long the load takes: nothing is to be loaded.")
    text = "At least " + ", ".join(f"{say_hours(hours)} on {plan}" for plan, _, hours in plans) + "."
    return _draw(
        lambda axes: _draw_hours(axes, plans), rows=len(plans), id="quota-forecast", title="How long the load takes",
        text=text,
    )  # fmt: skip


def phase_order(phases: tuple[Phase, ...]) -> Shown:
    """The phases in load order, with an arrow from each to those whose records point at it."""
    if not phases:
        return _say("The order of the load: nothing is to be loaded.")
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

    return _draw(paint, rows=round(1.65 * height), id="phase-order", title="The order of the load", text=text)


def _draw_arrow(axes: Axes, start: tuple[int, float], end: tuple[int, float]) -> None:
    (left, top), (right, bottom) = (start[0] + BOX, start[1]), end
    middle = right - (1 - BOX) / 2
    curve = Path([(left, top), (middle, top), (middle, bottom), (right, bottom)], [Path.MOVETO] + [Path.CURVE4] * 3)
    axes.add_patch(FancyArrowPatch(path=curve, arrowstyle="-|>", mutation_scale=9, color=QUIET, linewidth=0.9))


def _draw_phase(axes: Axes, place: tuple[int, float], name: str, becomes: str) -> None:
    column, row = place
    axes.barh(row, BOX, left=column, height=0.78, color="#ffffff", edgecolor=INK, linewidth=1, zorder=3)
    axes.text(column + 0.02, row - 0.17, _shorten(name, 26), va="center", weight="bold", size=9, zorder=4)
    axes.text(column + 0.02, row + 0.2, _shorten(becomes, 28), va="center", color=QUIET, size=9, zorder=4)


def _count_kinds(frame: pl.DataFrame, name: str, kind: str, kinds: tuple[str, ...]) -> list[dict]:
    counted = frame.group_by(name, maintain_order=True).agg((pl.col(kind) == each).sum().alias(each) for each in kinds)
    return counted.rename({name: "name"}).rows(named=True)


def _draw_parts(rows: list[dict], kinds: tuple[str, ...], *, id: str, title: str, text: str, unit: str) -> Shown:
    """Bars of equal length whose parts are shares, so that 10 and 20,000 records both read."""
    if not rows:
        return _say(f"{title}: no {unit}.")
    shown = rows[:MOST_ROWS]
    used = [kind for kind in kinds if any(row[kind] for row in rows)]
    left_out = f" The first {MOST_ROWS} of {len(rows)} are drawn." if len(rows) > MOST_ROWS else ""

    def paint(axes: Axes) -> None:
        _draw_legend(axes, used)
        for line, row in enumerate(shown, 1):
            _draw_bar(axes, line, row, used, unit)

    return _draw(paint, rows=len(shown) + 1, id=id, title=title, text=text + left_out)


def _draw_legend(axes: Axes, kinds: list[str]) -> None:
    for position, kind in enumerate(kinds):
        axes.barh(0, 0.018, left=position * 0.17, height=0.5, **_paint(kind))
        axes.text(position * 0.17 + 0.026, 0, kind, va="center", color=QUIET)


def _draw_bar(axes: Axes, line: int, row: dict, kinds: list[str], unit: str) -> None:
    total, left = sum(row[kind] for kind in kinds), 0.0
    # A part too small to see is drawn as a sliver; the figure beside the bar is exact.
    widths = {kind: max(row[kind] / total, 0.006) for kind in kinds if row[kind]} if total else {}
    for kind, width in widths.items():
        width *= 0.55 / sum(widths.values())
        axes.barh(line, width, left=left, height=0.62, **_paint(kind))
        left += width
    figures = ", ".join(f"{row[kind]:,} {kind.replace(' filled', '')}" for kind in kinds if row[kind])
    axes.text(0.565, line, figures or f"no {unit}", va="center", size=9)
    _label_row(axes, line, row["name"])


def _paint(kind: str) -> dict:
    colour, hatch = COLOURS[kind]
    return {"color": colour, "edgecolor": INK, "hatch": hatch, "linewidth": 0.6}


def _draw_hours(axes: Axes, plans: list[tuple[str, int, float]]) -> None:
    longest = max(hours for *_, hours in plans) or 1
    for row, (plan, requests, hours) in enumerate(plans):
        axes.barh(row, hours / longest * 0.6, height=0.6, color=COLOURS["loaded"][0])
        axes.text(hours / longest * 0.6 + 0.01, row, f"{say_hours(hours)}, {requests:,} requests", va="center")
        _label_row(axes, row, plan)


def _label_row(axes: Axes, row: int, name: str) -> None:
    axes.text(-0.015, row, _shorten(name, 26), va="center", ha="right")


def _shorten(name: str, longest: int) -> str:
    name = show_unseen(name)
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _say(sentence: str) -> Shown:
    return Shown(html=f'<p class="wb-say">{escape(sentence)}</p>', text=sentence)


def _draw(paint: Callable[[Axes], None], *, rows: int, id: str, title: str, text: str) -> Shown:
    """A picture of so many rows, with its sentence under it."""
    file, text = io.StringIO(), show_unseen(text, longest=5000)
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(WIDTH, 0.2 + ROW * rows))
        axes = figure.add_axes((0.23, 0, 0.77, 1))
        axes.set(xlim=(0, 1), ylim=(rows - 0.4, -0.6))
        axes.axis("off")
        paint(axes)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    svg = _name_picture(file.getvalue(), id=id, title=title, text=text)
    html = f'<figure class="wb-figure">{svg}<figcaption>{escape(text)}</figcaption></figure>'
    return Shown(html=html, text=f"{title}. {text}", style=_STYLE)


def _name_picture(svg: str, *, id: str, title: str, text: str) -> str:
    """Only the picture itself, with a title and a description for those who hear it."""
    head, _, body = svg[svg.index("<svg") :].partition(">")
    body = re.sub(r"<metadata>.*?</metadata>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r'<g id="[a-z]+_\d+">', "<g>", body)  # a page may hold several pictures
    body = body.replace("'DejaVu Sans'", "system-ui, 'Segoe UI', Roboto, Arial, sans-serif")
    return (
        f'{head} role="img" aria-labelledby="{id}-title {id}-desc">'
        f'<title id="{id}-title">{escape(title)}</title><desc id="{id}-desc">{escape(text)}</desc>{body}'
    )
