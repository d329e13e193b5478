"""Several values in one cell: taken apart, one of them picked, written as a multi-select."""

from __future__ import annotations

import polars as pl

from workbench.errors import UsageError

JOIN = ";"  # between the values of a multi-select of Freshsales


def part(column: pl.Expr, *, number: int, separator: str = ",") -> pl.Expr:
    """The value at that place of a cell with several, counted from 1, without blanks; null where there is none.

    Raises:
        UsageError: The number is below 1.
    """
    if number < 1:
        raise UsageError(f"number = {number}: values are counted from 1")
    text = column.str.split(separator).list.get(number - 1, null_on_oob=True).str.strip_chars()
    return pl.when(text != "").then(text)


def multi_select(column: pl.Expr, *, options: list, separator: str = ",") -> pl.Expr:
    """Write the values of a cell as a multi-select, each once: `Dog; Cat` of two known options as `Dog;Cat`.

    An option that holds the separator is known as one value, whatever its case; text that is no option stands as it
    is. Null where nothing is left.

    Args:
        options: The choices there are.
        separator: What stands between values in the source.
    """
    known = {str(option).casefold(): str(option) for option in sorted(options, key=lambda option: -len(str(option)))}

    def write(texts: pl.Series) -> pl.Series:
        written = {text: _write_cell(text, known, separator) for text in texts.unique().drop_nulls()}
        return pl.Series(texts.name, [written.get(text) for text in texts], dtype=pl.String)

    return column.map_batches(write, return_dtype=pl.String)


def _write_cell(text: str, known: dict[str, str], separator: str) -> str | None:
    values: list[str] = []
    rest = text.strip()
    while rest:
        value, rest = _take_value(rest, known, separator)
        values += [value.replace(JOIN, ",")] if value else []
    return JOIN.join(dict.fromkeys(values)) or None


def _take_value(rest: str, known: dict[str, str], separator: str) -> tuple[str, str]:
    """The first value, and what stands behind the separator after it."""
    for folded, option in known.items():
        after = rest[len(option) :].lstrip()
        if rest[: len(option)].casefold() == folded and (not after or after.startswith(separator)):
            return option, after.removeprefix(separator).strip()
    value, _, after = rest.partition(separator)
    return known.get(value.strip().casefold(), value.strip()), after.strip()
