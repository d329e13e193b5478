"""What the values of each column say about how they are written; where they do not say it, a question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache

import polars as pl

from workbench.conventions.values import EVIDENCE, Convention
from workbench.conventions.ways import CENTURIES, COMMA, NULLS, PLAIN, POINT, WAYS, WHOLE, WORDS, list_centuries
from workbench.layout import Layout, LayoutColumn
from workbench.model import FieldRule
from workbench.pack import Compute, Pack
from workbench.pack.coverage import list_unnamed_columns

LAYOUT = "layout"
_SAYING = {"format", "decimal"}
SAMPLE = 200  # distinct values by which the ways worth trying are picked
MOST_WAYS = 4  # a column in more ways than this is no column of dates
# How many years before and after today a year of two digits may lie: of a birth or a death, and of anything else.
_LIVES, _RECORDS = (120, 0), (76, 10)
# A text column that is a day or a time throughout, with a year of four digits; sort codes look like shorter ones.
_LIKE_TIME = r"^\d{1,2}[/.-](?:\d{1,2}|[A-Za-z]{3})[/.-]\d{4}(?:[ T]\d{1,2}:\d{2}.*)?$"
_LIKE_CLOCK = r":\d{2}"
# A number that may be one with decimals in one way of writing and one of a thousand and more in the other.
_THREE = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$"


def find_conventions(
    staged: dict[str, pl.DataFrame], layout: Layout, *, today: date, pack: Pack | None = None
) -> list[Convention]:
    """The convention of every column that is not plain throughout, in the layout's order.

    Args:
        today: The day by which years of two digits are judged.
        pack: Where it says how a column is written its word stands; texts it says nothing of may be dates.
    """
    said, silent = (list_said(pack), list_unnamed_columns(pack, layout)) if pack else (set(), set())
    found = []
    for row in layout.objects.values():
        for column in (row.columns[name] for name in row.kept if (row.name, name) not in said):
            values = staged[row.name][column.name]
            guessed = _guess_type(column, values) if (row.name, column.name) in silent else column
            found.append(_find_convention(row.name, guessed, values, today))
    return [item for item in found if item]


def list_said(pack: Pack) -> set[tuple[str, str]]:
    """Object and column of everything the pack says how it is written."""
    rules = [(row.source, field.rule) for row in pack.objects for route in row.routes for field in route.fields]
    rules += [(column.object, column) for column in pack.columns if isinstance(column, Compute)]
    return list_said_by(rules)


def list_said_by(rules: Iterable[tuple[str, FieldRule | Compute]]) -> set[tuple[str, str]]:
    """Object and column of everything a transform reads whose options say how it is written: a rule's word stands."""
    return {
        (object_, column)
        for object_, rule in rules
        if _SAYING & rule.options.keys()
        for column in (rule.source, *rule.with_)
        if column
    }


def _guess_type(column: LayoutColumn, values: pl.Series) -> LayoutColumn:
    """The column as one of dates or times where every text is one; a text that is not stands for itself."""
    texts = values.drop_nulls().str.strip_chars()
    texts = texts.filter(~texts.is_in(["", *NULLS]))
    if column.type != "text" or texts.is_empty() or not texts.str.contains(_LIKE_TIME).all():
        return column
    return replace(column, type="datetime" if texts.str.contains(_LIKE_CLOCK).any() else "date")


def _find_convention(object_: str, column: LayoutColumn, values: pl.Series, today: date) -> Convention | None:
    texts = values.drop_nulls().str.strip_chars().unique(maintain_order=True)
    null, is_sure = _find_null(texts, column)
    texts = texts.filter(~texts.is_in(null)) if null else texts
    written, choices = _find_written(texts, column, today)
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


def _find_written(texts: pl.Series, column: LayoutColumn, today: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ways the texts are written in, or those among which they do not decide."""
    if column.type not in WAYS or column.written:
        return column.written, ()
    if WAYS[column.type].keys() == {POINT, COMMA}:
        return _find_number(texts, column.type)
    return _find_time(texts.filter(~texts.str.contains(PLAIN[column.type])), column, today)


def _find_number(texts: pl.Series, type_: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    fits = {way: _count_numbers(texts, way, type_) for way in (POINT, COMMA)}
    is_plain = texts.str.contains(WHOLE if type_ == "integer" else PLAIN[type_])
    if fits[POINT] == fits[COMMA] and texts.str.contains(_THREE).any():
        return (), (POINT, COMMA)
    if fits[COMMA] > fits[POINT]:
        return (COMMA,), ()
    return ((POINT,) if fits[POINT] > is_plain.sum() else ()), ()


def _find_time(texts: pl.Series, column: LayoutColumn, today: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take the way that most fit, then that which most of the rest fit; two that read a value apart are a question."""
    type_, ways = column.type, _list_formats(column.type)
    written: list[str] = []
    while len(texts) and len(written) < MOST_WAYS:
        head = texts.head(SAMPLE)
        counted = {way: _count_fits(texts, way, type_) for way in ways if _count_fits(head, way, type_)}
        if not counted:
            break
        best = max(counted, key=counted.get)
        rival = swap_day(best)
        if rival != best and rival in counted and _is_open(_read(texts, best, type_), _read(texts, rival, type_)):
            both = (_list_plausible(texts, way, column, today) for way in (best, rival))
            return (), tuple(way for ways in both for way in ways)
        plausible = _list_plausible(texts, best, column, today)
        if len(plausible) > 1:
            return tuple(written), plausible
        written += plausible
        texts = texts.filter(_read(texts, best, type_).is_null())
    return tuple(written), ()


def swap_day(way: str) -> str:
    """A way of writing with day and month exchanged."""
    return way.translate(str.maketrans("dm", "md"))


@cache
def _list_formats(type_: str) -> list[str]:
    """The ways of a type, each once whatever the century of its years."""
    return [way for way in WAYS[type_] if list_centuries(way, CENTURIES[0]) in ([], [way])]


def _list_plausible(texts: pl.Series, way: str, column: LayoutColumn, today: date) -> tuple[str, ...]:
    """The way for every century that its years of two digits may be of; itself where they have four.

    A century is out where it puts a value farther off than a life or a record can lie; where all are, none is.
    """
    within: dict[tuple[str, ...], str] = {}
    beyond: dict[tuple[str, ...], str] = {}
    before, after = _LIVES if column.tag == "birth" else _RECORDS
    # The last hundred years: an export of people of every age has no other century.
    for name in list_centuries(way, *CENTURIES, today.year - 99):
        days = tuple(_read(texts, name, column.type).drop_nulls())
        years = [int(day[:4]) for day in days]
        is_near = bool(years) and today.year - before <= min(years) and max(years) <= today.year + after
        (within if is_near else beyond).setdefault(days, name)
    return tuple((within or beyond or {(): way}).values())


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
