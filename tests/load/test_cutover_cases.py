"""A delta three ways: what was loaded, what the source says now, what the tenant holds now."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.load.world import NOOR, PHASES, change, make_records, make_world
from workbench.conflicts_file import draft_conflicts, read_conflict_decisions
from workbench.errors import UsageError
from workbench.load.currents import AGE, Currents
from workbench.load.deleted import note_deleted
from workbench.load.delta import (
    apply_delta,
    compare_hashes,
    find_delta,
    hash_records,
    mark_arrivals,
    note_brought_over,
    prove_frozen,
)
from workbench.load.gone import Reading, delete_gone, judge_gone
from workbench.load.review import Review
from workbench.load.rollback import roll_back
from workbench.load.scope import parse_scope
from workbench.reconcile.counts import reconcile_counts
from workbench.reconcile.population import read_population


@pytest.fixture
def loaded(world, ledger):
    records = make_records()
    world.load(records, ledger)
    return records


def cut_over(world, ledger, previous, current, *, decisions=(), deleted="hold", owners=None, arrived=(), **doubts):
    """One delta; returns its conflicts, what was removed, and the requests it took."""
    review = Review(decisions=tuple(decisions))
    setup = replace(world.setup(ledger, run_label="50_cutover/x"), review=review)
    setup = replace(setup, owners=owners) if owners is not None else setup
    requests = world.tenant.requests
    delta = mark_arrivals(find_delta(previous, current), setup, current, arrived)
    apply_delta(setup, PHASES, current, delta, deleted=deleted, on_phase=lambda count: None, **doubts)
    removed = delete_gone(setup, judge_gone(setup, PHASES, current, policy=deleted, **doubts))
    return review.list_conflicts(), removed, world.tenant.requests - requests


def contact(world, external_id):
    return next(record for record in world.store.records("contact") if record["external_id"] == external_id)


def decide(tmp_path, conflicts, keep):
    """The drafted file with every decision filled in, as an analyst would."""
    path = tmp_path / "conflicts.toml"
    draft_conflicts(path, conflicts)
    assert read_conflict_decisions(path) == ()  # nobody decided yet
    path.write_text(path.read_text().replace('keep = ""', f'keep = "{keep}"').replace('by = ""', 'by = "Ada"'))
    return read_conflict_decisions(path)


def without(records, phase, *ids):
    return records | {phase: records[phase].filter(~pl.col("external_id").is_in(ids))}


@pytest.fixture
def edited(world, ledger, loaded):
    """Somebody renamed p1 in the tenant, and so did the source."""
    world.tenant.update("contact", ledger.standing("patients", "p1").destination_id, {"first_name": "Theirs"})
    return change(loaded, "patients", "p1", first_name="Ours", last_name="Newer")


@pytest.mark.covers("C-69", "A-73")
def test_a_conflict_shows_three_values_side_by_side(world, ledger, loaded, edited):
    """Loaded, source and tenant, undecided; the tenant keeps its own, and asking again costs one look."""
    conflicts, _, _ = cut_over(world, ledger, loaded, edited)
    (row,) = conflicts.iter_rows(named=True)
    assert [row[name] for name in ("field", "loaded", "source", "tenant", "decision")] == [
        "first_name", "Zoë 1", "Ours", "Theirs", ""
    ]  # fmt: skip
    assert contact(world, "p1")["first_name"] == "Theirs"

    digest = ledger.digest()
    again, _, requests = cut_over(world, ledger, edited, edited)
    assert again.equals(conflicts) and requests == 1 and ledger.digest() == digest


@pytest.mark.parametrize(("keep", "stands"), [("source", "Ours"), ("tenant", "Theirs")])
def test_a_decision_is_applied_by_the_next_run(world, ledger, tmp_path, loaded, edited, keep, stands):
    """The side that was chosen stays, the rest of the change arrives, and a further run changes nothing."""
    conflicts, _, _ = cut_over(world, ledger, loaded, edited)
    decisions = decide(tmp_path, conflicts, keep)

    _, _, requests = cut_over(world, ledger, edited, edited, decisions=decisions)
    assert (contact(world, "p1")["first_name"], contact(world, "p1")["last_name"]) == (stands, "Newer")
    assert ledger.held().is_empty() and requests == 2  # a look and the change
    assert cut_over(world, ledger, edited, edited, decisions=decisions)[2] == 0


def test_a_decision_counts_only_for_the_values_it_was_made_about(world, ledger, tmp_path, loaded, edited):
    """Edited once more after the decision, the record is held again and nothing of anybody's is overwritten."""
    conflicts, _, _ = cut_over(world, ledger, loaded, edited)
    decisions = decide(tmp_path, conflicts, "source")
    world.tenant.update("contact", ledger.standing("patients", "p1").destination_id, {"first_name": "Theirs too"})

    again, _, _ = cut_over(world, ledger, edited, edited, decisions=decisions)
    assert again["decision"].to_list() == [""] and again["tenant"].to_list() == ["Theirs too"]
    assert contact(world, "p1")["first_name"] == "Theirs too"


