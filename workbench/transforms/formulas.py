"""Formula fields of a source: its expressions over columns of the same row, evaluated as polars SQL."""

from __future__ import annotations

import polars as pl

from workbench.errors import UsageError

# Places that floating point gets right after a few operations; what stands behind them is noise.
PLACES = 10


def formula(*columns: pl.Expr, text: str, numbers: list | None = None) -> pl.Expr:
    """Evaluate an SQL expression over the columns; String, null where it has no value or cannot be evaluated.

    Expressions reach nothing but the columns they are given: no file, no other row, no function of Python.

    Args:
        columns: The columns the text names.
        text: Such as `ROUND(price / months, 2)`; a column whose name is no word stands in double quotes.
        numbers: Columns that are read as numbers; the others are text.

    Raises:
        UsageError: It is no expression, or names a column that was not given.
    """
    given = [column.meta.output_name() for column in columns]
    named = read_formula(text).meta.root_names()
    if unknown := [name for name in named if name not in given]:
        raise UsageError(f"text names {unknown[0]!r}, which is not among its columns: {', '.join(given) or 'none'}")
    cells = [
        column.cast(pl.Float64, strict=False).alias(name) if name in (numbers or ()) else column.alias(name)
        for name, column in zip(given, columns, strict=True)
    ]

    def evaluate(rows: pl.Series) -> pl.Series:
        values = rows.struct.unnest().select(value=read_formula(text)).to_series()
        if values.dtype.is_float():
            values = values.round(PLACES).set(values.is_infinite() | values.is_nan(), None)
        whole = values.cast(pl.String).str.replace(r"\.0$", "")
        return whole.alias(rows.name) if len(whole) == len(rows) else whole.new_from_index(0, len(rows))

    return pl.struct(cells).map_batches(evaluate, return_dtype=pl.String)


def read_formula(text: str) -> pl.Expr:
    """The expression a text says.

    Raises:
        UsageError: It is none.
    """
    try:
        return pl.sql_expr(text)
    except pl.exceptions.PolarsError as error:
        raise UsageError(f"text = {text!r} is no expression: {str(error).splitlines()[0]}") from error
