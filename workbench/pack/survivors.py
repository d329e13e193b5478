"""Pairs of records as people decided about them, and which record stays of those that are merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from workbench.errors import raise_problems
from workbench.model import DUPLICATES
from workbench.pack.examining import Dedupe, Verdict

MERGED, OPEN, APART = "merged", "open", "apart"
_VERDICTS = {"merge": MERGED, "apart": APART}


def decide(pairs: pl.DataFrame, verdicts: Iterable[Verdict]) -> pl.DataFrame:
    """DUPLICATES with the states that were decided; who turns a pair round decides which of the two stays."""
    said = {(v.object, v.external_id, v.repeats): _VERDICTS[v.action] for v in verdicts}
    if not said:
        return pairs
    rows = []
    for row in pairs.iter_rows(named=True):
        is_inside = row["object"] == row["repeats_object"]
        turned = (row["object"], row["repeats"], row["external_id"])
        if is_inside and turned in said:
            row |= {"external_id": row["repeats"], "repeats": row["external_id"]}
        rows.append(row | {"state": said.get((row["object"], row["external_id"], row["repeats"]), row["state"])})
    return pl.DataFrame(rows, schema=DUPLICATES)


def list_told(
    pairs: pl.DataFrame, rules: Iterable[Dedupe], verdicts: Iterable[Verdict], ids: Mapping[str, set[str]]
) -> pl.DataFrame:
    """The pairs that somebody decided about and no key found, such as those that are only alike.

    One whose record is not in the export stays open, so that a slip of the pen in decisions.toml is seen.

    Args:
        ids: Ids of the staged records, by object.
    """
    verdicts = tuple(verdicts)
    sides = pairs.select("object", "external_id", "repeats").rows() if verdicts else []
    known = {(object, *pair) for object, id, other in sides for pair in ((id, other), (other, id))}
    requirements = {rule.object: rule.requirement for rule in reversed(tuple(rules)) if not rule.among}
    rows = [
        {
            "object": v.object,
            "external_id": v.external_id,
            "repeats_object": v.object,
            "repeats": v.repeats,
            "evidence": "decided" if has_both else "decided, but a record of that id is not in the export",
            "state": _VERDICTS[v.action] if has_both else OPEN,
            "requirement": ", ".join(requirements[v.object]),
        }
        for v in verdicts
        if v.object in requirements and (v.object, v.external_id, v.repeats) not in known
        for has_both in [v.external_id != v.repeats and {v.external_id, v.repeats} <= ids[v.object]]
    ]
    return pl.DataFrame(rows, schema=DUPLICATES)


def name_survivors(pairs: pl.DataFrame) -> pl.DataFrame:
    """What is merged names the record that stays in the end, and not one that is itself merged.

    Who is the same as two others makes these the same as well: the later one of them is then merged into the other.

    Raises:
        UsageError: Records that somebody decided to leave apart would become one by other decisions.
    """
    into: dict[tuple[str, str], str] = {}
    is_inside = (pl.col("state") == MERGED) & (pl.col("object") == pl.col("repeats_object"))
    inside = pairs.with_row_index("_place").filter(is_inside)
    goes = [_merge(into, *row) for row in inside.select("object", "external_id", "repeats").iter_rows()]
    _check_apart(pairs, into)
    named = pairs.with_row_index("_place").join(
        inside.select("_place", _goes=pl.Series(goes, dtype=pl.String)), on="_place", how="left", maintain_order="left"
    )
    named = named.filter(~is_inside | pl.col("_goes").is_not_null()).with_columns(
        external_id=pl.coalesce("_goes", "external_id"), _of=pl.coalesce("_goes", "repeats")
    )
    last = [(object, id, _find_last(into, object, id)) for object, id in into]
    ends = pl.DataFrame(last, schema=dict.fromkeys(("repeats_object", "_of", "_last"), pl.String), orient="row")
    named = named.join(ends, on=["repeats_object", "_of"], how="left", maintain_order="left")
    is_merged = pl.col("state") == MERGED
    named = named.with_columns(repeats=pl.when(is_merged).then(pl.coalesce("_last", "_of")).otherwise("repeats"))
    # Two rules may find the same pair; a record is merged once.
    return named.select(pairs.columns).unique(
        ["object", "external_id", "repeats_object", "repeats"], keep="first", maintain_order=True
    )


def _merge(into: dict[tuple[str, str], str], object: str, id: str, other: str) -> str | None:
    """Note that one of two records goes into the other, by the ends of what either went into; null where both did."""
    stays, goes = _find_last(into, object, other), _find_last(into, object, id)
    if stays == goes:
        return None
    if goes != id:
        stays, goes = goes, stays
    into[object, goes] = stays
    return goes


def _check_apart(pairs: pl.DataFrame, into: dict[tuple[str, str], str]) -> None:
    raise_problems(
        "decisions about duplicates contradict each other",
        [
            f"{row['object']} {row['external_id']} and {row['repeats']}: decided apart, but both are merged with "
            f"{_find_last(into, row['object'], row['repeats'])}; take one of these [[duplicate]] blocks back"
            for row in pairs.filter(pl.col("state") == APART).iter_rows(named=True)
            if row["object"] == row["repeats_object"]
            and _find_last(into, row["object"], row["external_id"]) == _find_last(into, row["object"], row["repeats"])
        ],
    )


def _find_last(into: Mapping[tuple[str, str], str], object: str, id: str) -> str:
    while (object, id) in into:
        id = into[object, id]
    return id
