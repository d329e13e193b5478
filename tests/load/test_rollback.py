"""The way back leaves the tenant as it was, except for what others touched, and proves it."""

import dataclasses
import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import count

import httpx
import polars as pl
import pytest

from tests.load.lossy import Lossy
from tests.load.world import (
    PHASES,
    POLICIES,
    SharedClock,
    World,
    change,
    make_records,
    make_world,
    open_tenant,
    prepare_schema,
)
from workbench.errors import RetryLater
from workbench.freshsales.schema import create_missing, plan_schema, read_schema
from workbench.ledger import Ledger
from workbench.load.proof import prove_rollback
from workbench.load.rollback import roll_back
from workbench.load.rollback_preview import preview_rollback
from workbench.model import HELD, PROOF, ROLLBACK_COUNTS, ROLLBACK_PREVIEW
from workbench.own_fields import list_own_rules
from workbench.sandbox import TenantSettings, build_app, in_process

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

    done = roll_back(ledger, world.tenant, run_label="90_rollback/x")
    counts, held = done.counts, done.held
    proof = prove_rollback(ledger, world.tenant).phases
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
    counts = roll_back(ledger, world.tenant, run_label="x").counts

    phases = preview.filter(pl.col("destination") != "")
    assert phases["phase"].to_list() == counts["phase"].to_list() == [phase.name for phase in reversed(PHASES)]
    requests = dict(counts.select("phase", "requests").iter_rows())
    assert (requests["patients"], requests["plans"], requests["remarks"]) == (2, 2, 30)
    assert dict(phases.select("phase", "requests").iter_rows()) == requests


def test_looking_for_edits_costs_pages_not_records(world, ledger):
    """Before seven hundred records go, they are listed a hundred a request, notes beside what they hang on."""
    world.load(make_records(patients=100), ledger)
    requests = world.tenant.requests
    counts = roll_back(ledger, world.tenant, run_label="x").counts

    looking = world.tenant.requests - requests - counts["requests"].sum()
    assert looking == 9


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

    done = roll_back(ledger, world.tenant, run_label="y")
    counts, held = done.counts, done.held
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

    done = roll_back(ledger, world.tenant, run_label="x")
    counts, held = done.counts, done.held
    assert world.store.store.read(object, id) is not None
    why = {row["external_id"]: row["reason"] for row in held.iter_rows(named=True)}
    assert why[external_id].startswith("edited in Freshsales since")
    if object != "sales_account":
        patient = f"p{external_id[1]}"
        clinic = f"c{int(external_id[1]) % 2}"
        assert {patient, clinic} <= set(why)
        assert world.store.count("contact") == 1
    assert sums(counts)[0] + sums(counts)[2] == 32
    assert prove_rollback(ledger, world.tenant).holds


def test_what_others_hung_on_our_records_keeps_them(world, ledger):
    """A contact of ours with somebody else's task, or deal, stays: deleting it would take their work along."""
    world.load(make_records(), ledger)
    ids = {n: ledger.standing("patients", f"p{n}").destination_id for n in range(5)}
    world.tenant.create(
        "task", {"title": "Call", "due_date": "2030-01-01", "targetable_type": "Contact", "targetable_id": ids[0]}
    )
    world.tenant.create("deal", {"name": "Theirs", "amount": 5, "contacts_added_list": [ids[1]]})
    world.tenant.create("note", {"description": "hm", "targetable_type": "Contact", "targetable_id": ids[2]})

    held = roll_back(ledger, world.tenant, run_label="x").held
    assert {"p0", "p1", "p2"} <= set(held["external_id"])
    assert not {"p3", "p4"} & set(held["external_id"])
    assert world.store.count("contact") == 3
    assert world.store.count("task") == 1


def test_a_changed_record_edited_since_is_not_restored(world, ledger, before):
    """A record that was there before us and that somebody edited after us is left to them, and the proof says so."""
    world.load(make_records(), ledger, policies=UPDATE)
    world.tenant.update("contact", ledger.standing("patients", "p1").destination_id, {"job_title": "Boss"})

    done = roll_back(ledger, world.tenant, run_label="x")
    assert "p1" in done.held["external_id"].to_list()
    contact = next(record for record in world.store.records("contact") if record["job_title"] == "Boss")
    assert contact["first_name"] == "Zoë 1"
    assert prove_rollback(ledger, world.tenant).phases.filter(phase="patients")["held"].item() == 1


