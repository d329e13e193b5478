"""Nothing is lost or doubled by a network that loses requests and answers."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.load.lossy import Lossy
from tests.load.world import BASE, KEY, PHASES, LeapingClock, World, change, make_records, make_world, open_tenant
from workbench.errors import RetryLater
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Pacer
from workbench.ledger import Ledger
from workbench.load.delta import apply_delta, find_delta
from workbench.load.recovery import settle_doubts
from workbench.sandbox import in_process


def assert_each_once(records_of, ledger, records):
    """Every record of the source stands once in the tenant under the id the ledger says, and nothing else does."""
    crosswalk = ledger.crosswalk()
    for phase in PHASES:
        known = crosswalk.filter(phase=phase.name)
        assert sorted(known["external_id"]) == sorted(records[phase.name]["external_id"]), phase.name
        in_tenant = [record["id"] for record in records_of(phase.destination)]
        assert Counter(in_tenant) == Counter(known["destination_id"].to_list()), phase.name


@pytest.fixture
def lossy_world(world):
    """The same world over a network that loses a third of the writes, there or back."""
    lossy = Lossy(in_process(world.app), seed=7, lost_answers=0.2, lost_requests=0.1)
    yield World(app=world.app, tenant=open_tenant(lossy), schema=world.schema, path=world.path), lossy
    lossy._inner.close()


def test_lost_answers_neither_lose_nor_double(lossy_world, ledger):
    """Whether a request or its answer was lost, the tenant is asked first, and each record stands once."""
    world, lossy = lossy_world
    records = make_records(patients=20)
    for _ in range(20):
        try:
            world.load(records, ledger)
            break
        except RetryLater:
            continue

    assert lossy.lost > 20
    assert_each_once(world.store.records, ledger, records)
    assert ledger.verify_chain() is None


def test_lost_answers_to_changes_are_settled_too(lossy_world, world, ledger):
    """A change whose answer was lost is compared with what the tenant holds, and neither repeated nor forgotten."""
    records = make_records(patients=20)
    world.load(records, ledger)
    changed = records
    for n in range(20):
        changed = change(
            change(changed, "patients", f"p{n}", first_name=f"New {n}"), "remarks", f"r{n}", description="x"
        )
    lossy, network = lossy_world
    for _ in range(20):
        try:
            setup = world.setup(ledger, tenant=lossy.tenant)
            apply_delta(setup, PHASES, changed, find_delta(records, changed), on_phase=lambda count: None)
            break
        except RetryLater:
            continue

    assert network.lost > 5
    assert ledger.held().is_empty()
    assert {record["first_name"] for record in world.store.records("contact")} == {f"New {n}" for n in range(20)}
    assert_each_once(world.store.records, ledger, changed)


def test_an_outage_ends_the_run_and_loses_nothing(world, ledger):
    """A tenant that stays away ends the run with a word for the analyst; the writes in doubt are settled next time."""
    lossy = Lossy(in_process(world.app), seed=1)
    tenant, records = open_tenant(lossy), make_records()

    def fail_after(phase, *, done, total):
        lossy.is_down = phase == "plans" and done == 2

    with pytest.raises(RetryLater):
        world.load(records, ledger, tenant=tenant, progress=fail_after)
    assert [doubt.external_id for doubt in ledger.in_doubt()] == ["t2", "t3", "t4"]

    lossy.is_down = False
    counts = world.load(records, ledger, tenant=tenant)
    assert counts["loaded"].sum() == 32
    assert_each_once(world.store.records, ledger, records)
    lossy._inner.close()


def test_a_request_that_was_surely_not_sent_leaves_no_doubt(world, ledger):
    """Where no connection could be made the intent is withdrawn: the next run has nothing to look up."""

    class Unplugged(httpx.BaseTransport):
        def handle_request(self, request):
            if request.method == "POST" and "upsert" in request.url.path:
                raise httpx.ConnectError("unplugged", request=request)
            return inner.handle_request(request)

    inner = in_process(world.app)
    with pytest.raises(RetryLater):
        world.load(make_records(), ledger, tenant=open_tenant(Unplugged()))

    assert ledger.in_doubt() == []
    kinds = [entry.kind for entry in ledger.entries() if entry.kind != "watermark"]
    assert kinds == ["intent", "withdrawal"]
    inner.close()


def test_a_doubt_is_settled_by_what_the_record_carries(world, ledger):
    """Contacts are found by external id, modules by cf_source_id, activities by the last line of their text."""
    records = make_records()
    world.load(records, ledger)
    for phase, external_id in (("patients", "p1"), ("plans", "t1"), ("remarks", "r1"), ("encounters.check", "f1")):
        standing = ledger.standing(phase, external_id)
        of = next(each for each in PHASES if each.name == phase)
        ledger.confirm(
            ledger.intend(of, external_id, action="delete", body={}, destination_id=standing.destination_id),
            standing.destination_id,
        )
        ledger.intend(of, external_id, action="create", body=ledger.last_sent(standing))
        was = standing.destination_id

        assert settle_doubts(world.tenant, ledger, PHASES) == 1
        assert ledger.standing(phase, external_id).destination_id == was
        assert ledger.standing(phase, external_id).state == "loaded"


def test_a_doubt_about_nothing_is_withdrawn(world, ledger):
    """A create that the tenant never got leaves nothing behind, and the load sends it once."""
    ledger.intend(PHASES[1], "p1", action="create", body={"emails": "p1@mail.example", "external_id": "p1"})

    assert settle_doubts(world.tenant, ledger, PHASES) == 1
    assert ledger.standing("patients", "p1") is None
    assert world.load(make_records(), ledger)["loaded"].sum() == 32


def test_an_index_that_lags_doubles_nothing(tmp_path):
    """Where the tenant's search does not show a record yet, a repeated write still makes no second one."""
    lagging = make_world(tmp_path / "lag.sqlite", index_lag_seconds=150)
    lossy = Lossy(in_process(lagging.app), seed=11, lost_answers=0.3)
    records = make_records(patients=15)
    with lagging.ledger() as ledger:
        for _ in range(30):
            try:
                lagging.load(records, ledger, tenant=open_tenant(lossy))
                break
            except RetryLater:
                continue
        withdrawn = [entry for entry in ledger.entries() if entry.kind == "withdrawal"]
        lagging.load(records, ledger)

        assert len(withdrawn) > 3
        assert ledger.held().is_empty()
        assert_each_once(lagging.store.records, ledger, records)
    lossy._inner.close()
    lagging.tenant.close()


