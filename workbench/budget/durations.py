"""How long a load takes on each Freshsales plan, as a range, and when it has to start to be done before the cutover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from workbench.budget.windows import USUAL_ANSWER, Pace
from workbench.freshsales.pacing import Mood
from workbench.freshsales.plans import PlanLimits
from workbench.model import DURATIONS, frame

MOODS: tuple[Mood, ...] = ("polite", "cutover")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What one end of the range takes for granted.

    Attributes:
        repeated: Requests on top of the planned ones, as a part of them: repeated after a failure, looked up after a
            lost answer, asked again of a slow job.
        slower: How many times the usual an answer takes.
        busier: What the customer takes beyond its own share of the quota, as a part of that share.
    """

    repeated: float = 0.0
    slower: float = 1.0
    busier: float = 0.0


AS_EXPECTED = Assumptions(repeated=0.005)  # one request in two hundred has to go again
# One in twenty goes again, answers take twice as long, the customer takes a quarter more than was agreed.
AT_WORST = Assumptions(repeated=0.05, slower=2.0, busier=0.25)
MOST_TAKEN = 0.5  # of our share; a customer that takes more has to be spoken to


def forecast_durations(
    requests: Mapping[str, tuple[int, int]],
    plans: Mapping[str, PlanLimits],
    *,
    share: float,
    cutover: datetime | None = None,
    answer: float | None = None,
) -> pl.DataFrame:
    """Forecast requests and hours of a whole load on each plan and in each mood.

    Args:
        requests: The least and the planned requests by plan.
        share: Part of the hourly quota the load may use, 0 to 1.
        cutover: When everything has to be in Freshsales; null where nobody said.
        answer: Seconds an answer takes, as measured; null takes what is usual.

    Returns:
        DURATIONS, polite before cutover mood within each plan.
    """
    answer = answer or USUAL_ANSWER
    rows = [
        _forecast(plans[name], mood, least, planned, share=share, answer=answer, cutover=cutover)
        for name, (least, planned) in requests.items()
        for mood in MOODS
    ]
    return frame(rows, DURATIONS)


def find_latest_start(cutover: datetime, hours: float) -> datetime:
    """When a load of so many hours has to start to be done by then, down to the full five minutes."""
    # Reckoned in UTC: where the clocks change in between, hours on the wall are not hours.
    start = (cutover.astimezone(UTC) - timedelta(hours=hours)).astimezone(cutover.tzinfo)
    return start.replace(minute=start.minute - start.minute % 5, second=0, microsecond=0)


def _forecast(
    plan: PlanLimits, mood: Mood, least: int, planned: int, *, share: float, answer: float, cutover: datetime | None
) -> dict[str, object]:
    (at_best, shortest), expected, (at_worst, longest) = (
        _assume(plan, mood, requests, assumed, share=share, answer=answer)
        for requests, assumed in ((least, Assumptions()), (planned, AS_EXPECTED), (planned, AT_WORST))
    )
    start = find_latest_start(cutover, longest) if cutover else None
    return {
        "plan": plan.name,
        "mood": mood,
        "requests_least": at_best,
        "requests": expected[0],
        "requests_most": at_worst,
        "hours_least": shortest,
        "hours": expected[1],
        "hours_most": longest,
        "start_by": f"{start:%Y-%m-%d %H:%M} {start.tzname()}" if start else None,
    }


def _assume(
    plan: PlanLimits, mood: Mood, requests: int, assumed: Assumptions, *, share: float, answer: float
) -> tuple[int, float]:
    sent = round(requests * (1 + assumed.repeated))
    taken = min(assumed.busier * (1 - share) / share, MOST_TAKEN)
    pace = Pace(plan=plan, share=share, mood=mood, answer=answer * assumed.slower, taken=taken)
    return sent, pace.count_hours(sent)
