"""The way back leaves the tenant as it was, except for what others touched, and proves it."""

import dataclasses

import httpx
import pytest

from tests.load.lossy import Lossy
from tests.load.world import PHASES, POLICIES, change, make_records, open_tenant
from workbench.errors import RetryLater
from workbench.load.rollback import preview_rollback, prove_rollback, roll_back
from workbench.model import HELD, PROOF, ROLLBACK_COUNTS, ROLLBACK_PREVIEW
from workbench.sandbox import in_process

UPDATE = dataclasses.replace(POLICIES, existing_match="update")


@pytest.fixture
def before(world):
    """Records the tenant held before us, some of which the load will change; returns the tenant's digest."""
    create = world.tenant.create
    other = create("sales_account", {"name": "Another"})
    create("sales_account", {"name": "Clinic 0", "city": "Wien", "phone": "+43 1 5"})
    create(
        "contact",
        {"emails": ["p1@mail.example", "second@mail.example"], "first_name": "Pre", "job_title": "Chef",
         "sales_accounts": [{"id": other["id"], "is_primary": True}], "tags": ["vip"],
         "custom_field": {"cf_gender": "F"}},
    )  # fmt: skip
    create("note", {"description": "theirs", "targetable_type": "SalesAccount", "targetable_id": other["id"]})
    return world.store.digest()


def sums(counts):
    return counts.select("deleted", "restored", "held").sum().row(0)


@pytest.mark.covers("A-75", "C-71")
def test_the_tenant_is_what_it_was_before(world, ledger, before):
    """Created records are gone, changed ones restored, and the tenant's digest is the one from before the load."""
    world.load(make_records(), ledger, policies=UPDATE)
    assert world.store.digest() != before
    preview = preview_rollback(ledger)

    counts, held = roll_back(ledger, world.tenant, run_label="90_rollback/x")
    proof = prove_rollback(ledger, world.tenant)
    assert world.store.digest() == before
    assert (preview.schema, counts.schema, held.schema, proof.schema) == (
        ROLLBACK_PREVIEW, ROLLBACK_COUNTS, HELD, PROOF
    )  # fmt: skip
    assert preview.select("delete", "restore").sum().row(0) == (30, 2)
    assert sums(counts) == (30, 2, 0)
    assert held.is_empty()
    assert proof["holds"].all()
    assert proof.select("deleted", "found_gone", "restored", "found_as_before").sum().row(0) == (30, 30, 2, 2)
    assert ledger.crosswalk().is_empty()
    assert ledger.verify_chain() is None


def test_children_go_before_parents(world, ledger):
    """The order is the reverse of the load's, and contacts, deals, accounts and modules go a hundred a request."""
    world.load(make_records(patients=30), ledger)
    preview = preview_rollback(ledger)
    counts, _ = roll_back(ledger, world.tenant, run_label="x")

    assert preview["phase"].to_list() == counts["phase"].to_list() == [phase.name for phase in reversed(PHASES)]
    requests = dict(counts.select("phase", "requests").iter_rows())
    assert (requests["patients"], requests["plans"], requests["remarks"]) == (1, 1, 30)
    assert dict(preview.select("phase", "requests").iter_rows()) == requests


def test_looking_for_edits_costs_pages_not_records(world, ledger):
    """Before a hundred contacts, deals, plans, visits and checks go, they are listed; only notes are read by parent."""
    world.load(make_records(patients=100), ledger)
    requests = world.tenant.requests
    counts, _ = roll_back(ledger, world.tenant, run_label="x")

    looking = world.tenant.requests - requests - counts["requests"].sum()
    assert looking <= 100 + 15


def test_a_rolled_back_engagement_can_be_loaded_again(world, ledger, before):
    """After the way back the load starts from nothing, and can be taken back once more."""
    for _ in range(2):
        counts = world.load(make_records(), ledger, policies=UPDATE)
        assert counts["loaded"].sum() == 32
        roll_back(ledger, world.tenant, run_label="x")
        assert world.store.digest() == before


def test_a_second_rollback_does_nothing(world, ledger, before):
    """There is nothing left to take back: no request, no entry."""
    world.load(make_records(), ledger, policies=UPDATE)
    roll_back(ledger, world.tenant, run_label="x")
    requests, digest = world.tenant.requests, ledger.digest()

    counts, held = roll_back(ledger, world.tenant, run_label="y")
    assert counts.is_empty() and held.is_empty()
    assert (world.tenant.requests, ledger.digest()) == (requests, digest)


