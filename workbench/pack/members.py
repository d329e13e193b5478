"""The members of a JSON object in a cell, such as a clinic's own fields: a row for each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

MEMBER, VALUE = "MEMBER", "VALUE"
MEMBER_COLUMNS = (MEMBER, VALUE)
JOIN = "|"
_MEMBERS = pl.List(pl.Struct({MEMBER: pl.String, VALUE: pl.String}))


def unfold_members(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows once for each member of the JSON text in `VALUE`; none where there is no such text.

    Members that are empty have no row. A value keeps the digits it is written with.
    """
    texts = rows[VALUE].to_list()
    found = pl.Series("_members", [list(map(_pair, _read(text))) for text in texts], dtype=_MEMBERS)
    unfolded = rows.drop(MEMBER_COLUMNS).with_columns(found).explode("_members").drop_nulls("_members")
    return unfolded.unnest("_members").select(rows.columns)


def _pair(member: tuple[str, str]) -> dict[str, str]:
    return dict(zip(MEMBER_COLUMNS, member, strict=True))


def _read(text: str | None) -> Iterator[tuple[str, str]]:
    if not (text or "").lstrip().startswith("{"):
        return
    try:
        yield from _walk(json.loads(text, parse_float=str, parse_int=str))
    except json.JSONDecodeError:
        return


def _walk(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _walk(value)
        elif (written := _write(value)) != "":
            yield name, written


def _write(value: Any) -> str:
    if isinstance(value, list):
        return JOIN.join(filter(None, map(_write, value)))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