def test_a_decisions_file_that_cannot_be_used_names_every_block(tmp_path):
    """Unknown sides and keys, and what is missing, in one message."""
    path = tmp_path / "conflicts.toml"
    path.write_text('[[conflict]]\nphase = "a"\nkeep = "ours"\nfeild = "x"\n')

    with pytest.raises(UsageError, match="(?s)feild.*record is missing.*case is missing.*keep = 'ours'"):
        read_conflict_decisions(path)


def test_what_was_left_to_the_tenant_stays_through_later_changes(world, ledger, tmp_path, loaded):
    """Decided once, a field is not overwritten when the source changes another; another value of it is asked about."""
    world.tenant.update("contact", ledger.standing("patients", "p1").destination_id, {"first_name": "Theirs"})
    second = change(loaded, "patients", "p1", first_name="Ours", last_name="Second")
    decisions = decide(tmp_path, cut_over(world, ledger, loaded, second)[0], "tenant")
    cut_over(world, ledger, second, second, decisions=decisions)
    assert (contact(world, "p1")["first_name"], contact(world, "p1")["last_name"]) == ("Theirs", "Second")

    third = change(second, "patients", "p1", last_name="Third")
    conflicts, _, _ = cut_over(world, ledger, second, third, decisions=decisions)
    assert (contact(world, "p1")["first_name"], contact(world, "p1")["last_name"]) == ("Theirs", "Third")
    assert conflicts.is_empty() and ledger.held().is_empty()

    fourth = change(third, "patients", "p1", first_name="Newer")
    conflicts, _, _ = cut_over(world, ledger, third, fourth, decisions=decisions)
    assert conflicts.select("field", "source", "tenant", "decision").rows() == [("first_name", "Newer", "Theirs", "")]
    decisions = decide(tmp_path, conflicts, "source")
    cut_over(world, ledger, fourth, fourth, decisions=decisions)
    assert contact(world, "p1")["first_name"] == "Newer" and ledger.held().is_empty()


def test_many_changes_are_looked_at_by_the_hundred(world, ledger):
    """Thirty changed contacts are looked at on one page of their list, and each is changed once."""
    records = make_records(patients=30)
    world.load(records, ledger)
    later = records | {"patients": records["patients"].with_columns(last_name=pl.lit("Later"))}

    _, _, requests = cut_over(world, ledger, records, later)
    assert requests == 30 + 1
    assert {record["last_name"] for record in world.store.records("contact")} == {"Later"}


