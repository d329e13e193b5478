"""A whole load against the local tenant on a clock that only moves when somebody uses time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import polars as pl

from tests.freshsales.clock import Clock
from tests.load.world import BASE, KEY, PHASES, World, make_records
from workbench.budget.requests import Meter, plan_requests
from workbench.freshsales.client import Tenant
from workbench.freshsales.pacing import Mood, Pacer
from workbench.freshsales.plans import read_plans
from workbench.freshsales.routes import is_module
from workbench.freshsales.schema import create_missing, plan_schema, read_schema
from workbench.load.phases import load_phases
from workbench.model import Phase
from workbench.own_fields import list_own_rules
from workbench.sandbox import Switches, TenantSettings, build_app, in_process

ANSWER = 0.25  # seconds


class Timed(httpx.BaseTransport):
    """Every answer takes its time on the clock."""

    def __init__(self, inner: httpx.BaseTransport, clock: Clock) -> None:
        self.inner, self.clock = inner, clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.inner.handle_request(request)
        self.clock.advance(ANSWER)
        return response


@dataclass
class Rehearsal:
    """One plan's tenant with the fields a load needs, its clock, and how the load went."""

    clock: Clock
    world: World
    line: Timed
    plan: str

    def load(
        self,
        path: Path,
        *,
        patients: int,
        mood: Mood = "polite",
        share: float = 0.8,
        on_wait: Callable[[float, str], None] | None = None,
    ) -> tuple[pl.DataFrame, float]:
        """Read the settings, plan, load; REQUESTS with what was used, and the hours it took."""
        phases, records = self.world.phases, make_records(patients=patients)
        start = self.clock()
        plan = read_plans()[self.plan]
        pacer = Pacer(share, plan=plan, mood=mood, clock=self.clock, sleep=self.clock.sleep, on_wait=on_wait)
        tenant = Tenant(BASE, KEY, pacer=pacer, transport=self.line)
        schema = read_schema(tenant, plan=self.plan)
        planned = plan_requests(phases, records, schema=schema, holds={})
        self.world.schema = schema
        with self.world.ledger() as ledger:
            meter = Meter(tenant, report=lambda count: None)
            counts = load_phases(self.world.setup(ledger, tenant=tenant), phases, records, on_phase=meter.note_phase)
        assert counts["loaded"].sum() == sum(len(records[phase.name]) for phase in phases)
        return meter.fill(planned), (self.clock() - start) / 3600


def rehearse(path: Path, plan: str, **switches) -> Rehearsal:
    """A tenant of that plan whose quota nobody has used in this hour."""
    clock = Clock()
    settings = TenantSettings(plan=plan, switches=Switches(job_seconds=3, **switches))
    app = build_app(settings, clock=clock)
    line = Timed(in_process(app), clock)
    set_up = Tenant(BASE, KEY, pacer=Pacer(1.0, mood="cutover", clock=clock, sleep=clock.sleep), transport=line)
    has_modules = "custom_modules" in read_plans()[plan].capabilities
    phases = tuple(phase for phase in PHASES if has_modules or not is_module(phase.destination))
    create_missing(set_up, plan_schema(_complete(phases), read_schema(set_up, plan=plan)))
    clock.advance(4000)
    world = World(app=app, tenant=set_up, schema=read_schema(set_up, plan=plan), path=path, phases=phases)
    clock.advance(4000)
    return Rehearsal(clock=clock, world=world, line=line, plan=plan)


def _complete(phases: tuple[Phase, ...]) -> list[Phase]:
    return [replace(phase, fields=(*phase.fields, *list_own_rules(phase.destination))) for phase in phases]