@pytest.mark.parametrize(
    ("phase", "external_id", "object", "edit"),
    [
        ("patients", "p0", "contact", {"city": "Linz"}),
        ("clinics", "c1", "sales_account", {"phone": "+43 7"}),
        ("claims", "k1", "deal", {"deal_stage_id": "last"}),
        ("plans", "t1", "cm_care_plan", {"custom_field": {"cf_start": "2030-01-01"}}),
        ("remarks", "r1", "note", {"description": "rewritten"}),
        ("encounters.check", "f1", "task", {"status": 1}),
    ],
)
def test_what_somebody_edited_stays_with_all_it_hangs_on(world, ledger, phase, external_id, object, edit):
    """An edited record is held and survives, and so do the parents it would lose."""
    world.load(make_records(), ledger)
    if edit.get("deal_stage_id"):
        edit = {"deal_stage_id": world.schema.selectors["deal_stages"][2].id}
    id = ledger.standing(phase, external_id).destination_id
    world.tenant.update(object, id, edit)

    counts, held = roll_back(ledger, world.tenant, run_label="x")
    assert world.store.store.read(object, id) is not None
    why = {row["external_id"]: row["reason"] for row in held.iter_rows(named=True)}
    assert why[external_id].startswith("edited in Freshsales since")
    if object != "sales_account":
        patient = f"p{external_id[1]}"
        clinic = f"c{int(external_id[1]) % 2}"
        assert {patient, clinic} <= set(why)
        assert world.store.count("contact") == 1
    assert sums(counts)[0] + sums(counts)[2] == 32
    assert prove_rollback(ledger, world.tenant)["holds"].all()


def test_what_others_hung_on_our_records_keeps_them(world, ledger):
    """A contact of ours with somebody else's task, or deal, stays: deleting it would take their work along."""
    world.load(make_records(), ledger)
    ids = {n: ledger.standing("patients", f"p{n}").destination_id for n in range(5)}
    world.tenant.create(
        "task", {"title": "Call", "due_date": "2030-01-01", "targetable_type": "Contact", "targetable_id": ids[0]}
    )
    world.tenant.create("deal", {"name": "Theirs", "amount": 5, "contacts_added_list": [ids[1]]})
    world.tenant.create("note", {"description": "hm", "targetable_type": "Contact", "targetable_id": ids[2]})

    _, held = roll_back(ledger, world.tenant, run_label="x")
    assert {"p0", "p1", "p2"} <= set(held["external_id"])
    assert not {"p3", "p4"} & set(held["external_id"])
    assert world.store.count("contact") == 3
    assert world.store.count("task") == 1


def test_a_changed_record_edited_since_is_not_restored(world, ledger, before):
    """A record that was there before us and that somebody edited after us is left to them, and the proof says so."""
    world.load(make_records(), ledger, policies=UPDATE)
    world.tenant.update("contact", ledger.standing("patients", "p1").destination_id, {"job_title": "Boss"})

    counts, held = roll_back(ledger, world.tenant, run_label="x")
    assert "p1" in held["external_id"].to_list()
    contact = next(record for record in world.store.records("contact") if record["job_title"] == "Boss")
    assert contact["first_name"] == "Zoë 1"
    assert prove_rollback(ledger, world.tenant).filter(phase="patients")["held"].item() == 1


def test_what_somebody_deleted_already_is_no_obstacle(world, ledger):
    """Records that are gone count as deleted; the rollback goes on."""
    world.load(make_records(), ledger)
    for phase, object in (("remarks", "note"), ("claims", "deal"), ("encounters.check", "task")):
        world.tenant.delete(object, ledger.standings(phase)[1].destination_id)

    counts, held = roll_back(ledger, world.tenant, run_label="x")
    assert sums(counts) == (32, 0, 0)
    assert world.count_all() == dict.fromkeys(world.count_all(), 0)


def test_a_delta_is_taken_back_with_the_load(world, ledger, before):
    """Records changed twice by us go back to how they were before the first change."""
    records = make_records()
    world.load(records, ledger, policies=UPDATE)
    world.load(change(records, "patients", "p1", first_name="Twice", cf_gender=None), ledger, policies=UPDATE)

    roll_back(ledger, world.tenant, run_label="x")
    assert world.store.digest() == before


def test_an_unfaithful_network_does_not_spoil_it(world, ledger, before):
    """With a third of the writes lost, there or back, the rollback is resumed until the tenant is as before."""
    world.load(make_records(), ledger, policies=UPDATE)
    lossy = Lossy(in_process(world.app), seed=3, lost_answers=0.2, lost_requests=0.15)
    for _ in range(60):
        try:
            roll_back(ledger, open_tenant(lossy), run_label="x")
            break
        except RetryLater:
            continue

    assert lossy.lost > 3
    assert world.store.digest() == before
    assert prove_rollback(ledger, world.tenant)["holds"].all()
    lossy._inner.close()


def test_the_proof_sees_what_is_still_there(world, ledger):
    """A record the ledger calls deleted but the tenant still holds breaks the proof of its phase, and only that."""
    world.load(make_records(), ledger)
    deaf = httpx.MockTransport(lambda request: _pretend(request, inner))
    inner = in_process(world.app)
    roll_back(ledger, open_tenant(deaf), run_label="x")

    proof = prove_rollback(ledger, world.tenant)
    assert proof.filter(holds=False)["phase"].to_list() == ["plans"]
    assert proof.filter(phase="plans").select("deleted", "found_gone").row(0) == (5, 0)
    inner.close()


def _pretend(request, inner):
    """A tenant that says it deleted module records, and does not."""
    if request.url.path.endswith("cm_care_plan/bulk_destroy"):
        return httpx.Response(200, json={"message": "deleted"})
    return inner.handle_request(request)