@pytest.mark.parametrize(("deleted", "notes", "held"), [("hold", 5, 1), ("keep", 5, 0), ("delete", 4, 0)])
def test_records_that_left_the_source_go_by_the_policy(world, ledger, loaded, deleted, notes, held):
    """Held, kept or deleted; whichever, a second run changes nothing."""
    later = without(loaded, "remarks", "r4")
    cut_over(world, ledger, loaded, later, deleted=deleted)
    assert (world.store.count("note"), ledger.held().height) == (notes, held)

    requests = cut_over(world, ledger, later, later, deleted=deleted)[2]
    assert requests == 0


def test_nothing_is_deleted_that_a_record_of_ours_still_needs(world, ledger, loaded):
    """A patient left the source and his claim did not: he stays, held, and the reason names the claim."""
    later = without(loaded, "patients", "p4")
    stays = ("clinics", "patients", "claims")
    later = {name: rows if name in stays else rows.clear() for name, rows in later.items()}
    cut_over(world, ledger, loaded, later, deleted="delete", most_deleted=100)

    held = {row["external_id"]: row for row in ledger.held().iter_rows(named=True)}
    assert "claims k4 needs it" in held["p4"]["reason"]
    assert world.store.count("contact") == 5 and world.store.count("note") == 0


def test_one_decision_about_a_record_that_left(world, ledger, tmp_path, loaded):
    """Held by the policy, decided for the source: it is deleted; nothing else is."""
    later = without(loaded, "remarks", "r3", "r4")
    conflicts, _, _ = cut_over(world, ledger, loaded, later)
    decisions = decide(tmp_path, conflicts.filter(external_id="r4"), "source")

    cut_over(world, ledger, later, later, decisions=decisions)
    assert world.store.count("note") == 4 and ledger.held()["external_id"].to_list() == ["r3"]


def test_records_of_modules_that_come_late_are_linked(world, ledger):
    """New in the delta with their parents, behind a parent released by it, behind an owner who appeared: all linked."""
    before, after = make_records(patients=4), make_records(patients=6)
    before = change(before, "patients", "p1", cf_gender="X")  # the tenant refuses it, so that its plan waits
    world.load(before, ledger)
    assert ledger.standing("plans", "t1").state == "held" and world.store.count("cm_care_plan") == 3

    cut_over(world, ledger, before, after)
    plans = {record["name"]: record for record in world.store.records("cm_care_plan")}
    linked = {name: record["custom_field"]["cf_patient"] for name, record in plans.items()}
    assert linked == {f"Plan {n}": ledger.destination_id("patients", f"p{n}") for n in range(6)}
    assert ledger.held().is_empty() and cut_over(world, ledger, after, after)[2] == 0

    moved = change(after, "plans", "t5", **{"lookup.cf_patient": "p0"})
    cut_over(world, ledger, after, moved)
    plans = {record["name"]: record for record in world.store.records("cm_care_plan")}
    assert plans["Plan 5"]["custom_field"]["cf_patient"] == ledger.destination_id("patients", "p0")


def test_plans_of_people_without_an_owner_go_once_one_appears(world, ledger):
    """Blocked by the policy, owner and parent alike; once there is a user, the delta brings both and links them."""
    records, noor = make_records(patients=4), next(user for user in world.schema.users if user.email == NOOR)
    blocked = world.owners().with_columns(
        user_id=pl.when(pl.col("source_id") == "d9").then(None).otherwise("user_id"), resolution=pl.lit("email")
    )
    cut_over(world, ledger, {name: rows.clear() for name, rows in records.items()}, records, owners=blocked)
    assert set(ledger.held().filter(phase="plans")["external_id"]) == {"t0", "t2"}

    appeared = blocked.with_columns(pl.col("user_id").fill_null(noor.id))
    cut_over(world, ledger, records, records, owners=appeared, arrived=["d9"])
    linked = {each["name"]: each["custom_field"]["cf_patient"] for each in world.store.records("cm_care_plan")}
    assert linked == {f"Plan {n}": ledger.destination_id("patients", f"p{n}") for n in range(4)}
    assert ledger.held().is_empty()


