"""Each thing that can go wrong at the tenant, alone and on purpose: the load ends, and what it reports is the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import polars as pl
import pytest

from tests.load.world import BASE, KEY, PHASES, SharedClock, World, change, make_records, open_tenant, prepare_schema
from workbench.errors import RetryLater, UsageError
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Pacer
from workbench.load.recovery import is_as_sent
from workbench.load.rollback import roll_back
from workbench.model import FieldRule, Phase
from workbench.sandbox import Switches, TenantSettings, build_app, in_process
from workbench.sandbox.faults import Scenario, read_fault
from workbench.values import read_values

PATIENTS = 24
MOST_RUNS = 30


class Impatient(httpx.BaseTransport):
    """A client that hangs up on answers it waited too long for, though the tenant did the work."""

    def __init__(self, inner: httpx.BaseTransport, clock: SharedClock, *, seconds: float = 30.0) -> None:
        self.inner, self._clock, self._seconds = inner, clock, seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        began = self._clock.now
        response = self.inner.handle_request(request)
        if self._clock.now - began > self._seconds:
            raise httpx.ReadTimeout("hung up", request=request)
        return response

    def close(self) -> None:
        self.inner.close()


class Overdue(httpx.BaseTransport):
    """A network that delivers some creates of an object only a while after the client gave up on them."""

    def __init__(
        self, inner: httpx.BaseTransport, clock: SharedClock, *, path: str, every: int, seconds: float
    ) -> None:
        self.inner, self._clock, self._path, self._every, self._seconds = inner, clock, path, every, seconds
        self._seen, self._waiting = 0, []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for due, late in [each for each in self._waiting if each[0] <= self._clock.now]:
            self._waiting.remove((due, late))
            self.inner.handle_request(late)
        if request.method == "POST" and request.url.path.endswith(self._path):
            self._seen += 1
            if self._seen % self._every == 0:
                self._waiting.append((self._clock.now + self._seconds, request))
                raise httpx.ReadTimeout("gave up", request=request)
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


class Fading(httpx.BaseTransport):
    """A network that is gone from the moment the tenant has done a certain request."""

    def __init__(self, inner: httpx.BaseTransport, *, after: str) -> None:
        self.inner, self._after, self._is_gone = inner, after, False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self._is_gone:
            response = self.inner.handle_request(request)
            self._is_gone = request.url.path.endswith(self._after)
        if self._is_gone:
            raise httpx.ReadTimeout("gone", request=request)
        return response


@dataclass
class Day:
    """One tenant on a bad day, and a load into it."""

    world: World
    clock: SharedClock
    network: Impatient

    def befall(self, *lines: str, seed: int = 5) -> None:
        """Let these things go wrong from now on."""
        self.world.store.set_scenario(Scenario(seed=seed, faults=tuple(map(read_fault, lines))))

    def load(self, records: dict[str, Any]) -> tuple[dict[str, int], dict[tuple[str, str], dict[str, Any]], list[str]]:
        """Load to the end, however often it takes: loaded by phase, held by record, and what runs before ended with."""
        ended: list[str] = []
        with self.world.ledger() as ledger:
            for _ in range(MOST_RUNS):
                try:
                    counts = self.world.load(records, ledger)
                    break
                except (RetryLater, UsageError) as error:
                    ended.append(f"{type(error).__name__}: {error}")
                    if isinstance(error, UsageError):
                        self.befall()
            held = {(row["phase"], row["external_id"]): row for row in ledger.held().iter_rows(named=True)}
            self.check(ledger, counts)
        return dict(counts.select("phase", "loaded").iter_rows()), held, ended

    def check(self, ledger: Any, counts: Any) -> None:
        """What the loader reports is what the tenant and its journal say."""
        journal = self.world.store.journal()
        by_people = {id for row in journal if row["method"] == "EVENT" for id in row["records"]}
        assert ledger.in_doubt() == [] and ledger.verify_chain() is None
        assert (counts["attempted"] == counts["loaded"] + counts["skipped"] + counts["held"]).all()
        known = Counter(ledger.crosswalk()["destination_id"].to_list())
        stored = {record["id"]: record for phase in PHASES for record in self.world.store.records(phase.destination)}
        assert set(known.values()) <= {1} and counts["loaded"].sum() == len(known)
        assert set(stored) - by_people <= set(known) and set(known) - by_people <= set(stored)
        for phase in PHASES:
            for standing in ledger.standings(phase.name):
                if standing.destination_id in set(stored) - by_people:
                    values = read_values(phase.destination, stored[standing.destination_id])
                    assert is_as_sent(phase.destination, ledger.last_sent(standing), values), standing


@pytest.fixture
def day(tmp_path, request) -> Iterator[Day]:
    """A tenant and a loader of one clock; a test may be given switches of the tenant as its parameter."""
    clock = SharedClock()
    settings = TenantSettings(switches=Switches(**getattr(request, "param", {})))
    app = build_app(settings, clock=clock, sleep=clock.pause)
    pacer = Pacer(1.0, mood="cutover", clock=clock, sleep=clock.sleep)
    network = Impatient(in_process(app), clock)
    with Tenant(BASE, KEY, pacer=pacer, transport=network) as tenant:
        schema = prepare_schema(tenant)
        yield Day(World(app=app, tenant=tenant, schema=schema, path=tmp_path / "ledger.sqlite"), clock, network)
    network.close()
    app.state.tenant.close()


@pytest.mark.parametrize(
    "lines",
    [
        ("lost_answer:odds=0.15,only=writes",),
        ("lost_answer:odds=0.15",),
        ("lost_answer:odds=0.1,seconds=45,only=writes",),
        ("reset_before:odds=0.15",),
        ("reset_after:odds=0.15,only=writes",),
        ("cut_answer:odds=0.15",),
        ("server_error:odds=0.15",),
        ("server_error:status=503,from=20,until=29",),
        ("server_error:status=502,from=40,until=60,html=true",),
        ("server_error:status=504,done=true,odds=0.15,only=writes",),
        ("html:odds=0.1",),
        ("html:odds=0.1,status=403",),
        ("html:odds=0.1,done=true,only=writes",),
        ("too_many:odds=0.2",),
        ("too_many:odds=0.2,retry_after=7",),
        ("too_many:odds=0.2,retry_after=date",),
        ("too_many:odds=0.2,wrapped=true",),
        ("slow:odds=0.1,seconds=20",),
        ("slow:odds=0.1,seconds=45",),
        ("late:odds=0.1,seconds=45,only=writes",),
        ("trickle:odds=0.1,bytes=50,seconds=1",),
        ("busy:at=1+2+3",),
        ("job_stalled:seconds=300",),
        ("job_stalled:seconds=1000,at=1",),
        ("job_never:at=1",),
        ("job_status:status=QUEUED,done=true",),
        ("job_status:status=FAILED,at=1",),
        ("quota_cut:remaining=3,at=40",),
        ("quota_cut:per_hour=60,remaining=-1,at=30",),
        ("expired_key:at=50",),
        ("expired_key:at=20,only=writes",),
    ],
    ids=lambda lines: lines[0],
)
def test_what_goes_wrong_on_the_way_costs_no_record(day, lines):
    """Networks, gateways, quotas, jobs and keys fail: every record is loaded in the end, once and as it was sent."""
    records = make_records(patients=PATIENTS)
    day.befall(*lines)

    loaded, held, _ = day.load(records)

    assert any(row["fault"] for row in day.world.store.journal()), "nothing went wrong"
    assert held == {}
    assert loaded == {phase.name: records[phase.name].height for phase in PHASES}


def with_status(status: str = "New") -> tuple[tuple[Phase, ...], dict[str, pl.DataFrame]]:
    """The phases and records of a clinic whose patients have a contact status."""
    to = "contact_status_id"
    phases = [
        replace(phase, fields=(*phase.fields, FieldRule(to=to))) if phase.name == "patients" else phase
        for phase in PHASES
    ]
    records = make_records(patients=PATIENTS)
    return tuple(phases), records | {"patients": records["patients"].with_columns(pl.lit(status).alias(to))}


@pytest.mark.parametrize("day", [{"bulk_cap": 1}], indirect=True)
def test_a_status_refused_for_no_reason_is_sent_again(day):
    """The tenant's flake with valid contact statuses costs another request and holds nobody."""
    day.world.phases, records = with_status()
    day.befall("status_flake:odds=0.2,path=/contacts/upsert")
    began = day.clock.now

    loaded, held, _ = day.load(records)

    assert held == {} and loaded["patients"] == PATIENTS
    assert day.clock.now - began < 60  # nothing was waited for


