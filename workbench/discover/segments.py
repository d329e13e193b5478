"""The segments of a source: the filter each becomes, what Freshsales cannot be asked, how many it should find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from workbench.model import SEGMENTS, Phase, frame
from workbench.pack import Gap, Pack
from workbench.pack.segments import Segments
from workbench.records import build_records
from workbench.segment_filters import LISTS, NONE, Filter, find_rules, translate_rule, write_frame, write_values
from workbench.transforms.rules import describe_rule, read_rule

NO_RULE = Filter(state=NONE, lists=(), missing=("its rule cannot be read",))


def describe_segments(pack: Pack, frames: dict[str, pl.DataFrame], phases: tuple[Phase, ...]) -> pl.DataFrame:
    """Every segment with its translation, as SEGMENTS.

    Args:
        frames: Staged objects with the pack's columns.
        phases: Of the engagement's own tenant.
    """
    if pack.segments is None:
        return frame([], SEGMENTS)
    rows, segments = list_filters(pack.segments, frames, phases), pack.segments
    fields = tuple(dict.fromkeys(name for _, made in rows for name in made.fields))
    records = count_over(build_members(segments, frames, phases), fields)
    return frame([_describe(row, made, segments, records) for row, made in rows], SEGMENTS)


def list_filters(
    segments: Segments, frames: dict[str, pl.DataFrame], phases: Iterable[Phase]
) -> list[tuple[dict[str, str], Filter]]:
    """Every row of the segments' object with its filter."""
    rules = find_rules(segments, phases)
    rows = frames[segments.object].iter_rows(named=True)
    read = ((row, read_rule(row[segments.rule] or "")) for row in rows)
    return [(row, NO_RULE if rule is None else translate_rule(rule, segments, rules)) for row, rule in read]


def build_members(segments: Segments, frames: dict[str, pl.DataFrame], phases: Iterable[Phase]) -> list[pl.DataFrame]:
    """The records that can be members, a frame for each phase they are made in."""
    return [build_records(phase, frames) for phase in phases if phase.source == segments.of]


def count_over(records: list[pl.DataFrame], fields: tuple[str, ...]) -> pl.DataFrame:
    """Those fields of the records as columns of text."""
    return pl.concat([write_values([], fields), *(write_frame(each, fields) for each in records if fields)])


def find_segment_gaps(described: pl.DataFrame, segments: Segments | None) -> Iterator[Gap]:
    """A gap for every segment that asks what Freshsales cannot."""
    for row in described.filter(pl.col("missing") != "").iter_rows(named=True):
        yield Gap(
            object=segments.object,
            gap=f"Segment {row['name']} ({row['segment_id']}) asks what Freshsales cannot: {row['missing']}",
            consequence="Its members cannot be found by the same rule",
            remedy=segments.advice,
            requirement=segments.requirement,
        )


def write_segments(described: pl.DataFrame, segments: Segments | None) -> dict[str, str]:
    """The mapping document by its file name; none where the source has no segments."""
    if segments is None:
        return {}
    parts = [
        "# Segments and the lists they become\n",
        "Freshsales evaluates membership on its own activity data: member counts differ right after the migration. "
        "A list meets all of its conditions; where a segment has alternatives, it becomes several lists. "
        "Conditions other than is, is in and contains are offered on screen and documented nowhere for the API.\n",
    ]
    return {
        "document_segment_mapping.md": "\n".join([*parts, *(_write(row) for row in described.iter_rows(named=True))])
    }


def _describe(row: dict[str, str], made: Filter, segments: Segments, records: pl.DataFrame) -> dict[str, object]:
    return {
        "segment_id": row[segments.id],
        "name": row[segments.name] or "",
        "rule": describe_rule(row[segments.rule] or ""),
        "state": made.state,
        "conditions": " OR ".join("; ".join(map(str, each)) for each in made.lists),
        "missing": "; ".join(made.missing),
        "advice": segments.advice if made.missing else "",
        "source_count": int(row[segments.count]) if (row[segments.count] or "").isdigit() else None,
        "expected": made.count(records) if made.is_exact else None,
    }


def _write(row: dict[str, object]) -> str:
    lines = [f"## {row['name']} ({row['segment_id']}): {row['state']}\n", f"Rule of the source: {row['rule']}\n"]
    if row["conditions"]:
        title = "Lists, one for each line" if row["state"] == LISTS else "Conditions, all of them"
        lines += [f"{title}:", *(f"- {each}" for each in str(row["conditions"]).split(" OR ")), ""]
    if row["missing"]:
        lines += [f"Not reproducible: {row['missing']}\n", f"Recommended approximation: {row['advice']}\n"]
    counted = f"; by this filter {row['expected']} of the records brought over" if row["expected"] is not None else ""
    return "\n".join([*lines, f"Members in the source: {row['source_count']}{counted}\n"])
