"""Made-up people: a name, a place to live, an e-mail address and a telephone of their culture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from workbench.generate.dice import Dice
from workbench.generate.words import CULTURES

# Endings that are delivered to nowhere (RFC 2606).
MAIL_DOMAINS = ("example.com", "example.net", "example.org")
_ACCENTS = dict(zip("áéíóúñëÉÓ' ", [*"aeiouneeo", "", ""], strict=True))


def draw_person(dice: Dice, number: pl.Expr, *, cultures: Sequence[str]) -> dict[str, pl.Expr]:
    """What is known of the person of that number, each as a String expression.

    Args:
        cultures: Keys of `CULTURES`; one that stands twice is twice as likely.

    Returns:
        first, last, street, city, region, postcode, country, mobile.
    """
    culture = dice.pick(number, "culture", cultures)
    known = list(dict.fromkeys(cultures))

    def pick(what: str, read: Callable[[dict[str, Any]], Sequence[str]]) -> pl.Expr:
        return _choose(culture, {name: dice.pick(number, what, read(CULTURES[name])) for name in known})

    house = dice.between(number, "house", 1, 199).cast(pl.String)
    return {
        "first": pick("first", lambda words: words["first"]),
        "last": pick("last", lambda words: words["last"]),
        "street": house + " " + pick("street", lambda words: words["streets"]),
        "city": pick("city", lambda words: [city for city, _, _ in words["cities"]]),
        "region": pick("city", lambda words: [region for _, region, _ in words["cities"]]),
        "postcode": pick("city", lambda words: [code for _, _, code in words["cities"]]) + _draw_ending(dice, number),
        "country": culture.replace_strict({name: CULTURES[name]["country"] for name in known}),
        "mobile": _choose(culture, {name: MOBILES[name](dice, number) for name in known}),
    }


def write_email(first: pl.Expr, last: pl.Expr, number: pl.Expr, domain: pl.Expr) -> pl.Expr:
    """first.last.number@domain: in small letters without accents, and like nobody else's."""
    return fold(first) + "." + fold(last) + "." + number.cast(pl.String) + "@" + domain


def fold(text: pl.Expr) -> pl.Expr:
    """Small letters without accents, blanks and apostrophes."""
    return text.str.replace_many(list(_ACCENTS), list(_ACCENTS.values())).str.to_lowercase()


def _choose(culture: pl.Expr, values: dict[str, pl.Expr]) -> pl.Expr:
    return pl.coalesce(*(pl.when(culture == name).then(value) for name, value in values.items()))


def _draw_ending(dice: Dice, number: pl.Expr) -> pl.Expr:
    return dice.between(number, "postcode", 10, 99).cast(pl.String)


def _draw_digits(dice: Dice, number: pl.Expr, count: int) -> pl.Expr:
    return dice.below(number, "mobile", 10**count).cast(pl.String).str.zfill(count)


# Ranges that their countries keep for films and books, so that nobody's telephone rings; India keeps none.
MOBILES: dict[str, Callable[[Dice, pl.Expr], pl.Expr]] = {
    "in": lambda dice, number: dice.pick(number, "prefix", "6789") + _draw_digits(dice, number, 9),
    "au": lambda dice, number: "0491570" + _draw_digits(dice, number, 3),
    "ie": lambda dice, number: "02091" + _draw_digits(dice, number, 5),
    "uk": lambda dice, number: "07700900" + _draw_digits(dice, number, 3),
    "us": lambda dice, number: "(212) 555-01" + _draw_digits(dice, number, 2),
}