@pytest.mark.parametrize(("hours", "waited"), [(0, 30), (23, 30), (25, 0)])
def test_an_activity_in_doubt_is_waited_for_unless_it_is_long_ago(world, hours, waited):
    """The write may have gone hours after its intent, and may still be under way; not after a day."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    contact = world.tenant.create("contact", {"emails": ["p1@mail.example"]})
    body = {"description": "x\n[source remarks r1]", "targetable_type": "Contact", "targetable_id": contact["id"]}
    with Ledger.open(world.path, clock=lambda: now) as ledger:
        ledger.intend(PHASES[6], "r1", action="create", body=body)
    clock, requests = LeapingClock(), world.tenant.requests
    pacer = Pacer(1.0, mood="cutover", clock=clock, sleep=clock.leap)
    with (
        Tenant(BASE, KEY, pacer=pacer, transport=in_process(world.app)) as tenant,
        Ledger.open(world.path, clock=lambda: now + timedelta(hours=hours)) as ledger,
    ):
        settle_doubts(tenant, ledger, PHASES)
        assert ledger.in_doubt() == [] and (tenant.requests, round(clock.waited)) == (1, waited)
    assert world.tenant.requests == requests


def test_one_contact_in_doubt_is_found_in_the_list_that_does_not_lag(tmp_path):
    """A search may show it minutes later; taken for not done, it would look like somebody else's to the next load."""
    lagging = make_world(tmp_path / "lag.sqlite", index_lag_seconds=10**7)
    body = {"emails": "p1@mail.example", "external_id": "p1"}
    with lagging.ledger() as ledger:
        ledger.intend(PHASES[1], "p1", action="create", body=body)
        id = lagging.tenant.upsert("contact", {"external_id": "p1"}, body)["id"]
        requests = lagging.tenant.requests

        settle_doubts(lagging.tenant, ledger, PHASES)
        assert (ledger.standing("patients", "p1").destination_id, ledger.standing("patients", "p1").created) == (
            id,
            True,
        )
        assert lagging.tenant.requests - requests == 2  # which view shows all, and its first page
    lagging.tenant.close()
