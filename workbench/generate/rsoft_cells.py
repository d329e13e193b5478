"""Single cells of a made-up RSoft CRM export, as the people of its customer typed them."""

from __future__ import annotations

import polars as pl

from workbench.generate.dice import Dice
from workbench.generate.quirks import leave_empty, put_two_in_one, sometimes
from workbench.generate.written import draw_cents, write_lakh

Columns = dict[str, pl.Expr]
FORMER, SHARED_NAME, UNLISTED = "Vikram Chauhan", "Rahul Sharma", "Sunita Bose"
# Twice as likely are those who are still there; the last is in nobody's user list.
OWNERS = ("Asha Menon", "Arjun Iyer", "Arjun Iyer", "Meera Patel", "Meera Patel", SHARED_NAME, FORMER, UNLISTED)
TAGS = ("VIP", "Export", "Festive Offer", "Referral", "Dealer", "Site Visit")


def write_id(prefix: str, number: pl.Expr) -> pl.Expr:
    """The id of a record, as `CON-000012`."""
    return pl.lit(f"{prefix}-") + (number + 1).cast(pl.String).str.zfill(6)


def write_phone(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The mobile as it was typed: bare, with 0 or 91 before it, or with another in one cell; some have none."""
    mobile, way = pl.col("mobile"), dice.below(number, "phone way", 10)
    second = pl.lit("080-2") + dice.below(number, "landline", 10**7).cast(pl.String).str.zfill(7)
    return (
        pl.when(way == 0).then(None)
        .when(mobile.str.starts_with("07700")).then("+44 " + mobile.str.slice(1))
        .when(mobile.str.starts_with("(")).then("+1 " + mobile)
        .when(way == 1).then("0" + mobile)
        .when(way == 2).then("91" + mobile)
        .when(way == 3).then("+91 " + mobile.str.slice(0, 5) + " " + mobile.str.slice(5))
        .when(way == 4).then(put_two_in_one(dice, number, mobile, second))
        .otherwise(mobile)
    )  # fmt: skip


def write_mail(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The e-mail as it was typed: some in capitals, with a blank before them."""
    return sometimes(dice, number, "mail case", 0.15, " " + pl.col("email").str.to_uppercase(), pl.col("email"))


def write_address(dice: Dice, number: pl.Expr) -> pl.Expr:
    """One line with what is known, with blanks and commas where something is missing."""
    street, city, way = pl.col("street"), pl.col("city"), dice.below(number, "address way", 6)
    town = city + " - " + pl.col("postcode")
    return (
        pl.when(way == 0).then(pl.lit(", , ") + city)
        .when(way == 1).then(None)
        .when(way == 2).then(street + ",  , " + town + ",")
        .otherwise(street + ", " + town + ", " + pl.col("region"))
    )  # fmt: skip


def draw_owner(dice: Dice, number: pl.Expr) -> pl.Expr:
    """The display name of an owner; now and then with blanks, or none at all."""
    name = dice.pick(number, "owner", OWNERS)
    return leave_empty(dice, number, "no owner", 0.03, sometimes(dice, number, "blanks", 0.1, " " + name + " ", name))


def draw_tags(dice: Dice, number: pl.Expr) -> pl.Expr:
    """A list with commas, in which the same tag may stand in several spellings."""
    first, second = dice.pick(number, "tag", TAGS), dice.pick(number, "second tag", TAGS)
    way = dice.below(number, "tags", 4)
    return (
        pl.when(way == 0).then(None)
        .when(way == 1).then(first)
        .when(way == 2).then(first + "," + second)
        .otherwise(first + ", " + first.str.to_lowercase() + " ," + first.str.to_titlecase())
    )  # fmt: skip


def make_custom(dice: Dice, number: pl.Expr, words: tuple[str, ...], *, count: int) -> Columns:
    """The customer's own columns; those beyond the plan's five are left over from a larger plan, and mostly empty."""
    columns = {}
    for place in range(1, count + 1):
        share = 0.4 if place <= 5 else 0.85
        value = dice.pick(number, f"custom {place}", words)
        if place == 2:
            value = write_lakh(draw_cents(dice, number, "custom money", least=1_000, most=5_000_000))
        columns[f"Custom {place}"] = leave_empty(dice, number, f"no custom {place}", share, value)
    return columns
