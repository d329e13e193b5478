"""Records that agree in much though in no key: a list for a person, with what speaks for and against each pair.

Nothing here merges: what is not decided stays two records. Compared are the records that stand after the certain
merges, so that a pair is not asked about twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from workbench.layout import Layout
from workbench.likeness import Likely, find_likely
from workbench.model import DUPLICATES, LIKELY_DUPLICATES, LIKENESS
from workbench.pack.dedupe import REPEATS, find_duplicates, merge_duplicates
from workbench.pack.examining import Dedupe
from workbench.pack.survivors import OPEN, decide
from workbench.pack.tags import strictest, tag_columns
from workbench.pack.values import Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """Every pair of records that is or may be the same.

    Attributes:
        pairs: DUPLICATES: by key, by the source's word and by likeness.
        evidence: LIKELY_DUPLICATES: of each likely pair what was compared, with both values.
        likeness: LIKENESS: how much was compared by likeness, and what was not.
    """

    pairs: pl.DataFrame
    evidence: pl.DataFrame
    likeness: pl.DataFrame


def list_duplicates(staged: Mapping[str, pl.DataFrame], pack: Pack, layout: Layout) -> Duplicates:
    """Find duplicates by key and by likeness."""
    pairs, tags = [find_duplicates(staged, pack)], tag_columns(pack, layout)
    evidence, likeness = [pl.DataFrame(schema=LIKELY_DUPLICATES)], [pl.DataFrame(schema=LIKENESS)]
    frames = merge_duplicates(staged, pack)
    for rule in (rule for rule in pack.dedupes if rule.alike):
        frame = frames[rule.object]
        standing = frame.filter(pl.col(REPEATS).is_null()) if REPEATS in frame.columns else frame
        likely = find_likely(standing, rule.alike)
        likely = replace(likely, pairs=_leave_known(_name_pairs(likely.pairs, standing[rule.id]), pairs[0], rule))
        pairs.append(decide(_describe_pairs(likely, rule), pack.verdicts))
        evidence.append(_lay_out(likely, standing, rule, tags))
        likeness.append(_describe_work(likely, standing, rule))
    return Duplicates(pairs=pl.concat(pairs), evidence=pl.concat(evidence), likeness=pl.concat(likeness))


def _name_pairs(pairs: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    return pairs.with_columns(external_id=ids.gather(pairs["b"]), repeats=ids.gather(pairs["a"]))


def _leave_known(pairs: pl.DataFrame, known: pl.DataFrame, rule: Dedupe) -> pl.DataFrame:
    """The pairs that no key found already."""
    mine = known.filter(object=rule.object, repeats_object=rule.object).select("external_id", "repeats")
    both = pl.concat([mine, mine.select(external_id="repeats", repeats="external_id")])
    return pairs.join(both, on=["external_id", "repeats"], how="anti", maintain_order="left")


def _describe_pairs(likely: Likely, rule: Dedupe) -> pl.DataFrame:
    words = [
        pl.when(pl.col(str(place)).is_not_null()).then(pl.lit(f"{each.label}: ") + pl.col(str(place)))
        for place, each in enumerate(rule.alike)
    ]
    return likely.pairs.select(
        object=pl.lit(rule.object),
        external_id="external_id",
        repeats_object=pl.lit(rule.object),
        repeats="repeats",
        evidence=pl.concat_str(
            [pl.concat_str(words, separator=", ", ignore_nulls=True), _percent(pl.col("likeness"))], separator="; "
        ),
        state=pl.lit(OPEN),
        requirement=pl.lit(", ".join(rule.requirement)),
    ).cast(dict(DUPLICATES))


def _percent(likeness: pl.Expr) -> pl.Expr:
    # Never 100: certainty is what a key gives, or a person.
    return pl.lit("likeness ") + (likeness * 100).clip(upper_bound=99).round().cast(pl.Int64).cast(pl.String) + " %"


def _lay_out(likely: Likely, standing: pl.DataFrame, rule: Dedupe, tags: Mapping[tuple[str, str], str]) -> pl.DataFrame:
    """A row a pair and comparison."""
    pairs = likely.pairs.with_row_index("pair")
    rows = [
        pairs.select(
            "pair",
            object=pl.lit(rule.object),
            external_id="external_id",
            repeats="repeats",
            likeness="likeness",
            place=pl.lit(place),
            field=pl.lit(each.label),
            tag=pl.lit(strictest([tags[rule.object, name] for name in each.columns])),
            value=_join_values(standing, each.columns).gather(pairs["b"]),
            other=_join_values(standing, each.columns).gather(pairs["a"]),
            agreement=pl.col(str(place)).fill_null("not known"),
            bits=f"{place}.bits",
        )
        for place, each in enumerate(rule.alike)
    ]
    return pl.concat(rows).sort("pair", "place").select(LIKELY_DUPLICATES.names()).cast(dict(LIKELY_DUPLICATES))


def _join_values(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.Series:
    return frame.select(pl.concat_str(columns, separator=" ", ignore_nulls=True)).to_series()


def _describe_work(likely: Likely, standing: pl.DataFrame, rule: Dedupe) -> pl.DataFrame:
    row = {
        "object": rule.object,
        "records": standing.height,
        "compared": likely.compared,
        "likely": likely.pairs.height,
        "left_out": likely.left_out,
    }
    return pl.DataFrame([row], schema=LIKENESS)
