"""What goes wrong in real exports, each for a share of the records."""

from __future__ import annotations

import polars as pl

from workbench.generate.dice import Dice

# UTF-8 that was once read as cp1252, for the letters the words have.
_MOJIBAKE = {letter: letter.encode().decode("cp1252", "ignore") for letter in "áéíóúñëÉÓ"}


def sometimes(dice: Dice, number: pl.Expr, what: str, share: float, spoilt: pl.Expr, sound: pl.Expr) -> pl.Expr:
    """The spoilt value for that share of the records, the sound one for the others."""
    return pl.when(dice.happens(number, what, share)).then(spoilt).otherwise(sound)


def leave_empty(dice: Dice, number: pl.Expr, what: str, share: float, value: pl.Expr) -> pl.Expr:
    """Null for that share of the records."""
    return pl.when(~dice.happens(number, what, share)).then(value)


def is_repeat(number: pl.Expr, *, every: int) -> pl.Expr:
    """Whether the record of that number repeats an earlier one: the last of every so many."""
    return number % every == every - 1


def find_original(dice: Dice, number: pl.Expr, *, every: int) -> pl.Expr:
    """The number of the record this one repeats, its own where it repeats none; an original repeats nothing itself."""
    back = dice.below(number, "original", every - 1) + 1
    return pl.when(is_repeat(number, every=every)).then(number - back).otherwise(number)


def vary_case(dice: Dice, number: pl.Expr, what: str, text: pl.Expr) -> pl.Expr:
    """The text as people type it: as it is, in small letters, in capitals, or with a blank behind it."""
    way = dice.below(number, what, 5)
    return (
        pl.when(way == 1).then(text.str.to_lowercase()).when(way == 2).then(text.str.to_uppercase())
        .when(way == 3).then(text + " ").otherwise(text)
    )  # fmt: skip


def spoil_letters(text: pl.Expr) -> pl.Expr:
    """Letters with accents as they look after UTF-8 was read as cp1252."""
    return text.str.replace_many(list(_MOJIBAKE), list(_MOJIBAKE.values()))


def put_two_in_one(dice: Dice, number: pl.Expr, first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Two values in one cell, with a mark between them."""
    return first + dice.pick(number, "between two", (" / ", "/", ", ")) + second
