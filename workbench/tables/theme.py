"""How every table looks: one function builds it, one stylesheet dresses it. The only importer of great_tables."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
from great_tables import GT, html, loc, style

from workbench.shown import Shown, show_unseen, to_html
from workbench.tables.cells import KINDS, Column
from workbench.wording import say_number

# A wide table scrolls in its own frame, which the keyboard can reach.
_SCROLLED = r'<div id="\1" class="wb-scroll" role="region" aria-labelledby="\1-title" tabindex="0"'
# Ours replaces the stylesheet of great_tables, which is three times as long and restyles the whole page.
_STYLESHEET = Path(__file__).with_name("theme.css").read_text(encoding="utf-8")


def build_table(
    rows: pl.DataFrame,
    columns: dict[str, Column],
    *,
    id: str,
    title: str,
    note: str = "",
    empty: str = "Nothing to show.",
    group: str = "",
    has_total: bool = False,
    has_heads: bool = True,
    limit: int | None = None,
    rest_in: str = "",
) -> Shown:
    """Show the named columns of a frame, in that order; a column of empty texts alone is left out.

    Args:
        id: Fixed, so that two renders are equal byte for byte.
        note: One sentence under the table.
        empty: What a frame without rows says instead.
        group: Column whose values head the rows below them.
        has_total: The last row sums up the others.
        has_heads: Whether the columns need headings.
        limit: Rows shown; what is left out is said.
        rest_in: File with all rows, named where rows are left out.
    """
    if rows.is_empty():
        return say(f"{title}: {empty}")
    shown = rows.head(limit) if limit else rows
    notes = [line for line in (_say_cut(shown.height, rows.height, rest_in), note) if line]
    columns = {name: column for name, column in columns.items() if not _is_blank(shown[name])}
    table = _lay_out(shown, columns, id=id, group=group).tab_header(show_unseen(title))
    for line in notes:
        table = table.tab_source_note(html(f"<span>{to_html(line, longest=1000)}</span>"))
    if not has_heads:
        table = table.tab_options(column_labels_hidden=True)
    if has_total and shown.height == rows.height:
        table = table.tab_style(style.css("font-weight: 600; border-top: 2px solid"), loc.body(rows=[shown.height - 1]))
    height = rows.height - has_total
    heading = f"{title} ({say_number(height, 'row')})."
    return _dress(_undress(table.as_raw_html()), " ".join([heading, *notes]))


def say(sentence: str) -> Shown:
    """A sentence where a table would have no rows."""
    return _dress(f'<p class="wb-say">{to_html(sentence, longest=1000)}</p>', sentence)


def fold(heading: Shown, sections: list[tuple[str, Shown]], *, by: str, opened: int = 0) -> Shown:
    """A table followed by sections that open on a click, and are open on paper.

    Args:
        sections: The line that is always seen, and what it opens.
        by: What a section is about, for the sentence: `object`.
        opened: So many of the first sections are open from the start.
    """
    folded = "".join(
        f"<details{' open' if number < opened else ''}><summary>{to_html(line)}</summary>{section.html}</details>"
        for number, (line, section) in enumerate(sections)
    )
    return _dress(f"{heading.html}{folded}", f"{heading.text} Details by {by} fold out below.")


def _lay_out(rows: pl.DataFrame, columns: dict[str, Column], *, id: str, group: str) -> GT:
    cells = {name: [KINDS[column.kind](value) for value in rows[name]] for name, column in columns.items()}
    if group:
        cells["_group"] = [show_unseen(value or "–") for value in rows[group]]
    table = GT(pl.DataFrame(cells), id=id, groupname_col="_group" if group else None)
    numbers = [name for name, column in columns.items() if column.kind in ("count", "figure", "hours")]
    table = table.fmt_passthrough(list(columns), escape=False).cols_align("left")
    table = table.cols_label({name: show_unseen(column.label) for name, column in columns.items()})
    return table.cols_align("right", numbers) if numbers else table


def _is_blank(values: pl.Series) -> bool:
    # An empty text says that there is nothing to say; null says that something is not known, and is shown.
    return values.dtype == pl.String and values.eq_missing("").all()


def _say_cut(shown: int, rows: int, rest_in: str) -> str:
    if shown == rows:
        return ""
    return f"Showing {shown:,} of {rows:,}" + (f"; all rows in {rest_in}." if rest_in else ".")


def _undress(html: str) -> str:
    bare = re.sub(r"<style>.*?</style>", "", html, count=1, flags=re.DOTALL)
    return re.sub(r'<div id="([^"]*)" style="[^"]*"', _SCROLLED, bare, count=1).strip()


def _dress(html: str, text: str) -> Shown:
    return Shown(html=f'<div class="wb-shown">{html}</div>', text=text, style=_STYLESHEET)


def add_total(rows: pl.DataFrame, *, label: str, words: str) -> pl.DataFrame:
    """The rows and one more that sums up every whole number; no row where there is none."""
    if rows.is_empty():
        return rows
    blank = [pl.lit(words if name == label else "").alias(name) for name in rows.select(pl.col(pl.String)).columns]
    return pl.concat([rows, rows.select(pl.col(pl.Int64).sum(), *blank)], how="diagonal")


def to_id(name: str) -> str:
    """A name as part of an HTML id; different names give different ids."""
    return re.sub(r"[^A-Za-z0-9_]", lambda sign: f"-{ord(sign[0]):x}-", name)
