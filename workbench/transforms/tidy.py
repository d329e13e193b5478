"""Cells that people filled by hand: addresses with holes, tags in many spellings, threads, notes with markup."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

import polars as pl

from workbench.transforms.multiple import JOIN

_RULE = "-----"
# The marks editors of notes write; a text without one of them is no HTML, whatever else stands between < and >.
_HTML = r"(?i)<(?:p|br|div|span|b|i|u|em|strong|ul|ol|li|h[1-6]|table|tr|td)\b[^<>]*/?>"
_LINES = {"p", "br", "div", "li", "tr", "ul", "ol", "table", *(f"h{size}" for size in range(1, 7))}


def address_line(column: pl.Expr) -> pl.Expr:
    """An address without its empty parts: `, , Pune -  411001,` becomes `Pune - 411001`; null where nothing is left."""
    text = column.str.replace_all(r"\s+", " ").str.replace_all(r"(?:\s*,)+\s*", ", ")
    text = text.str.strip_chars(" ,-")
    return pl.when(text != "").then(text)


def tag_list(*columns: pl.Expr) -> pl.Expr:
    """The tags of all cells, each once whatever its case, joined by `;`; null where there is none.

    Tags stand behind commas, semicolons or on lines of their own. Of several spellings the most frequent one of all
    records is written, of those that are equally frequent the first in the alphabet.
    """
    return pl.concat_str(columns, separator="\n", ignore_nulls=True).map_batches(_write_tags, return_dtype=pl.String)


def thread_text(column: pl.Expr) -> pl.Expr:
    """A conversation as a message a paragraph, from JSON (a list of `from` and `text`) or text with lines of dashes."""

    def write(texts: pl.Series) -> pl.Series:
        return pl.Series(texts.name, [None if text is None else _write_thread(text) for text in texts], pl.String)

    return column.map_batches(write, return_dtype=pl.String)


def html_text(column: pl.Expr) -> pl.Expr:
    """A note written as HTML as the text a reader sees, a paragraph or item a line; other texts stay as they are."""
    written = column.map_batches(_write_seen, return_dtype=pl.String)
    return pl.when(column.str.contains(_HTML)).then(written).otherwise(column)


def _write_tags(cells: pl.Series) -> pl.Series:
    counted = Counter(tag for cell in cells.drop_nulls() for tag in _split_tags(cell))
    spelling: dict[str, str] = {}
    for tag, _ in sorted(counted.items(), key=lambda each: (-each[1], each[0])):
        spelling.setdefault(tag.casefold(), tag)
    written = [
        None
        if cell is None
        else JOIN.join(dict.fromkeys(spelling[tag.casefold()] for tag in _split_tags(cell))) or None
        for cell in cells
    ]
    return pl.Series(cells.name, written, dtype=pl.String)


def _split_tags(cell: str) -> Iterator[str]:
    parts = cell.replace(";", ",").replace("\n", ",").split(",")
    return (part.strip() for part in parts if part.strip())


def _write_thread(text: str) -> str | None:
    try:
        messages = json.loads(text) if text.lstrip().startswith("[") else None
    except json.JSONDecodeError:
        messages = None
    if isinstance(messages, list):
        parts = [_write_message(message) for message in messages]
    else:
        parts = [part.strip("- \n") for part in text.split(_RULE)]
    return "\n\n".join(part for part in parts if part) or None


def _write_message(message: object) -> str:
    if not isinstance(message, dict):
        return str(message)
    return f"{message.get('from', 'unknown')}: {message.get('text', '')}"


def _write_seen(texts: pl.Series) -> pl.Series:
    return pl.Series(texts.name, [None if text is None else _Seen.read(text) for text in texts], pl.String)


class _Seen(HTMLParser):
    """Collects what a reader of a note sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    @classmethod
    def read(cls, text: str) -> str | None:
        """The lines that are seen; null where there is none."""
        reader = cls()
        reader.feed(text)
        reader.close()
        lines = ("".join(reader.parts)).split("\n")
        return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line) or None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a new line where the reader sees one."""
        if tag in _LINES:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        """End the line."""
        if tag in _LINES:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep the text; a line break in the markup is a blank to a reader."""
        self.parts.append(data.replace("\n", " "))
