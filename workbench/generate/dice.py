"""Chance that depends on nothing but the seed, the number of a record and what is drawn for it.

Every value is a pure function of these three. So a record looks the same however the export is cut into parts while
it is written, another record can tell what it looks like without having seen it, and memory stays small.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

PARTS = 1_000_000  # shares are told apart down to a millionth
# The mixer splitmix64: multiplications that wrap around at 64 bits, as unsigned integers of polars do.
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
_LAST = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Dice:
    """Draws for the records of one export.

    Attributes:
        seed: The same seed draws the same.
        kind: What the numbers count, such as `contacts`; other kinds draw on their own.
    """

    seed: int
    kind: str

    def of(self, kind: str) -> Dice:
        """The dice of other records of the same export."""
        return Dice(seed=self.seed, kind=kind)

    def draw(self, number: pl.Expr, what: str) -> pl.Expr:
        """A random UInt64 for the record of that number; `what` keeps the draws for one record apart."""
        text = f"{self.seed} {self.kind} {what}".encode()
        salt = int.from_bytes(hashlib.sha256(text).digest()[:8], "little")
        # As a function of the column: written out, an expression that reads another draw doubles with every step.
        return number.map_batches(lambda numbers: _mix(numbers.cast(pl.UInt64) ^ _whole(salt)), return_dtype=pl.UInt64)

    def below(self, number: pl.Expr, what: str, limit: int | pl.Expr) -> pl.Expr:
        """A whole number from 0 to below the limit, Int64."""
        limit = pl.lit(limit) if isinstance(limit, int) else limit
        return (self.draw(number, what) % limit.cast(pl.UInt64)).cast(pl.Int64)

    def between(self, number: pl.Expr, what: str, least: int, most: int) -> pl.Expr:
        """A whole number from least to most, Int64."""
        return self.below(number, what, most - least + 1) + least

    def happens(self, number: pl.Expr, what: str, share: float) -> pl.Expr:
        """Whether the record is among that share of all, Boolean."""
        return self.below(number, what, PARTS) < round(share * PARTS)

    def pick(self, number: pl.Expr, what: str, words: Sequence[str]) -> pl.Expr:
        """One of the words, String; a word that stands twice is twice as likely."""
        return look_up(self.below(number, what, len(words)), words)


def look_up(place: pl.Expr, words: Sequence[str]) -> pl.Expr:
    """The word at that place, String."""
    return pl.lit(pl.Series(list(words), dtype=pl.String)).gather(place.cast(pl.UInt32))


def _mix(values: pl.Series) -> pl.Series:
    values = values + _whole(0x9E3779B97F4A7C15)
    for bits, factor in _MIX:
        values = (values ^ (values // _whole(1 << bits))) * _whole(factor)
    return values ^ (values // _whole(1 << _LAST))


def _whole(value: int) -> pl.Series:
    return pl.Series([value], dtype=pl.UInt64)
