"""Whose records go to which user."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.engagement import Policies
from workbench.freshsales.owners import resolve_owners
from workbench.freshsales.users import User
from workbench.model import OWNERS, ROSTER, frame

USERS = (
    User(id=1, name="Avery", email="Avery@Tenant.example", is_active=True),
    User(id=2, name="Noor", email="noor@tenant.example", is_active=True),
    User(id=3, name="Owen", email="owen@tenant.example", is_active=False),
)
FALLBACK = Policies(unmatched_owner="fallback", fallback_owner="avery@tenant.example")


def resolve(people: list[tuple[str, str | None]], named: dict[str | None, int], policies: Policies = FALLBACK):
    roster = frame([{"source_id": id, "name": f"Dr {id}", "email": email} for id, email in people], ROSTER)
    records = pl.DataFrame(list(named.items()), schema={"source_id": pl.String, "records": pl.Int64}, orient="row")
    owners = resolve_owners(roster, USERS, policies=policies, records=records)
    assert owners.schema == OWNERS
    return {row["source_id"]: (row["user_id"], row["resolution"], row["records"]) for row in owners.to_dicts()}


@pytest.mark.covers("A-23", "C-28", "R-38")
def test_owners_are_matched_by_email_whatever_its_case():
    """A provider with a user's e-mail becomes that user."""
    assert resolve([("p1", " NOOR@tenant.EXAMPLE ")], {"p1": 7}) == {"p1": (2, "email", 7)}


@pytest.mark.covers("A-25")
@pytest.mark.parametrize("email", [None, "", "nobody@elsewhere.example", "owen@tenant.example"])
def test_whoever_is_no_active_user_goes_to_the_fallback_owner(email: str | None):
    """No e-mail, an unknown one, and that of somebody who left: all go to the fallback."""
    assert resolve([("p1", email)], {"p1": 7}) == {"p1": (1, "fallback", 7)}


@pytest.mark.covers("R-39", "A-65")
def test_under_block_nobody_is_given_records_they_did_not_have():
    """The policy `block` leaves an unmatched owner in the queue."""
    policies = Policies(unmatched_owner="block", fallback_owner="avery@tenant.example")
    assert resolve([("p1", None)], {"p1": 7}, policies) == {"p1": (None, "unresolved", 7)}


def test_a_fallback_owner_who_is_no_active_user_resolves_nobody():
    """Records are never given to a user who is not there."""
    policies = Policies(unmatched_owner="fallback", fallback_owner="owen@tenant.example")
    assert resolve([("p1", None)], {"p1": 7}, policies) == {"p1": (None, "unresolved", 7)}


@pytest.mark.parametrize("unmatched", ["block", "fallback"])
def test_records_that_name_nobody_go_to_the_fallback_owner(unmatched: str):
    """Objects without an owner in the source are the fallback owner's under either policy."""
    policies = Policies(unmatched_owner=unmatched, fallback_owner="avery@tenant.example")
    assert resolve([], {None: 3}, policies) == {None: (1, "fallback", 3)}


def test_owners_that_records_name_and_the_roster_does_not_are_listed_too():
    """The queue is complete: roster and records together."""
    assert resolve([("p1", "noor@tenant.example")], {"p2": 4}) == {"p2": (1, "fallback", 4), "p1": (2, "email", 0)}


def test_somebody_listed_twice_counts_once():
    """A roster exported with doubles does not double the records."""
    assert resolve([("p1", "noor@tenant.example"), ("p1", None)], {"p1": 7}) == {"p1": (2, "email", 7)}