def test_what_somebody_deleted_already_is_no_obstacle(world, ledger):
    """Records that are gone count as deleted; the rollback goes on."""
    world.load(make_records(), ledger)
    for phase, object in (("remarks", "note"), ("claims", "deal"), ("encounters.check", "task")):
        world.tenant.delete(object, ledger.standings(phase)[1].destination_id)

    done = roll_back(ledger, world.tenant, run_label="x")
    assert sums(done.counts) == (32, 0, 0)
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
    assert prove_rollback(ledger, world.tenant).holds
    lossy._inner.close()


def test_what_the_tenant_only_says_it_deleted_is_held(world, ledger):
    """A bulk delete that is answered and not done is tried again, then held, and keeps what it hangs on."""
    world.load(make_records(), ledger)
    inner = in_process(world.app)
    deaf = httpx.MockTransport(lambda request: _pretend(request, inner))

    done = roll_back(ledger, open_tenant(deaf), run_label="x")
    codes = dict(done.held.group_by("phase").agg(pl.col("code").unique().first()).iter_rows())
    assert codes == {"plans": "still_there", "patients": "linked_in_tenant", "clinics": "linked_in_tenant"}
    assert world.count_all() == dict.fromkeys(world.count_all(), 0) | {
        "cm_care_plan": 5, "contact": 5, "sales_account": 2
    }  # fmt: skip
    assert sums(roll_back(ledger, world.tenant, run_label="y").counts) == (12, 0, 0)
    inner.close()


def _pretend(request, inner):
    """A tenant that says it deleted module records, and does not."""
    if request.url.path.endswith("cm_care_plan/bulk_destroy"):
        return httpx.Response(200, json={"message": "deleted"})
    return inner.handle_request(request)


def test_a_child_the_tenant_will_not_delete_keeps_its_parent(world, ledger):
    """Where one delete is refused, what the record hangs on is not deleted from above it."""
    world.load(make_records(), ledger)
    stubborn = ledger.standing("remarks", "r1").destination_id
    inner = in_process(world.app)

    def refuse(request):
        if request.method == "DELETE" and request.url.path.endswith(f"/notes/{stubborn}"):
            return httpx.Response(400, json={"errors": {"code": 400, "message": ["no"]}})
        return inner.handle_request(request)

    done = roll_back(ledger, open_tenant(httpx.MockTransport(refuse)), run_label="x")
    assert sorted(done.held["external_id"]) == ["c1", "p1", "r1"]
    assert sums(done.counts) == (29, 0, 3)
    inner.close()


def test_ids_of_different_objects_are_not_mixed_up(world, ledger):
    """A stranger's deal that names an account by a number one of our contacts has for an id keeps no contact."""
    world.load(make_records(), ledger)
    contact = ledger.standing("patients", "p0").destination_id
    inner = in_process(world.app)

    def rewrite(request):
        """The same tenant, only that a stranger's deal belongs to an account with the number of our contact."""
        response = inner.handle_request(request)
        if "/deals/view/" not in request.url.path:
            return response
        body = json.loads(b"".join(response.stream))
        body["deals"].append(
            {"id": 7, "name": "Theirs", "sales_account_id": contact, "updated_at": "2039-01-01T00:00:00Z"}
        )
        return httpx.Response(200, json=body)

    done = roll_back(ledger, open_tenant(httpx.MockTransport(rewrite)), run_label="x")
    assert done.held.is_empty()
    inner.close()


