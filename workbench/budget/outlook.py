"""What lies ahead of an engagement in requests and hours: on every plan, and with every policy that saves some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from workbench.budget.durations import forecast_durations
from workbench.budget.requests import plan_requests, sum_requests
from workbench.budget.savings import forecast_savings
from workbench.budget.windows import USUAL_ANSWER, Pace
from workbench.discover.forecast import forecast_requests
from workbench.engagement import Engagement
from workbench.freshsales.client import Tenant
from workbench.freshsales.plans import read_plans
from workbench.freshsales.schema import TenantSchema
from workbench.layout import Layout
from workbench.model import CORE_OBJECTS, HOLDINGS, Phase, frame
from workbench.records import build_records


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a load will take.

    Attributes:
        frames: FORECAST and DURATIONS by plan, SAVINGS on the engagement's own, by the names they are saved under.
        routes: The pack's routes behind the savings, as Markdown.
    """

    frames: dict[str, pl.DataFrame]
    routes: str


def count_holdings(tenant: Tenant) -> pl.DataFrame:
    """HOLDINGS: contacts, accounts and deals the tenant holds; two requests each.

    They decide how long a load looks for records that are there already, and an analyst has to know of them anyway.
    """
    return frame([{"destination": object, "records": tenant.count(object)} for object in CORE_OBJECTS], HOLDINGS)


def look_ahead(
    engagement: Engagement,
    phases: Mapping[str, tuple[Phase, ...]],
    staged: dict[str, pl.DataFrame],
    layout: Layout,
    *,
    schema: TenantSchema,
    holdings: pl.DataFrame,
    today: date,
    answer: float | None,
) -> Outlook:
    """Forecast a load on each plan; a phase that several plans have alike is built once.

    Args:
        phases: Phases by plan; the engagement's own plan is among them.
        staged: Staged objects with the pack's columns.
        holdings: HOLDINGS.
        answer: Seconds the tenant takes for an answer, as measured; null takes what is usual.
    """
    built: dict[str, pl.DataFrame] = {}
    holds = dict(holdings.iter_rows())
    requests = {}
    for plan, its in phases.items():
        records = {phase.name: _build_once(phase, staged, built) for phase in its}
        requests[plan] = plan_requests(its, records, schema=schema, holds=holds, imports=engagement.imports)
    own = phases[engagement.plan]
    pace = Pace(plan=read_plans()[engagement.plan], share=engagement.share, answer=answer or USUAL_ANSWER)
    savings, routes = forecast_savings(
        own, {phase.name: built[repr(phase)] for phase in own}, staged, layout, pace=pace, today=today,
        imports=engagement.imports,
    )  # fmt: skip
    durations = forecast_durations(
        {plan: sum_requests(planned) for plan, planned in requests.items()},
        read_plans(),
        share=engagement.share,
        cutover=engagement.cutover_at,
        answer=answer,
    )
    forecast = forecast_requests(requests, read_plans(), share=engagement.share)
    return Outlook(frames={"forecast": forecast, "durations": durations, "savings": savings}, routes=routes)


def _build_once(phase: Phase, staged: dict[str, pl.DataFrame], built: dict[str, pl.DataFrame]) -> pl.DataFrame:
    key = repr(phase)
    if key not in built:
        built[key] = build_records(phase, staged)
    return built[key]
