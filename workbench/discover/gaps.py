"""The gap register: everything that does not arrive as it was, with what follows and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from workbench.discover.damage import Damage
from workbench.discover.profile import Misfit, RepeatedKey
from workbench.layout import Layout
from workbench.model import GAPS, frame
from workbench.pack import Gap
from workbench.sources.files import Staged

Finding = dict[str, str]


def build_gap_register(
    pack_gaps: Iterable[Gap],
    staging: Staged,
    relationships: pl.DataFrame,
    *,
    layout: Layout,
    misfits: Iterable[Misfit] = (),
    repeated_keys: Iterable[RepeatedKey] = (),
    damages: Iterable[Damage] = (),
) -> pl.DataFrame:
    """Collect the gaps known of the source and those found in this export.

    Returns:
        Schema `GAPS`, the known ones first; no cell of the export's data stands in it.
    """
    rows = [
        *(_describe_known(gap) for gap in pack_gaps),
        *(_describe_dropped(*column, layout) for column in staging.dropped if column[2]),
        *_describe_rejected(staging.files),
        *(_describe_missing(name, layout) for name in staging.missing),
        *(_describe_absent(*piece) for piece in staging.absent),
        *(_describe_unlisted(name) for name in staging.unlisted),
        *(_describe_orphans(row) for row in relationships.iter_rows(named=True) if row["orphans"]),
        *(_describe_misfit(misfit) for misfit in misfits),
        *(_describe_repeats(key) for key in repeated_keys),
        *(_describe_damage(damage) for damage in damages),
    ]
    return frame(rows, GAPS)


def _describe_known(gap: Gap) -> Finding:
    return _gap(gap.object, gap.field, gap.gap, gap.consequence, gap.remedy, ", ".join(gap.requirement))


def _describe_dropped(object_: str, field: str, filled: int, layout: Layout) -> Finding:
    column = layout.objects[object_].find_column(field)
    if column and column.tag == "score":
        return _gap(
            object_,
            field,
            f"A prediction of the source's own models with {filled:,} filled cells, left out while the file was read",
            "It is stale once it is exported, and Freshsales cannot compute it again without those models",
            "Let Freddy score anew from the attributes and signals that are brought over",
        )
    if column and column.is_secret:
        return _gap(
            object_,
            field,
            f"A secret column with {filled:,} filled cells, left out while the file was read",
            "It stands in no file of this migration, and not in Freshsales",
            "Keep it in the source's archive; enter by hand what is still needed",
        )
    return _gap(
        object_,
        field,
        f"A column with {filled:,} filled cells that the layout does not name",
        "It was left out while the file was read",
        "Add it to layout.toml with a type and a tag, and to pack.toml, then run discovery again",
    )


def _describe_rejected(files: pl.DataFrame) -> Iterator[Finding]:
    for file in files.filter(pl.col("rejected") > 0).iter_rows(named=True):
        yield _gap(
            file["object"],
            "",
            f"{file['rejected']:,} of {file['read']:,} records of {file['file']} cannot be read",
            "They are not migrated",
            "The list of rejected records names row and reason; correct the file and run discovery again",
        )


def _describe_missing(name: str, layout: Layout) -> Finding:
    return _gap(
        name,
        "",
        f"The export holds no {layout.objects[name].file}",
        "Nothing of this object is migrated",
        "None, if the source holds no such records; else add the file and run discovery again",
    )


def _describe_absent(name: str, path: str) -> Finding:
    return _gap(
        name,
        "",
        f"The export holds numbered pieces of {name}, and {path} is not among them",
        "The records in it, if there is such a piece, are not migrated",
        "Ask for it and add it to the export; none, if the numbers do not count pieces",
    )


def _describe_unlisted(name: str) -> Finding:
    return _gap(
        "",
        "",
        f"The export holds {name}, which the layout does not name",
        "Nothing in it is read",
        "None, if it holds no records; else add it to layout.toml and pack.toml, then run discovery again",
    )


def _describe_orphans(row: dict[str, object]) -> Finding:
    return _gap(
        row["child"],
        row["child_field"],
        f"{row['orphans']:,} of {row['filled']:,} values are no {row['parent_field']} of {row['parent']}",
        "Where the map makes a link of it, these records are held or arrive without the link",
        "See whether these values mean none, such as 0; else ask for the records that are missing",
    )


def _describe_misfit(misfit: Misfit) -> Finding:
    return _gap(
        misfit.object,
        misfit.field,
        f"{misfit.count:,} values are not written as {misfit.type}",
        "What cannot be converted arrives empty or holds its record",
        f"Correct them in the source, or make the column text in layout.toml instead of {misfit.type}",
    )


def _describe_repeats(key: RepeatedKey) -> Finding:
    return _gap(
        key.object,
        ", ".join(key.key),
        f"The key does not tell all records apart: {key.repeated:,} share it with another, {key.empty:,} have none",
        "Of records with the same key only one can carry it in Freshsales",
        "Correct the source, or name further key columns in layout.toml and pack.toml",
    )


def _describe_damage(damage: Damage) -> Finding:
    return _gap(damage.object, damage.field, f"{damage.count:,} {damage.what}", damage.consequence, damage.remedy)


def _gap(object_: str, field: str, gap: str, consequence: str, remedy: str, requirement: str = "") -> Finding:
    return {
        "object": object_,
        "field": field,
        "gap": gap,
        "consequence": consequence,
        "remedy": remedy,
        "requirement": requirement,
    }
