"""Tables for the scoping call: both tallies, what each plan would lose, the time, the quote, what to know."""

from __future__ import annotations

import polars as pl

from workbench.discover.grade import SCOPED_ABOVE
from workbench.discover.timeline import describe_days, say_timeline
from workbench.shown import Shown
from workbench.tables.cells import count, figure, text
from workbench.tables.theme import build_table, fold, to_id
from workbench.tables.words import say_destination

_STATES = {"lacks": "no room", "less": "less of it", "fits": "fits"}
_GROUPS = {"source": "The system you leave", "freshsales": "Freshsales", "pair": "The move between them"}
_SIDES = {"before": "before the switch", "load": "before the switch", "after": "after the switch"}


def show_tallies(tallies: pl.DataFrame) -> Shown:
    """Both tallies with what they count, as TALLIES."""
    return build_table(
        tallies.with_columns(tally=pl.format("{} of {}", "count", "of")),
        {"name": text("Tally"), "tally": figure("Objects"), "means": text("Counts"), "objects": text("Which")},
        id="tallies",
        title="Both tallies",
        note="Counted from the mapping as it stands; an object can count in both, or in neither.",
    )


def show_plan_needs(needs: pl.DataFrame) -> Shown:
    """What the mapping asks of each plan, as PLAN_NEEDS; what has no room stands first."""
    order = list(_STATES)
    counts = needs.group_by("plan", maintain_order=True).agg(
        (pl.col("state") == state).sum().alias(state) for state in order
    )
    heading = build_table(
        counts.with_columns(pl.col("plan").str.to_titlecase()),
        {"plan": text("Plan"), "lacks": count("No room"), "less": count("Less of it"), "fits": count("Fits")},
        id="plan-needs",
        title="What the mapping asks of each plan",
        note="No room: it would stay behind. Less of it: it arrives in another shape, or with fewer of its fields. "
        "Every field stands in plan_needs.csv.",
        empty="no plan was compared.",
    )
    sections = [
        (
            f"{row['plan'].title()}: {row['lacks']:,} without room, {row['less']:,} with less",
            _list_needs(row["plan"], needs.filter(pl.col("plan") == row["plan"])),
        )
        for row in counts.iter_rows(named=True)
    ]
    return fold(heading, sections, by="plan") if sections else heading


def _list_needs(plan: str, needs: pl.DataFrame) -> Shown:
    """One plan's needs; of custom fields that fit, their total stands for every type."""
    is_type = pl.col("need").str.ends_with(" fields") & (pl.col("need") != "custom fields")
    rows = needs.filter(~is_type | (pl.col("state") != "fits"))
    rows = rows.sort(pl.col("state").replace_strict(list(_STATES), [0, 1, 2], default=3), maintain_order=True)
    is_object = pl.col("need").is_in(["object", "product catalog"])
    return build_table(
        rows.with_columns(
            pl.col("state").replace(_STATES),
            _say_where("object", ~is_object),
            _say_where("needed", pl.col("need") == "object"),
            _say_where("allowed", pl.col("need") == "object"),
        ),
        {
            "object": text("Object"),
            "state": text("State"),
            "need": text("Asks for"),
            "needed": text("Needs"),
            "allowed": text("Plan has"),
            "loses": text("What is lost"),
            "fields": text("Fields"),
        },
        id=f"plan-needs-{to_id(plan)}",
        title=f"On {plan.title()}",
    )


def _say_where(name: str, is_destination: pl.Expr) -> pl.Expr:
    said = pl.col(name).map_elements(say_destination, return_dtype=pl.String)
    return pl.when(is_destination).then(said).otherwise(name).alias(name)


def show_timeline(timeline: pl.DataFrame) -> Shown:
    """The parts of the move in their order, as TIMELINE."""
    rows = timeline.with_columns(
        days=pl.struct("days_least", "days_most", "unit").map_elements(describe_days, return_dtype=pl.String),
        side=pl.col("side").replace(_SIDES),
    )
    return build_table(
        rows,
        {"part": text("Part"), "days": figure("Takes"), "basis": text("Because")},
        id="timeline",
        title="The parts of the move",
        group="side",
        note=say_timeline(timeline),
        empty="nothing was reckoned.",
    )


def show_quote(quote: pl.DataFrame) -> Shown:
    """What the migration costs by the rules of the rate card, as QUOTE."""
    currency = quote["currency"][0] if quote.height else ""
    example = " The rates are examples until somebody sets them." if quote["is_example"].any() else ""
    return build_table(
        quote.with_columns(
            pl.col("price", "amount").map_elements(lambda value: f"{value:,.2f}", return_dtype=pl.String),
        ),
        {
            "position": text("Position"),
            "counted": count("Counted"),
            "included": count("Included"),
            "charged": count("Charged"),
            "price": figure(f"Each, {currency}"),
            "amount": figure(f"Amount, {currency}"),
        },
        id="quote",
        title=f"Quote: {quote['amount'].sum():,.2f} {currency}" if quote.height else "Quote",
        note=f"By rules, with no fee per record; terms, and what it takes for granted, stand in quote.md.{example}",
        empty=f"scoped individually, for more than {SCOPED_ABOVE:,} records are to be loaded.",
    )


def show_notes(notes: pl.DataFrame) -> Shown:
    """What the customer is told before the move, as NOTES."""
    return build_table(
        notes.with_columns(pl.col("group").replace(_GROUPS)),
        {"text": text("What to know"), "group": text("About"), "refuted": text("What is printed, and is not so")},
        id="notes",
        title="Good to know",
        group="name",
        empty="nothing is known.",
    )
