"""Tables about people: who owns records in the source, and which user of Freshsales gets them."""

from __future__ import annotations

import polars as pl

from workbench.evidence.masking import mask_column
from workbench.shown import Shown
from workbench.tables.cells import count, text
from workbench.tables.theme import build_table
from workbench.tables.words import RESOLUTIONS


def show_roster(roster: pl.DataFrame) -> Shown:
    """The people who own records in the source, as ROSTER, masked."""
    known = roster.filter(pl.col("email").fill_null("") != "").height
    return build_table(
        _mask_people(roster),
        {"name": text("Name, masked"), "email": text("E-mail, masked"), "role": text("Role")},
        id="roster",
        title="Staff in the source",
        note=f"An e-mail address, by which they are matched to Freshsales users, is known of {known:,} of "
        f"{roster.height:,}.",
        empty="the source names no owner.",
        limit=10,
        rest_in="roster.parquet",
    )


def show_owners(owners: pl.DataFrame) -> Shown:
    """Which Freshsales user gets whose records, as OWNERS; those without a match stand first.

    That nobody is named is told only where it leaves a record without its owner.
    """
    owners = owners.filter(pl.col("source_id").is_not_null() | (pl.col("records") > 0))
    order = pl.col("resolution").replace_strict({"unresolved": 0, "fallback": 1}, default=2)
    is_named = pl.col("source_id").is_not_null()
    counted = owners.group_by("resolution").agg(is_named.sum(), pl.col("records").sum()).sort("resolution").iter_rows()
    tally = "; ".join(
        f"{RESOLUTIONS.get(name, name)}: {owners_:,} people, {records:,} records" for name, owners_, records in counted
    )
    return build_table(
        _mask_people(owners)
        .sort(order, -pl.col("records").fill_null(0), "source_id", maintain_order=True)
        .with_columns(
            pl.col("resolution").replace(RESOLUTIONS),
            name=pl.when(is_named).then("name").otherwise(pl.lit("nobody is named")),
        ),
        {
            "name": text("In the source, masked"),
            "email": text("E-mail there, masked"),
            "role": text("Role"),
            "records": count("Records"),
            "user_email": text("Freshsales user"),
            "resolution": text("Found by"),
        },
        id="owners",
        title="Owners",
        note=f"By {tally}. Notes and files have no owner in Freshsales and are not counted.",
        empty="no record names an owner.",
        limit=15,
        rest_in="owners.parquet",
    )


def _mask_people(people: pl.DataFrame) -> pl.DataFrame:
    return people.with_columns(mask_column(pl.col("name"), "name"), mask_column(pl.col("email"), "contact"))
