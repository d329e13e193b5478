"""How complex an engagement is: a letter and a word from four inputs, each shown with the figures behind it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.discover.forecast import sum_plan
from workbench.discover.tallies import ALIKE, OPEN, count_tallies, find_tally
from workbench.shown import say_hours

# Most points that still earn the letter, of 8: four inputs with 0 to 2 points each.
LETTERS = {0: ("A", "Simple"), 3: ("B", "Standard"), 5: ("C", "Moderate"), 8: ("D", "Complex")}
SCOPED_ABOVE = 2_000_000  # records; larger migrations are scoped one by one
SCOPED = ("D", "Scoped individually")
# Limits of 0 and of 1 point; what lies beyond the second has 2.
MAPPED_SHARES = (0.2, 0.5)  # of objects that are not 1:1, and of those that need a decision
QUOTA_HOURS = (24, 168)  # a day, a week
VOLUMES = (100_000, SCOPED_ABOVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeInput:
    """One input of the grade: what was found, and its points from 0 to 2."""

    name: str
    finding: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The grade of an engagement.

    Attributes:
        inputs: Object compatibility, field mapping clarity, API constraints, data volume.
        timeline: What the request forecast says about the time, and how.
    """

    letter: str
    word: str
    inputs: tuple[GradeInput, ...]
    timeline: str

    @property
    def points(self) -> int:
        """Sum over the inputs, 0 to 8."""
        return sum(item.points for item in self.inputs)

    @property
    def scale(self) -> str:
        """Which letter so many points earn, in words."""
        letters = ", ".join(f"{letter} up to {most}" for most, (letter, _) in LETTERS.items())
        return f"{letters} points; above {SCOPED_ABOVE:,} records always D"


def grade_engagement(objects: pl.DataFrame, forecast: pl.DataFrame, relationships: pl.DataFrame, *, plan: str) -> Grade:
    """Grade an engagement by fixed rules, so that the same findings always earn the same letter.

    Args:
        objects: Schema `OBJECTS`; rows without a number of records are no data and do not count.
        forecast: Schema `FORECAST`.
        relationships: Schema `RELATIONSHIPS`.
        plan: Freshsales plan of the customer.
    """
    records, requests, hours = sum_plan(forecast, plan)
    inputs = (
        _judge_compatibility(objects),
        _judge_clarity(objects, relationships),
        _judge_api(plan, requests, hours),
        _judge_volume(records),
    )
    letter, word = SCOPED if records > SCOPED_ABOVE else _find_letter(sum(item.points for item in inputs))
    return Grade(letter=letter, word=word, inputs=inputs, timeline=_describe_timeline(plan, requests, hours))


def _judge_compatibility(objects: pl.DataFrame) -> GradeInput:
    alike, counted = find_tally(count_tallies(objects), ALIKE)
    return GradeInput(
        name="Object compatibility",
        finding=f"{alike} of {counted} objects are 1:1: one record there for one record here",
        points=_score(_share(counted - alike, counted), MAPPED_SHARES),
    )


def _judge_clarity(objects: pl.DataFrame, relationships: pl.DataFrame) -> GradeInput:
    open_, counted = find_tally(count_tallies(objects), OPEN)
    broken = relationships.filter(pl.col("orphans") > 0)
    return GradeInput(
        name="Field mapping clarity",
        finding=f"{open_} of {counted} objects need a mapping decision: they are not simply migrated, "
        f"or lose something; {len(broken)} of {len(relationships)} relationships hold orphans; "
        "the mapping proposed now is final once the sample is signed off",
        points=_score(_share(open_, counted), MAPPED_SHARES),
    )


def _judge_api(plan: str, requests: int, hours: float) -> GradeInput:
    return GradeInput(
        name="API constraints",
        finding=f"{requests:,} requests take {say_hours(hours)} of the {plan} plan's quota; "
        "accounts, contacts and deals go by the hundred, everything else one record a request",
        points=_score(hours, QUOTA_HOURS),
    )


def _judge_volume(records: int) -> GradeInput:
    beyond = f"; above {SCOPED_ABOVE:,} a migration is scoped individually" if records > SCOPED_ABOVE else ""
    return GradeInput(
        name="Data volume", finding=f"{records:,} records to load{beyond}", points=_score(records, VOLUMES)
    )


def _describe_timeline(plan: str, requests: int, hours: float) -> str:
    return (
        f"{say_hours(hours)} of loading around the clock: {requests:,} requests at the agreed share of the "
        f"{plan} plan's hourly quota; sample, sign-off and cutover windows come on top"
    )


def _score(value: float, limits: tuple[float, float]) -> int:
    return sum(value > limit for limit in limits)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0


def _find_letter(points: int) -> tuple[str, str]:
    return next(letter for most, letter in LETTERS.items() if points <= most)
