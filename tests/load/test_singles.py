"""Records that go one by one over a network that loses answers: many are waited for at once, and none goes twice."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import httpx
import pytest

from tests.load.world import BASE, KEY, PHASES, SharedClock, World, make_records, prepare_schema, shape_records
from workbench.errors import RetryLater
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Pacer
from workbench.load.patience import LATEST, WAITS
from workbench.load.singles import MOST_LOST
from workbench.model import Lookup
from workbench.sandbox import TenantSettings, build_app, in_process

ALONE = ("/notes", "/tasks", "/appointments", "/custom_module/cm_care_plan")
PATIENTS = 60
EVERY = 4


class Forgetful(httpx.BaseTransport):
    """Loses the answer to every so many-th create that goes alone, the first time it is sent."""

    def __init__(self, inner: httpx.BaseTransport, *, arrives: bool = True, every: int = EVERY, times: int = 1) -> None:
        self.inner, self.arrives, self.every, self.times = inner, arrives, every, times
        self.sent: Counter[str] = Counter()
        self.lost = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "POST" or not request.url.path.endswith(ALONE):
            return self.inner.handle_request(request)
        body = request.content.decode()
        self.sent[body] += 1
        if self.sent[body] > self.times or list(self.sent).index(body) % self.every:
            return self.inner.handle_request(request)
        self.lost += 1
        if self.arrives:
            self.inner.handle_request(request)
        raise httpx.ReadTimeout("lost", request=request)


@dataclass
class Bench:
    """A tenant, a loader of the same clock behind a network, and every wait of it."""

    world: World
    clock: SharedClock
    network: Forgetful
    waits: list[tuple[float, str]] = field(default_factory=list)

    def calls(self, since: int = 0) -> list[tuple[str, str]]:
        """Method and path of every request that came to the tenant."""
        return [(row["method"], row["path"]) for row in self.world.store.journal()[since:]]

    def count(self, method: str, pattern: str, *, since: int) -> int:
        """How many of them had a path like this."""
        return sum(each == method and re.search(pattern, path) is not None for each, path in self.calls(since))


@pytest.fixture
def bench(tmp_path) -> Iterator[Bench]:
    clock, waits = SharedClock(), []
    app = build_app(TenantSettings(calls_per_hour=10_000_000), clock=clock, sleep=clock.pause)
    network = Forgetful(in_process(app))
    pacer = Pacer(1.0, mood="cutover", clock=clock, sleep=clock.sleep, on_wait=lambda *wait: waits.append(wait))
    with Tenant(BASE, KEY, pacer=pacer, transport=network) as tenant:
        world = World(app=app, tenant=tenant, schema=prepare_schema(tenant), path=tmp_path / "ledger.sqlite")
        yield Bench(world, clock, network, waits)
    network.inner.close()
    app.state.tenant.close()


@pytest.mark.parametrize("arrives", [True, False], ids=["done", "not done"])
def test_many_lost_answers_cost_one_wait_a_phase(bench, arrives):
    """Sixty answers are lost in four phases: four waits, one look each, and nothing is sent that was done."""
    bench.network.arrives = arrives
    records, before = make_records(patients=PATIENTS), len(bench.world.store.journal())
    with bench.world.ledger() as ledger:
        counts = bench.world.load(records, ledger)

        assert (counts["loaded"] == counts["attempted"]).all() and ledger.in_doubt() == []
        assert ledger.held().is_empty() and ledger.verify_chain() is None
    lost = PATIENTS // EVERY
    assert bench.network.lost == 4 * lost
    waits = [seconds for seconds, reason in bench.waits if "under way" in reason]
    assert len(waits) == 4 and all(LATEST - 5 < seconds <= LATEST for seconds in waits)
    assert [bench.count("POST", path, since=before) for path in ALONE] == [PATIENTS] * 4
    assert [bench.world.store.count(object) for object in ("note", "task", "appointment", "cm_care_plan")] == (
        [PATIENTS] * 4
    )
    # A read of its patient for each activity; a search for each plan and, where it is there, a read of it. Patients of
    # activities that were sent again are looked at once more at the end, should the first have come after all.
    assert bench.count("POST", "filtered_search", since=before) == lost
    assert bench.count("GET", r"/contacts/\d+$", since=before) == (3 * lost if arrives else 3 * lost + lost)
    assert bench.count("GET", r"/cm_care_plan/\d+$", since=before) == (lost if arrives else 0)


def test_activities_of_one_record_are_looked_for_together(bench):
    """Twelve notes of three patients are in doubt: three reads."""
    bench.network.every = 1
    phase, rows = (
        PHASES[6],
        [{"external_id": f"r{n}", "description": f"n{n}", "PATIENT": f"p{n % 3}"} for n in range(4)],
    )
    records = make_records(patients=3) | {phase.name: shape_records(phase, rows)}
    with bench.world.ledger() as ledger:
        bench.network.every = 10**9
        bench.world.load(records, ledger, phases=PHASES[:2])
        bench.network.every = 1
        before = len(bench.world.store.journal())
        bench.world.load(records, ledger, phases=(phase,))

        assert ledger.in_doubt() == []
    assert Counter(method for method, _ in bench.calls(before)) == {"POST": 4, "GET": 3}


def test_what_points_at_one_aside_waits_with_it(bench):
    """Plans in a line, every second answer lost: each goes once, after its parent, and points at it."""
    line = Lookup(to="cf_before", object="plans", source="BEFORE", is_required=False)
    plans = replace(PHASES[3], lookups=(*PHASES[3].lookups, line))
    bench.world.phases = (*PHASES[:3], plans, *PHASES[4:])
    bench.world.schema = prepare_schema(bench.world.tenant, bench.world.phases)
    rows = [
        {"external_id": f"t{n}", "name": f"Plan {n}", "cf_start": "2021-03-01", "PATIENT": "p0",
         "BEFORE": f"t{n - 1}" if n else None}
        for n in range(6)
    ]  # fmt: skip
    records = make_records(patients=6) | {"plans": shape_records(plans, rows)}
    bench.network.every = 2
    done = []
    with bench.world.ledger() as ledger:
        counts = bench.world.load(
            records, ledger, progress=lambda phase, *, done, total, told=done: told.append((phase, done, total))
        )

        assert (counts["loaded"] == counts["attempted"]).all() and ledger.held().is_empty()
        ids = {f"t{n}": ledger.destination_id("plans", f"t{n}") for n in range(6)}
    plans = bench.world.store.records("cm_care_plan")
    stored = {each["id"]: each["custom_field"].get("cf_before") for each in plans}
    assert stored == {ids[f"t{n}"]: ids.get(f"t{n - 1}") for n in range(6)}
    told = [each for phase, each, _ in done if phase == "plans"]
    assert all(first <= second for first, second in pairwise(told)) and told[-1] == 6


def test_a_child_phase_waits_for_the_whole_phase_before(bench):
    """No activity is sent before the last plan, though the last plan's answer was lost."""
    bench.network.every, bench.network.arrives = PATIENTS - 1, False
    with bench.world.ledger() as ledger:
        bench.world.load(make_records(patients=PATIENTS), ledger)
    calls = [path for method, path in bench.calls() if method == "POST"]
    assert bench.network.lost > 1
    last_plan = max(number for number, path in enumerate(calls) if path.endswith(ALONE[3]))
    assert last_plan < next(number for number, path in enumerate(calls) if path.endswith("/appointments"))


