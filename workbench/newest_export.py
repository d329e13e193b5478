"""The newest export, as a cutover reads it: its records, and what it could not say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.compiled import list_rules, read_objects, read_templates
from workbench.engagement import Engagement
from workbench.exports import read_first_files
from workbench.layout import Layout
from workbench.load.gone import Reading
from workbench.model import Phase
from workbench.records import ID_SEPARATOR, build_records, derive_columns
from workbench.sources.api.extracted import check_extracted
from workbench.sources.files import Staged, stage_folder

Records = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestExport:
    """The newest export: what became of its rows, the records of every phase, and what it could not say."""

    staged: Staged
    records: Records
    reading: Reading


def stage_export(engagement: Engagement, phases: tuple[Phase, ...], out: Path) -> NewestExport:
    """Stage the export of the switch into `out` and build the records of every phase from it.

    Raises:
        UsageError: It cannot be read.
        StopRun: A row was neither staged nor rejected.
    """
    check_extracted(engagement, engagement.cutover_source)
    pack, layout = read_templates(engagement)
    staged = stage_folder(engagement.cutover_source, layout, out)
    derived = derive_columns(read_objects(engagement, layout, out, rules=list_rules(phases)), pack)
    records = {phase.name: build_records(phase, derived) for phase in phases}
    reading = Reading(
        unread=_find_unread_phases(phases, layout, staged, read_first_files(engagement)),
        left_out=_find_left_out(phases, derived, records),
    )
    return NewestExport(staged=staged, records=records, reading=reading)


def compare_reading(first: pl.DataFrame, staged: Staged) -> list[str]:
    """What the newest export could not say and the one that was approved could, as open points.

    Args:
        first: FILES of the approved one.
    """
    totals = [files.group_by("object").agg(pl.col("staged", "rejected").sum()) for files in (first, staged.files)]
    before, after = ({object: counts for object, *counts in each.iter_rows()} for each in totals)
    points = [f"{object}: {rejected:,} rows of the newest export could not be read, {known:,} of the first; repair it, "
              "or run discovery again and approve it"
              for object, (_, rejected) in sorted(after.items())
              if rejected > (known := before.get(object, [0, 0])[1])]  # fmt: skip
    points += [f"{object}: the newest export holds no records of it, the first held {rows:,}"
               for object, (rows, _) in sorted(before.items())
               if rows and not after.get(object, [0, 0])[0]]  # fmt: skip
    return points


def _find_unread_phases(
    phases: tuple[Phase, ...], layout: Layout, staged: Staged, first: pl.DataFrame
) -> dict[str, str]:
    unread = _find_unread(staged)
    # What is no object of the export is made from others, and any of them may be the one; not one that never was there.
    once = {*first.filter(pl.col("staged") > 0)["object"], *staged.rejected["object"]}
    any_unread = next((why for object, why in unread.items() if object in once), "")
    found = {phase.name: unread.get(phase.source, "") if phase.source in layout.objects else any_unread
             for phase in phases}  # fmt: skip
    return {phase: why for phase, why in found.items() if why}


def _find_unread(staged: Staged) -> dict[str, str]:
    """Why an object of the export cannot show which of its records are gone."""
    counts = staged.files.group_by("object", maintain_order=True).agg(pl.col("staged", "rejected").sum())
    unread = {object: f"the export has no file of {object}" for object in staged.missing}
    for object, read, rejected in counts.iter_rows():
        if rejected:
            unread[object] = f"{rejected:,} rows of {object} could not be read"
        elif not read:
            unread[object] = f"the file of {object} is empty"
    return unread


def _find_left_out(
    phases: tuple[Phase, ...], derived: dict[str, pl.DataFrame], records: Records
) -> dict[str, frozenset[str]]:
    """External ids that stand in the staged rows and that no phase of their object takes."""
    taken: dict[str, set[str]] = {}
    for phase in phases:
        taken.setdefault(phase.source, set()).update(records[phase.name]["external_id"])
    return {phase.name: frozenset(_list_source_ids(phase, derived[phase.source]) - taken[phase.source])
            for phase in phases}  # fmt: skip


def _list_source_ids(phase: Phase, rows: pl.DataFrame) -> set[str]:
    if not phase.external_id:
        return set()  # a hash of the row: it says nothing of a row that changed
    parts = [pl.col(name).cast(pl.String).fill_null("") for name in phase.external_id]
    return set(rows.select(id=pl.concat_str(parts, separator=ID_SEPARATOR))["id"])