def test_edits_by_ten_people_stay_and_all_else_is_gone(world, ledger, before):
    """Ten records edited since are held and listed; the tenant differs from before by them and their parents only."""
    world.load(make_records(patients=20), ledger, policies=UPDATE)
    for n in range(3, 13):
        world.tenant.update("deal", ledger.standing("claims", f"k{n}").destination_id, {"amount": 7})

    done = roll_back(ledger, world.tenant, run_label="x")
    edited = done.held.filter(code="edited_in_tenant")
    assert sorted(edited["external_id"]) == sorted(f"k{n}" for n in range(3, 13))
    assert sorted(done.held.filter(code="linked_in_tenant")["external_id"].unique()) == sorted(
        [*(f"p{n}" for n in range(3, 13)), "c1"]
    )
    assert prove_rollback(ledger, world.tenant).holds
    standing = ledger.crosswalk().select("destination", "destination_id").rows()
    for object, id in standing:
        if ledger.find_by_destination(object, id).created:
            world.tenant.delete(object, id)
    world.tenant.update("sales_account", _find(world, "Clinic 0"), {"city": "Wien"})
    assert world.store.digest() == before


def test_edits_deletions_and_links_of_others_at_once(world, ledger, before):
    """Ten records touched in every way others can: what they edited or linked stays with its parents, the rest goes."""
    world.load(make_records(patients=20), ledger, policies=UPDATE)
    ids = {
        (row["phase"], row["external_id"]): row["destination_id"] for row in ledger.crosswalk().iter_rows(named=True)
    }
    change, create, delete = world.tenant.update, world.tenant.create, world.tenant.delete
    change("deal", ids["claims", "k2"], {"amount": 7})
    change("contact", ids["patients", "p3"], {"city": "Linz"})
    change("task", ids["encounters.check", "f4"], {"title": "Theirs"})
    change("note", ids["remarks", "r5"], {"description": "Theirs"})
    delete("deal", ids["claims", "k6"])
    delete("note", ids["remarks", "r7"])
    delete("contact", ids["patients", "p8"])
    create("note", {"description": "hm", "targetable_type": "Contact", "targetable_id": ids["patients", "p9"]})
    create("deal", {"name": "Theirs", "amount": 5, "contacts_added_list": [ids["patients", "p10"]]})
    create("task", {"title": "Theirs", "due_date": "2030-01-01", "targetable_type": "Contact",
                    "targetable_id": ids["patients", "p11"]})  # fmt: skip

    done = roll_back(ledger, world.tenant, run_label="x")

    held = set(done.held.select("phase", "external_id").iter_rows())
    touched = {("claims", "k2"), ("encounters.check", "f4"), ("remarks", "r5")}
    parents = {("patients", f"p{n}") for n in (2, 3, 4, 5, 9, 10, 11)}
    assert held - {("clinics", "c0"), ("clinics", "c1")} == touched | parents
    assert prove_rollback(ledger, world.tenant).holds
    for phase, external_id in held:
        standing = ledger.standing(phase, external_id)
        if standing.created:
            delete(standing.destination, standing.destination_id)
    for object in ("deal", "task", "note"):
        for record in world.store.records(object):
            if record.get("name", record.get("title")) == "Theirs" or record.get("description") == "hm":
                delete(object, record["id"])
    if not ledger.standing("clinics", "c0").created:
        world.tenant.update("sales_account", _find(world, "Clinic 0"), {"city": "Wien"})
    assert world.store.digest() == before


def _find(world, name):
    return next(each["id"] for each in world.store.records("sales_account") if each["name"] == name)


@pytest.mark.parametrize("seconds", [0, 30])
def test_deletes_that_happen_later_are_waited_for(tmp_path, seconds):
    """Where bulk deletes are done after their answer, nothing is believed gone before a list says so."""
    slow = make_world(tmp_path / "slow.sqlite", async_destroy_from=3, job_seconds=seconds)
    empty = slow.store.digest()
    with slow.ledger() as ledger:
        slow.load(make_records(), ledger)
        done = roll_back(ledger, slow.tenant, run_label="x")

        assert sums(done.counts) == (32, 0, 0)
        assert slow.store.digest() == empty
        assert prove_rollback(ledger, slow.tenant).holds
    slow.tenant.close()


def test_a_search_that_lags_costs_nothing_its_proof(tmp_path):
    """Module records are listed by search alone; where that still shows deleted ones, the records themselves decide."""
    lagging = make_world(tmp_path / "lag.sqlite", index_lag_seconds=40)
    empty = lagging.store.digest()
    with lagging.ledger() as ledger:
        lagging.load(make_records(), ledger)
        roll_back(ledger, lagging.tenant, run_label="x")

        assert lagging.store.digest() == empty
        assert prove_rollback(ledger, lagging.tenant).holds
    lagging.tenant.close()


