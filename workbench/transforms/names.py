"""Names of people and firms: taken apart, and folded so that the same one is known again however it was typed."""

from __future__ import annotations

import polars as pl

_TITLES = r"(?i)^(?:(?:mr|mrs|ms|miss|dr|shri|smt|prof)\.?\s+)+"
_LEGAL = (
    "private|pvt|limited|ltd|llp|llc|inc|incorporated|corp|corporation|company|co|plc|gmbh|group|industries|and sons"
)
_FORMS = rf"\b(?:{_LEGAL})\b"
_ACCENTS = dict(zip("áàâäãéèêëíìîïóòôöõúùûüñç", "aaaaaeeeeiiiiooooouuuunc", strict=True))


def given_names(column: pl.Expr) -> pl.Expr:
    """All words of a full name but the last, without titles; null where there is one word only."""
    words = _read_words(column)
    return pl.when(words.list.len() > 1).then(words.list.head(words.list.len() - 1).list.join(" "))


def family_name(column: pl.Expr) -> pl.Expr:
    """The last word of a full name; null where there is none."""
    return _read_words(column).list.last()


def name_key(column: pl.Expr) -> pl.Expr:
    """A name in small letters without accents, marks and legal form, for comparing; null where nothing is left."""
    text = column.str.to_lowercase().str.replace_many(list(_ACCENTS), list(_ACCENTS.values()))
    text = text.str.replace_all(r"[^\pL\pN]+", " ").str.replace_all(_FORMS, " ").str.replace_all(r"\s+", " ")
    return _or_null(text.str.strip_chars())


def mail_key(column: pl.Expr) -> pl.Expr:
    """An e-mail address in small letters without blanks; null where it is none."""
    text = column.str.strip_chars().str.to_lowercase()
    return pl.when(text.str.contains(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")).then(text)


def web_domain(column: pl.Expr) -> pl.Expr:
    """The domain of a web or e-mail address in small letters, without `www.`; null where there is none."""
    text = column.str.strip_chars().str.to_lowercase().str.replace(r"^(?:[a-z]+://)?(?:[^/@]*@)?(?:www\.)?", "")
    text = text.str.replace(r"[/:?#].*$", "")
    return pl.when(text.str.contains(r"^[^\s.]+(?:\.[^\s.]+)+$")).then(text)


def _read_words(column: pl.Expr) -> pl.Expr:
    text = column.str.replace_all(r"\s+", " ").str.strip_chars().str.replace(_TITLES, "")
    return _or_null(text).str.split(" ")


def _or_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
