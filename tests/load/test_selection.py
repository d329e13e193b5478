"""Rollback of a part: what was asked for goes, with what hangs on it, and everything else stays."""

from dataclasses import replace

import polars as pl
import pytest

from tests.load.world import PHASES, POLICIES, change, make_records
from workbench.errors import UsageError
from workbench.load.proof import prove_rollback
from workbench.load.rollback import roll_back
from workbench.load.rollback_preview import preview_rollback
from workbench.load.scope import parse_scope
from workbench.load.selection import select_records

UPDATE = replace(POLICIES, existing_match="update")
KINDS = {"clinics": 2} | {phase.name: 5 for phase in PHASES[1:]}


def take_back(world, ledger, text):
    """Roll a part back; what is left by phase."""
    done = roll_back(ledger, world.tenant, run_label="90_rollback/part", scope=parse_scope(text))
    assert prove_rollback(ledger, world.tenant).holds
    left = dict(ledger.crosswalk().group_by("phase").len().iter_rows())
    counted = {phase.destination: left.get(phase.name, 0) for phase in PHASES}
    assert world.count_all() == counted
    return done, {phase: left.get(phase, 0) for phase in KINDS}


@pytest.mark.covers("A-75")
@pytest.mark.parametrize("text", ["phase=remarks", "object=note"])
def test_a_phase_or_an_object_goes_and_the_rest_stays(world, ledger, text):
    """Nothing hangs on notes, so only they go."""
    world.load(make_records(), ledger)
    done, left = take_back(world, ledger, text)

    assert left == KINDS | {"remarks": 0}
    assert done.counts["phase"].to_list() == ["remarks"]


def test_what_hangs_on_it_is_taken_along_and_said(world, ledger):
    """One patient takes claim, plan, visit, check and remark along; the preview lists them before anything is sent."""
    world.load(make_records(), ledger)
    preview = preview_rollback(ledger, parse_scope("record=patients/p2"))
    done, left = take_back(world, ledger, "record=patients/p2")

    assert dict(preview.filter(pl.col("delete") > 0).select("phase", "along").iter_rows()) == {
        phase.name: int(phase.name != "patients") for phase in PHASES[1:]
    }
    assert done.counts["deleted"].sum() == 6
    assert left == {"clinics": 2} | {phase.name: 4 for phase in PHASES[1:]}


def test_records_are_named_by_phase_or_source_object(world, ledger):
    """A source record that was routed is found by its object too, and several make one rollback."""
    world.load(make_records(), ledger)
    _, left = take_back(world, ledger, "record=encounters/e1\nrecord=encounters.check/f2\nrecord=remarks/r0")

    assert left == KINDS | {"encounters.visit": 4, "encounters.check": 4, "remarks": 4}


def test_what_a_person_hung_on_a_chosen_record_holds_it_with_its_parents(world, ledger):
    """A held child of ours that was taken along keeps the record that was asked for."""
    world.load(make_records(), ledger)
    world.tenant.update("deal", ledger.standing("claims", "k2").destination_id, {"amount": 1})
    done, left = take_back(world, ledger, "record=patients/p2")

    assert sorted(done.held["external_id"]) == ["k2", "p2"]
    assert left == {"clinics": 2, "patients": 5, "claims": 5} | {phase.name: 4 for phase in PHASES[3:]}


def test_a_batch_goes_by_the_tenants_own_number(world, ledger):
    """The records of one bulk job go, with what hangs on them."""
    world.load(make_records(clinics=3, patients=110), ledger)
    jobs = [entry for entry in ledger.entries() if entry.kind == "job" and entry.phase == "claims"]
    first = jobs[0].payload
    done, left = take_back(world, ledger, f"batch={first['job'].rpartition('/')[2]}")

    assert len(first["intents"]) == done.counts["deleted"].sum() == 100
    assert left["claims"] == 10 and left["patients"] == 110


def test_a_run_goes_and_its_changes_with_it(world, ledger, tmp_path):
    """What a run created is deleted; what it changed holds again what the run before it wrote."""
    records = make_records()
    world.load(records, ledger, run_label="40_load/a")
    before = world.store.digest()
    later = change(
        change(records, "patients", "p1", first_name="New", cf_gender=None), "remarks", "r1", description="x"
    )
    more = make_records(patients=6)
    later = {name: pl.concat([later[name], more[name].join(later[name], on="external_id", how="anti")])
             for name in later}  # fmt: skip
    world.load(later, ledger, run_label="50_cutover/b")
    preview = preview_rollback(ledger, parse_scope("run=50_cutover/b"))
    done, left = take_back(world, ledger, "run=50_cutover/b")

    assert preview.select("delete", "restore").sum().row(0) == (6, 2)
    assert done.counts.select("deleted", "restored", "held").sum().row(0) == (6, 2, 0)
    assert left == KINDS
    assert world.store.digest() == before
    requests = world.tenant.requests
    assert world.load(records, ledger)["loaded"].sum() == 32
    assert world.tenant.requests == requests


def test_the_first_run_goes_with_what_later_runs_made_of_its_records(world, ledger):
    """A record that a run brought is taken back whole, whoever of ours changed it later."""
    records = make_records()
    empty = world.store.digest()
    world.load(records, ledger, run_label="40_load/a")
    world.load(change(records, "patients", "p1", first_name="New"), ledger, run_label="50_cutover/b")
    take_back(world, ledger, "run=40_load/a")

    assert world.store.digest() == empty


def test_a_run_between_two_others_is_said_to_be_entangled(world, ledger):
    """What a later run changed again is left, and listed."""
    records = make_records()
    world.load(records, ledger, run_label="40_load/a")
    world.load(change(records, "patients", "p1", first_name="Two"), ledger, run_label="50_cutover/b")
    world.load(change(records, "patients", "p1", first_name="Three"), ledger, run_label="50_cutover/c")
    done = roll_back(ledger, world.tenant, run_label="x", scope=parse_scope("run=50_cutover/b"))

    assert done.held.select("external_id", "code").rows() == [("p1", "changed_by_later_run")]
    assert world.tenant.get("contact", ledger.standing("patients", "p1").destination_id)["first_name"] == "Three"


def test_records_that_were_there_before_are_chosen_like_any_other(world, ledger):
    """One changed record is restored; the others stay as the load left them."""
    world.tenant.create("sales_account", {"name": "Clinic 0", "city": "Wien"})
    world.load(make_records(), ledger, policies=UPDATE)
    selection = select_records(ledger, parse_scope("record=clinics/c0"))
    done = roll_back(ledger, world.tenant, run_label="x", scope=selection.scope)

    assert [(each.name, each.action) for each in selection.chosen] == [(("clinics", "c0"), "restore")]
    assert done.counts.select("deleted", "restored").row(0) == (0, 1)
    account = next(each for each in world.store.records("sales_account") if each["name"] == "Clinic 0")
    assert account["city"] == "Wien" and "cf_source_id" not in {k for k, v in account["custom_field"].items() if v}


@pytest.mark.parametrize(
    "text", ["phase=patient", "object=lead", "run=40_load/never", "batch=7", "record=patients/p99", "record=people/p1"]
)
def test_a_name_nobody_knows_is_refused_before_anything_is_done(world, ledger, text):
    """A typing error deletes nothing, and asks the tenant nothing."""
    world.load(make_records(), ledger)
    digest, requests = ledger.digest(), world.tenant.requests

    with pytest.raises(UsageError, match=text.partition("=")[0]):
        roll_back(ledger, world.tenant, run_label="x", scope=parse_scope(text))
    assert (ledger.digest(), world.tenant.requests) == (digest, requests)
