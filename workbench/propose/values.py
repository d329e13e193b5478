"""What the values of a column look like, whatever the column is called."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_VALUES = 50  # distinct values that are looked at; more change nothing
ENOUGH = 0.9  # part of the values that has to look alike; real exports hold a few misfits
LONG = 60  # characters from which a text is prose

# In this order: the first that fits names the shape. A phone number could pass for a number, so numbers come later.
SHAPES = {
    "email": r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+",
    "url": r"(?:https?://|www\.)\S+",
    "boolean": r"(?i:true|false|yes|no|y|n|0|1)",
    "salutation": r"(?i:mrs?|ms|miss|mx|dr|prof|rev|sir|herr|frau|mme|sr|sra)\.?",
    "datetime": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4} \d{1,2}:\d\d.*",
    "date": r"\d{4}-\d\d-\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{1,2} [A-Z][a-z]{2,8} \d{4}",
    "phone": r"\+\d[\d ().-]{7,}|\(?0\d[\d ().-]{7,}|\(\d{3}\) ?\d{3}-\d{4}|(?:1-)?\d{3}[.-]\d{3}[.-]\d{4}|\d{10}",
    "id": r"[\da-fA-F]{8}-(?:[\da-fA-F]{4}-){3}[\da-fA-F]{12}|(?=[\da-f]*\d)[\da-f]{12,}|\d{11,}|[A-Z]{1,4}-?\d{2,}",
    "money": r"[$€£₹]\s?[\d,.]+|[\d,.]+\s?(?:USD|EUR|GBP|INR|AUD|CAD)",
    "integer": r"[+-]?\d{1,3}(?:,\d{2,3})+|[+-]?(?:0|[1-9]\d*)",
    "decimal": r"[+-]?(?:0|[1-9][\d,]*)(?:\.\d+)?",
    "choices": r"[^;]{1,40}(?:;[^;]{1,40})+",
}
DATES, NUMBERS = ("date", "datetime"), ("integer", "decimal", "money")
# Shapes that a thing of the lexicon accepts; a shape is always accepted by itself.
ACCEPTED = {
    "date": DATES,
    "number": NUMBERS,
    "phone": ("phone", "integer", "id"),
    "words": ("words", "prose", "choice", "url", "choices"),
}
TYPES = {
    "boolean": "checkbox",
    "date": "date",
    "datetime": "datetime",
    "integer": "number",
    "decimal": "decimal",
    "money": "decimal",
    "choice": "dropdown",
    "choices": "multiselect",
    "prose": "textarea",
}


def recognise(values: Sequence[str]) -> str:
    """Name the shape of a column's values: a key of `SHAPES`, `choice`, `prose`, `words`, or empty for no value."""
    known = list(dict.fromkeys(value.strip() for value in values if value and value.strip()))[:MOST_VALUES]
    if not known:
        return ""
    for name, pattern in SHAPES.items():
        if sum(bool(re.fullmatch(pattern, value)) for value in known) >= ENOUGH * len(known):
            return name
    if sum(len(value) for value in known) > LONG * len(known):
        return "prose"
    return "choice" if len(values) >= 20 and len(known) <= 12 else "words"


def fits(shape: str, expected: str) -> bool:
    """Whether values of that shape may be what a thing of the lexicon expects; no values contradict nothing."""
    return not shape or not expected or shape in ACCEPTED.get(expected, (expected,))


def choose_type(shape: str, named: str) -> str:
    """The type of a custom field: what its name suggests, unless the values could not be stored in it.

    Args:
        named: Type that the name suggests, empty where it suggests none.
    """
    seen = TYPES.get(shape, "text" if shape else "")
    if not named or not seen:
        return named or seen or "text"
    if named == "date" and shape == "datetime":
        return "datetime"
    if named in ("number", "decimal") and shape in NUMBERS:
        return "decimal" if shape != "integer" else named
    strict = ("number", "decimal", "date", "datetime", "checkbox")
    if named in strict and seen != named and not (named == "datetime" and seen == "date"):
        return seen
    if shape in ("prose", "choices"):
        return seen
    return named
