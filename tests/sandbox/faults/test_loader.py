"""Our own loader on each of the bad days: what it reports is what the tenant and its journal say."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.load.world import BASE, KEY, PHASES, SharedClock, World, make_records, prepare_schema
from workbench.errors import RetryLater
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Pacer
from workbench.sandbox import TenantSettings, build_app, in_process
from workbench.sandbox.faults import list_scenarios, read_scenario

PATIENTS = 40
MOST_RUNS = 20


@pytest.fixture
def world(tmp_path):
    """A tenant and a loader of one clock, before anything goes wrong."""
    clock = SharedClock()
    app = build_app(TenantSettings(), clock=clock, sleep=clock.pause)
    pacer = Pacer(1.0, mood="cutover", clock=clock, sleep=clock.sleep)
    with Tenant(BASE, KEY, pacer=pacer, transport=in_process(app)) as tenant:
        yield World(app=app, tenant=tenant, schema=prepare_schema(tenant), path=tmp_path / "ledger.sqlite")
    app.state.tenant.close()


def load_to_the_end(world, ledger, records):
    """COUNTS, however often the loader has to be started again."""
    for _ in range(MOST_RUNS):
        try:
            return world.load(records, ledger)
        except RetryLater:
            continue
    raise AssertionError("the load never came to its end")


@pytest.mark.parametrize("name", list_scenarios())
def test_the_loader_tells_the_truth_about_a_bad_day(world, name):
    """Nothing stands twice, nothing is unknown to the ledger, and what is missing a person deleted."""
    records = make_records(patients=PATIENTS)
    world.store.set_scenario(read_scenario(name))
    with world.ledger() as ledger:
        counts = load_to_the_end(world, ledger, records)
        known = Counter(ledger.crosswalk()["destination_id"].to_list())
        assert ledger.verify_chain() is None and ledger.in_doubt() == []

    journal = world.store.journal()
    by_people = {id for row in journal if row["method"] == "EVENT" for id in row["records"]}
    by_us = {id for row in journal if row["method"] != "EVENT" for id in row["records"]}
    live = Counter(record["id"] for phase in PHASES for record in world.store.records(phase.destination))

    assert any(row["fault"] for row in journal)
    assert set(known.values()) == {1}
    assert set(known) <= by_us
    assert set(live) - set(known) <= by_people - by_us
    assert set(known) - set(live) <= by_people
    assert (counts["attempted"] == counts["loaded"] + counts["skipped"] + counts["held"]).all()
    assert counts["loaded"].sum() == len(known)
