"""What a scoping call asks for, from one discovery: tallies, plan, timeline, quote, and what is to be known before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil

import polars as pl

from workbench.destinations import CUSTOM_PREFIX, MODULE_PREFIX
from workbench.discover.advice import list_notes, list_windows
from workbench.discover.forecast import sum_plan
from workbench.discover.grade import Grade
from workbench.discover.plan_fit import judge_plans
from workbench.discover.plan_needs import list_plan_needs, measure_files
from workbench.discover.quote import find_rate_card, quote_migration, say_total, write_quote
from workbench.discover.tallies import OPEN, count_tallies, find_tally
from workbench.discover.timeline import plan_timeline, say_timeline
from workbench.engagement import Engagement
from workbench.freshsales.plans import read_plans
from workbench.model import Phase
from workbench.pack import Pack
from workbench.pack.advice import HYPERCARE

QUOTE_FILE = "quote.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the customer is offered.

    Attributes:
        frames: TALLIES, PLAN_NEEDS, PLAN_FIT, TIMELINE, QUOTE and NOTES by the names they are saved under.
        quote: The quote as Markdown.
        facts: The same in one view.
    """

    frames: dict[str, pl.DataFrame]
    quote: str
    facts: dict[str, object]


def scope_engagement(
    engagement: Engagement,
    pack: Pack,
    compiled: Mapping[str, tuple[Phase, ...]],
    derived: Mapping[str, pl.DataFrame],
    frames: Mapping[str, pl.DataFrame],
    grade: Grade,
    *,
    users: int,
    today: date,
) -> Scope:
    """Scope an engagement by fixed rules over what discovery found.

    Args:
        compiled: The phases each plan would have, by its name.
        derived: Staged objects with the pack's columns.
        frames: OBJECTS, FORECAST, DURATIONS and GAPS by name.
        users: Who share the plan's storage.
    """
    plans, own = read_plans(), compiled[engagement.plan]
    records, _, hours = sum_plan(frames["forecast"], engagement.plan)
    tallies = count_tallies(frames["objects"])
    needs = list_plan_needs(
        pack, compiled, derived, plans=plans, forecast=frames["forecast"],
        files=measure_files(own, derived, engagement.source), users=users,
    )  # fmt: skip
    fit = judge_plans(pack, needs)
    timeline = plan_timeline(list_windows(pack), frames["durations"], plan=engagement.plan, share=engagement.share)
    card = find_rate_card(engagement.folder)
    counted = {
        "engagement": 1,
        **{f"grade_{letter}": int(grade.letter.lower() == letter) for letter in "abcd"},
        "object": len({phase.source for phase in own}),
        "decision": find_tally(tallies, OPEN)[0],
        **_count_made(own),
        "inventory": len(pack.inventory),
        "gap": frames["gaps"].height,
        "load_day": ceil(hours / 24),
        "hypercare_day": _count_hypercare(timeline),
    }
    quote, said = quote_migration(card, counted, records=records), say_timeline(timeline)
    return Scope(
        frames={
            "tallies": tallies,
            "plan_needs": needs,
            "plan_fit": fit,
            "timeline": timeline,
            "quote": quote,
            "notes": list_notes(pack, plans[engagement.plan]),
        },
        quote=write_quote(quote, card, customer=engagement.customer, records=records, timeline=said, today=today),
        facts={
            "Recommended plan": ", ".join(fit.filter("is_recommended")["plan"].str.to_titlecase()),
            "Time": said,
            "Quote": say_total(quote, card, records=records),
        },
    )


def _count_made(phases: tuple[Phase, ...]) -> dict[str, int]:
    """Modules and custom fields that the mapping makes; the fields of modules among them."""
    modules = {phase.destination for phase in phases if phase.destination.startswith(MODULE_PREFIX)}
    fields = {
        (phase.destination, rule.to) for phase in phases for rule in phase.fields if rule.to.startswith(CUSTOM_PREFIX)
    }
    return {"module": len(modules), "custom_field": len(fields)}


def _count_hypercare(timeline: pl.DataFrame) -> int:
    return ceil(timeline.filter(pl.col("part") == HYPERCARE)["days_most"].sum())
