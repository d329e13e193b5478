"""Frames of what a migration takes: requests, hours, plans, money."""

from __future__ import annotations

import polars as pl

FORECAST = pl.Schema(
    {"plan": pl.String, "phase": pl.String, "records": pl.Int64, "requests": pl.Int64, "hours": pl.Float64}
)
# Records the tenant held before any load.
HOLDINGS = pl.Schema({"destination": pl.String, "records": pl.Int64})
# The requests of a load by what they are for; null where nothing was used yet.
REQUESTS = pl.Schema(
    {
        "kind": pl.String,  # settings | existing | in_doubt | records
        "phase": pl.String,  # of records; empty elsewhere
        "destination": pl.String,
        "method": pl.String,
        "records": pl.Int64,
        "least": pl.Int64,  # what any loader would need
        "planned": pl.Int64,
        "used": pl.Int64,
    }
)
# How long a load takes on a plan: at best, as expected, and at worst.
DURATIONS = pl.Schema(
    {
        "plan": pl.String,
        "mood": pl.String,  # polite | cutover
        "requests_least": pl.Int64,
        "requests": pl.Int64,
        "requests_most": pl.Int64,
        "hours_least": pl.Float64,
        "hours": pl.Float64,
        "hours_most": pl.Float64,
        "start_by": pl.String,  # latest safe start, local to the engagement; null where no cutover is set
    }
)
# What would make a load shorter, for the analyst and the customer to choose from.
SAVINGS = pl.Schema(
    {
        "policy": pl.String,
        "records": pl.Int64,  # it is about
        "requests": pl.Int64,  # it saves
        "hours": pl.Float64,  # it saves on the engagement's plan
        "loses": pl.String,
        "how": pl.String,
    }
)
# What each Freshsales plan has room for, the smallest first.
PLAN_FIT = pl.Schema(
    {
        "plan": pl.String,
        "custom_fields": pl.Int64,  # most that one object needs
        "lacks": pl.String,  # what there is no room for, empty where everything fits
        "lossy": pl.String,  # objects that lose detail on this plan
        "is_recommended": pl.Boolean,
    }
)
# What a mapping asks of each Freshsales plan, what the plan has, and what that costs the customer.
PLAN_NEEDS = pl.Schema(
    {
        "plan": pl.String,
        "state": pl.String,  # fits | less: it arrives, in another shape or with less of it | lacks: no room
        "need": pl.String,
        "object": pl.String,
        "fields": pl.String,  # by name, those that stay behind or arrive otherwise
        "needed": pl.String,
        "allowed": pl.String,
        "loses": pl.String,  # empty where it fits
    }
)
# The parts of a move in their order, in days from their own beginning.
TIMELINE = pl.Schema(
    {
        "part": pl.String,
        "side": pl.String,  # before | load | after, of the switch
        "days_least": pl.Float64,
        "days_most": pl.Float64,
        "unit": pl.String,  # days | business days
        "basis": pl.String,
    }
)
# What a quote charges, by the rules of the rate card.
QUOTE = pl.Schema(
    {
        "position": pl.String,
        "per": pl.String,
        "counted": pl.Int64,
        "included": pl.Int64,
        "charged": pl.Int64,
        "price": pl.Float64,
        "amount": pl.Float64,
        "currency": pl.String,
        "is_example": pl.Boolean,  # nobody has set the rates yet
    }
)
