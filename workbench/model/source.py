"""Frames of what the source holds."""

from __future__ import annotations

import polars as pl

FILES = pl.Schema(
    {
        "file": pl.String,
        "object": pl.String,
        "bytes": pl.Int64,
        "sha256": pl.String,
        "encoding": pl.String,
        "delimiter": pl.String,
        "read": pl.Int64,
        "staged": pl.Int64,
        "rejected": pl.Int64,
    }
)
REJECTED = pl.Schema({"file": pl.String, "object": pl.String, "row": pl.Int64, "reason": pl.String})
INVENTORY = pl.Schema(
    {
        "object": pl.String,
        "field": pl.String,
        "type": pl.String,
        "tag": pl.String,
        "rows": pl.Int64,
        "filled": pl.Int64,
        "distinct": pl.Int64,
        "longest": pl.Int64,
        "example": pl.String,  # masked by tag
    }
)
# How the values of columns are written, as far as it is settled.
CONVENTIONS = pl.Schema(
    {
        "object": pl.String,
        "field": pl.String,
        "type": pl.String,
        "written": pl.String,
        "choices": pl.String,  # ways the values fit equally well
        "null": pl.String,
        "evidence": pl.String,
        "by": pl.String,  # evidence | layout | a person; empty while it is a question
        "unread": pl.Int64,  # values that no settled way can read
    }
)
RELATIONSHIPS = pl.Schema(
    {
        "child": pl.String,
        "child_field": pl.String,
        "parent": pl.String,
        "parent_field": pl.String,
        "filled": pl.Int64,
        "matched": pl.Int64,
        "orphans": pl.Int64,
        "evidence": pl.String,
    }
)
GAPS = pl.Schema(
    {
        "object": pl.String,
        "field": pl.String,
        "gap": pl.String,
        "consequence": pl.String,
        "remedy": pl.String,
        "requirement": pl.String,
    }
)
OBJECTS = pl.Schema(
    {
        "source": pl.String,
        "destination": pl.String,
        "outcome": pl.String,
        "fidelity": pl.String,
        "rows": pl.Int64,
        "reason": pl.String,
        "requirement": pl.String,
        "is_view": pl.Boolean,  # the pack makes it out of other objects; true, or null as good as false
    }
)
ROSTER = pl.Schema({"source_id": pl.String, "name": pl.String, "email": pl.String, "role": pl.String})
# The two tallies of a mapping; `objects` are those that count.
TALLIES = pl.Schema({"name": pl.String, "count": pl.Int64, "of": pl.Int64, "means": pl.String, "objects": pl.String})
# What the customer is told before the move, and of which part of it.
NOTES = pl.Schema(
    {"group": pl.String, "name": pl.String, "text": pl.String, "refuted": pl.String, "requirement": pl.String}
)
# Records by what their owner column leads to; records = valid + without_email + unknown + empty.
OWNER_REFERENCES = pl.Schema(
    {
        "object": pl.String,
        "column": pl.String,
        "records": pl.Int64,
        "valid": pl.Int64,
        "without_email": pl.Int64,  # in the source's list, but by no e-mail of their own
        "unknown": pl.Int64,
        "empty": pl.Int64,
    }
)
# What the customer's account in the source uses, beside what it may use.
AUDIT = pl.Schema(
    {
        "name": pl.String,
        "object": pl.String,
        "found": pl.Int64,  # null where a value is told and nothing counted
        "limit": pl.Int64,  # null where the source names none
        "above": pl.Int64,
        "items": pl.String,
        "beyond": pl.String,  # the items above the limit
        "note": pl.String,
        "requirement": pl.String,
    }
)
# Records of the source that are or may be the same.
DUPLICATES = pl.Schema(
    {
        "object": pl.String,
        "external_id": pl.String,
        "repeats_object": pl.String,
        "repeats": pl.String,  # the record that stays
        "evidence": pl.String,  # names of columns, never their values
        "state": pl.String,  # merged | open: somebody has to decide | apart
        "requirement": pl.String,
    }
)
# What was compared of each pair that is likely one record; full values, so that only masked ones are shown.
LIKELY_DUPLICATES = pl.Schema(
    {
        "object": pl.String,
        "external_id": pl.String,
        "repeats": pl.String,
        "likeness": pl.Float64,  # 0 to 1
        "field": pl.String,  # the columns compared
        "tag": pl.String,
        "value": pl.String,
        "other": pl.String,  # of the record that would stay
        "agreement": pl.String,  # a degree of `workbench.likeness.KINDS`, or not known
        "bits": pl.Float64,  # what it is worth, negative where it speaks against
    }
)
# How much of each object was compared by likeness.
LIKENESS = pl.Schema(
    {
        "object": pl.String,
        "records": pl.Int64,
        "compared": pl.Int64,  # pairs
        "likely": pl.Int64,
        "left_out": pl.String,  # what was not compared and why; empty where all was
    }
)
# Formula fields an export describes; `order` is null where one is not evaluated, and `detail` says why.
FORMULAS = pl.Schema(
    {
        "object": pl.String,
        "field": pl.String,
        "formula": pl.String,
        "needs": pl.String,
        "state": pl.String,
        "detail": pl.String,
        "order": pl.Int64,
        "compared": pl.Int64,
        "different": pl.Int64,
        "evaluated_only": pl.Int64,  # rows the source exports no value for
    }
)
FORMULA_DIFFERENCES = pl.Schema(
    {"object": pl.String, "row": pl.Int64, "field": pl.String, "exported": pl.String, "evaluated": pl.String}
)
# Segments and the lists they become; `expected` is null where Freshsales cannot tell the members.
SEGMENTS = pl.Schema(
    {
        "segment_id": pl.String,
        "name": pl.String,
        "rule": pl.String,
        "state": pl.String,
        "conditions": pl.String,
        "missing": pl.String,
        "advice": pl.String,
        "source_count": pl.Int64,
        "expected": pl.Int64,
    }
)
SEGMENT_COUNTS = pl.Schema(
    {
        "segment_id": pl.String,
        "name": pl.String,
        "source_count": pl.Int64,
        "expected": pl.Int64,
        "in_tenant": pl.Int64,
        "agrees": pl.Boolean,
    }
)
# Cells of records that stay, filled from one that was merged into them.
MERGED_FIELDS = pl.Schema({"object": pl.String, "external_id": pl.String, "field": pl.String, "taken_from": pl.String})
