"""What the values of each column say about how they are written; where they do not say it, a question."""

from __future__ import annotations

from collections.abc import Container

import polars as pl

from workbench.conventions.values import EVIDENCE, Convention
from workbench.conventions.ways import COMMA, NULLS, PLAIN, POINT, WAYS, WHOLE, WORDS
from workbench.layout import Layout, LayoutColumn
from workbench.pack import Compute, Pack

LAYOUT = "layout"
_SAYING = {"format", "decimal"}
SAMPLE = 200  # distinct values by which the ways worth trying are picked
MOST_WAYS = 4  # a column in more ways than this is no column of dates
# Day and month of a way of writing, exchanged.
_SWAP = str.maketrans("dm", "md")
# A number that may be one with decimals in one way of writing and one of a thousand and more in the other.
_THREE = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$"


def find_conventions(
    staged: dict[str, pl.DataFrame], layout: Layout, *, said: Container[tuple[str, str]] = ()
) -> list[Convention]:
    """The convention of every column that is not plain throughout, in the layout's order.

    Args:
        said: Object and column of which the pack says how they are written.
    """
    found = [
        _find_convention(row.name, row.columns[name], staged[row.name][name])
        for row in layout.objects.values()
        for name in row.kept
        if (row.name, name) not in said
    ]
    return [item for item in found if item]


def list_said(pack: Pack) -> set[tuple[str, str]]:
    """Object and column of everything a transform reads whose options say how it is written: the pack's word stands."""
    rules = [(row.source, field.rule) for row in pack.objects for route in row.routes for field in route.fields]
    rules += [(column.object, column) for column in pack.columns if isinstance(column, Compute)]
    return {
        (object_, column)
        for object_, rule in rules
        if _SAYING & rule.options.keys()
        for column in (rule.source, *rule.with_)
        if column
    }


def _find_convention(object_: str, column: LayoutColumn, values: pl.Series) -> Convention | None:
    texts = values.drop_nulls().str.strip_chars().unique(maintain_order=True)
    null, is_sure = _find_null(texts, column)
    texts = texts.filter(~texts.is_in(null)) if null else texts
    written, choices = _find_written(texts, column)
    if not (null or written or choices):
        return None
    by = LAYOUT if column.written else EVIDENCE
    if choices or not is_sure:
        by = ""
    return Convention(
        object=object_, field=column.name, type=column.type, written=written, choices=choices, null=null, by=by
    )


def _find_null(texts: pl.Series, column: LayoutColumn) -> tuple[tuple[str, ...], bool]:
    """Spellings of no value among the texts, and whether they can mean nothing else: somebody is called Null."""
    is_name = column.tag == "name"
    left = WORDS if column.type == "text" and not is_name else ()
    found = tuple(spelling for spelling in ("", *NULLS) if spelling not in left and (texts == spelling).any())
    return found, not (is_name and any(spelling.isalpha() for spelling in found))


def _find_written(texts: pl.Series, column: LayoutColumn) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ways the texts are written in, or those among which they do not decide."""
    if column.type not in WAYS or column.written:
        return column.written, ()
    if WAYS[column.type].keys() == {POINT, COMMA}:
        return _find_number(texts, column.type)
    return _find_time(texts.filter(~texts.str.contains(PLAIN[column.type])), column.type)


def _find_number(texts: pl.Series, type_: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    fits = {way: _count_numbers(texts, way, type_) for way in (POINT, COMMA)}
    is_plain = texts.str.contains(WHOLE if type_ == "integer" else PLAIN[type_])
    if fits[POINT] == fits[COMMA] and texts.str.contains(_THREE).any():
        return (), (POINT, COMMA)
    if fits[COMMA] > fits[POINT]:
        return (COMMA,), ()
    return ((POINT,) if fits[POINT] > is_plain.sum() else ()), ()


def _find_time(texts: pl.Series, type_: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take the way that most fit, then that which most of the rest fit; two that read a value apart are a question."""
    written: list[str] = []
    while len(texts) and len(written) < MOST_WAYS:
        head = texts.head(SAMPLE)
        counted = {way: _count_fits(texts, way, type_) for way in WAYS[type_] if _count_fits(head, way, type_)}
        if not counted:
            break
        best = max(counted, key=counted.get)
        rival = best.translate(_SWAP)
        if rival != best and rival in counted and _is_open(_read(texts, best, type_), _read(texts, rival, type_)):
            return (), (best, rival)
        written.append(best)
        texts = texts.filter(_read(texts, best, type_).is_null())
    return tuple(written), ()


def _is_open(best: pl.Series, rival: pl.Series) -> bool:
    """Whether day and month could stand the other way round: nothing refutes it, or each way reads what one cannot."""
    only_best, only_rival = (best.is_not_null() & rival.is_null()).any(), (best.is_null() & rival.is_not_null()).any()
    return only_rival or not only_best


def _count_numbers(texts: pl.Series, way: str, type_: str) -> int:
    read = _read(texts, way, type_).drop_nulls()
    return int(read.str.contains(WHOLE).sum()) if type_ == "integer" else len(read)


def _count_fits(texts: pl.Series, way: str, type_: str) -> int:
    return int(_read(texts, way, type_).is_not_null().sum())


def _read(texts: pl.Series, way: str, type_: str) -> pl.Series:
    return texts.to_frame("text").select(WAYS[type_][way](pl.col("text"))).to_series()
