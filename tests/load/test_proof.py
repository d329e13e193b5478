"""The proof of a rollback finds what is not as it ought to be, and says what could not be brought back."""

from dataclasses import replace

import pytest

from tests.load.world import PHASES, POLICIES, make_records, make_world, shape_records
from workbench.load.proof import prove_rollback
from workbench.load.rollback import roll_back

UPDATE = replace(POLICIES, existing_match="update")


def test_a_record_brought_back_from_the_bin_breaks_the_proof(world, ledger):
    """Weeks later somebody restores a contact: the proof names its phase, and the digests part."""
    world.load(make_records(), ledger)
    id = ledger.standing("patients", "p1").destination_id
    roll_back(ledger, world.tenant, run_label="x")
    assert prove_rollback(ledger, world.tenant).holds

    world.tenant.request("PUT", f"contacts/{id}/restore", json={})
    proof = prove_rollback(ledger, world.tenant)
    assert proof.phases.filter(holds=False)["phase"].to_list() == ["patients"]
    assert proof.phases.filter(phase="patients").select("deleted", "found_gone").row(0) == (5, 4)
    assert proof.expected != proof.found and not proof.holds


def test_a_restored_record_that_was_changed_breaks_the_proof(world, ledger):
    """A record that was there before us and no longer holds what it held is counted, by its phase."""
    world.tenant.create("sales_account", {"name": "Clinic 0", "city": "Wien"})
    world.load(make_records(), ledger, policies=UPDATE)
    id = ledger.standing("clinics", "c0").destination_id
    roll_back(ledger, world.tenant, run_label="x")
    assert prove_rollback(ledger, world.tenant).holds

    world.tenant.update("sales_account", id, {"city": "Linz"})
    proof = prove_rollback(ledger, world.tenant)
    assert proof.phases.filter(phase="clinics").select("restored", "found_as_before", "holds").row(0) == (1, 0, False)


def test_the_proof_reads_pages_not_records(world, ledger):
    """Two hundred deleted records of every kind are looked for on one page a list."""
    world.load(make_records(patients=30), ledger)
    roll_back(ledger, world.tenant, run_label="x")
    requests = world.tenant.requests
    proof = prove_rollback(ledger, world.tenant)

    assert proof.phases["found_gone"].sum() == 182
    assert world.tenant.requests - requests == 8  # three views, two lists of tasks and of appointments, one search


def test_contacts_that_stay_on_a_deal_are_listed(world, ledger):
    """A deal that was there before keeps a contact of before whom the load linked to it: listed, no failure."""
    create = world.tenant.create
    one, two = (create("contact", {"emails": f"{name}@mail.example"}) for name in ("one", "two"))
    deal = create(
        "deal",
        {"name": "Claim", "amount": 5, "contacts_added_list": [one["id"]], "custom_field": {"cf_source_id": "k1"}},
    )
    records = {phase.name: shape_records(phase, []) for phase in PHASES} | {
        "patients": shape_records(PHASES[1], [{"external_id": "p2", "last_name": "Two", "email": "two@mail.example"}]),
        "claims": shape_records(
            PHASES[2], [{"external_id": "k1", "name": "Claim", "amount": 9.0, "cf_paid": 1.0, "PATIENT": "p2"}]
        ),
    }
    world.load(records, ledger, policies=UPDATE)
    done = roll_back(ledger, world.tenant, run_label="x")

    proof = prove_rollback(ledger, world.tenant)
    assert done.counts.select("deleted", "restored", "held").sum().row(0) == (0, 2, 0)
    assert proof.unrestored.select("phase", "external_id", "field").rows() == [("claims", "k1", "contacts")]
    assert proof.holds
    stored = next(each for each in world.store.records("deal") if each["id"] == deal["id"])
    assert float(stored["amount"]) == 5 and {each["id"] for each in stored["contacts"]} == {one["id"], two["id"]}


@pytest.mark.parametrize("patients", [5])
def test_a_rollback_of_nothing_is_proved_without_a_request(world, ledger, patients):
    """Where nothing was ever taken back there is nothing to read."""
    world.load(make_records(patients=patients), ledger)
    requests = world.tenant.requests

    proof = prove_rollback(ledger, world.tenant)
    assert proof.holds and proof.expected == proof.found
    assert proof.phases["held"].sum() == 32 and world.tenant.requests == requests


@pytest.mark.parametrize("status", [200, 400])
def test_a_list_that_breaks_off_proves_nothing(tmp_path, status):
    """Where the tenant lists its newest hundred and no further, what is not shown is read alone."""
    short = make_world(tmp_path / "l.sqlite", deep_page_cap=100, deep_page_status=status)
    with short.ledger() as ledger:
        short.load(make_records(), ledger)
        id = ledger.standing("patients", "p1").destination_id
        roll_back(ledger, short.tenant, run_label="x")
        short.tenant.request("PUT", f"contacts/{id}/restore", json={})
        for n in range(120):
            short.tenant.create("contact", {"emails": f"new{n}@mail.example"})

        proof = prove_rollback(ledger, short.tenant).phases
        assert proof.filter(holds=False)["phase"].to_list() == ["patients"]
        assert proof.filter(phase="patients")["found_gone"].item() == 4
    short.tenant.close()
