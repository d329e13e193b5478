"""The people of a made-up NEON-dX export: companies, and the 360° profiles of individuals and of companies' staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from workbench.generate.companies import draw_industry, name_company
from workbench.generate.dice import Dice
from workbench.generate.export import NUMBER
from workbench.generate.people import MAIL_DOMAINS, draw_person, write_email
from workbench.generate.quirks import find_original, is_repeat, leave_empty
from workbench.generate.written import draw_time, write_time

Columns = dict[str, pl.Expr]
N, ORIGINAL = pl.col(NUMBER), pl.col("original")
EXPORTED = datetime(2026, 3, 1)
EARLIEST, LATEST = datetime(1950, 1, 1), datetime(2007, 1, 1)  # born
CULTURES = ("in",) * 8 + ("uk",) * 2
# Every so many profiles is an earlier one once more: the same number, with or without its +.
PROFILE_EVERY = 20
LANGUAGES = ("English", "Hindi", "Kannada", "Tamil")
PAYMENTS = ("Prepaid", "Prepaid", "Prepaid", "Postpaid", "Wallet")
# An option that holds a comma, in a list whose values stand behind commas.
PRODUCTS = ("DSL", "Streaming TV", "Voice, Data & SMS", "Roaming Pass", "Device Insurance")
CHANNELS, STORES = ("sms", "email", "push", "whatsapp"), ("Airport", "High Street", "Mall")
BANDS = ("Bronze", "Silver", "Gold", "Platinum")
MANAGERS = ("asha.menon@tenant.example", "arjun.iyer@tenant.example", "sunita.bose@neon.example")
SCORES = ("churn_score", "propensity_upsell", "ltv", "value_band", "x_cust_index_7", "x_nba_rank")
ISO = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many records each file has."""

    profiles: int

    @property
    def companies(self) -> int:
        """About ten profiles to a company."""
        return max(4, self.profiles // 10)

    @property
    def devices(self) -> int:
        """Four for five profiles."""
        return max(5, self.profiles * 4 // 5)

    @property
    def households(self) -> int:
        """One for six profiles."""
        return max(4, self.profiles // 6)

    def count(self) -> dict[str, int]:
        """All of them by object."""
        return {
            "companies": self.companies,
            "customer_profiles": self.profiles,
            "co_device": self.devices,
            "co_household": self.households,
            "co_loyalty_tier": self.households,
        }


def make_companies(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """companies.jsonl."""
    person = draw_person(dice, N, cultures=CULTURES)
    return part.select(
        company_id=write_id("C", N),
        name=name_company(N),
        industry=leave_empty(dice, N, "industry", 0.1, draw_industry(dice, N)),
        segment=dice.pick(N, "segment", ("SME", "Enterprise", "Public sector")),
        country=person["country"],
        city=person["city"],
        msisdn_count=dice.between(N, "numbers", 5, 400),
        account_manager_email=leave_empty(dice, N, "no manager", 0.1, dice.pick(N, "manager", MANAGERS)),
    )


def make_profiles(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """customer_profiles.jsonl; the scores among its columns belong to models that stay behind."""
    is_score, own = dice.happens(N, "scored", 0.9), draw_profiles(part, dice, sizes)
    return own.select(
        profile_id=write_id("P", N),
        msisdn=pl.when(dice.happens(N, "plus", 0.5)).then("+" + pl.col("digits")).otherwise("digits"),
        email=pl.col("email"),
        first_name=pl.col("first"),
        last_name=pl.col("last"),
        dob=write_time(draw_time(dice, ORIGINAL, "born", since=EARLIEST, until=LATEST), "%Y-%m-%d"),
        gender=leave_empty(dice, N, "no gender", 0.1, dice.pick(ORIGINAL, "gender", ("F", "M", "U"))),
        language=dice.pick(ORIGINAL, "language", LANGUAGES),
        company_id=pl.col("company"),
        customer_kind=pl.when(pl.col("company").is_null()).then(pl.lit("individual")).otherwise(pl.lit("corporate_user")),
        **{f"optin_{each}": dice.happens(ORIGINAL, f"optin {each}", 0.6) for each in CHANNELS},
        tenure_months=pl.col("tenure"),
        arpu_30d=pl.col("arpu"),
        data_mb_30d=dice.between(N, "data", 0, 60_000),
        voice_min_30d=dice.between(N, "voice", 0, 2_000),
        last_recharge_at=leave_empty(
            dice, N, "no recharge", 0.1, draw_recharge(dice).dt.epoch("ms")
        ),
        products_held=pl.col("products"),
        payment_method=pl.col("payment"),
        profile_completeness=dice.between(N, "complete", 40, 100),
        profile_completeness_source=dice.pick(N, "complete by", ("stored", "computed")),
        churn_score=_draw_score(dice, "churn", is_score),
        propensity_upsell=_draw_score(dice, "upsell", is_score),
        ltv=pl.when(is_score).then((dice.between(N, "ltv", 100, 90_000) / 10).round(1)),
        value_band=pl.when(is_score).then(dice.pick(N, "band", BANDS)),
        x_cust_index_7=_draw_score(dice, "index", is_score),
        x_nba_rank=pl.when(is_score).then(dice.between(N, "rank", 1, 9)),
        x_preferred_store=leave_empty(dice, N, "no store", 0.5, dice.pick(N, "store", STORES)),
        updated_at=write_time(draw_time(dice, N, "updated", since=datetime(2026, 1, 1), until=EXPORTED), ISO),
    )  # fmt: skip


def tell_profiles(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """What a profile is once it is read rightly, and which one it repeats."""
    return draw_profiles(part, dice, sizes).select(
        id=write_id("P", N),
        repeats=pl.when(is_repeat(N, every=PROFILE_EVERY)).then(write_id("P", ORIGINAL)),
        mobile="+" + pl.col("digits"),
        products=pl.col("products_meant"),
        last_recharge=leave_empty(dice, N, "no recharge", 0.1, write_time(draw_recharge(dice), ISO)),
        is_stored=dice.pick(N, "complete by", ("stored", "computed")) == "stored",
    )


def draw_profiles(part: pl.DataFrame, dice: Dice, sizes: Sizes) -> pl.DataFrame:
    """The numbers with what other files need of a profile as well."""
    known = part.with_columns(original=find_original(dice, N, every=PROFILE_EVERY))
    person = draw_person(dice, ORIGINAL, cultures=CULTURES)
    known = known.with_columns(
        first=person["first"], last=person["last"], mobile=person["mobile"],
        company=draw_company(dice, ORIGINAL, sizes), tenure=dice.between(ORIGINAL, "tenure", 0, 120),
        arpu=(dice.between(ORIGINAL, "arpu", 50, 9_000) / 100).round(2),
        payment=dice.pick(ORIGINAL, "payment", PAYMENTS),
    )  # fmt: skip
    has_mail = dice.happens(ORIGINAL, "mail", 0.6) & ~is_repeat(N, every=PROFILE_EVERY)
    mail = write_email(pl.col("first"), pl.col("last"), ORIGINAL, dice.pick(ORIGINAL, "mail host", MAIL_DOMAINS))
    held = [pl.when(dice.happens(ORIGINAL, f"holds {name}", 0.4)).then(pl.lit(name)) for name in PRODUCTS]
    return known.with_columns(
        digits=pl.when(pl.col("mobile").str.starts_with("0"))
        .then("44" + (7_000_000_000 + ORIGINAL).cast(pl.String))
        .otherwise("91" + (9_000_000_000 + ORIGINAL).cast(pl.String)),
        email=pl.when(has_mail).then(mail),
        products=_or_null(pl.concat_str(held, separator=",", ignore_nulls=True)),
        products_meant=_or_null(pl.concat_str(held, separator=";", ignore_nulls=True)),
    )


def draw_company(dice: Dice, number: pl.Expr, sizes: Sizes) -> pl.Expr:
    """The id of the company whose staff the person is, null for individuals."""
    company = write_id("C", dice.below(number, "company", sizes.companies))
    return pl.when(dice.happens(number, "corporate", 0.4)).then(company)


def draw_recharge(dice: Dice) -> pl.Expr:
    """When the profile of that number last paid."""
    return draw_time(dice, N, "recharge", since=datetime(2025, 12, 1), until=EXPORTED)


def write_id(letter: str, number: pl.Expr) -> pl.Expr:
    """An id of the source, with seven digits."""
    return f"{letter}-" + (number + 1).cast(pl.String).str.zfill(7)


def _draw_score(dice: Dice, what: str, is_score: pl.Expr) -> pl.Expr:
    return pl.when(is_score).then((dice.between(N, what, 0, 1_000) / 1_000).round(3))


def _or_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
