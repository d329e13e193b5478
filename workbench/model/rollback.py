"""Frames of taking a load back."""

from __future__ import annotations

import polars as pl

ROLLBACK_PREVIEW = pl.Schema(
    {
        "phase": pl.String,
        "destination": pl.String,
        "delete": pl.Int64,
        "restore": pl.Int64,
        "along": pl.Int64,  # of these, taken back only because they hang on one that is
        "requests": pl.Int64,
    }
)
ROLLBACK_COUNTS = pl.Schema(
    {
        "phase": pl.String,
        "destination": pl.String,
        "deleted": pl.Int64,
        "restored": pl.Int64,
        "held": pl.Int64,
        "requests": pl.Int64,
    }
)
PROOF = pl.Schema(
    {
        "phase": pl.String,
        "destination": pl.String,
        "deleted": pl.Int64,
        "found_gone": pl.Int64,
        "restored": pl.Int64,
        "found_as_before": pl.Int64,
        "held": pl.Int64,
        "holds": pl.Boolean,
    }
)
# What no rollback brings back, and what this one could not see.
ROLLBACK_LIMITS = pl.Schema({"what": pl.String, "why": pl.String})
# What a rollback could not bring back, field by field.
UNRESTORED = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "destination": pl.String,
        "field": pl.String,
        "why": pl.String,
        "remedy": pl.String,
    }
)