def test_little_is_sent_into_an_outage(bench):
    """No write is answered any more: a handful is tried, ever more rarely, and after a quarter of an hour it ends."""
    records = make_records(patients=PATIENTS)
    bench.network.every = 10**9
    with bench.world.ledger() as ledger:
        bench.world.load(records, ledger, phases=PHASES[:3])
        bench.network.every, bench.network.arrives, bench.network.times = 1, False, 10**9
        began, before = bench.clock.now, len(bench.world.store.journal())
        with pytest.raises(RetryLater, match="plans: 5 records: answers get lost over and over, for 16 minutes"):
            bench.world.load(records, ledger)
        assert len(ledger.in_doubt()) == MOST_LOST
    assert sum(WAITS) <= bench.clock.now - began < sum(WAITS) + 60
    assert bench.network.lost == MOST_LOST * (1 + len(WAITS))
    assert len(bench.calls(before)) == MOST_LOST * len(WAITS)

    bench.network.times, waits = 0, len(bench.waits)
    with bench.world.ledger() as ledger:
        counts = bench.world.load(records, ledger)
    assert (counts["loaded"] == counts["attempted"]).all()
    assert [round(seconds) for seconds, _ in bench.waits[waits:]] == [LATEST]


@pytest.mark.parametrize("arrives", [True, False])
def test_what_is_aside_when_a_load_dies_is_settled_by_the_next_with_one_wait(bench, arrives):
    """The ledger keeps all of it in doubt; nothing else is asked about."""
    records = make_records(patients=PATIENTS)
    bench.network.arrives = arrives

    def die(phase, *, done, total):
        if phase == "remarks" and done == PATIENTS // 2:
            raise KeyboardInterrupt

    with bench.world.ledger() as ledger, pytest.raises(KeyboardInterrupt):
        bench.world.load(records, ledger, progress=die)
    waits = len(bench.waits)
    with bench.world.ledger() as ledger:
        in_doubt = len(ledger.in_doubt())
        bench.network.every = 10**9
        counts = bench.world.load(records, ledger)

        assert in_doubt > 5 and (counts["loaded"] == counts["attempted"]).all()
    assert [round(seconds) for seconds, _ in bench.waits[waits:]] == [LATEST]
    assert bench.world.store.count("note") == PATIENTS
    sent = Counter(json.loads(body)["note"]["description"] for body in bench.network.sent if '"note"' in body)
    assert set(sent.values()) == {1}
