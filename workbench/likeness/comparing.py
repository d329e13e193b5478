"""How far two values agree; the one home of rapidfuzz beside the proposals."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from workbench.likeness.values import ALIKE, NEAR, OTHER, OTHER_FAMILY, OTHER_GIVEN, SAME

# Jaro-Winkler of names with one slip; below it many pairs are two names.
ALIKE_NAME = 0.88
ALIKE_TEXT = 0.9
# Of 100, by words in any order; of two strangers' addresses one in seventy reaches the lower.
ALIKE_ADDRESS, NEAR_ADDRESS = 80, 60
# Letters before the @ that mean something; `info` and `jo` are everybody's.
OWN_LETTERS = 5


def compare_values(kind: str, mine: pl.Series, theirs: pl.Series) -> pl.Series:
    """The degree to which the values of each pair agree, as in `KINDS`; null where either is missing."""
    frame = pl.DataFrame({"a": mine, "b": theirs})
    is_known = pl.col("a").is_not_null() & pl.col("b").is_not_null()
    return frame.select(
        pl.when(is_known).then(pl.when(pl.col("a") == pl.col("b")).then(pl.lit(SAME)).otherwise(_COMPARE[kind](frame)))
    ).to_series()


def _compare_names(frame: pl.DataFrame) -> pl.Expr:
    halves = frame.select(
        *(pl.col(side).str.split("|").list.get(place).alias(f"{side}{place}") for side in "ab" for place in (0, 1))
    )
    straight = [_match_names(halves[f"a{place}"], halves[f"b{place}"]) for place in (0, 1)]
    crossed = [_match_names(halves[f"a{place}"], halves[f"b{1 - place}"]) for place in (0, 1)]
    given, family = (pl.lit(series) for series in straight)
    is_crossed = pl.lit(crossed[0]) & pl.lit(crossed[1])
    return (
        pl.when((given & family) | is_crossed).then(pl.lit(ALIKE))
        .when(given).then(pl.lit(OTHER_FAMILY))
        .when(family).then(pl.lit(OTHER_GIVEN))
        .otherwise(pl.lit(OTHER))
    )  # fmt: skip


def _match_names(mine: pl.Series, theirs: pl.Series) -> pl.Series:
    """Whether two halves of names may be one: alike, the initial of the other, or not known."""
    alike = (_score(mine, theirs, JaroWinkler.similarity) >= ALIKE_NAME) | (_score(mine, theirs, OSA.distance) <= 1)
    starts = (mine.str.len_chars() <= 1) | (theirs.str.len_chars() <= 1)
    return alike | (starts & (mine.str.head(1) == theirs.str.head(1))) | (mine == "") | (theirs == "")


def _compare_dates(frame: pl.DataFrame) -> pl.Expr:
    slips = _score(frame["a"], frame["b"], OSA.distance) <= 1
    parts = [(pl.col("a").str.slice(at, n), pl.col("b").str.slice(at, n)) for at, n in ((0, 4), (4, 2), (6, 2))]
    (year, year_b), (month, month_b), (day, day_b) = parts
    is_turned = (year == year_b) & (month == day_b) & (day == month_b)
    agreeing = pl.sum_horizontal((a == b).cast(pl.Int8) for a, b in parts)
    return (
        pl.when(pl.lit(slips) | is_turned).then(pl.lit(ALIKE))
        .when(agreeing >= 2).then(pl.lit(NEAR))
        .otherwise(pl.lit(OTHER))
    )  # fmt: skip


def _compare_emails(frame: pl.DataFrame) -> pl.Expr:
    before, before_b = (pl.col(side).str.split("@").list.first() for side in "ab")
    is_own = (before == before_b) & (before.str.len_chars() >= OWN_LETTERS)
    slips = pl.lit(_score(frame["a"], frame["b"], OSA.distance) <= 1)
    return pl.when(is_own | slips).then(pl.lit(ALIKE)).otherwise(pl.lit(OTHER))


def _compare_addresses(frame: pl.DataFrame) -> pl.Expr:
    score = pl.lit(_score(frame["a"], frame["b"], fuzz.token_sort_ratio))
    return (
        pl.when(score >= ALIKE_ADDRESS).then(pl.lit(ALIKE))
        .when(score >= NEAR_ADDRESS).then(pl.lit(NEAR))
        .otherwise(pl.lit(OTHER))
    )  # fmt: skip


def _within(scorer: Callable[..., float], least: float) -> Callable[[pl.DataFrame], pl.Expr]:
    def compare(frame: pl.DataFrame) -> pl.Expr:
        is_alike = pl.lit(_score(frame["a"], frame["b"], scorer) >= least)
        return pl.when(is_alike).then(pl.lit(ALIKE)).otherwise(pl.lit(OTHER))

    return compare


def _one_slip(frame: pl.DataFrame) -> pl.Expr:
    is_alike = pl.lit(_score(frame["a"], frame["b"], OSA.distance) <= 1)
    return pl.when(is_alike).then(pl.lit(ALIKE)).otherwise(pl.lit(OTHER))


def _score(mine: pl.Series, theirs: pl.Series, scorer: Callable[..., float]) -> pl.Series:
    return pl.Series(process.cpdist(mine.fill_null("").to_list(), theirs.fill_null("").to_list(), scorer=scorer))


_COMPARE: dict[str, Callable[[pl.DataFrame], pl.Expr]] = {
    "name": _compare_names,
    "date": _compare_dates,
    "code": _one_slip,
    "phone": _one_slip,
    "email": _compare_emails,
    "address": _compare_addresses,
    "text": _within(JaroWinkler.similarity, ALIKE_TEXT),
    "title": _within(JaroWinkler.similarity, ALIKE_TEXT),
}
