"""Lines of a deal: the rows that go along with it as the products on it, and what they come to.

They travel in the body of their deal, so that they cost no request of their own and share its outcome: loaded with it,
held with it, taken back with it. Adding products lets Freshsales compute the amount of the deal from them; that sum is
what is sent, and the diff shows where the source says another one.

What a discount's type means is published nowhere. So money taken off a line goes into the price of one piece, which is
given as many places as its total needs to be right to the cent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from workbench.model import Lines
from workbench.transforms.numbers import read_decimal

LINES = "lines"  # column of a frame of records: JSON, null where a deal has none
UNREAD = "?"  # a number nobody can read, which is no missing one
CENT = Decimal("0.01")
MOST_PLACES = 4  # that Freshsales stores of a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One product on a deal; `product` is the external id, null like the numbers where the source does not say."""

    product: str | None
    quantity: Decimal | None
    unit_price: Decimal | None
    discount: Decimal | None = Decimal()

    @property
    def is_readable(self) -> bool:
        """Whether every number is one."""
        return None not in (self.quantity, self.unit_price, self.discount)

    @property
    def total(self) -> Decimal:
        """What the line comes to, to the cent."""
        return (self.quantity * self.unit_price - self.discount).quantize(CENT)

    @property
    def net_price(self) -> Decimal | None:
        """The price of one piece with the discount taken off; null where no price gives the total to the cent."""
        if not self.discount:
            return self.unit_price
        exact = (self.quantity * self.unit_price - self.discount) / self.quantity if self.quantity else Decimal()
        prices = (round(exact, places) for places in range(2, MOST_PLACES + 1))
        return next((price for price in prices if (price * self.quantity).quantize(CENT) == self.total), None)


def add_lines(rows: pl.DataFrame, frames: Mapping[str, pl.DataFrame], lines: Lines) -> pl.DataFrame:
    """The rows of deals with a column `lines`, the rows of each in source order.

    Args:
        frames: Staged objects; a quantity or price that is no number is null in its line.
    """
    theirs = frames[lines.object].drop_nulls(list(lines.match)).sort("_row")
    numbers = {"quantity": lines.quantity, "unit_price": lines.unit_price, "discount": lines.discount}
    line = pl.struct(
        pl.col(lines.product).cast(pl.String).alias("product"),
        *(_read_column(column).alias(name) for name, column in numbers.items() if column),
    )
    joined = (
        theirs.select(*_name_keys(lines.match), line.struct.json_encode().alias(LINES))
        .group_by(_list_keys(lines), maintain_order=True)
        .agg(pl.format("[{}]", pl.col(LINES).str.join(",")).alias(LINES))
    )
    return rows.join(
        joined, left_on=list(lines.match.values()), right_on=_list_keys(lines), how="left", maintain_order="left"
    )


def find_deals(rows: pl.DataFrame, deals: pl.DataFrame, lines: Lines, *, id: str) -> pl.DataFrame:
    """The rows of lines with the id of the deal each goes along with, null where the export holds none.

    Args:
        rows: Staged rows of the object of the lines.
        deals: Rows of the deals with their `id`.
    """
    keys = deals.drop_nulls(list(lines.match.values())).unique(list(lines.match.values()), keep="first")
    named = keys.select(
        *(pl.col(ours).alias(f"_key_{place}") for place, ours in enumerate(lines.match.values())), pl.col(id)
    )
    return rows.select("_row", *lines.match).join(
        named, left_on=list(lines.match), right_on=_list_keys(lines), how="left", maintain_order="left"
    )


def read_lines(record: Mapping[str, Any]) -> list[Line]:
    """The lines of a record, in source order; none where it has none."""
    return [
        Line(
            product=row.get("product"),
            quantity=_read_number(row.get("quantity")),
            unit_price=_read_number(row.get("unit_price")),
            discount=_read_number(row.get("discount") or "0"),
        )
        for row in json.loads(record.get(LINES) or "[]")
    ]


def read_prices(text: str) -> list[dict[str, Any]]:
    """The prices of a product from a text such as `CAD 12.50; USD 9.90`, or one price a line.

    Raises:
        ValueError: A part is no currency with an amount.
    """
    parts = (part.split() for part in text.replace("\n", ";").split(";") if part.strip())
    return [_read_price(words) for words in parts]


def write_number(number: Decimal | float | str) -> int | float:
    """A number as JSON has it: whole where it is whole."""
    exact = Decimal(str(number))
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _read_price(words: list[str]) -> dict[str, Any]:
    if len(words) != 2 or not (len(words[0]) == 3 and words[0].isalpha()):
        raise ValueError(f"{' '.join(words)!r} is no price; write one like 'CAD 12.50'")
    try:
        return {"currency_code": words[0].upper(), "unit_price": write_number(words[1])}
    except (InvalidOperation, ValueError) as error:
        raise ValueError(f"{words[1]!r} is no amount of {words[0]}") from error


def _name_keys(match: Mapping[str, str]) -> list[pl.Expr]:
    return [pl.col(theirs).alias(f"_key_{place}") for place, theirs in enumerate(match)]


def _list_keys(lines: Lines) -> list[str]:
    return [f"_key_{place}" for place in range(len(lines.match))]


def _read_column(column: str) -> pl.Expr:
    text = pl.col(column).cast(pl.String)
    number = read_decimal(text).cast(pl.String)
    return pl.when(text.is_not_null() & number.is_null()).then(pl.lit(UNREAD)).otherwise(number)


def _read_number(text: str | None) -> Decimal | None:
    return None if text in (None, UNREAD) else Decimal(text)
