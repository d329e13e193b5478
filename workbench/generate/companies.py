"""Made-up companies: a name that no other has, and the domain that goes with it."""

from __future__ import annotations

import polars as pl

from workbench.generate.dice import Dice, look_up
from workbench.generate.words import COMPANIES


def name_company(number: pl.Expr) -> pl.Expr:
    """The name of the company of that number; every number has another."""
    name, unit = _name_core(number)
    form = look_up(number % len(COMPANIES["form"]), COMPANIES["form"])
    return name + pl.when(unit > 1).then(" Unit " + unit.cast(pl.String)).otherwise(pl.lit("")) + " " + form


def name_domain(number: pl.Expr) -> pl.Expr:
    """The domain of the company of that number, under an ending that is delivered to nowhere (RFC 2606)."""
    name, unit = _name_core(number)
    ending = pl.when(unit > 1).then("-" + unit.cast(pl.String)).otherwise(pl.lit(""))
    return name.str.to_lowercase().str.replace_all(" ", "-", literal=True) + ending + ".example"


def draw_industry(dice: Dice, number: pl.Expr) -> pl.Expr:
    """What the company does."""
    return dice.pick(number, "industry", COMPANIES["industries"])


def _name_core(number: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    first, trade = COMPANIES["first"], COMPANIES["trade"]
    # The lists' lengths have no common divisor, so that neighbours share neither word until all pairs are used.
    name = look_up(number % len(first), first) + " " + look_up(number % len(trade), trade)
    return name, number // (len(first) * len(trade)) + 1
