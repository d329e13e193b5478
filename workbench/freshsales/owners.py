"""Owner resolution: which user of the tenant gets the records of each person in the source."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from workbench.engagement import Policies
from workbench.freshsales.users import User, find_user
from workbench.model import OWNERS, ROSTER, frame


def resolve_owners(
    roster: pl.DataFrame, users: Iterable[User], *, policies: Policies, records: pl.DataFrame
) -> pl.DataFrame:
    """Match the people of the source to active users by e-mail; the rest by the policy `unmatched_owner`.

    Records that name nobody (a null `source_id`) go to the fallback owner under either policy, where there is one.

    Args:
        roster: ROSTER; a source id that comes twice counts once, as it comes first.
        records: source_id (null where records name nobody) and how many records name it.

    Returns:
        OWNERS: everybody in the roster or named by a record, the busiest first.
    """
    users = tuple(users)
    fallback = find_user(users, policies.fallback_owner)
    people = roster.select(list(ROSTER)).unique("source_id", keep="first", maintain_order=True)
    joined = people.join(records, on="source_id", how="full", coalesce=True, nulls_equal=True).with_columns(
        pl.col("records").fill_null(0)
    )
    ordered = joined.sort("records", "source_id", descending=[True, False], nulls_last=True)
    return frame([_resolve(person, users, fallback, policies) for person in ordered.iter_rows(named=True)], OWNERS)


def find_arrivals(owners: pl.DataFrame, users: Iterable[User]) -> pl.DataFrame:
    """The people of the source who had no user when the mapping was made, and have one by now.

    Args:
        owners: OWNERS as the mapping resolved them.

    Returns:
        OWNERS of those people alone, resolved.
    """
    users = tuple(users)
    rows = [
        person | {"user_id": user.id, "user_email": user.email, "resolution": "email"}
        for person in owners.filter(pl.col("resolution") != "email").iter_rows(named=True)
        if (user := find_user(users, person["email"])) is not None
    ]
    return frame(rows, OWNERS)


def welcome_arrivals(owners: pl.DataFrame, users: Iterable[User]) -> pl.DataFrame:
    """OWNERS with those resolved who became users since; whoever had a user keeps that one."""
    arrived = find_arrivals(owners, users)
    return owners.update(arrived, on="source_id", how="left") if arrived.height else owners


def _resolve(person: dict, users: tuple[User, ...], fallback: User | None, policies: Policies) -> dict:
    user, resolution = find_user(users, person["email"]), "email"
    if user is None:
        takes_fallback = policies.unmatched_owner == "fallback" or person["source_id"] is None
        user, resolution = (fallback, "fallback") if takes_fallback and fallback else (None, "unresolved")
    return person | {
        "user_id": user.id if user else None,
        "user_email": user.email if user else None,
        "resolution": resolution,
    }
