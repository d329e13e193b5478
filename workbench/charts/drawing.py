"""How a picture is drawn: bars of parts, a title and a sentence for those who hear it. The importer of matplotlib."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import escape

import matplotlib
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbench.shown import Shown, show_unseen

INK, QUIET, LINE = "#1b2733", "#4a5763", "#b8c2cc"
WIDTH, ROW = 9.6, 0.34  # inches; a row leaves room for one line of text
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
    "id": ("#1f4e79", ""),
    "text": ("#b5d0e6", ""),
    "number": ("#5b8db8", ""),
    "date or time": ("#ece5d3", "...."),
    "yes or no": ("#ffffff", "////"),
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


def count_kinds(frame: pl.DataFrame, name: str, kind: str, kinds: tuple[str, ...]) -> list[dict]:
    counted = frame.group_by(name, maintain_order=True).agg((pl.col(kind) == each).sum().alias(each) for each in kinds)
    return counted.rename({name: "name"}).rows(named=True)


def draw_parts(rows: list[dict], kinds: tuple[str, ...], *, id: str, title: str, text: str, unit: str) -> Shown:
    """Bars of equal length whose parts are shares, so that 10 and 20,000 records both read."""
    if not rows:
        return say(f"{title}: no {unit}.")
    shown = rows[:MOST_ROWS]
    used = [kind for kind in kinds if any(row[kind] for row in rows)]
    left_out = f" The first {MOST_ROWS} of {len(rows)} are drawn." if len(rows) > MOST_ROWS else ""

    def paint(axes: Axes) -> None:
        _draw_legend(axes, used)
        for line, row in enumerate(shown, 1):
            _draw_bar(axes, line, row, used, unit)

    return draw(paint, rows=len(shown) + 1, id=id, title=title, text=text + left_out)


def _draw_legend(axes: Axes, kinds: list[str]) -> None:
    for position, kind in enumerate(kinds):
        axes.barh(0, 0.018, left=position * 0.17, height=0.5, **paint_kind(kind))
        axes.text(position * 0.17 + 0.026, 0, kind, va="center", color=QUIET)


def _draw_bar(axes: Axes, line: int, row: dict, kinds: list[str], unit: str) -> None:
    total, left = sum(row[kind] for kind in kinds), 0.0
    # A part too small to see is drawn as a sliver; the figure beside the bar is exact.
    widths = {kind: max(row[kind] / total, 0.006) for kind in kinds if row[kind]} if total else {}
    for kind, width in widths.items():
        width *= 0.55 / sum(widths.values())
        axes.barh(line, width, left=left, height=0.62, **paint_kind(kind))
        left += width
    figures = ", ".join(f"{row[kind]:,} {kind.replace(' filled', '')}" for kind in kinds if row[kind])
    axes.text(0.565, line, figures or f"no {unit}", va="center", size=9)
    label_row(axes, line, row["name"])


def paint_kind(kind: str) -> dict:
    colour, hatch = COLOURS[kind]
    return {"color": colour, "edgecolor": INK, "hatch": hatch, "linewidth": 0.6}


def label_row(axes: Axes, row: int, name: str) -> None:
    axes.text(-0.015, row, shorten(name, 26), va="center", ha="right")


def shorten(name: str, longest: int) -> str:
    name = show_unseen(name)
    return name if len(name) <= longest else name[: longest - 1] + "…"


def say(sentence: str) -> Shown:
    return Shown(html=f'<p class="wb-say">{escape(sentence)}</p>', text=sentence)


def draw(paint: Callable[[Axes], None], *, rows: int, id: str, title: str, text: str) -> Shown:
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
