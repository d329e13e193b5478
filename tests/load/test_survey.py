"""What speaks against a rollback is seen whichever way it is looked for, and never at a request a record."""

import json

import httpx
import pytest

from tests.load.world import make_records, make_world, open_tenant
from workbench.load.proof import prove_rollback
from workbench.load.rollback import roll_back
from workbench.load.scope import parse_scope
from workbench.sandbox import in_process


@pytest.fixture
def world(tmp_path):
    """A tenant in which sales activities may have one of the types every tenant has."""
    world = make_world(tmp_path / "ledger.sqlite", default_activity_types=True)
    yield world
    world.tenant.close()


def hang(world, ledger, kind):
    """Something of a stranger's on patient p2, or on one of p2's own."""
    create, id = world.tenant.create, ledger.standing("patients", "p2").destination_id
    about = {"targetable_type": "Contact", "targetable_id": id}
    day = {"from_date": "2030-01-01T09:00:00Z", "end_date": "2030-01-01T10:00:00Z"}
    if kind == "sales_activity":
        type_id = next(each["id"] for each in world.store.selectors["sales_activity_types"] if each["name"] == "Email")
        sent = {"title": "Call", "sales_activity_type_id": type_id, "start_date": day["from_date"], **about}
        world.tenant.request("POST", "sales_activities", json={"sales_activity": sent | {"end_date": day["end_date"]}})
    else:
        sent = {
            "note": {"description": "hm", **about},
            "task": {"title": "Call", "due_date": "2030-01-01", **about},
            "appointment": {"title": "Visit", **day, **about},
            "deal": {"name": "Theirs", "amount": 5, "contacts_added_list": [id]},
            "cm_care_plan": {"name": "Theirs", "custom_field": {"cf_patient": id, "cf_source_id": "x"}},
        }[kind]
        create(kind, sent)


@pytest.mark.parametrize("scope", ["", "record=patients/p2"])
@pytest.mark.parametrize("kind", ["note", "task", "appointment", "deal", "cm_care_plan", "sales_activity"])
def test_work_of_others_keeps_the_record_it_hangs_on(world, ledger, scope, kind):
    """Whether everything is listed or one record looked at alone, a stranger's work on it holds it, and only it."""
    world.load(make_records(patients=8), ledger)
    hang(world, ledger, kind)

    done = roll_back(ledger, world.tenant, run_label="x", scope=parse_scope(scope))
    kept = {"p2"} if scope else {"p2", "c0"}
    assert set(done.held["external_id"]) == kept
    assert done.held.filter(external_id="p2")["code"].item() == "linked_in_tenant"
    assert world.store.count(kind) >= 1
    assert prove_rollback(ledger, world.tenant).holds


def test_one_record_of_many_is_looked_at_alone(world, ledger):
    """Taking one patient back out of three hundred records costs what its six cost, not the lists of all."""
    world.load(make_records(patients=60), ledger)
    requests = world.tenant.requests
    done = roll_back(ledger, world.tenant, run_label="x", scope=parse_scope("record=patients/p2"))

    assert done.counts["deleted"].sum() == 6
    assert world.tenant.requests - requests <= 20


def test_a_tenant_that_brings_nothing_along_is_listed(world, ledger):
    """Where a record read alone does not show what hangs on it, the lists are read after all."""
    world.load(make_records(patients=8), ledger)
    hang(world, ledger, "task")
    inner = in_process(world.app)

    def bare(request):
        """The tenant, only that no single record brings anything along."""
        response = inner.handle_request(request)
        if request.method != "GET" or "/view/" in request.url.path or "/contacts/" not in request.url.path:
            return response
        body = json.loads(b"".join(response.stream))
        return httpx.Response(200, json={key: body[key] for key in body if key in ("contact", "filters")})

    done = roll_back(
        ledger, open_tenant(httpx.MockTransport(bare)), run_label="x", scope=parse_scope("record=patients/p2")
    )
    assert done.held["external_id"].to_list() == ["p2"]
    inner.close()


def test_notes_on_records_that_stay_are_proved_gone(world, ledger):
    """Notes come along with what they hang on, so the proof goes as far back as that was changed."""
    world.load(make_records(patients=130), ledger)
    inner = in_process(world.app)

    def keep(request):
        """A tenant that says it deletes notes, and does not."""
        if request.method == "DELETE":
            return httpx.Response(200, json={"success": "200"})
        return inner.handle_request(request)

    roll_back(ledger, open_tenant(httpx.MockTransport(keep)), run_label="x", scope=parse_scope("phase=remarks"))
    proof = prove_rollback(ledger, world.tenant)
    assert not proof.holds
    assert proof.phases.filter(phase="remarks").select("deleted", "found_gone").row(0) == (130, 0)
    inner.close()


def test_a_note_a_list_does_not_bring_along_is_read_by_what_it_hangs_on(world, ledger):
    """Where lists bring no notes, each parent of one is read once; edited notes are still held."""
    world.load(make_records(patients=6), ledger)
    world.tenant.update("note", ledger.standing("remarks", "r1").destination_id, {"description": "rewritten"})
    inner = in_process(world.app)

    def bare(request):
        """The tenant, whose lists bring no notes along."""
        response = inner.handle_request(request)
        if "/view/" not in request.url.path:
            return response
        body = json.loads(b"".join(response.stream))
        return httpx.Response(200, json={key: value for key, value in body.items() if key != "notes"})

    tenant = open_tenant(httpx.MockTransport(bare))
    done = roll_back(ledger, tenant, run_label="x")
    assert sorted(done.held["external_id"]) == ["c1", "p1", "r1"]
    assert prove_rollback(ledger, tenant).holds
    inner.close()
