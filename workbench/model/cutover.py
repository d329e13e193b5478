"""Frames of the switch: what changed since, and how source and tenant agree."""

from __future__ import annotations

import polars as pl

DELTA = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "change": pl.String,  # new | changed | owner: its owner became a user | deleted | unchanged
    }
)
VALIDATION = pl.Schema(
    {
        "phase": pl.String,
        "destination": pl.String,
        "expected": pl.Int64,  # records built from the source
        "in_ledger": pl.Int64,  # written and standing
        "held": pl.Int64,
        "deleted": pl.Int64,  # written, and deleted in the tenant since by somebody else
        "in_tenant": pl.Int64,  # found by listing the tenant; null where it cannot list that object
        "agrees": pl.Boolean,
    }
)
FILL = pl.Schema(
    {
        "phase": pl.String,
        "field": pl.String,
        "tag": pl.String,
        "records": pl.Int64,
        "expected": pl.Int64,
        "returned": pl.Int64,
        "agrees": pl.Boolean,
    }
)
OWNER_RATES = pl.Schema(
    {
        "phase": pl.String,
        "owner": pl.String,  # e-mail of the user, empty for none
        "expected": pl.Int64,
        "decided": pl.Int64,  # records more, or fewer, because somebody gave them away and a decision leaves it so
        "returned": pl.Int64,
        "agrees": pl.Boolean,
    }
)
# What both sides changed since the load: three values side by side, and what was decided.
CONFLICTS = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "destination": pl.String,
        "destination_id": pl.Int64,
        "field": pl.String,  # empty where the whole record is the question
        "tag": pl.String,
        "loaded": pl.String,
        "source": pl.String,
        "tenant": pl.String,
        "case": pl.String,  # of the record; another one once any of the values changes
        "decision": pl.String,  # source | tenant, empty while nobody decided
        "decided_by": pl.String,
    }
)
# Records of a source as they were brought over last; equal hashes are equal content.
RECORD_HASHES = pl.Schema({"phase": pl.String, "external_id": pl.String, "hash": pl.String})
# Whether a frozen source still says what the last delta read.
SOURCE_PROOF = pl.Schema(
    {"object": pl.String, "records": pl.Int64, "brought_over": pl.String, "found": pl.String, "agrees": pl.Boolean}
)
# Every delta so far, and as the last row the forecast of the next.
ROUNDS = pl.Schema(
    {
        "run": pl.String,
        "at": pl.Datetime("us", "UTC"),
        "new": pl.Int64,
        "changed": pl.Int64,
        "owner": pl.Int64,
        "deleted": pl.Int64,
        "requests": pl.Int64,
        "hours": pl.Float64,  # at the pace of the plan
        "is_forecast": pl.Boolean,
    }
)
# Records of ours that the tenant no longer holds.
DELETED_IN_TENANT = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "destination": pl.String,
        "destination_id": pl.Int64,
        "what": pl.String,
    }
)
