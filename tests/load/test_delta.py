"""The delta brings over what changed in the source, and overwrites nobody's work."""

import polars as pl
import pytest

from tests.load.world import PHASES, change, make_records
from workbench.load.delta import apply_delta, find_delta
from workbench.model import DELTA


def cut_over(world, ledger, previous, current):
    setup = world.setup(ledger, run_label="50_cutover/x")
    return apply_delta(setup, PHASES, current, find_delta(previous, current), on_phase=lambda count: None)


def contact(world, external_id):
    return next(record for record in world.store.records("contact") if record["external_id"] == external_id)


@pytest.fixture
def records():
    return make_records()


@pytest.fixture
def loaded(world, ledger, records):
    world.load(records, ledger)
    return records


def without(records, phase, external_id):
    return records | {phase: records[phase].filter(pl.col("external_id") != external_id)}


def test_every_record_of_either_side_is_named_once(records):
    """New, changed, deleted and unchanged records, told apart by content, whatever row they stand in."""
    moved = records["patients"].with_columns(_rows=pl.col("_rows").list.eval(pl.element() + 7)).reverse()
    current = change(records | {"patients": moved}, "patients", "p1", cf_born=None)
    delta = find_delta(without(records, "clinics", "c1"), without(current, "remarks", "r4"))

    assert delta.schema == DELTA
    assert sorted(delta.filter(pl.col("change") != "unchanged").rows()) == [
        ("clinics", "c1", "new"), ("patients", "p1", "changed"), ("remarks", "r4", "deleted")
    ]  # fmt: skip
    assert delta.height == sum(frame.height for frame in records.values())


@pytest.mark.covers("C-69", "A-73", "N-80", "R-75", "O-72")
def test_new_and_changed_records_are_loaded(world, ledger, loaded):
    """A changed value arrives, an emptied one is emptied, a new record is created; nothing else is sent."""
    current = change(loaded, "patients", "p1", first_name="Renamed", last_name=None, cf_gender=None)
    more = make_records(patients=6)
    current = {name: pl.concat([current[name], more[name].tail(1)]) if name == "remarks" else current[name]
               for name in current}  # fmt: skip
    current = change(current, "remarks", "r5", **{"lookup.targetable": "p0"})
    requests = world.tenant.requests

    counts = cut_over(world, ledger, loaded, current)
    assert counts.select("attempted", "loaded", "held").sum().row(0) == (2, 2, 0)
    person = contact(world, "p1")
    assert (person["first_name"], person["last_name"]) == ("Renamed", None)
    assert person["custom_field"]["cf_gender"] is None
    assert world.store.count("note") == 6
    assert world.tenant.requests - requests == 3  # one look before the change, the change, the new note


def test_applying_it_again_changes_nothing(world, ledger, loaded):
    """The second time no request is sent and no entry written, and the counts are the same."""
    current = without(change(loaded, "patients", "p1", first_name="Renamed"), "remarks", "r4")
    first = cut_over(world, ledger, loaded, current)
    requests, digest = world.tenant.requests, ledger.digest()

    second = cut_over(world, ledger, loaded, current)
    assert (world.tenant.requests, ledger.digest()) == (requests, digest)
    assert second.drop("requests").equals(first.drop("requests"))


@pytest.mark.parametrize(
    ("phase", "external_id", "object", "edit", "source"),
    [
        ("patients", "p1", "contact", {"city": "Linz"}, {"first_name": "Renamed"}),
        ("patients", "p1", "contact", {"first_name": "ZOË 1"}, {"first_name": "Renamed"}),
        ("claims", "k1", "deal", {"amount": 1}, {"amount": 2.0}),
        ("plans", "t1", "cm_care_plan", {"custom_field": {"cf_start": "2030-01-01"}}, {"name": "Renamed"}),
        ("remarks", "r1", "note", {"description": "rewritten"}, {"description": "changed in the source"}),
        ("encounters.visit", "e1", "appointment", {"location": "Room 2"}, {"title": "Renamed"}),
    ],
)
def test_what_somebody_edited_is_held(world, ledger, loaded, phase, external_id, object, edit, source):
    """A record edited in the tenant since the load keeps the edit; the source's change is held, naming the field."""
    id = ledger.standing(phase, external_id).destination_id
    world.tenant.update(object, id, edit)
    edited = world.store.digest()

    counts = cut_over(world, ledger, loaded, change(loaded, phase, external_id, **source))
    assert counts["held"].sum() == 1
    row = ledger.held().row(0, named=True)
    assert (row["external_id"], row["code"]) == (external_id, "edited_in_tenant")
    assert row["field"] in {*edit, *edit.get("custom_field", {})}
    assert world.store.digest() == edited
    assert ledger.destination_id(PHASES[0].source, "c0")  # the crosswalk is whole


def test_the_same_edit_on_both_sides_is_no_conflict(world, ledger, loaded):
    """Where the tenant already holds what the source now says, there is nothing to decide."""
    world.tenant.update("contact", ledger.standing("patients", "p1").destination_id, {"first_name": "Renamed"})

    counts = cut_over(world, ledger, loaded, change(loaded, "patients", "p1", first_name="Renamed"))
    assert counts.select("loaded", "held").sum().row(0) == (1, 0)


def test_a_record_deleted_in_the_tenant_is_held(world, ledger, loaded):
    """A record somebody deleted is not brought back by a change in the source."""
    world.tenant.delete("contact", ledger.standing("patients", "p1").destination_id)

    cut_over(world, ledger, loaded, change(loaded, "patients", "p1", first_name="Renamed"))
    assert ledger.held()["code"].to_list() == ["deleted_in_tenant"]
    assert world.store.count("contact") == 4


def test_a_record_gone_from_the_source_is_reported_and_left(world, ledger, loaded):
    """Deleting is a decision: the tenant's record stays, and the report names it."""
    counts = cut_over(world, ledger, loaded, without(loaded, "remarks", "r4"))

    assert counts.filter(phase="remarks").select("attempted", "loaded", "held").row(0) == (1, 0, 1)
    assert ledger.held()["code"].to_list() == ["deleted_in_source"]
    assert world.store.count("note") == 5


def test_a_record_that_comes_back_is_released(world, ledger, loaded):
    """Gone in one export and back in the next: it is loaded again without a request."""
    gone = without(loaded, "remarks", "r4")
    cut_over(world, ledger, loaded, gone)
    requests = world.tenant.requests

    cut_over(world, ledger, gone, loaded)
    assert ledger.held().is_empty()
    assert world.tenant.requests == requests


def test_an_activity_moves_with_its_parent(world, ledger, loaded):
    """A note whose parent changed in the source hangs on the new parent."""
    cut_over(world, ledger, loaded, change(loaded, "remarks", "r1", **{"lookup.targetable": "p2"}))

    notes = world.tenant.activities_of("contact", contact(world, "p2")["id"])["notes"]
    assert len(notes) == 2
