"""A delta and a retry killed at any request go on where they died."""

from __future__ import annotations

import json
from typing import Any

import httpx
import polars as pl
import pytest

from tests.load.killed_cutover import make_after, make_before
from tests.load.killed_delta import bring_over, kill_and_resume, send_held
from tests.load.test_kills import ask, start
from tests.load.world import PHASES, World, change, make_records, open_tenant, prepare_schema
from workbench.ledger import Ledger


def read(world: World, object: str) -> list[dict[str, Any]]:
    return world.store.records(object)


@pytest.mark.covers("C-69")
def test_a_delta_killed_over_and_over_arrives_once(world):
    """Changed, new and deleted records and a conflict: each ends as it would without a kill, and nobody is doubled."""
    records, more = make_records(patients=6), make_records(patients=8)
    with world.ledger() as ledger:
        world.load(records, ledger)
        conflict = ledger.standing("patients", "p1").destination_id
    world.tenant.update("contact", conflict, {"first_name": "Theirs"})
    later = {
        name: pl.concat([rows, more[name].tail(2)]) if name != "clinics" else rows for name, rows in records.items()
    }
    later = change(later, "patients", "p1", first_name="Ours")
    for number in (0, 2, 3):
        later = change(later, "patients", f"p{number}", last_name="Later")
        later = change(later, "remarks", f"r{number}", description=f"later {number}")
    later |= {"remarks": later["remarks"].filter(~pl.col("external_id").is_in(["r4", "r5"]))}

    killed = kill_and_resume(world, bring_over(records, later))
    assert killed >= 8
    contacts = {record["external_id"]: record for record in read(world, "contact")}
    assert len(read(world, "contact")) == len(contacts) == 8
    assert contacts["p1"]["first_name"] == "Theirs"
    assert {id for id, record in contacts.items() if record["last_name"] == "Later"} == {"p0", "p2", "p3"}
    assert len(read(world, "note")) == 6 and len(read(world, "appointment")) == 8
    with world.ledger() as ledger:
        assert ledger.held()["external_id"].to_list() == ["p1"]
        assert ledger.in_doubt() == [] and ledger.verify_chain() is None
        entries = ledger.digest()
        bring_over(later, later)(world, ledger)
        assert ledger.digest() == entries


@pytest.mark.covers("C-69")
def test_a_delta_whose_process_is_killed_goes_on_where_it_died(tmp_path):
    """By SIGKILL, between two lines and around writes: nothing is doubled, lost or overwritten, and links hold."""
    server = start("tests.load.served_tenant", tmp_path / "tenant.sqlite")
    served, path = server.stdout.readline().strip(), tmp_path / "ledger.sqlite"
    before, after = make_before(), make_after()
    try:
        with open_tenant(httpx.HTTPTransport(), base=served) as tenant:
            world = World(app=None, tenant=tenant, schema=prepare_schema(tenant), path=path)
            with world.ledger() as ledger:
                world.load(before, ledger)
                tenant.update("contact", ledger.destination_id("patients", "p1"), {"first_name": "Theirs"})
            killer = start("tests.load.killed_cutover", served, path, 8, 20261122)
            said = killer.communicate(timeout=120)[0]
            assert killer.returncode == 0 and sum(json.loads(said).values()) >= 4, said

            with Ledger.open(path) as ledger:
                assert ledger.held().select("external_id", "code").rows() == [("p1", "edited_in_tenant")]
                assert ledger.in_doubt() == [] and ledger.verify_chain() is None
                known = ledger.crosswalk()
        stored = {phase.name: ask(served, f"records/{phase.destination}")["records"] for phase in PHASES}
        for phase in PHASES:
            ids = known.filter(phase=phase.name).select("external_id", "destination_id")
            assert sorted(ids["external_id"]) == sorted(after[phase.name]["external_id"]), phase.name
            assert sorted(each["id"] for each in stored[phase.name]) == sorted(ids["destination_id"]), phase.name
        names = {each["external_id"]: (each["first_name"], each["last_name"]) for each in stored["patients"]}
        assert {id for id, (_, last) in names.items() if last == "Later"} == {"p0", "p2", "p3"}
        assert names["p1"][0] == "Theirs"
    finally:
        server.terminate()
        server.wait(20)


def test_a_retry_killed_over_and_over_sends_each_record_once(world):
    """Two roots and all that waits for them, once each, in lookup order."""
    records = make_records(patients=6)
    broken = change(change(records, "patients", "p1", cf_gender="X"), "patients", "p2", cf_gender="X")
    with world.ledger() as ledger:
        world.load(broken, ledger)
        assert ledger.held().height == 12

    killed = kill_and_resume(world, send_held(records))
    assert killed >= 8
    with world.ledger() as ledger:
        assert ledger.held().is_empty() and ledger.in_doubt() == [] and ledger.verify_chain() is None
        ids = ledger.crosswalk()
    for phase in PHASES:
        known = ids.filter(phase=phase.name)["destination_id"].to_list()
        assert sorted(record["id"] for record in read(world, phase.destination)) == sorted(known), phase.name
        assert len(known) == records[phase.name].height
