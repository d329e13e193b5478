"""Tables about the files of an export: what became of each, and what Freshsales holds of them."""

from __future__ import annotations

import polars as pl

from workbench.shown import Shown
from workbench.tables.cells import code, count, text
from workbench.tables.theme import build_table


def show_uploads(uploads: pl.DataFrame) -> Shown:
    """What became of the files, as UPLOADS, counted by phase, outcome and reason."""
    rows = uploads.group_by("phase", "outcome", "reason", maintain_order=True).agg(
        files=pl.len().cast(pl.Int64), kilobytes=(pl.col("bytes").sum() / 1024).ceil().cast(pl.Int64)
    )
    return build_table(
        rows,
        {
            "phase": code("Phase"),
            "outcome": text("Outcome"),
            "files": count("Files"),
            "kilobytes": count("Kilobytes"),
            "reason": text("Reason"),
        },
        id="uploads",
        title="Files of the export",
        note="A file that a record has twice goes once. What is held waits for what its reason names.",
        empty="this map uploads none.",
    )


def show_uploads_found(found: pl.DataFrame) -> Shown:
    """How the files that were looked at agree with what was sent, as UPLOADS_FOUND, counted by phase."""
    rows = found.group_by("phase", maintain_order=True).agg(
        files=pl.len().cast(pl.Int64),
        content=pl.col("found_sha256").is_not_null().sum().cast(pl.Int64),
        differ=(~pl.col("agrees")).sum().cast(pl.Int64),
    )
    return build_table(
        rows,
        {
            "phase": code("Phase"),
            "files": count("Files looked at"),
            "content": count("Of these downloaded"),
            "differ": count("Differ"),
        },
        id="uploads-found",
        title="Files as Freshsales holds them",
        note="Compared by name and size, and where they were downloaded by what is in them.",
        empty="no file was looked at.",
    )
