"""Personal and health values as a report may show them, and the search for those that slipped through.

What a column holds is its tag in the layout. A masked value keeps enough of its shape to be compared by eye
(`Maude Wunsch` becomes `M•••• W•••••`), and too little to name anybody.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from workbench.errors import UsageError
from workbench.model import TAGS

DOT = "•"
NOT_SHOWN = "not shown"
SHOWN_OF_ID = 4
# Fewer digits than this are an extension or a short code; their last two would be most of them.
DIGITS_OF_PHONE = 7


def mask_value(value: object, tag: str) -> str:
    """Write one value as a report may show it; an empty value gives an empty text.

    Raises:
        UsageError: The tag is none of `workbench.model.TAGS`.
    """
    text = None if value is None else str(value)
    masked = pl.select(mask_column(pl.lit(text, dtype=pl.String), tag)).item()
    return masked or ""


def mask_column(column: pl.Expr, tag: str) -> pl.Expr:
    """Write a column as a report may show it: String, null where it was null.

    Raises:
        UsageError: The tag is none of `workbench.model.TAGS`.
    """
    if tag not in TAGS:
        raise UsageError(f"no tag {tag!r}; known: {', '.join(TAGS)}")
    return _MASKS[tag](column.cast(pl.String))


def _show(text: pl.Expr) -> pl.Expr:
    return text


def _hide(text: pl.Expr) -> pl.Expr:
    return text.str.head(0) + NOT_SHOWN


def _dot_out(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"[\w\p{N}]", DOT)


def _keep_initials(text: pl.Expr) -> pl.Expr:
    # Words of one letter go too: names in many scripts are nothing but such words.
    dotted = text.str.replace_all(r"\b\w\b", DOT).str.replace_all(r"\B\w", DOT)
    return dotted.str.replace_all(r"\p{N}", DOT)


def _keep_century(text: pl.Expr) -> pl.Expr:
    begins_with_year = text.str.contains(r"^(?:1[89]|20)\d{2}")
    return pl.when(begins_with_year).then(text.str.head(2) + _dot_out(text.str.slice(2))).otherwise(_dot_out(text))


def _mask_contact(text: pl.Expr) -> pl.Expr:
    is_email = text.str.contains(r"^\s*\w.*@\w")
    email = text.str.replace(r"(?s)^\s*(\w).*@(\w).*$", f"${{1}}{DOT * 3}@${{2}}{DOT * 3}")
    is_phone = text.str.count_matches(r"\d") >= DIGITS_OF_PHONE
    phone = _dot_out(text.str.head(-2)) + text.str.tail(2)
    return pl.when(is_email).then(email).when(is_phone).then(phone).otherwise(_dot_out(text))


def _shorten_id(text: pl.Expr) -> pl.Expr:
    # Never more than half: of a short id the first four characters would be nearly all of it.
    return text.str.head((text.str.len_chars() // 2).clip(upper_bound=SHOWN_OF_ID)) + "…"


def _count_characters(text: pl.Expr) -> pl.Expr:
    return text.str.head(0) + pl.format(f"{DOT * 4} ({{}} characters)", text.str.len_chars())


_MASKS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "none": _show,
    "money": _show,
    "id": _shorten_id,
    "name": _keep_initials,
    "contact": _mask_contact,
    "address": _keep_initials,
    "birth": _keep_century,
    "health": _count_characters,
    "secret": _hide,
    "score": _hide,
}