@pytest.mark.parametrize(
    "switches",
    [
        {"views_cover_pipelines": False},
        {"all_deals_view": False},
        {"per_page_cap": 3},
        {"deep_page_cap": 3},
        {"deep_page_cap": 100, "deep_page_status": 400, "per_page_cap": 2},
        {"references_need_include": False},
        {"delete_form": "gone"},
        {"utc_times": True},
    ],
)
def test_other_tenants_come_back_too(tmp_path, switches):
    """Whatever a tenant's lists leave out is read alone; nothing is left behind or believed gone unseen."""
    other = make_world(tmp_path / "other.sqlite", **switches)
    empty = other.store.digest()
    with other.ledger() as ledger:
        other.load(make_records(patients=12), ledger)
        done = roll_back(ledger, other.tenant, run_label="x")

        assert done.held.is_empty()
        assert other.store.digest() == empty
        assert prove_rollback(ledger, other.tenant).holds
    other.tenant.close()


def test_weeks_later_another_process_needs_the_ledger_and_the_tenant_only(world, before):
    """Load, close everything; a copy of the ledger's files, opened anew, brings the tenant back and proves it."""
    with world.ledger() as ledger:
        world.load(make_records(), ledger, policies=UPDATE)
    script = (
        "import sys; from pathlib import Path; from workbench.ledger import Ledger; "
        "from workbench.load.rollback_preview import preview_rollback; "
        "print(preview_rollback(Ledger.open_read_only(Path(sys.argv[1])))['delete'].sum())"
    )
    said = subprocess.run([sys.executable, "-c", script, str(world.path)], capture_output=True, text=True, check=True)
    assert said.stdout == "30\n"

    with Ledger.open(world.path) as ledger, open_tenant(in_process(world.app)) as tenant:
        roll_back(ledger, tenant, run_label="90_rollback/later")
    with Ledger.open(world.path) as ledger, open_tenant(in_process(world.app)) as tenant:
        assert prove_rollback(ledger, tenant).holds
    assert world.store.digest() == before


@pytest.mark.parametrize("days", [30, 120])
def test_weeks_later_what_others_deleted_is_no_obstacle_in_the_bin_or_out_of_it(tmp_path, days):
    """What somebody deleted meanwhile lies in the recycle bin for 90 days and nowhere after that: the rest goes."""
    clock = SharedClock()
    app = build_app(TenantSettings(calls_per_hour=10_000_000), clock=clock, sleep=clock.pause)
    tenant = open_tenant(in_process(app))
    world = World(app=app, tenant=tenant, schema=prepare_schema(tenant), path=tmp_path / "ledger.sqlite")
    empty = world.store.digest()
    with world.ledger() as ledger:
        world.load(make_records(), ledger)
        for phase, external_id, object in (("patients", "p2", "contact"), ("claims", "k3", "deal")):
            tenant.delete(object, ledger.standing(phase, external_id).destination_id)
    clock.sleep(days * 24 * 3600)
    with world.ledger() as ledger, open_tenant(in_process(app)) as later:
        done = roll_back(ledger, later, run_label="90_rollback/later")

        assert done.held.is_empty() and prove_rollback(ledger, later).holds
        assert ledger.crosswalk().is_empty()
    assert world.count_all() == dict.fromkeys(world.count_all(), 0) and world.store.digest() == empty
    tenant.close()


def test_a_plan_without_modules_comes_back(tmp_path):
    """On Growth, with neither modules nor sales activities of its own, contacts, deals and activities come back."""
    app = build_app(TenantSettings(plan="growth", calls_per_hour=10_000_000), clock=count(1_767_000_000.0).__next__)
    tenant = open_tenant(in_process(app))
    phases = tuple(phase for phase in PHASES if not phase.destination.startswith("cm_"))
    wanted = [replace(phase, fields=(*phase.fields, *list_own_rules(phase.destination))) for phase in phases]
    create_missing(tenant, plan_schema(wanted, read_schema(tenant, plan="growth")))
    world = World(app=app, tenant=tenant, schema=read_schema(tenant, plan="growth"), path=tmp_path / "l.sqlite")
    empty = world.store.digest()
    with world.ledger() as ledger:
        world.load(make_records(), ledger, phases=phases)
        done = roll_back(ledger, tenant, run_label="x")

        assert sums(done.counts) == (27, 0, 0)
        assert world.store.digest() == empty
        assert prove_rollback(ledger, tenant).holds
    tenant.close()


