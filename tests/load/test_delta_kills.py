"""A delta and a retry killed at any request go on where they died."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.load.killed_delta import bring_over, kill_and_resume, send_held
from tests.load.world import PHASES, World, change, make_records


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
