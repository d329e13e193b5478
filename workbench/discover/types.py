"""What the values of a text column are, judged by how they are written."""

from __future__ import annotations

import polars as pl

# In this order: the first that fits every value names the column. A number with a leading zero, such as a postcode,
# is a code and stays text; one of more than 18 digits is an id that no number type holds.
PATTERNS = {
    "boolean": r"^(?i:true|false|yes|no)$",
    "integer": r"^[+-]?(?:0|[1-9]\d{0,17})$",
    "decimal": r"^[+-]?(?:0|[1-9]\d*)(?:\.\d+)?$",
    "date": r"^(?:\d{4}[-/]\d{2}[-/]\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4})$",
    "datetime": r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$",
}


def infer_type(values: pl.Series) -> str:
    """Name the type every value is written as: a key of `PATTERNS`, else `text`; nulls say nothing.

    A column without values is `text`.
    """
    known = values.drop_nulls().unique()
    if known.is_empty():
        return "text"
    return next((name for name, pattern in PATTERNS.items() if known.str.contains(pattern).all()), "text")


def count_misfits(values: pl.Series, type_: str) -> int:
    """How many values are not written as that type; ids and texts always are."""
    if type_ not in PATTERNS:
        return 0
    return int((~values.drop_nulls().str.contains(PATTERNS[type_])).sum())
