"""Records that stand twice in the source: found by keys the pack names, merged before anything else happens.

Where key and name agree the later record is the earlier one once more, and is merged on its own. Where only the key
agrees, as with an address a household shares, the pair waits for somebody to decide, and until then both stand.
Records that are only alike are never merged without a decision, and found elsewhere: see `likely`.
Where the source itself says that a record was merged into another, nothing is compared: its word is taken.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from workbench.model import DUPLICATES, MERGED_FIELDS
from workbench.pack.examining import Dedupe, Reference
from workbench.pack.survivors import MERGED, OPEN, decide, list_told, name_survivors
from workbench.pack.values import Pack
from workbench.transforms import TRANSFORMS

REPEATS = "_repeats"


def find_duplicates(staged: Mapping[str, pl.DataFrame], pack: Pack) -> pl.DataFrame:
    """Every pair of records that are or may be the same.

    Returns:
        DUPLICATES; `repeats` is the record that stays, of those that are merged the first of all.
    """
    found = [
        _find_pairs(rule, staged[rule.object], staged[rule.among.object] if rule.among else None)
        for rule in pack.dedupes
        if rule.merged_into or rule.compares_keys
    ]
    pairs = decide(pl.concat([pl.DataFrame(schema=DUPLICATES), *found]), pack.verdicts)
    ids = {rule.object: set(staged[rule.object][rule.id]) for rule in pack.dedupes} if pack.verdicts else {}
    return name_survivors(pl.concat([pairs, list_told(pairs, pack.dedupes, pack.verdicts, ids)]))


def merge_duplicates(staged: Mapping[str, pl.DataFrame], pack: Pack) -> dict[str, pl.DataFrame]:
    """The staged objects with what is merged: nothing is taken away.

    A record that repeats another gets its id in `_repeats` and makes no record of its own; what it has and the other
    lacks is filled in there; what points at it points at the other. Rules with `among` add their column.
    """
    frames = dict(staged)
    if not pack.dedupes:
        return frames
    pairs = find_duplicates(staged, pack).filter(pl.col("state") == MERGED)
    for rule in pack.dedupes:
        mine = pairs.filter(pl.col("object") == rule.object)
        if rule.among:
            frames[rule.object] = _add_column(frames[rule.object], rule, mine)
        elif REPEATS not in frames[rule.object].columns:
            inside = _within(mine)
            repeating = _add_column(frames[rule.object], rule, inside, name=REPEATS)
            frames[rule.object] = _fill_survivors(repeating, {rule.id, rule.merged_into}, id=rule.id)
            frames = _redirect(frames, rule, inside)
    return frames


def list_merged_fields(staged: Mapping[str, pl.DataFrame], pack: Pack) -> pl.DataFrame:
    """MERGED_FIELDS: which cells of the records that stay were filled from one that repeats them; no value of them."""
    frames, rows = merge_duplicates(staged, pack), [pl.DataFrame(schema=MERGED_FIELDS)]
    for rule in pack.dedupes:
        before, after = staged[rule.object], frames[rule.object]
        if rule.among:
            continue
        survivors = after.filter(pl.col(rule.id).is_in(after[REPEATS].drop_nulls().implode()))
        for name in before.columns:
            if name.startswith("_") or name in (rule.id, rule.merged_into):
                continue
            filled = survivors.join(before.filter(pl.col(name).is_null()), on="_row", how="semi").drop_nulls(name)
            given = filled.select(rule.id, name).join(
                after.drop_nulls([REPEATS, name]).select(pl.col(REPEATS).alias(rule.id), "_row", taken=rule.id),
                on=rule.id,
            )
            first = given.sort("_row").unique(rule.id, keep="first", maintain_order=True)
            rows.append(
                first.select(
                    object=pl.lit(rule.object), external_id=rule.id, field=pl.lit(name), taken_from="taken"
                ).cast(dict(MERGED_FIELDS))
            )
    return pl.concat(rows)


def list_repeats(frame: pl.DataFrame) -> pl.DataFrame:
    """Staged row and surviving id of every record that was merged: `_row`, `_repeats`."""
    if REPEATS not in frame.columns:
        return pl.DataFrame(schema={"_row": pl.Int64, REPEATS: pl.String})
    return frame.drop_nulls(REPEATS).select("_row", REPEATS)


def redirect(rows: pl.DataFrame, reference: Reference, moved: dict[str, str]) -> pl.DataFrame:
    """The rows with that column pointing at the records that stay, by the ids of those that were merged into them."""
    column = pl.col(reference.column)
    changed = column.replace(moved)
    if reference.where:
        changed = pl.when(pl.sql_expr(reference.where)).then(changed).otherwise(column)
    return rows.with_columns(changed.alias(reference.column))


def _find_pairs(rule: Dedupe, mine: pl.DataFrame, others: pl.DataFrame | None) -> pl.DataFrame:
    if rule.merged_into:
        return _find_told(rule, mine)
    rows = _read_keys(mine, rule, id=rule.id, source=rule.source, same=rule.same)
    if others is None:
        pairs = _pair_inside(rows)
    else:
        theirs = _read_keys(others, rule, id=rule.among.id, source=rule.among.source, same=rule.among.same)
        pairs = _pair_across(rows, theirs)
    return pairs.select(
        object=pl.lit(rule.object),
        external_id="id",
        repeats_object=pl.lit(rule.among.object if rule.among else rule.object),
        repeats="other",
        evidence=pl.when("is_same").then(pl.lit(f"same {rule.source}, same {rule.same}")).otherwise(
            pl.lit(f"same {rule.source}, another {rule.same}")
        ),
        state=pl.when("is_same").then(pl.lit(MERGED)).otherwise(pl.lit(OPEN)),
        requirement=pl.lit(", ".join(rule.requirement)),
    ).cast(dict(DUPLICATES))  # fmt: skip


def _find_told(rule: Dedupe, mine: pl.DataFrame) -> pl.DataFrame:
    """The pairs the source names; one whose record is not there, and those in a circle, are no pairs."""
    known = set(mine[rule.id])
    named = mine.select(rule.id, rule.merged_into).drop_nulls().iter_rows()
    into = {id: other for id, other in named if other in known}
    rows = [
        {
            "object": rule.object,
            "external_id": id,
            "repeats_object": rule.object,
            "repeats": other,
            "evidence": f"named in {rule.merged_into}",
            "state": MERGED,
            "requirement": ", ".join(rule.requirement),
        }
        for id, other in into.items()
        if _has_end(id, into)
    ]
    return pl.DataFrame(rows, schema=DUPLICATES)


def _has_end(id: str, into: dict[str, str]) -> bool:
    seen = set()
    while id in into and id not in seen:
        seen.add(id)
        id = into[id]
    return id not in seen


def _read_keys(frame: pl.DataFrame, rule: Dedupe, *, id: str, source: str, same: str) -> pl.DataFrame:
    keys = frame.select(
        "_row", id=id, key=TRANSFORMS[rule.via](pl.col(source)), name=TRANSFORMS[rule.same_via](pl.col(same))
    )
    return keys.drop_nulls(["id", "key"])


def _pair_inside(rows: pl.DataFrame) -> pl.DataFrame:
    """Each record with the first of its key and name, or else with the first of its key."""
    first = rows.with_columns(
        first=pl.col("id").first().over("key", order_by="_row"),
        alike=pl.col("id").first().over("key", "name", order_by="_row"),
    ).filter(pl.col("id") != pl.col("first"))
    is_same = pl.col("name").is_not_null() & (pl.col("alike") != pl.col("id"))
    return first.with_columns(is_same=is_same).with_columns(other=pl.when("is_same").then("alike").otherwise("first"))


def _pair_across(rows: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Each record with one of the other object, best one of the same name."""
    pairs = rows.join(theirs.rename({"id": "other", "name": "their_name"}), on="key", suffix="_theirs")
    pairs = pairs.with_columns(is_same=(pl.col("name") == pl.col("their_name")).fill_null(False))
    best = pairs.sort("_row", "is_same", "_row_theirs", descending=[False, True, False])
    return best.unique("_row", keep="first", maintain_order=True)


