"""What the migration costs, by rules: a rate card in TOML, counted over what discovery found. Never by the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from workbench.discover.advice import SCOPING
from workbench.discover.grade import SCOPED_ABOVE
from workbench.errors import name_nearest, raise_problems
from workbench.model import QUOTE, frame
from workbench.pack import keys
from workbench.pack.shape import check_keys
from workbench.toml_file import read_toml

FILE = "rates.toml"
# What a rate may be charged by. Records are not among them.
COUNTED = (
    "engagement", "grade_a", "grade_b", "grade_c", "grade_d", "object", "decision", "module", "custom_field",
    "inventory", "gap", "load_day", "hypercare_day",
)  # fmt: skip
_CARD = {"title": keys.TEXT, "currency": keys.TEXT, "valid_days": keys.ANY, "is_example": keys.YES_NO,
         "terms": keys.TEXTS, "assumes": keys.TEXTS}  # fmt: skip
_RATE = {"name": keys.TEXT, "per": keys.TEXT, "price": keys.ANY, "included": keys.ANY, "most": keys.ANY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One rule: so much for each of what is counted, beyond what is included, for no more than `most` of them."""

    name: str
    per: str
    price: float
    included: int = 0
    most: int | None = None

    def apply(self, counted: int) -> dict[str, object]:
        """The position of a quote."""
        charged = max(counted - self.included, 0)
        charged = charged if self.most is None else min(charged, self.most)
        return {
            "position": self.name, "per": self.per, "counted": counted, "included": self.included, "charged": charged,
            "price": float(self.price), "amount": charged * float(self.price),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCard:
    """What a migration is charged by, and on which terms; an example is nobody's offer yet."""

    title: str
    currency: str
    valid_days: int
    rates: tuple[Rate, ...]
    is_example: bool = False
    terms: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()


def find_rate_card(folder: Path, *, scoping: Path = SCOPING) -> RateCard:
    """The engagement's own card where it has one, else the one every engagement has.

    Raises:
        UsageError: Names every problem of the file.
    """
    own = folder / FILE
    return read_rate_card(own if own.exists() else scoping / FILE)


def read_rate_card(path: Path) -> RateCard:
    """Read and check a rate card.

    Raises:
        UsageError: Names every problem of the file, a rate by the record among them.
    """
    data, title = read_toml(path), f"{path}: a rate card that cannot be used"
    raise_problems(title, _find_shape_problems(data))
    raise_problems(title, [problem for row in data["rate"] for problem in _find_rate_problems(row)])
    card = {key: tuple(value) if isinstance(value, list) else value for key, value in data["card"].items()}
    return RateCard(**card, rates=tuple(Rate(**row) for row in data["rate"]))


def quote_migration(card: RateCard, facts: Mapping[str, int], *, records: int) -> pl.DataFrame:
    """The positions of the quote, as QUOTE; none where there are so many records that it is scoped individually.

    Args:
        facts: How many there are of each of `COUNTED`.
        records: To be loaded; they decide whether there is a quote, and never how much it is.
    """
    if records > SCOPED_ABOVE:
        return frame([], QUOTE)
    positions = [rate.apply(facts[rate.per]) for rate in card.rates]
    of_card = {"currency": card.currency, "is_example": card.is_example}
    return frame([each | of_card for each in positions if each["charged"]], QUOTE)


def write_quote(quote: pl.DataFrame, card: RateCard, *, customer: str, records: int, timeline: str, today: date) -> str:
    """The quote as Markdown, with what it takes for granted.

    Args:
        quote: Schema `QUOTE`.
        timeline: What the timeline says, in one sentence.
        today: Day of the quote.
    """
    lines = [
        f"# {card.title}: {customer}",
        "",
        f"Written on {today}; holds until {today + timedelta(card.valid_days)}.",
    ]
    if records > SCOPED_ABOVE:
        lines += ["", f"**Scoped individually.** {records:,} records are to be loaded. Above {SCOPED_ABOVE:,} no rate "
                  "card holds: volume decides about exports, quota, rehearsals and the switch."]  # fmt: skip
    else:
        lines += ["", "| Position | Counted | Included | Charged | Each | Amount |", "|---|---:|---:|---:|---:|---:|"]
        lines += [_write_position(row) for row in quote.iter_rows(named=True)]
        lines += ["", f"**Together: {say_total(quote, card, records=records)}**, for any number of records up to "
                  f"{SCOPED_ABOVE:,}; {records:,} are to be loaded."]  # fmt: skip
    lines += ["", timeline, "", "## Terms", "", *(f"- {each}" for each in card.terms)]
    return "\n".join([*lines, "", "## What this takes for granted", "", *(f"- {each}" for each in card.assumes), ""])


def say_total(quote: pl.DataFrame, card: RateCard, *, records: int) -> str:
    """What the positions come to, or that nobody can say so by rules."""
    example = " at example rates" if card.is_example else ""
    total = f"{_write_price(quote['amount'].sum(), card.currency)}{example}"
    return "scoped individually" if records > SCOPED_ABOVE else total


def _write_position(row: dict[str, Any]) -> str:
    price, amount = (_write_price(row[name], row["currency"]) for name in ("price", "amount"))
    return f"| {row['position']} | {row['counted']:,} | {row['included']:,} | {row['charged']:,} | {price} | {amount} |"


def _write_price(amount: float, currency: str) -> str:
    return f"{amount:,.2f} {currency}"


def _find_shape_problems(data: dict[str, Any]) -> list[str]:
    problems = check_keys("the file", data, {"card": keys.TABLE, "rate": keys.TABLES}, needed=("card", "rate"))
    if problems:
        return problems
    problems = check_keys("[card]", data["card"], _CARD, needed=("title", "currency", "valid_days"))
    if not _is_count(data["card"].get("valid_days", 0)):
        problems.append("[card]: valid_days: write a whole number of days")
    for row in data["rate"]:
        problems += check_keys(f"[[rate]] {row.get('name', '?')}", row, _RATE, needed=("name", "per", "price"))
    return problems


def _find_rate_problems(row: dict[str, Any]) -> list[str]:
    where, per = f"[[rate]] {row['name']}", row["per"]
    problems = []
    if per.startswith("record"):
        problems.append(f"{where}: nothing is charged by the record; use one of {', '.join(COUNTED)}")
    elif per not in COUNTED:
        problems.append(f"{where}: per = {per!r} is nothing that is counted{name_nearest(per, COUNTED)}")
    if isinstance(row["price"], bool) or not isinstance(row["price"], int | float) or row["price"] < 0:
        problems.append(f"{where}: price = {row['price']!r}: write an amount, 0 or more")
    for key in ("included", "most"):
        if key in row and not _is_count(row[key]):
            problems.append(f"{where}: {key} = {row[key]!r}: write a whole number, 0 or more")
    return problems


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