def test_an_owner_who_appears_gets_the_records_the_fallback_kept(world, ledger, loaded):
    """They change hands; what somebody gave to another meanwhile is a conflict, and stays where it is."""
    owners = world.owners()
    noor = next(user for user in world.schema.users if user.email == NOOR)
    is_d9 = pl.col("source_id") == "d9"
    arrived = owners.with_columns(
        user_id=pl.when(is_d9).then(noor.id).otherwise("user_id"),
        user_email=pl.when(is_d9).then(pl.lit(NOOR)).otherwise("user_email"),
        resolution=pl.when(is_d9).then(pl.lit("email")).otherwise("resolution"),
    )
    taken = owners["user_id"].to_list()
    other = next(user for user in world.schema.users if user.is_active and user.id not in taken)
    world.tenant.update("contact", ledger.standing("patients", "p2").destination_id, {"owner_id": other.id})

    conflicts, _, requests = cut_over(world, ledger, loaded, loaded, owners=arrived, arrived=["d9"])
    assert contact(world, "p0")["owner_id"] == noor.id and contact(world, "p2")["owner_id"] == other.id
    assert contact(world, "p0")["custom_field"]["cf_source_owner"] is None
    assert conflicts["field"].to_list() == ["owner_id"]
    assert conflicts["tenant"].to_list() == [str(other.id)]
    assert requests > 0
    assert cut_over(world, ledger, loaded, loaded, owners=arrived, arrived=["d9"])[2] == 1  # the conflict alone


def test_a_record_deleted_in_the_tenant_is_named_and_not_counted_as_loaded(world, ledger, loaded):
    """Found by listing: it is held, has a column of its own, and comes back into the count when it is restored."""
    id = ledger.standing("claims", "k1").destination_id
    world.tenant.delete("deal", id)
    deleted = note_deleted(ledger, read_population(world.tenant, ledger, PHASES))
    assert deleted["external_id"].to_list() == ["k1"] and deleted["what"][0].startswith("deleted in Freshsales since")

    counts = reconcile_counts(read_population(world.tenant, ledger, PHASES), ledger, PHASES, loaded)
    claims = counts.row(by_predicate=pl.col("phase") == "claims", named=True)
    assert [claims[name] for name in ("expected", "in_ledger", "deleted", "in_tenant", "agrees")] == [5, 4, 1, 4, True]

    world.tenant.request("PUT", f"deals/{id}/restore")
    assert note_deleted(ledger, read_population(world.tenant, ledger, PHASES)).is_empty()


@pytest.mark.parametrize(
    ("doubts", "code"),
    [
        ({"reading": Reading(unread={"remarks": "1 row of remarks could not be read"})}, "could_not_be_read"),
        ({"reading": Reading(left_out={"remarks": frozenset({"r4"})})}, "left_out_by_rule"),
        ({"most_deleted": 0}, "too_many_deleted"),
    ],
)
def test_what_the_export_may_only_have_failed_to_show_is_never_deleted(world, ledger, loaded, doubts, code):
    """Whatever the policy says, the record is held under a code of its own; back in the export, it is released."""
    later = without(loaded, "remarks", "r4")
    cut_over(world, ledger, loaded, later, deleted="delete", **doubts)
    assert world.store.count("note") == 5 and ledger.held()["code"].to_list() == [code]

    assert cut_over(world, ledger, later, loaded, deleted="delete")[2] == 0
    assert ledger.held().is_empty()


def test_no_decision_deletes_what_could_not_be_read(world, ledger, tmp_path, loaded):
    """Decided for the source while it could be read; with a broken row in the export the decision waits."""
    later = without(loaded, "remarks", "r4")
    decisions = decide(tmp_path, cut_over(world, ledger, loaded, later)[0], "source")
    broken = Reading(unread={"remarks": "1 row of remarks could not be read"})

    cut_over(world, ledger, later, later, decisions=decisions, reading=broken)
    assert world.store.count("note") == 5 and ledger.held()["code"].to_list() == ["could_not_be_read"]
    cut_over(world, ledger, later, later, decisions=decisions)
    assert world.store.count("note") == 4


