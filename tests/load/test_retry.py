"""What is held goes when what held it has changed, in lookup order, and not before."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.load.test_uploads import PHASES as FILE_PHASES
from tests.load.test_uploads import make_scans, write
from tests.load.test_uploads import open_ledger as open_files_ledger
from tests.load.world import ADMIN, NOOR, PHASES, POLICIES, World, change, make_records, make_world
from workbench.freshsales.owners import welcome_arrivals
from workbench.freshsales.schema import read_schema
from workbench.freshsales.users import User
from workbench.load.held import group_held
from workbench.load.phases import load_phases
from workbench.load.retry import ATTEMPTED, count_retry, judge_held
from workbench.load.shelf import Shelf
from workbench.retrying import count_whole, list_attempts

BLOCKED = replace(POLICIES, unmatched_owner="block")


def retry(world: World, ledger, records, *, sends_refused=False, schema=None, **own):
    """Judge and send, as a retry does; returns RETRY, HELD afterwards, and the requests it took."""
    owners = own.pop("owners", None)
    setup = replace(world.setup(ledger, run_label="40_load/retry", **own), schema=schema or world.schema)
    setup = setup if owners is None else replace(setup, owners=owners)
    requests = world.tenant.requests
    judged = judge_held(setup, PHASES, records, sends_refused=sends_refused)
    assert world.tenant.requests == requests  # judging asks the tenant nothing
    only = judged.filter(pl.col("verdict").is_in(ATTEMPTED))
    load_phases(setup, PHASES, records, only=only, on_phase=lambda count: None)
    return judged, ledger.held(), world.tenant.requests - requests


def verdicts(judged):
    return {(row["phase"], row["external_id"]): row["verdict"] for row in judged.iter_rows(named=True)}


@pytest.fixture
def records():
    """p1 has an option its field does not know, so that it is held before it is sent."""
    return change(make_records(), "patients", "p1", cf_gender="X")


def test_held_records_are_grouped_behind_what_holds_them(world, ledger, records):
    """A claim, a plan, a visit, a check and a remark wait for one patient: one root, five behind it, by name."""
    world.load(records, ledger)
    groups = group_held(ledger, PHASES, records)

    (root,) = groups.roots.iter_rows(named=True)
    assert (root["phase"], root["external_id"], root["waiting"]) == ("patients", "p1", 5)
    claim = groups.chains.row(by_predicate=pl.col("phase") == "claims", named=True)
    assert (claim["root"], claim["chain"]) == ("patients/p1", "patients/p1 > claims/k1")
    assert "waits for patients p1" in claim["reason"] and "correct the value" in claim["release"]


def test_nothing_is_sent_while_nothing_has_changed(world, ledger, records):
    """What holds the root still stands, so a retry costs no request and every record keeps its reason."""
    world.load(records, ledger)
    before = ledger.held()

    judged, held, requests = retry(world, ledger, records)
    assert set(verdicts(judged).values()) == {"waits"}
    assert requests == 0 and held.equals(before)


def test_a_corrected_root_takes_along_what_waits_for_it(world, ledger, records):
    """Six records go in lookup order, a request each besides the sweep of what is there; again: nothing."""
    world.load(records, ledger)
    corrected = make_records()

    judged, held, requests = retry(world, ledger, corrected)
    assert verdicts(judged)["patients", "p1"] == "send"
    assert [verdict for key, verdict in verdicts(judged).items() if key[0] != "patients"] == ["behind"] * 5
    assert held.is_empty()
    assert count_retry(judged, PHASES) == 6
    assert requests == 6 + 2  # and a page each of the contacts and deals that are there

    assert retry(world, ledger, corrected)[2] == 0


def test_what_the_tenant_refused_is_not_sent_again_unchanged(world, ledger):
    """The same body to the same tenant stays where it is; a changed body, a changed tenant, or --all sends it."""
    records = change(make_records(), "patients", "p1", email="no address")
    world.load(records, ledger)
    (why,) = ledger.held().filter(phase="patients").iter_rows(named=True)
    assert why["code"] == "rejected_by_tenant"

    judged, held, requests = retry(world, ledger, records)
    assert verdicts(judged)["patients", "p1"] == "same" and set(judged["verdict"]) == {"same", "waits"}
    assert requests == 0 and held.height == 6
    judged, held, requests = retry(world, ledger, records, sends_refused=True)
    assert verdicts(judged)["patients", "p1"] == "send" and set(judged["verdict"]) == {"send", "behind"}
    assert requests == 2 and held.height == 6  # a page of what is there, and the refusal; what waits for it costs none

    users = (*world.schema.users, User(id=999, name="New", email="new@tenant.example", is_active=True))
    judged, _, requests = retry(world, ledger, records, schema=replace(world.schema, users=users))
    assert verdicts(judged)["patients", "p1"] == "send" and requests == 2

    assert retry(world, ledger, make_records())[1].is_empty()


def test_an_owner_who_appears_releases_his_records(world, ledger):
    """Held because nobody owned them; once their doctor is a user they go, and belong to him."""
    records = make_records()
    world.load(records, ledger, policies=BLOCKED)
    assert set(ledger.held()["code"]) == {"owner_unresolved"}
    old = world.owners(BLOCKED)
    admin = next(user for user in world.schema.users if user.email == ADMIN)
    arrived = (*world.schema.users, replace(admin, email="gone@elsewhere.example"))

    setup_owners = welcome_arrivals(old, arrived)
    assert setup_owners.filter(source_id="d9")["resolution"].item() == "email"
    judged, held, _ = retry(world, ledger, records, policies=BLOCKED, owners=setup_owners)
    assert held.is_empty()
    assert world.count_all() == {phase.destination: 2 if phase.name == "clinics" else 5 for phase in PHASES}
    assert setup_owners.filter(source_id="d1").equals(old.filter(source_id="d1")) and NOOR in old["user_email"]


def test_a_parent_that_came_back_releases_its_children(world, ledger):
    """Deleted by a person: the children say so; restored from the recycle bin, a retry sends them."""
    records = make_records()
    world.load({name: rows.clear() if name == "remarks" else rows for name, rows in records.items()}, ledger)
    id = ledger.standing("patients", "p1").destination_id
    world.tenant.delete("contact", id)
    world.load(records, ledger)
    held = {row["external_id"]: row for row in ledger.held().iter_rows(named=True)}
    assert held["p1"]["code"] == "deleted_in_tenant" and held["r1"]["code"] == "parent_deleted"
    assert "patients p1" in held["r1"]["reason"] and "deleted in Freshsales" in held["r1"]["reason"]

    judged, held, requests = retry(world, ledger, records)
    assert verdicts(judged) == {("patients", "p1"): "look", ("remarks", "r1"): "behind"}
    assert held.height == 2 and requests == 1

    world.tenant.request("PUT", f"contacts/{id}/restore")
    assert retry(world, ledger, records)[1].is_empty()
    assert world.store.count("note") == 5


def test_schema_of_a_tenant_has_a_fingerprint(world):
    """Read twice it is the same."""
    again = read_schema(world.tenant, plan="enterprise")

    assert again.fingerprint() == world.schema.fingerprint()


def test_a_file_the_same_record_has_twice_is_settled(tmp_path):
    """The second was left out and the ledger says nothing of it: it is not in doubt, costs nothing, and is counted."""
    world, folder = replace(make_world(tmp_path / "ledger.sqlite"), phases=FILE_PHASES), tmp_path / "export"
    (folder / "scans").mkdir(parents=True)
    records = make_scans(
        ("f1", "p1", write(folder, "a.txt", "same")), ("f2", "p1", write(folder, "b.txt", "same")),
        ("f3", "p2", write(folder, "c.txt", "same")),
    )  # fmt: skip
    with open_files_ledger(world) as ledger:
        setup = replace(world.setup(ledger), shelf=Shelf(folder=folder))
        first = load_phases(setup, FILE_PHASES, records, on_phase=lambda count: None)
        requests = world.tenant.requests
        judged = judge_held(setup, FILE_PHASES, records)
        assert judged.is_empty() and world.tenant.requests == requests
        again = load_phases(setup, FILE_PHASES, records, only=list_attempts(judged), on_phase=lambda count: None)
        whole = count_whole(ledger, FILE_PHASES, records, again)
        new = make_scans(("f4", "p1", write(folder, "d.txt", "new")))["scans"]
        more = records | {"scans": pl.concat([records["scans"], new])}
        left = judge_held(setup, FILE_PHASES, more)

    assert whole.drop("requests").equals(first.drop("requests"))
    assert whole.filter(phase="scans").select("loaded", "skipped", "held").row(0) == (2, 1, 0)
    assert left["external_id"].to_list() == ["f4"]  # one that was never tried is still sent
