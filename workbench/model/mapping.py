"""Frames of what becomes of fields and owners."""

from __future__ import annotations

import polars as pl

OWNERS = pl.Schema(
    {
        "source_id": pl.String,
        "name": pl.String,
        "email": pl.String,
        "role": pl.String,
        "records": pl.Int64,
        "user_id": pl.Int64,
        "user_email": pl.String,
        "resolution": pl.String,  # email | fallback | unresolved
    }
)
PROPOSALS = pl.Schema(
    {
        "object": pl.String,
        "field": pl.String,
        "tag": pl.String,
        "filled": pl.Int64,
        "action": pl.String,  # migrate | custom_field | merge | inventory | skip
        "destination": pl.String,
        "to": pl.String,
        "via": pl.String,
        "type": pl.String,  # Freshsales type of a custom field; empty elsewhere
        "confidence": pl.Float64,
        "evidence": pl.String,
        "state": pl.String,  # proposed | confirmed | rejected
        "decided_by": pl.String,
        "reason": pl.String,
    }
)
SCHEMA_PLAN = pl.Schema(
    {
        "destination": pl.String,
        "kind": pl.String,  # module | field | options
        "name": pl.String,
        "label": pl.String,
        "type": pl.String,
        "options": pl.List(pl.String),
        "is_unique": pl.Boolean,
        "how": pl.String,  # api | admin
        "state": pl.String,  # present | created | missing
        "note": pl.String,
    }
)
