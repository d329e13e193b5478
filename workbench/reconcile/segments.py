"""Segments against the tenant: whether a filter finds there as many records as it finds in the source."""

from __future__ import annotations

import polars as pl

from workbench.discover.segments import count_over, list_filters
from workbench.model import SEGMENT_COUNTS, Phase, frame
from workbench.pack import Pack
from workbench.reconcile.population import Returned
from workbench.segment_filters import write_values


def recount_segments(
    population: Returned,
    pack: Pack,
    phases: tuple[Phase, ...],
    frames: dict[str, pl.DataFrame],
    records: dict[str, pl.DataFrame],
) -> pl.DataFrame:
    """Every segment that Freshsales can tell the members of, counted on both sides.

    Args:
        population: From `read_population`.
        frames: Staged objects, the segments' among them.
        records: Frames of records by phase, from the newest export.

    Returns:
        SEGMENT_COUNTS. It agrees where the tenant's records meet the conditions as often as ours of the same ids.
    """
    if pack.segments is None:
        return frame([], SEGMENT_COUNTS)
    segments = pack.segments
    filters = [(row, made) for row, made in list_filters(segments, frames, phases) if made.is_exact]
    fields = tuple(dict.fromkeys(name for _, made in filters for name in made.fields))
    mine = [phase.name for phase in phases if phase.source == segments.of]
    found = {key: values for key, values in population.items() if key[0] in mine and values is not None}
    ours = count_over([records[name] for name in mine], fields)
    standing = [
        records[name].filter(pl.col("external_id").is_in([id for phase, id in found if phase == name])) for name in mine
    ]
    here, there = count_over(standing, fields), write_values(found.values(), fields)
    return frame(
        [
            {
                "segment_id": row[segments.id],
                "name": row[segments.name] or "",
                "source_count": int(row[segments.count]) if (row[segments.count] or "").isdigit() else None,
                "expected": made.count(ours),
                "in_tenant": made.count(there),
                "agrees": made.count(here) == made.count(there),
            }
            for row, made in filters
        ],
        SEGMENT_COUNTS,
    )
