"""How many requests a load takes, and how long each plan's quota needs to let them through."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from workbench.budget.windows import Pace
from workbench.freshsales.plans import PlanLimits
from workbench.model import FORECAST, frame

SWEEP = "sweep"


def forecast_requests(
    requests: Mapping[str, pl.DataFrame], plans: Mapping[str, PlanLimits], *, share: float
) -> pl.DataFrame:
    """Forecast each phase under each plan; the rows of one plan add up to the whole load.

    What is read before the first record goes, settings and what the tenant holds already, is the phase `sweep`.

    Args:
        requests: REQUESTS by plan, for plans differ in what they can take, such as custom modules.
        share: Part of the hourly quota the load may use, 0 to 1.

    Returns:
        Schema `FORECAST`; hours are those of the load as a whole in polite mood, divided by requests.
    """
    rows = []
    for plan, planned in requests.items():
        before = planned.filter(pl.col("kind") != "records")
        counts = [(SWEEP, before["records"].sum(), before["planned"].sum())]
        counts += planned.filter(pl.col("kind") == "records").select("phase", "records", "planned").rows()
        total = sum(count for *_, count in counts)
        an_hour = total / (Pace(plan=plans[plan], share=share).count_hours(total) or 1)
        rows += [
            {"plan": plan, "phase": phase, "records": records, "requests": count, "hours": count / (an_hour or 1)}
            for phase, records, count in counts
            if count
        ]
    return frame(rows, FORECAST)


def sum_plan(forecast: pl.DataFrame, plan: str) -> tuple[int, int, float]:
    """Records to load, requests and hours of the whole load under one plan."""
    rows = forecast.filter(pl.col("plan") == plan)
    records = rows.filter(pl.col("phase") != SWEEP)["records"].sum()
    return records, rows["requests"].sum(), rows["hours"].sum()
