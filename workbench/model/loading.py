"""Frames of what a load sent, and what became of every record."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

# Import files by what became of their rows; rows = found + waiting + missing.
IMPORTS = pl.Schema(
    {
        "file": pl.String,  # relative to the engagement
        "phase": pl.String,
        "destination": pl.String,
        "rows": pl.Int64,
        "bytes": pl.Int64,
        "sha256": pl.String,
        "found": pl.Int64,  # in the tenant, by their external ids
        "waiting": pl.Int64,  # nobody has said that the file was imported, and nothing of it shows
        "missing": pl.Int64,  # the file was imported, these rows are not there
    }
)
SAMPLE = pl.Schema({"phase": pl.String, "external_id": pl.String, "why": pl.String})
DIFF = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "field": pl.String,
        "tag": pl.String,
        "expected": pl.String,
        "returned": pl.String,
        "cause": pl.String,
    }
)
# How the fields of the compared records fared; compared = equal + normalised + different.
COMPARED = pl.Schema(
    {
        "phase": pl.String,
        "field": pl.String,
        "tag": pl.String,
        "compared": pl.Int64,
        "equal": pl.Int64,
        "normalised": pl.Int64,
        "different": pl.Int64,
    }
)
COUNTS = pl.Schema(
    {
        "phase": pl.String,
        "source": pl.String,
        "destination": pl.String,
        "attempted": pl.Int64,
        "loaded": pl.Int64,
        "skipped": pl.Int64,
        "held": pl.Int64,
        "requests": pl.Int64,
    }
)
HELD = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "code": pl.String,
        "field": pl.String,
        "reason": pl.String,
        "release": pl.String,
    }
)
# Files of the export by what became of them; a skipped one is the same as another file of the same record.
UPLOADS = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "path": pl.String,  # in the export
        "file_name": pl.String,  # in Freshsales
        "bytes": pl.Int64,  # null where there is no such file
        "sha256": pl.String,
        "outcome": pl.String,  # loaded | skipped | held
        "reason": pl.String,
    }
)
# The files a mapping uploads, as they were when it was approved; all but the path is null where there is none.
ATTACHMENTS = pl.Schema({"path": pl.String, "bytes": pl.Int64, "stamp": pl.String, "sha256": pl.String})
# Uploaded files as the tenant holds them.
UPLOADS_FOUND = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "file_name": pl.String,
        "bytes": pl.Int64,
        "found_bytes": pl.Int64,  # null where the tenant shows no such file
        "sha256": pl.String,
        "found_sha256": pl.String,  # null where the file was not downloaded
        "agrees": pl.Boolean,
    }
)
# Held records by what they wait for: a root waits for nothing but its own reason.
HELD_ROOTS = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "code": pl.String,
        "field": pl.String,
        "reason": pl.String,
        "release": pl.String,
        "waiting": pl.Int64,  # records held behind it, however far
        "through": pl.String,  # longest chain of phases behind it: patients > claims
    }
)
# HELD, each with the roots it waits for in the end and the chain that leads to the first of them.
HELD_CHAINS = pl.Schema(
    {
        **HELD,
        "root": pl.String,  # PHASE/ID, several joined by ; and empty for a root
        "chain": pl.String,  # from the root to the record: patients/p1 > claims/k1
        "waiting": pl.Int64,
    }
)
# What a retry would do with each held record.
RETRY = pl.Schema(
    {
        "phase": pl.String,
        "external_id": pl.String,
        "code": pl.String,
        "verdict": pl.String,  # one of `workbench.load.retry.VERDICTS`
        "why": pl.String,
        "requests": pl.Int64,  # it would cost at least; records that go by the hundred cost less together
    }
)
CROSSWALK = pl.Schema(
    {
        "phase": pl.String,
        "source": pl.String,
        "external_id": pl.String,
        "destination": pl.String,
        "destination_id": pl.Int64,
        "created": pl.Boolean,
    }
)
REPEATED = "repeats "  # begins the reason of a row that stands for no record of its own; the record's id follows
# One row per staged source row and per row of a view: what became of it.
ROW_OUTCOMES = pl.Schema(
    {
        "object": pl.String,
        "row": pl.Int64,
        "outcome": pl.String,
        "phase": pl.String,
        "external_id": pl.String,
        "reason": pl.String,
        "is_view": pl.Boolean,  # no row of the export, but one the pack makes out of such rows; null counts as false
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseCount:
    """How one object's records fared in one load; attempted = loaded + skipped + held."""

    phase: str
    source: str
    destination: str
    attempted: int
    loaded: int
    skipped: int
    held: int
    requests: int

    @property
    def is_closed(self) -> bool:
        """Whether every attempted record has exactly one outcome."""
        return self.attempted == self.loaded + self.skipped + self.held
