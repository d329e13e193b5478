"""Tables about requests and hours: planned, used, forecast, saved."""

from __future__ import annotations

import polars as pl

from workbench.shown import Shown
from workbench.tables.cells import code, count, hours, text
from workbench.tables.theme import add_total, build_table
from workbench.tables.words import say_destination, say_plainly

KINDS = {
    "settings": "Read the tenant's fields, lists and users",
    "existing": "Look for records that are there already",
    "in_doubt": "Look up writes whose answer was lost",
    "records": "Write and find again",
}


def show_requests(requests: pl.DataFrame) -> Shown:
    """The request plan as REQUESTS; with what was used, once it was."""
    rows = add_total(requests.with_columns(pl.col("kind").replace(KINDS)), label="kind", words="Whole load")
    is_used = requests["used"].is_not_null().any()
    return build_table(
        rows.with_columns(pl.col("destination").map_elements(say_destination, return_dtype=pl.String)),
        {
            "kind": text("What for"),
            "phase": code("Phase"),
            "destination": text("In Freshsales"),
            "method": text("How"),
            "records": count("Records"),
            "least": count("At least"),
            "planned": count("Planned"),
            **({"used": count("Used")} if is_used else {}),
        },
        id="requests-used" if is_used else "requests-planned",
        title="Requests planned and used" if is_used else "Requests this load takes",
        note="At least is what no loader could do without: a hundred records a request out and a hundred ids back "
        "where Freshsales takes batches, one request a record elsewhere. What stands unchanged costs nothing.",
        empty="nothing is to be sent.",
        has_total=True,
    )


def show_durations(durations: pl.DataFrame) -> Shown:
    """How long a load takes by plan and mood, as DURATIONS."""
    return build_table(
        durations.with_columns(pl.col("plan", "mood").map_elements(say_plainly, return_dtype=pl.String)),
        {
            "plan": text("Plan"),
            "mood": text("Mood"),
            "requests": count("Requests"),
            "hours_least": hours("At best"),
            "hours": hours("Expected"),
            "hours_most": hours("At worst"),
            "start_by": text("Start at the latest"),
        },
        id="durations",
        title="Hours by plan",
        note="Polite spreads the requests over each hour, cutover sends them as they come and then waits; both leave "
        "your own integrations their share. At best nothing has to be repeated; at worst one request in twenty goes "
        "again, answers take twice as long, and your integrations use a quarter more than agreed. The latest start "
        "counts with the worst.",
        empty="nothing is to be loaded.",
    )


def show_savings(savings: pl.DataFrame) -> Shown:
    """What would make the load shorter, as SAVINGS."""
    return build_table(
        savings,
        {
            "policy": text("Choice"),
            "records": count("Records"),
            "requests": count("Requests saved"),
            "hours": hours("Time saved"),
            "loses": text("What it loses"),
            "how": text("How it is done"),
        },
        id="savings",
        title="What would make it shorter",
        note="Each choice is reckoned alone, on your plan and from the data; savings do not add up.",
        empty="no choice would save a request.",
    )
