"""Likeness: records that agree in much, though in no key; found for a person to decide about, never to be merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.likeness.pairing import MOST_PAIRS, pair_records
from workbench.likeness.reading import read_value
from workbench.likeness.scoring import Scale
from workbench.likeness.values import KINDS, Comparison

__all__ = ["KINDS", "LIKELY", "Comparison", "Likely", "find_likely"]

# From this on a pair is shown: rather one too many to say no to than one unseen.
LIKELY = 0.5
MOST_RECORDS = 1_000_000
_AT_ONCE = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """Pairs that may be one, the likeliest first.

    Attributes:
        pairs: `a`, `b` (positions), `likeness`, and a degree and its bits a comparison; see `Scale.score`.
        compared: Pairs that were looked at.
        left_out: What was not compared and why; empty where all was.
    """

    pairs: pl.DataFrame
    compared: int
    left_out: str


def find_likely(
    frame: pl.DataFrame,
    comparisons: Sequence[Comparison],
    *,
    least: float = LIKELY,
    most_pairs: int = MOST_PAIRS,
    most_records: int = MOST_RECORDS,
) -> Likely:
    """Find the pairs of a frame that are likely one; memory is bounded by `most_pairs`."""
    values = frame.select(read_value(each).alias(str(place)) for place, each in enumerate(comparisons))
    if values.height > most_records:
        why = f"{values.height:,} records are not compared; at most {most_records:,} are"
        return Likely(pairs=Scale(values.head(0), comparisons).score(_NOBODY), compared=0, left_out=why)
    paired, scale = pair_records(values, comparisons, most=most_pairs), Scale(values, comparisons)
    found = [scale.score(part).filter(pl.col("likeness") >= least) for part in paired.pairs.iter_slices(_AT_ONCE)] or [
        scale.score(_NOBODY)
    ]
    why = f"{paired.left_out:,} values that more than {paired.largest} records share" if paired.left_out else ""
    pairs = pl.concat(found).sort(-pl.col("likeness"), "a", "b")
    return Likely(pairs=pairs, compared=paired.pairs.height, left_out=why)


_NOBODY = pl.DataFrame(schema={"a": pl.UInt32, "b": pl.UInt32})