@pytest.mark.parametrize(("left", "most", "notes"), [(20, None, 10), (21, None, 30), (21, 21, 9), (30, None, 30)])
def test_more_than_a_few_are_deleted_only_where_somebody_said_the_number(world, ledger, left, most, notes):
    """Twenty of thirty go unasked; one more is held, and goes once the number is stated; a whole phase never goes."""
    records = make_records(patients=30)
    world.load(records, ledger)
    later = without(records, "remarks", *[f"r{n}" for n in range(left)])

    cut_over(world, ledger, records, later, deleted="delete", most_deleted=most)
    assert world.store.count("note") == notes
    assert set(ledger.held()["code"]) == ({"too_many_deleted"} if notes == 30 else set())


def test_a_decision_about_one_departure_says_nothing_of_the_next(world, ledger, tmp_path, loaded):
    """Decided to be deleted, back in the source and loaded anew: gone again, it waits for a decision of its own."""
    later = without(loaded, "remarks", "r4")
    decisions = decide(tmp_path, cut_over(world, ledger, loaded, later)[0], "source")
    cut_over(world, ledger, later, later, decisions=decisions)
    world.load(loaded, ledger)
    assert world.store.count("note") == 5

    conflicts = cut_over(world, ledger, loaded, later, decisions=decisions)[0]
    assert world.store.count("note") == 5 and conflicts["decision"].to_list() == [""]


def decide_about_deleted(world, ledger, tmp_path, loaded, keep, *, object="contact", name="patients", id="p1"):
    """Somebody deleted a record that then changed in the source; a cutover asks, and the next one knows the answer."""
    changed = {"first_name": "Renamed"} if object == "contact" else {"title": "Renamed"}
    world.tenant.delete(object, ledger.standing(name, id).destination_id)
    later = change(loaded, name, id, **changed)
    decisions = decide(tmp_path, cut_over(world, ledger, loaded, later)[0], keep)
    return later, cut_over(world, ledger, later, later, decisions=decisions)[0]


def test_a_deleted_record_that_is_let_go_waits_no_more(world, ledger, tmp_path, loaded):
    """Kept as the tenant holds it: it stays away, and the reason says that nothing has to be done."""
    _, conflicts = decide_about_deleted(world, ledger, tmp_path, loaded, "tenant")
    assert conflicts["decision"].to_list() == ["tenant"] and world.store.count("contact") == 4
    assert "lets it go" in ledger.held()["reason"][0]


def test_a_deleted_record_comes_back_where_the_source_is_to_stay(world, ledger, tmp_path, loaded):
    """Restored with what hung on it, then changed to what the source says; the next delta finds nothing to do."""
    later, conflicts = decide_about_deleted(world, ledger, tmp_path, loaded, "source")
    assert conflicts["decision"].to_list() == ["source"]
    assert contact(world, "p1")["first_name"] == "Renamed" and ledger.held().is_empty()
    assert contact(world, "p1")["id"] == ledger.destination_id("patients", "p1") and world.store.count("note") == 5
    assert cut_over(world, ledger, later, later)[2] == 0


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({}, "from the recycle bin of Freshsales"),
        ({"object": "task", "name": "encounters.check", "id": "f1"}, "take encounters.check/f1 back"),
    ],
)
def test_a_deleted_record_that_cannot_come_back_says_what_to_do(tmp_path, record, says):
    """Where no program may restore it, or no bin keeps it: held, with the way to have it again."""
    world = make_world(tmp_path / "ledger.sqlite", restore_by_api=False)
    with world.ledger() as ledger:
        loaded = make_records()
        world.load(loaded, ledger)
        later, _ = decide_about_deleted(world, ledger, tmp_path, loaded, "source", **record)
        row = ledger.held().row(0, named=True)
        assert row["code"] == "deleted_in_tenant" and says in row["release"]
        if record:
            scope = parse_scope("record=encounters.check/f1")
            roll_back(ledger, world.tenant, run_label="90_rollback/x", scope=scope)
            world.load(later, ledger)
            assert {each["title"] for each in world.store.records("task")} == {"Check-in", "Renamed"}
            assert ledger.held().is_empty() and world.store.count("task") == 5


