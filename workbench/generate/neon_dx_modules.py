"""The objects a customer of NEON-dX made himself: devices, households and loyalty tiers, with lookups and formulas."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from workbench.generate.dice import Dice
from workbench.generate.neon_dx_people import EXPORTED, ISO, N, Sizes, draw_profiles, write_id
from workbench.generate.quirks import leave_empty, sometimes
from workbench.generate.written import draw_time, write_time

SYSTEMS = ("Android", "iOS", "KaiOS")
# An option with a comma again.
BENEFITS = ("Lounge access", "Calls, abroad", "Free SIM")
# Shares of exported formula values that are out of date, and that were not exported at all.
STALE, ABSENT = 0.06, 0.15


def make_devices(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """co_device.jsonl: a formula over the device's own fields, and one over those of its owner."""
    known = draw_devices(part, dice, sizes)
    return known.select(
        device_id=write_id("D", N),
        profile_id=write_id("P", pl.col("owner")),
        model=dice.pick(N, "model", ("Aster 5", "Aster 6 Pro", "Birch Mini", "Birch Max")),
        system=dice.pick(N, "system", SYSTEMS),
        bought_on=write_time(draw_time(dice, N, "bought", since=datetime(2022, 1, 1), until=EXPORTED), "%Y-%m-%d"),
        price=pl.col("price"),
        months=pl.col("months"),
        store_id=write_id("ST", dice.below(N, "store", 9)),
        is_insured=dice.happens(N, "insured", 0.3),
        monthly_rate=_export_formula(dice, "rate", pl.col("rate")),
        burden=_export_formula(dice, "burden", pl.col("burden")),
    )


def tell_devices(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """What the formulas of a device make, and whether the exported value says so."""
    return draw_devices(part, dice, sizes).select(
        id=write_id("D", N), owner=write_id("P", pl.col("owner")), monthly_rate="rate", burden="burden",
        is_stale_rate=dice.happens(N, "stale rate", STALE) & ~dice.happens(N, "no rate", ABSENT),
        has_rate=~dice.happens(N, "no rate", ABSENT),
    )  # fmt: skip


def draw_devices(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """The numbers with owner, price, months and the values of both formulas."""
    known = part.with_columns(
        owner=dice.below(N, "owner", sizes.profiles),
        price=dice.between(N, "price", 50, 1_500),
        months=dice.between(N, "months", 6, 36),
    )
    owners = known.select("owner").unique().select(n="owner")
    arpu = draw_profiles(owners, dice.of("customer_profiles"), sizes).select(owner="n", arpu="arpu")
    known = known.join(arpu, on="owner", how="left", maintain_order="left")
    rate = (pl.col("price") / pl.col("months")).round(2)
    return known.with_columns(rate=rate, burden=(rate / pl.col("arpu")).round(3))


def make_households(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """co_household.jsonl; its weight is made of the bonus of its tier, whose bonus is made of its weight."""
    return part.select(
        household_id=write_id("H", N),
        title="Household " + (N + 1).cast(pl.String),
        head_profile_id=write_id("P", dice.below(N, "head", sizes.profiles)),
        tier_id=write_id("T", N),
        members=dice.between(N, "members", 1, 6),
        monthly_budget=(dice.between(N, "budget", 1_000, 90_000) / 100).round(2),
        weight=(dice.between(N, "weight", 10, 90) / 10).round(1),
    )


def make_tiers(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """co_loyalty_tier.jsonl."""
    points = dice.between(N, "points", 0, 9_000)
    held = [pl.when(dice.happens(N, f"has {name}", 0.5)).then(pl.lit(name)) for name in BENEFITS]
    text = pl.concat_str(held, separator=",", ignore_nulls=True)
    return part.select(
        tier_id=write_id("T", N),
        household_id=write_id("H", N),
        points=points,
        level=pl.when(points >= 5_000).then(pl.lit("Gold")).otherwise(pl.lit("Blue")),
        benefits=pl.when(text != "").then(text),
        reached_at=write_time(draw_time(dice, N, "reached", since=datetime(2023, 1, 1), until=EXPORTED), ISO),
        bonus=(dice.between(N, "bonus", 10, 90) / 10).round(1),
    )  # fmt: skip


def _export_formula(dice: Dice, what: str, value: pl.Expr) -> pl.Expr:
    """The value as the source exported it: now and then one of long ago, now and then none."""
    exported = sometimes(dice, N, f"stale {what}", STALE, (value + 1).round(3), value)
    return leave_empty(dice, N, f"no {what}", ABSENT, exported)
