"""Counts, fill rates and owner rates hold the source against the tenant, and disagree when they should."""

import polars as pl
import pytest

from tests.load.world import ADMIN, NOOR, PHASES, change, make_records
from workbench.model import FILL, OWNER_RATES, VALIDATION
from workbench.reconcile.counts import reconcile_counts, reconcile_fill, reconcile_owners
from workbench.reconcile.population import read_population


@pytest.fixture
def records():
    return change(make_records(), "patients", "p2", email="not an address")


@pytest.fixture
def loaded(world, ledger, records):
    world.load(records, ledger)
    return records


def population(world, ledger):
    return read_population(world.tenant, ledger, PHASES)


def tamper(world, ledger, phase, external_id, values):
    standing = ledger.standing(phase, external_id)
    world.tenant.update(standing.destination, standing.destination_id, values)


@pytest.mark.covers("C-72", "N-73")
def test_counts_agree_where_every_record_is_accounted_for(world, ledger, loaded):
    """Expected = in the ledger + held, and the tenant holds what the ledger says; notes cannot be listed."""
    counts = reconcile_counts(population(world, ledger), ledger, PHASES, loaded)

    assert counts.schema == VALIDATION
    assert counts["agrees"].all()
    patients = counts.row(by_predicate=pl.col("phase") == "patients", named=True)
    assert [patients[name] for name in ("expected", "in_ledger", "held", "in_tenant")] == [5, 4, 1, 4]
    assert counts.filter(phase="remarks")["in_tenant"].item() is None


def test_counts_disagree_where_a_record_is_lost_or_was_never_tried(world, ledger, loaded):
    """A record gone from the tenant, and one that no load attempted, each break their phase and no other."""
    world.tenant.delete("deal", ledger.standing("claims", "k1").destination_id)
    grown = loaded | {"plans": make_records(patients=6)["plans"]}

    counts = reconcile_counts(population(world, ledger), ledger, PHASES, grown)
    assert counts.filter(agrees=False)["phase"].to_list() == ["claims", "plans"]


def test_the_population_costs_pages_not_records(world, ledger):
    """Four hundred records are read with a request a hundred, and what no list shows one by one."""
    world.load(make_records(patients=100), ledger)
    requests = world.tenant.requests
    found = population(world, ledger)

    assert len(found) == 502  # every record but the notes
    assert world.tenant.requests - requests <= 12


@pytest.mark.covers("C-72")
def test_fill_rates_find_an_emptied_field(world, ledger, loaded):
    """A value that was sent and is missing disagrees, even where others make up for it; an added one does not."""
    tamper(world, ledger, "patients", "p1", {"custom_field": {"cf_gender": None}})
    tamper(world, ledger, "clinics", "c0", {"city": "Wien"})
    tamper(world, ledger, "clinics", "c1", {"city": None})
    tamper(world, ledger, "claims", "k1", {"expected_close": "2030-01-01"})
    fill = reconcile_fill(population(world, ledger), ledger, PHASES, loaded)

    assert fill.schema == FILL
    assert fill.filter(agrees=False).select("field", "tag", "records", "expected", "returned").rows() == [
        ("city", "address", 2, 1, 1), ("cf_gender", "none", 4, 4, 3)
    ]  # fmt: skip
    assert set(fill["phase"]) == {"clinics", "patients", "claims"}


@pytest.mark.covers("C-72")
def test_owner_rates_find_a_record_in_other_hands(world, ledger, loaded):
    """Records per user as resolved and as found; one that changed hands breaks two rows."""
    rates = reconcile_owners(population(world, ledger), ledger, PHASES, loaded, world.owners())
    assert rates.schema == OWNER_RATES
    assert rates["agrees"].all()
    assert rates.filter(phase="patients").select("owner", "expected").rows() == [(ADMIN, 2), (NOOR, 2)]

    admin = next(user.id for user in world.schema.users if user.email == ADMIN)
    tamper(world, ledger, "patients", "p1", {"owner_id": admin})
    rates = reconcile_owners(population(world, ledger), ledger, PHASES, loaded, world.owners())
    assert rates.filter(agrees=False).select("phase", "owner", "expected", "returned").rows() == [
        ("patients", ADMIN, 2, 3), ("patients", NOOR, 2, 1)
    ]  # fmt: skip