def test_an_outage_of_some_minutes_is_waited_out(day):
    """Whatever it strikes, the load goes on by itself when it is over, and sends little into it."""
    day.befall("server_error:status=503,from=40,until=54")
    began = day.clock.now

    loaded, held, ended = day.load(make_records(patients=PATIENTS))

    assert (held, ended) == ({}, []) and sum(loaded.values()) == 2 + 6 * PATIENTS
    assert day.clock.now - began < 900


def test_a_network_that_fails_ends_the_run_with_a_word_and_resumes(day):
    """After an outage longer than its patience the load ends, says so, and the next run goes on."""
    day.befall("server_error:status=503,from=40,until=79")

    _, held, ended = day.load(make_records(patients=PATIENTS))

    assert held == {} and len(ended) == 1
    assert "answered status 503; the tenant has a problem, run again later" in ended[0]


def test_an_expired_key_stops_the_run_with_the_one_right_message(day):
    """It is no record's fault: nothing is held, the key is named, and with a new one the load goes on."""
    day.befall("expired_key:from=60")

    _, held, ended = day.load(make_records(patients=PATIENTS))

    assert held == {}
    assert ended == ["UsageError: wrong or expired key for 127.0.0.1: set WORKBENCH_TENANT_KEY"]


def count_refused(day: Day) -> int:
    """Calls the tenant answered with 400."""
    return sum(row["status"] == 400 for row in day.world.store.journal())