def _within(pairs: pl.DataFrame) -> pl.DataFrame:
    inside = pairs.filter(pl.col("object") == pl.col("repeats_object"))
    return inside.unique(["object", "external_id"], keep="first", maintain_order=True)


def _add_column(frame: pl.DataFrame, rule: Dedupe, pairs: pl.DataFrame, *, name: str = "") -> pl.DataFrame:
    wanted = rule.among.object if rule.among else rule.object
    known = pairs.filter(pl.col("repeats_object") == wanted).unique("external_id", keep="first")
    column = known.select(pl.col("external_id").alias(rule.id), pl.col("repeats").alias(name or rule.column))
    found = frame.select(rule.id).join(column, on=rule.id, how="left", maintain_order="left")
    return frame.with_columns(found.drop(rule.id))


def _fill_survivors(frame: pl.DataFrame, but: set[str], *, id: str) -> pl.DataFrame:
    """What a repeat has and the one that stays lacks, of several repeats the first that has it; then the other way.

    So both look alike, and whatever decides about the one decides alike about the other.
    """
    names = [name for name in frame.columns if not name.startswith("_") and name not in but]
    stays = frame[REPEATS].drop_nulls().unique()
    touched = frame.filter(pl.col(REPEATS).is_not_null() | pl.col(id).is_in(stays.implode()))
    repeats = touched.drop_nulls(REPEATS).sort("_row")
    given = repeats.group_by(REPEATS, maintain_order=True).agg(pl.col(names).drop_nulls().first())
    filled = _coalesce(touched, given.rename({REPEATS: id}), on=id, names=names)
    filled = _coalesce(filled, filled.select(pl.col(id).alias(REPEATS), *names), on=REPEATS, names=names)
    return _coalesce(frame, filled.select("_row", *names), on="_row", names=names)


def _coalesce(frame: pl.DataFrame, given: pl.DataFrame, *, on: str, names: list[str]) -> pl.DataFrame:
    # Column by column: a join of all of them would hold the frame twice.
    places = given.select(on, _place=pl.int_range(pl.len())).unique(on, keep="first")
    place = frame.select(on).join(places, on=on, how="left", maintain_order="left")["_place"]
    for name in (name for name in names if frame[name].null_count()):
        frame = frame.with_columns(pl.col(name).fill_null(given[name].gather(place)))
    return frame


def _redirect(frames: dict[str, pl.DataFrame], rule: Dedupe, pairs: pl.DataFrame) -> dict[str, pl.DataFrame]:
    moved = dict(pairs.select("external_id", "repeats").iter_rows())
    for reference in rule.references if moved else ():
        frames[reference.object] = redirect(frames[reference.object], reference, moved)
    return frames