def test_a_list_of_some_minutes_ago_overwrites_nobody(world, ledger):
    """Somebody edits a record while others of its list are being changed: it is looked at again, and held."""
    records = make_records(patients=30)
    world.load(records, ledger)
    later = records | {"patients": records["patients"].with_columns(last_name=pl.lit("Later"))}
    ids = {each.external_id: each.destination_id for each in ledger.standings("patients")}
    update, written = world.tenant.update, []

    def interrupt(object, id, body):
        answer = update(object, id, body)
        if not written:
            update("contact", ids["p9"], {"last_name": "Married"})
            world.tenant.pause(AGE + 1, "another stage takes its time")
        written.append(id)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(world.tenant), "update", lambda self, *sent: interrupt(*sent))
        cut_over(world, ledger, records, later)
    assert contact(world, "p9")["last_name"] == "Married" and len(written) == 29
    assert ledger.held().select("external_id", "code").rows() == [("p9", "edited_in_tenant")]


def test_an_old_list_is_read_again_only_where_it_spares_requests(world, ledger):
    """A list that spared requests is read once more when it is old; one that spared none gives way to single reads."""
    records = make_records(patients=10)
    world.load(records, ledger)
    ids = [each.destination_id for each in ledger.standings("patients")]
    currents = Currents(tenant=world.tenant, listed=frozenset({"contact"}))
    before = world.tenant.requests
    for id in ids[:4]:
        currents.read("contact", id)
    assert world.tenant.requests - before == 1

    world.tenant.pause(AGE + 1, "time passes")
    currents.read("contact", ids[4])
    assert world.tenant.requests - before == 2
    world.tenant.pause(AGE + 1, "time passes")
    for id in ids[5:8]:
        currents.read("contact", id)
    assert world.tenant.requests - before == 2 + 3


def test_notes_are_not_said_to_agree(world, ledger, loaded):
    """Nobody looked at them: neither a yes nor a no, unless the ledger itself lacks one."""
    counts = reconcile_counts(read_population(world.tenant, ledger, PHASES), ledger, PHASES, loaded)
    assert dict(counts.select("phase", "agrees").iter_rows())["remarks"] is None
    assert counts.filter(pl.col("phase") != "remarks")["agrees"].all()

    more = loaded | {"remarks": make_records(patients=6)["remarks"]}
    counts = reconcile_counts(read_population(world.tenant, ledger, PHASES), ledger, PHASES, more)
    assert dict(counts.select("phase", "agrees").iter_rows())["remarks"] is False


def test_a_frozen_source_is_proved_by_its_hashes(ledger):
    """The same content agrees whatever row it stands in; a changed value breaks its object and no other."""
    records = make_records()
    moved = records | {"patients": records["patients"].reverse()}
    note_brought_over(ledger, PHASES, hash_records(records))

    before = hash_records(records)
    assert prove_frozen(ledger, PHASES, hash_records(moved), before=before)["agrees"].all()
    assert prove_frozen(ledger, PHASES, before, before=None)["agrees"].null_count() == 6
    later = hash_records(change(records, "remarks", "r1", description="other"))
    proof = prove_frozen(ledger, PHASES, later, before=before)
    assert proof.filter(agrees=False)["object"].to_list() == ["remarks"]
    assert compare_hashes(hash_records(records), later).filter(change="changed").height == 1
