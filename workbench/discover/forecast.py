"""How many requests a load takes, and how long each plan's quota needs to let them through."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

import polars as pl

from workbench.freshsales.costs import PAGE, count_requests
from workbench.freshsales.plans import PlanLimits
from workbench.model import FORECAST, frame

SWEEP = "sweep"


def forecast_requests(
    phases: list[tuple[str, str, int]], plans: Mapping[str, PlanLimits], *, share: float, existing: int = 0
) -> pl.DataFrame:
    """Forecast each phase under each plan; the rows of one plan add up to the whole load.

    Contacts, accounts and deals go by the hundred, everything else one a request; see `workbench.freshsales.costs`.
    What the tenant already holds is read first, a page a request; it is the phase `sweep`.

    Args:
        phases: Name, destination and number of records, in load order.
        share: Part of the hourly quota the load may use, 0 to 1.
        existing: Records the tenant holds before the load.

    Returns:
        Schema `FORECAST`; hours are those of the quota at that share, without pauses.
    """
    counts = [(SWEEP, existing, ceil(existing / PAGE))] if existing else []
    counts += [(name, records, count_requests(destination, records)) for name, destination, records in phases]
    rows = [
        {
            "plan": plan,
            "phase": phase,
            "records": records,
            "requests": requests,
            "hours": requests / (limits.requests_per_hour * share),
        }
        for plan, limits in plans.items()
        for phase, records, requests in counts
    ]
    return frame(rows, FORECAST)


def sum_plan(forecast: pl.DataFrame, plan: str) -> tuple[int, int, float]:
    """Records to load, requests and hours of the whole load under one plan."""
    rows = forecast.filter(pl.col("plan") == plan)
    records = rows.filter(pl.col("phase") != SWEEP)["records"].sum()
    return records, rows["requests"].sum(), rows["hours"].sum()
