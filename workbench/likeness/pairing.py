"""Which records are compared with which: those that share a key, and none that half the source shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from workbench.likeness.values import Comparison

# As many records share a key at most; a value that more have, such as a front desk's number, tells nobody apart.
LARGEST_BLOCK = 100
# Some 16 bytes each while they are collected.
MOST_PAIRS = 10_000_000
_SMALLEST_BLOCK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Which records are to be compared.

    Attributes:
        pairs: `a`, `b`: positions in the frame, a < b, each pair once.
        largest: So many records shared a key at most.
        left_out: Keys that more records share.
    """

    pairs: pl.DataFrame
    largest: int
    left_out: int


def pair_records(values: pl.DataFrame, comparisons: Sequence[Comparison], *, most: int = MOST_PAIRS) -> Pairing:
    """Pairs that share a key; where there would be too many, those of the rarest keys.

    Args:
        values: A column of read values a comparison, named by its place.
        most: Pairs at most.
    """
    keys = [_block(values, key) for key in _list_keys(comparisons)]
    sizes = pl.concat([blocks.select(pl.col("rows").list.len().alias("size")) for blocks in keys])
    largest = _find_largest(sizes, most)
    pairs = pl.DataFrame(schema={"a": pl.UInt32, "b": pl.UInt32})
    for blocks in keys:
        pairs = pl.concat([pairs, _keep_promising(values, _pair_up(blocks, largest))]).unique()
    return Pairing(pairs=pairs.sort("a", "b"), largest=largest, left_out=sizes.filter(pl.col("size") > largest).height)


def _list_keys(comparisons: Sequence[Comparison]) -> list[pl.Expr]:
    """Each value as it is, and of every two comparisons a part of either: so one slip in each is survived."""
    strong, weak = [], []
    for place, comparison in enumerate(comparisons):
        value = pl.col(str(place))
        strong += _STRONG.get(comparison.kind, lambda value: [value])(value)
        weak.append(_WEAK.get(comparison.kind, lambda value: [])(value))
    crossed = [
        pl.concat_str(one, other, separator="|")
        for first, second in combinations(weak, 2)
        for one in first
        for other in second
    ]
    return [*strong, *crossed]


def _block(values: pl.DataFrame, key: pl.Expr) -> pl.DataFrame:
    rows = values.select(key=key.hash(), row=pl.int_range(pl.len(), dtype=pl.UInt32), is_known=key.is_not_null())
    blocks = rows.filter("is_known").group_by("key").agg(rows=pl.col("row"))
    return blocks.filter(pl.col("rows").list.len() >= _SMALLEST_BLOCK).select("rows")


def _find_largest(sizes: pl.DataFrame, most: int) -> int:
    sizes = sizes.with_columns(pairs=pl.col("size").cast(pl.Int64) * (pl.col("size").cast(pl.Int64) - 1) // 2)
    largest = LARGEST_BLOCK
    while largest > _SMALLEST_BLOCK and (sizes.filter(pl.col("size") <= largest)["pairs"].sum() or 0) > most:
        largest = max(_SMALLEST_BLOCK, largest * 3 // 4)
    return largest


def _pair_up(blocks: pl.DataFrame, largest: int) -> pl.DataFrame:
    wanted = blocks.filter(pl.col("rows").list.len() <= largest).with_row_index("block")
    rows = wanted.explode("rows")
    pairs = rows.join(rows, on="block", suffix="_b").filter(pl.col("rows") < pl.col("rows_b"))
    return pairs.select(a="rows", b="rows_b").unique()


def _keep_promising(values: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Those of which one value at least is the same to the letter: it costs little to see, and leaves few."""
    is_same = [values[name].gather(pairs["a"]) == values[name].gather(pairs["b"]) for name in values.columns]
    return pairs.filter(pl.any_horizontal(pl.lit(same) for same in is_same))


def _key_names(name: pl.Expr) -> list[pl.Expr]:
    halves = name.str.split("|")
    both = halves.list.eval(_sound(pl.element())).list.sort().list.join("|")
    return [pl.when(~name.str.contains(r"^\||\|$")).then(both)]


def _weaken_names(name: pl.Expr) -> list[pl.Expr]:
    halves = [name.str.split("|").list.get(place) for place in (0, 1)]
    return [pl.when(half != "").then(half.str.head(3)) for half in halves]


def _sound(half: pl.Expr) -> pl.Expr:
    """First letter and the consonants after it: what most slips of the pen leave as it was."""
    return half.str.head(1) + half.str.slice(1).str.replace_all(r"[aeiouyhw]", "").str.head(4)


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


_STRONG = {
    "name": _key_names,
    "email": lambda mail: [mail, pl.when(mail.str.contains(r"^.{5,}@")).then(mail.str.split("@").list.first())],
    "title": lambda title: [_sound(title.str.replace_all(" ", "")), title.str.head(8)],
    "address": lambda address: [address.str.split(" ").list.sort().list.join(" ")],
}
_WEAK = {
    "name": _weaken_names,
    "date": lambda date: [date.str.head(4), date.str.slice(4)],
    "address": lambda address: [_filled(address.str.extract_all(r"\d+").list.join(" "))],
    "code": lambda code: [code.str.head(4)],
    "phone": lambda phone: [phone.str.tail(4)],
    "title": lambda title: [title.str.head(4)],
    "text": lambda text: [text.str.head(5)],
    "email": lambda mail: [mail.str.head(4)],
}
