"""How likely it is that two records are one: evidence for and against, added up as Fellegi and Sunter do.

What agrees is worth the more, the rarer it is in this source; what differs counts against.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import polars as pl

from workbench.likeness.comparing import compare_values
from workbench.likeness.values import KINDS, SAME, Comparison

# Pairs drawn to learn how often records that are not one agree by chance.
DRAWN = 100_000
# Of so many records one stands twice, before anything is compared.
SHARE_REPEATED = 0.5


class Scale:
    """What each degree of agreement is worth in one source, in bits.

    Args:
        values: A column of read values a comparison, named by its place.
        seed: Draws the pairs.
    """

    def __init__(self, values: pl.DataFrame, comparisons: Sequence[Comparison], *, seed: int = 0) -> None:
        self._values, self._comparisons = values, comparisons
        self._prior = math.log2(SHARE_REPEATED / max(values.height, 2))
        drawn = _draw_pairs(values.height, seed)
        self._chance = [self._learn(place, drawn) for place in range(len(comparisons))]
        self._others = values.select(_count_others(place, len(comparisons)) for place in range(len(comparisons)))

    def score(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Weigh pairs of positions.

        Returns:
            `a`, `b`, `likeness` from 0 to 1, and for each comparison `<place>` its degree, null where a value is
            missing, and `<place>.bits` what that is worth, 0 where a shared value proves nothing.
        """
        degrees = {str(place): self._compare(place, pairs) for place in range(len(self._comparisons))}
        weighed = pairs.with_columns(**degrees)
        weighed = weighed.with_columns(**{f"{place}.bits": self._weigh(place, pairs) for place in degrees})
        bits = pl.sum_horizontal(f"{place}.bits" for place in degrees) + self._prior
        return weighed.with_columns(likeness=1 / (1 + (-bits.clip(-60, 60) * math.log(2)).exp()))

    def _compare(self, place: int, pairs: pl.DataFrame) -> pl.Series:
        column = self._values[str(place)]
        return compare_values(self._comparisons[place].kind, column.gather(pairs["a"]), column.gather(pairs["b"]))

    def _learn(self, place: int, drawn: pl.DataFrame) -> dict[str, float]:
        seen = self._compare(place, drawn).drop_nulls()
        found = dict(seen.value_counts().iter_rows())
        degrees = KINDS[self._comparisons[place].kind].degrees
        return {degree: (found.get(degree, 0) + 1) / (len(seen) + len(degrees)) for degree in degrees}

    def _weigh(self, place: str, pairs: pl.DataFrame) -> pl.Expr:
        kind, chance = KINDS[self._comparisons[int(place)].kind], self._chance[int(place)]
        bits = {degree: math.log2(often / chance[degree]) for degree, often in kind.degrees.items()}
        others = pl.lit(self._others[place].gather(pairs["a"]))
        rare = math.log2(kind.degrees[SAME]) - (others / self._values.height).log(2)
        degree = pl.col(place)
        worth = pl.when(degree == SAME).then(rare).otherwise(
            degree.replace_strict(bits, default=0, return_dtype=pl.Float64)
        ).fill_null(0)  # fmt: skip
        if not kind.is_shared:
            return worth
        return pl.when(self._are_two()).then(worth.clip(upper_bound=0)).otherwise(worth)

    def _are_two(self) -> pl.Expr:
        against = [
            pl.col(str(place)).is_in(list(KINDS[comparison.kind].against)).fill_null(False)
            for place, comparison in enumerate(self._comparisons)
            if KINDS[comparison.kind].against
        ]
        return pl.any_horizontal(against) if against else pl.lit(False)


def _count_others(place: int, comparisons: int) -> pl.Expr:
    """How many others have the value; records that begin alike elsewhere are taken for one person's repeats."""
    rows = pl.len()
    if comparisons > 1:
        rows = pl.col("1").n_unique() if place == 0 else pl.col("0").str.head(1).n_unique()
    return (rows.over(str(place)).cast(pl.Float64) - 1).clip(lower_bound=1).alias(str(place))


def _draw_pairs(height: int, seed: int) -> pl.DataFrame:
    dice = random.Random(seed)
    drawn = min(DRAWN, height * height) if height > 1 else 0
    sides = [[dice.randrange(height) for _ in range(drawn)] for _ in range(2)]
    pairs = pl.DataFrame({"a": sides[0], "b": sides[1]}, schema={"a": pl.UInt32, "b": pl.UInt32})
    return pairs.filter(pl.col("a") != pl.col("b"))
