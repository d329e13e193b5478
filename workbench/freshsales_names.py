"""Where everything of an engagement stands, by the names Freshsales gives its objects."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

RECORDS, FIELDS, USERS, BY_HAND, NOTHING = "records", "fields", "users", "rebuilt by hand", "nothing"
FRESHSALES_NAMES = pl.Schema(
    {"name": pl.String, "stands": pl.String, "count": pl.Int64, "source": pl.String, "remark": pl.String}
)
Name = dict[str, Any]


def list_freshsales_names(
    *, crosswalk: pl.DataFrame, dictionary: pl.DataFrame, owners: pl.DataFrame, inventories: pl.DataFrame
) -> pl.DataFrame:
    """Every object Freshsales has a name for, each once, with what of the source stands there.

    Args:
        crosswalk: CROSSWALK, the records that stand.
        dictionary: The fields that were carried: object, field, to.
        owners: The owner list, one row for each person.
        inventories: What is rebuilt by hand: name, what.

    Returns:
        FRESHSALES_NAMES. `stands` says as what: records, fields (of the source, each once), users, things rebuilt by
        hand, or nothing, and then `remark` says why; `source` names the objects or inventories behind it.
    """
    fields = dictionary.with_columns(pl.col("to").str.split(", ")).explode("to")
    rows = []
    for name in read_names():
        places = _find_places(name, crosswalk, fields, owners, inventories)
        nothing = {"stands": NOTHING, "count": 0, "source": "", "remark": name["otherwise"]}
        rows.append({"name": name["name"], **next((each for each in places if each["count"]), nothing)})
    return pl.DataFrame(rows, schema=FRESHSALES_NAMES)


def read_names() -> list[Name]:
    """The names with where each is found, as `freshsales_names.toml` says."""
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        return tomllib.load(file)["name"]


def _find_places(
    name: Name, crosswalk: pl.DataFrame, fields: pl.DataFrame, owners: pl.DataFrame, inventories: pl.DataFrame
) -> Iterator[dict[str, Any]]:
    """What there is under a name in each place it may stand, the likeliest first."""
    records = crosswalk.filter(_is_among("destination", name.get("destinations", ())))
    yield _say(RECORDS, records.height, records["source"])
    carried = fields.filter(_is_among("to", name.get("fields", ()))).unique(["object", "field"])
    yield _say(FIELDS, carried.height, carried["object"])
    yield _say(USERS, owners["source_id"].drop_nulls().len() if name.get("roster") else 0, ())
    rebuilt = inventories.filter(_speaks_of(name.get("words", ())))
    yield _say(BY_HAND, rebuilt.height, rebuilt["name"])


def _is_among(column: str, names: Iterable[str]) -> pl.Expr:
    """Whether it is one of the names; one that ends with `_` stands for all that begin so."""
    families = [pl.col(column).str.starts_with(name) for name in names if name.endswith("_")]
    return pl.any_horizontal(pl.col(column).is_in(list(names)), *families)


def _speaks_of(words: Iterable[str]) -> pl.Expr:
    """Whether an inventory's name, or what it says it is about, has a word that begins with one of these."""
    text = pl.concat_str("name", "what", separator=" ").str.to_lowercase()
    return pl.any_horizontal(pl.lit(False), *(text.str.contains(rf"\b{word}") for word in words))


def _say(stands: str, count: int, source: Iterable[str]) -> dict[str, Any]:
    return {"stands": stands, "count": count, "source": ", ".join(sorted(set(source))), "remark": ""}
