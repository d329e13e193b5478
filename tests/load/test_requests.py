"""What a clean load costs: at most two in a hundred requests more than any loader would need, on each plan."""

from __future__ import annotations

import pytest

from tests.load.world import BASE, KEY, PHASES, SharedClock, World, make_records, prepare_schema
from workbench.freshsales.client import Tenant
from workbench.freshsales.costs import count_least_requests
from workbench.freshsales.pacing import Pacer
from workbench.freshsales.plans import read_plans
from workbench.sandbox import TenantSettings, build_app, in_process

# Records by phase: 5,000 in all, four of five by the hundred, as a clinic's are not; the fewer requests a load needs,
# the more each one beside them counts.
SIZES = {"clinics": 500, "patients": 2_000, "claims": 1_500, "plans": 250, "encounters.visit": 250,
         "encounters.check": 250, "remarks": 250}  # fmt: skip


@pytest.mark.parametrize("plan", ["growth", "pro", "enterprise"])
def test_a_clean_load_costs_what_it_must(tmp_path, plan):
    """Into an empty tenant of that plan and quota: 1.02 times the least there is, and never refused for its pace.

    The least holds the writes, and the pages that show the ids of what went by the hundred, see
    `count_least_requests`. On top come a look at what the tenant held before (its views and one page an object) and one
    look at a job for each object.
    """
    clock, limits = SharedClock(), read_plans()[plan]
    phases = tuple(phase for phase in PHASES if phase.name != "plans" or "custom_modules" in limits.capabilities)
    sizes = SIZES if len(phases) == len(PHASES) else SIZES | {"remarks": SIZES["remarks"] + SIZES["plans"]}
    records = {name: frame.head(sizes[name]) for name, frame in make_records(clinics=500, patients=2_000).items()}
    app = build_app(TenantSettings(plan=plan), clock=clock, sleep=clock.pause)
    pacer = Pacer(plan=limits, clock=clock, sleep=clock.sleep)
    with Tenant(BASE, KEY, pacer=pacer, transport=in_process(app)) as tenant:
        schema = prepare_schema(tenant, phases, plan=plan)
        world = World(app=app, tenant=tenant, schema=schema, path=tmp_path / "ledger.sqlite", phases=phases)
        before = len(world.store.journal())
        with world.ledger() as ledger:
            counts = world.load(records, ledger)
        calls = [row for row in world.store.journal()[before:] if row["method"] != "JOB"]
    app.state.tenant.close()

    least = sum(count_least_requests(phase.destination, records[phase.name].height) for phase in phases)
    assert counts["loaded"].sum() == sum(sizes[phase.name] for phase in phases) == 5_000
    assert {call["status"] for call in calls} <= {200, 201}
    assert sum(call["cost"] for call in calls) == counts["requests"].sum() == len(calls)
    assert least == 1_080 and len(calls) <= 1.02 * least
    assert len(calls) == least + 3 * 2 + 3