@pytest.mark.parametrize("is_deaf", [False, True])
def test_deals_that_no_view_shows_are_found_by_search(world, ledger, is_deaf):
    """Where views show one pipeline only, the search stands in: pages, not records; and it is not deceived either."""
    empty = world.store.digest()
    world.load(make_records(patients=40), ledger)
    inner = in_process(world.app)

    def hide(request):
        """The tenant, whose view of deals shows every second one; where it is deaf, it deletes no deal."""
        if is_deaf and request.url.path.endswith("/deals/bulk_destroy"):
            return httpx.Response(200, json={"message": "deleted"})
        response = inner.handle_request(request)
        if "/deals/view/" not in request.url.path:
            return response
        body = json.loads(b"".join(response.stream))
        body["deals"] = [each for each in body["deals"] if each["id"] % 2]
        return httpx.Response(200, json=body | {"meta": {"total": len(body["deals"]), "total_pages": 1}})

    tenant = open_tenant(httpx.MockTransport(hide))
    before = len(world.store.journal())
    done = roll_back(ledger, tenant, run_label="x")
    proof = prove_rollback(ledger, tenant)
    alone = [r for r in world.store.journal()[before:] if r["method"] == "GET" and "/deals/3" in r["path"]]

    assert any("no view of the tenant shows" in line for line in done.unseen)
    if is_deaf:
        assert set(done.held.filter(phase="claims")["code"]) == {"still_there"}
        assert world.store.count("deal") == 40 and proof.phases.filter(phase="claims")["deleted"].item() == 0
    else:
        assert world.store.digest() == empty and proof.holds
        # This tenant's clock moves within a create, so that thin rows look touched once; neither deletes nor proof do.
        assert len(alone) <= 20
    inner.close()


@pytest.mark.parametrize("phase", ["patients", "claims", "plans", "encounters.visit"])
def test_half_a_load_comes_back(world, ledger, before, phase):
    """A load that broke off inside any phase is taken back as it stands, writes in doubt included."""
    lossy = Lossy(in_process(world.app), seed=1)

    def fail_after(name, *, done, total):
        lossy.is_down |= name == phase and done >= 2

    with pytest.raises(RetryLater):
        world.load(make_records(), ledger, policies=UPDATE, tenant=open_tenant(lossy), progress=fail_after)
    assert ledger.in_doubt() and world.store.digest() != before

    roll_back(ledger, world.tenant, run_label="x")
    assert world.store.digest() == before
    assert prove_rollback(ledger, world.tenant).holds and ledger.in_doubt() == []
    lossy._inner.close()


def test_a_batch_whose_answer_is_lost_is_looked_for_and_not_sent_again(world, ledger):
    """A bulk delete that was done and not answered costs one list; one that never arrived is sent once more."""
    empty = world.store.digest()
    world.load(make_records(patients=20), ledger)
    inner, lost = in_process(world.app), []

    def lose(request):
        """The answer to the first delete of contacts is lost on the way back, that of deals on the way there."""
        name = request.url.path.split("/")[-2]
        is_first = request.url.path.endswith("bulk_destroy") and name in ("contacts", "deals") and name not in lost
        if is_first:
            lost.append(name)
            if name == "contacts":
                inner.handle_request(request)
            raise httpx.ReadTimeout("lost", request=request)
        return inner.handle_request(request)

    done = roll_back(ledger, open_tenant(httpx.MockTransport(lose)), run_label="x")
    sent = Counter(row["path"].split("/")[-2] for row in world.store.journal() if row["path"].endswith("bulk_destroy"))
    assert done.held.is_empty() and world.store.digest() == empty
    assert sent == {"cm_care_plan": 1, "deals": 1, "contacts": 1, "sales_accounts": 1}
    assert sorted(lost) == ["contacts", "deals"]
    inner.close()
