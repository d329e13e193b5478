"""What a person rebuilds by hand, written out of the export: a document for each thing, a heading for each row."""

from __future__ import annotations

import json
import re
from typing import Any

import polars as pl

from workbench.discover.written_lists import SHOWN
from workbench.evidence.masking import mask_column
from workbench.layout import Layout
from workbench.pack import InventoryItem, Pack
from workbench.pack.tags import tag_columns
from workbench.transforms.compose import placeholders

PREFIX = "document_"
_PLACE = re.compile(r"\{([^{}\n]+)\}")
_CLAUSE = re.compile(r"([,;] )(?![^{}]*\})")
PLAIN = "{value}"  # a member of a list that is no object
NOTHING = "-"


def write_documents(pack: Pack, layout: Layout, frames: dict[str, pl.DataFrame]) -> dict[str, str]:
    """The documents of the pack's inventory by file name, as Markdown; values of people are masked by tag.

    Args:
        frames: Staged objects with the pack's columns.
    """
    tags = tag_columns(pack, layout)
    return {
        f"{PREFIX}{name_document(item.name)}.md": _write_document(item, _mask(item, frames[item.object], tags))
        for item in pack.inventory
        if item.object
    }


def name_document(title: str) -> str:
    """A title as part of a file name."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def _mask(item: InventoryItem, rows: pl.DataFrame, tags: dict[tuple[str, str], str]) -> pl.DataFrame:
    chosen = rows.filter(pl.sql_expr(item.where)) if item.where else rows
    named = {name: tags.get((item.object, name), "none") for name in chosen.columns if not name.startswith("_")}
    return chosen.select(
        pl.col(name).cast(pl.String) if tag in SHOWN else mask_column(pl.col(name), tag).alias(name)
        for name, tag in named.items()
    )


def _write_document(item: InventoryItem, rows: pl.DataFrame) -> str:
    head = f"# {item.name}\n\n{item.what}. {item.why}.\n\nWhat to do: {item.rebuild}.\n"
    if rows.is_empty():
        return f"{head}\nThe export holds none.\n"
    return "\n".join([head, *(_write_row(item, row) for row in rows.iter_rows(named=True))])


def _write_row(item: InventoryItem, row: dict[str, Any]) -> str:
    lines = [f"## {_fill(item.heading, row)}", ""]
    lines += [f"{_fill_known(line, row)}  " for line in item.text.split("\n") if item.text and _has_value(line, row)]
    parts = _read_parts(item, row.get(item.parts)) if item.parts else []
    lines += [f"- {_fill_known(item.part, part)}" for part in parts]
    return "\n".join([*lines, ""])


def _has_value(line: str, row: dict[str, Any]) -> bool:
    """Lines that name columns stand only where one of these has a value."""
    named = placeholders(line)
    return not named or any(_is_known(row.get(name)) for name in named)


def _is_known(value: Any) -> bool:
    return value not in (None, "", [], {}, "[]", "{}")


def _read_parts(item: InventoryItem, text: str | None) -> list[dict[str, Any]]:
    """The members of a list; those that are no objects only where the pack asks for plain ones."""
    try:
        parts = json.loads(text or "[]")
    except json.JSONDecodeError:
        parts = []
    listed = parts if isinstance(parts, list) else []
    if PLAIN in item.part:
        listed = [part if isinstance(part, dict) else {"value": part} for part in listed]
    return [part for part in listed if isinstance(part, dict)]


def _fill_known(text: str, values: dict[str, Any]) -> str:
    """The text without the clauses, told apart by comma or semicolon, of whose columns none has a value."""
    first, *others = _CLAUSE.split(text)
    kept = first + "".join(
        mark + clause for mark, clause in zip(others[::2], others[1::2], strict=True) if _has_value(clause, values)
    )
    return _fill(kept, values)


def _fill(text: str, values: dict[str, Any]) -> str:
    return _PLACE.sub(lambda match: _write_value(values.get(match[1])), text)


def _write_value(value: Any) -> str:
    """A value as people read it: lists and objects spelt out without what is not known, nothing as a dash."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except json.JSONDecodeError:
            return value
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_write_value(each)}" for key, each in value.items() if _is_known(each)) or NOTHING
    if isinstance(value, list):
        return "; ".join(map(_write_value, value)) or NOTHING
    return NOTHING if value in (None, "") else str(value)