@pytest.mark.parametrize("day", [{}, {"inactive_owners": False}], indirect=True, ids=["kept", "refused"])
def test_a_user_deactivated_meanwhile(day):
    """Where the tenant still gives records to them they go; where it refuses, two requests and a look tell it."""
    day.befall("user_deactivated:user=noor.haddad@tenant.example,at=50")

    loaded, held, _ = day.load(make_records(patients=PATIENTS))

    refuses = not day.world.store.settings.switches.inactive_owners
    assert {row["code"] for row in held.values()} == ({"rejected_by_tenant"} if refuses else set())
    assert {row["field"] for row in held.values()} <= {"owner_id"}
    assert count_refused(day) <= 2 * 3  # of each object that goes alone and has owners
    assert sum(loaded.values()) + len(held) == 2 + 6 * PATIENTS


def test_an_option_renamed_meanwhile(day):
    """Records with the old option are held with the field and the option; the others go."""
    day.befall("option_renamed:of=contact,field=cf_gender,option=F,to=Female,object=contact,only=writes")

    loaded, held, _ = day.load(make_records(patients=PATIENTS))

    mine = {external_id: row for (phase, external_id), row in held.items() if phase == "patients"}
    assert set(mine) == {f"p{n}" for n in range(0, PATIENTS, 2)}
    assert {(row["code"], row["field"]) for row in mine.values()} == {("rejected_by_tenant", "cf_gender")}
    assert {row["code"] for key, row in held.items() if key[0] != "patients"} == {"parent_held"}
    assert loaded["patients"] == PATIENTS // 2


def test_a_field_deleted_meanwhile(day):
    """Every record that fills it is held and names it, for two refused requests and a look at the fields."""
    day.befall("field_deleted:of=cm_care_plan,field=cf_start,object=cm_care_plan,at=10")

    loaded, held, _ = day.load(make_records(patients=PATIENTS))

    assert {(phase, row["field"]) for (phase, _), row in held.items()} == {("plans", "cf_start")}
    assert (loaded["plans"], len(held)) == (9, PATIENTS - 9)
    assert count_refused(day) == 2


def test_people_at_work_meanwhile(day):
    """What people edit, link and add stays theirs; the load neither overwrites it nor takes it for its own."""
    day.befall(
        "person_edits:of=contact,every=9",
        "person_links:of=contact,every=11",
        "person_links:of=sales_account,add=deal,every=17",
    )

    loaded, held, _ = day.load(make_records(patients=PATIENTS))

    assert held == {} and sum(loaded.values()) == 2 + 6 * PATIENTS


def test_a_parent_deleted_meanwhile(day):
    """It is held as deleted, and what hangs on it says so: for one refused request and one look in all."""
    day.befall("person_deletes:of=contact,which=3,at=40")

    loaded, held, _ = day.load(make_records(patients=PATIENTS))

    (gone,) = [key for key, row in held.items() if row["code"] == "deleted_in_tenant"]
    assert gone[0] == "patients" and len(held) > 1
    assert {row["code"] for key, row in held.items() if key != gone} == {"parent_deleted"}
    assert all(f"patients {gone[1]}" in row["reason"] for key, row in held.items() if key != gone)
    assert count_refused(day) == 1
    assert sum(loaded.values()) + len(held) == 2 + 6 * PATIENTS + 1  # it had been loaded when it was deleted


def test_a_deleted_parent_that_is_restored_lets_its_children_go(day):
    """The next load looks once whether it is back, and what waited behind it goes."""
    day.befall("person_deletes:of=contact,which=3,at=40")
    records = make_records(patients=PATIENTS)
    _, held, _ = day.load(records)
    (external_id,) = [key[1] for key, row in held.items() if row["code"] == "deleted_in_tenant"]
    day.befall()
    with day.world.ledger() as ledger:
        before = len(day.world.store.journal())
        still = day.world.load(records, ledger)
        assert still["held"].sum() == len(held)
        assert [call["path"] for call in day.world.store.journal()[before:] if call["status"] == 404] != []
        assert len(day.world.store.journal()) == before + 1
        day.world.tenant.request("PUT", f"contacts/{ledger.standing('patients', external_id).destination_id}/restore")
        counts = day.world.load(records, ledger)

    assert counts["loaded"].sum() == counts["attempted"].sum()


@pytest.mark.parametrize("path", ["/notes", "/tasks", "/appointments", "/cm_care_plan", "/contacts/bulk_upsert"])
def test_a_create_that_arrives_after_it_was_given_up_stands_once(day, path):
    """Where nothing protects a create from being done twice, the tenant is asked again before it is sent again."""
    network = day.network.inner = Overdue(day.network.inner, day.clock, path=path, every=3, seconds=20)

    loaded, held, _ = day.load(make_records(patients=PATIENTS))

    assert network._seen >= (1 if "bulk" in path else PATIENTS)
    assert held == {} and sum(loaded.values()) == 2 + 6 * PATIENTS


@pytest.mark.parametrize("day", [{"index_lag_seconds": 20}], indirect=True)
def test_an_index_that_lags_holds_and_doubles_nothing(day):
    """A module record whose answer was lost is found once the tenant's search shows it."""
    day.befall("lost_answer:odds=0.3,only=writes,object=cm_care_plan")

    loaded, held, _ = day.load(make_records(patients=PATIENTS))

    assert held == {} and loaded["plans"] == PATIENTS
    sent = [call for call in day.world.store.journal() if call["path"].endswith("custom_module/cm_care_plan")]
    assert len(sent) == PATIENTS


def test_what_a_person_edits_before_a_batch_is_found_stays_theirs(day):
    """The ledger knows what was sent, not what they wrote: a change is held, and so is the way back."""
    day.befall("person_edits:of=contact,which=5,field=first_name,value=Theirs,path=/job_statuses,from=2,count=1")
    records = make_records(patients=PATIENTS)
    day.load(records)
    [edited] = [record for record in day.world.store.records("contact") if record["first_name"] == "Theirs"]
    external_id = edited["external_id"]

    with day.world.ledger() as ledger:
        assert ledger.last_answer(ledger.standing("patients", external_id))["first_name"] == f"Zoë {external_id[1:]}"
        day.world.load(change(records, "patients", external_id, first_name="Ours"), ledger)
        held = dict(ledger.held().select("external_id", "code").iter_rows())
        roll_back(ledger, day.world.tenant, run_label="90_rollback/test")

    assert held == {external_id: "edited_in_tenant"}
    assert [record["first_name"] for record in day.world.store.records("contact")] == ["Theirs"]


def test_a_job_that_never_says_it_ended_costs_no_record_a_request(day):
    """Its records are all there: they are found in the list, after a minute and a handful of questions."""
    day.befall("job_status:status=QUEUED,done=true")

    loaded, held, _ = day.load(make_records(patients=PATIENTS))

    calls = [call["path"] for call in day.world.store.journal() if call["method"] != "JOB"]
    assert held == {} and loaded["patients"] == PATIENTS
    assert not any(path.endswith("/upsert") for path in calls if "sales_accounts" not in path)
    assert sum("job_statuses" in path for path in calls) <= 2 * 7


@pytest.mark.parametrize("day", [{"job_seconds": 40}], indirect=True)
def test_jobs_are_left_alone_for_as_long_as_they_take(day):
    """The first job of an object is asked until it has ended; the others are not asked at all, and not listed early."""
    records = make_records(patients=230)
    with day.world.ledger() as ledger:
        counts = day.world.load(records, ledger, phases=PHASES[:3])

    calls = [(call["method"], call["path"]) for call in day.world.store.journal()]
    assert counts["loaded"].to_list() == [2, 230, 230]
    assert sum(method == "GET" and "job_statuses" in path for method, path in calls) == 2 * 7
    assert sum("/contacts/view/" in path for _, path in calls) == 1 + 3
    assert sum(path.endswith("bulk_upsert") for _, path in calls) == 2 * 3


def test_new_records_of_others_do_not_hide_a_batch(day):
    """A batch in doubt is found below any number of pages that others filled since."""
    network = Fading(day.network.inner, after="/contacts/bulk_upsert")
    records, phases = make_records(patients=PATIENTS), PHASES[:2]
    with day.world.ledger() as ledger, pytest.raises(RetryLater):
        day.world.load(records, ledger, phases=phases, tenant=open_tenant(network))
    for number in range(0, 500, 100):
        rows = [{"emails": f"new{number + n}@mail.example", "data": {"first_name": "New"}} for n in range(100)]
        day.world.tenant.request("POST", "contacts/bulk_upsert", json={"contacts": rows})
    before = len(day.world.store.journal())
    with day.world.ledger() as ledger:
        assert len(ledger.in_doubt()) == PATIENTS
        counts = day.world.load(records, ledger, phases=phases)

    assert counts["loaded"].to_list() == [2, PATIENTS]
    assert not any("upsert" in call["path"] for call in day.world.store.journal()[before:])
