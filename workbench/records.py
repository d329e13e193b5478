"""Staged rows to the records of a phase, and the account of every row."""

from __future__ import annotations

import polars as pl

from workbench.destinations import DOCUMENT
from workbench.errors import StopRun, UsageError
from workbench.file_names import name_files
from workbench.line_items import LINES, add_lines, find_deals
from workbench.model import REPEATED, ROW_OUTCOMES, Phase
from workbench.notes import split_notes
from workbench.pack import ObjectRow, Pack, Route
from workbench.pack.columns import DIGEST, derive_columns
from workbench.pack.dedupe import REPEATS, list_repeats
from workbench.pack.rules import express
from workbench.transforms.compose import EXTERNAL_ID, fill

__all__ = ["account_rows", "build_records", "check_repeats", "derive_columns"]

# Joins the columns of an id that has several.
ID_SEPARATOR = "|"


def build_records(phase: Phase, staged: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The records of a phase, in source order.

    Args:
        phase: Which rows become which records.
        staged: Staged objects with the pack's columns, as `derive_columns` returns them.

    Returns:
        external_id String, unique and never null; _rows List(Int64), the staged rows a record is made of; owner
        String, the source's id of its owner, null for the fallback; `lookup.<to>` String, the parent's external id;
        and a column for every field rule, named after the field. Deals with products on
        them have those as `lines`, see `workbench.line_items`. Values a transform cannot read are null. A text too
        long for one note is several records. The line
        that marks the text of an activity with its source is added where the record is sent, not here.

    Raises:
        UsageError: Two records have the same external id, or a rule names a column that is not staged.
    """
    rows = _identify(phase, _select_rows(phase, staged))
    records = _merge_rows(phase, rows) if phase.merge else _add_repeats(rows, list_repeats(staged[phase.source]))
    _check_ids(phase, records)
    if phase.lines:
        records = add_lines(records, staged, phase.lines)
    try:
        records = records.select(
            pl.col(EXTERNAL_ID).alias("external_id"),
            "_rows",
            (pl.col(phase.owner) if phase.owner else pl.lit(None, dtype=pl.String)).alias("owner"),
            *(pl.col(lookup.source).cast(pl.String).alias(f"lookup.{lookup.to}") for lookup in phase.lookups),
            *(express(rule) for rule in phase.fields if rule.to != "external_id"),
            *([LINES] if phase.lines else []),
        )
    except pl.exceptions.ColumnNotFoundError as error:
        raise UsageError(
            f"{phase.name}: no column {str(error).splitlines()[0]} is staged; run discovery again"
        ) from error
    if phase.destination == DOCUMENT:
        return name_files(records)
    return split_notes(records, source=phase.source) if phase.destination == "note" else records


def account_rows(pack: Pack, phases: tuple[Phase, ...], staged: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """What becomes of every staged row, as ROW_OUTCOMES: each row of each object exactly once.

    Args:
        pack: The pack the phases were compiled from.
        phases: The phases of this tenant.
        staged: Staged objects with the pack's columns.

    Raises:
        StopRun: A row has no outcome or two; the object and the rows are named.
    """
    by_name = {phase.name: phase for phase in phases}
    views = {view.object for view in pack.views}
    accounts = [
        _account_route(row, route, by_name.get(row.phase_name(route)), staged[row.source], is_view=row.source in views)
        for row in _active_rows(pack, by_name)
        for route in row.routes
    ]
    outcomes = _account_lines(pl.concat([pl.DataFrame(schema=ROW_OUTCOMES), *accounts]), phases, staged)
    _check_accounts(outcomes, staged)
    return outcomes


def _select_rows(phase: Phase, staged: dict[str, pl.DataFrame]) -> pl.DataFrame:
    if phase.source not in staged:
        raise UsageError(f"{phase.name}: {phase.source} is not staged; run discovery again with this pack and layout")
    rows = _filter(staged[phase.source], phase.where)
    return rows.filter(pl.col(REPEATS).is_null()) if REPEATS in rows.columns else rows


def _filter(rows: pl.DataFrame, where: str) -> pl.DataFrame:
    return rows.filter(pl.sql_expr(where)) if where else rows


def _identify(phase: Phase, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the external id: the source's own, or the digest of the row where it has none."""
    parts = [pl.col(name).cast(pl.String) for name in phase.external_id]
    digest = pl.col(DIGEST) if DIGEST in rows.columns else pl.lit(None, dtype=pl.String)
    if not parts:
        return rows.with_columns(digest.alias(EXTERNAL_ID))
    own = pl.concat_str([part.fill_null("") for part in parts], separator=ID_SEPARATOR)
    has_own = pl.any_horizontal(part.is_not_null() for part in parts)
    return rows.with_columns(pl.when(has_own).then(own).otherwise(digest).alias(EXTERNAL_ID))


def _merge_rows(phase: Phase, rows: pl.DataFrame) -> pl.DataFrame:
    """One row per external id, with the lines of all; every other column is that of the first row."""
    lines = rows.with_columns(fill(phase.merge.line).alias(phase.merge.into))
    grouped = lines.group_by(EXTERNAL_ID, maintain_order=True)
    others = [name for name in rows.columns if name not in (EXTERNAL_ID, "_row")]
    return grouped.agg(
        *(pl.col(name).first() for name in others),
        pl.col("_row").alias("_rows"),
        pl.col(phase.merge.into).str.join("\n"),
    )


def _add_repeats(rows: pl.DataFrame, repeats: pl.DataFrame) -> pl.DataFrame:
    """The rows with the numbers of the staged rows each stands for: its own, then those that repeat it."""
    further = repeats.group_by(pl.col(REPEATS).alias(EXTERNAL_ID)).agg(_more=pl.col("_row").sort())
    more = rows.select("_row", EXTERNAL_ID).join(further, on=EXTERNAL_ID, how="left", maintain_order="left")
    return rows.with_columns(more.select(_rows=pl.concat_list("_row", pl.col("_more").fill_null([]))))


def _check_ids(phase: Phase, records: pl.DataFrame) -> None:
    ids = records[EXTERNAL_ID]
    if ids.null_count():
        rows = records.filter(pl.col(EXTERNAL_ID).is_null())["_rows"].list.first().head(5).to_list()
        raise UsageError(f"{phase.name}: {ids.null_count()} rows have no {' or '.join(phase.external_id)}: rows {rows}")
    check_repeats(phase, ids)


def check_repeats(phase: Phase, ids: pl.Series) -> None:
    """Let external ids pass that tell the records of a phase apart.

    Raises:
        UsageError: Some stand for several records.
    """
    if repeated := ids.filter(ids.is_duplicated()).unique(maintain_order=True).head(5).to_list():
        count = ids.is_duplicated().sum()
        raise UsageError(
            f"{phase.name}: {count} records share their external id ({', '.join(phase.external_id)}) with another, "
            f"such as {', '.join(repeated)}; correct the export, or name the columns that tell them apart"
        )


def _active_rows(pack: Pack, phases: dict[str, Phase]) -> list[ObjectRow]:
    """The pack's rows behind the phases, and for every other object the row that makes no records."""
    making = [row for row in pack.objects if row.destinations and _is_compiled(row, phases)]
    sources = {row.source for row in making}
    return making + [row for row in pack.objects if row.source not in sources and not row.destinations]


def _is_compiled(row: ObjectRow, phases: dict[str, Phase]) -> bool:
    """Whether the phases were compiled from this row; rows for other tenants share its names, not its words."""
    return all(
        (phase := phases.get(row.phase_name(route))) is not None
        and (phase.destination, phase.where, phase.merge) == (route.destination, route.where, route.merge)
        for route in row.routes
        if route.destination
    )


def _account_route(
    row: ObjectRow, route: Route, phase: Phase | None, staged: pl.DataFrame, *, is_view: bool
) -> pl.DataFrame:
    rows = _filter(staged, route.where)
    rows = _identify(phase, rows) if phase else rows.with_columns(pl.lit(None).alias(EXTERNAL_ID))
    repeats = pl.col(REPEATS) if REPEATS in rows.columns else pl.lit(None, dtype=pl.String)
    return rows.select(
        object=pl.lit(row.source),
        row=pl.col("_row"),
        outcome=pl.when(repeats.is_not_null()).then(pl.lit("merge")).otherwise(pl.lit(route.outcome)),
        phase=pl.lit(phase.name if phase else ""),
        external_id=pl.coalesce(repeats, EXTERNAL_ID),
        reason=pl.coalesce(REPEATED + repeats, pl.lit(route.reason)),
        is_view=pl.lit(is_view),
    ).cast(dict(ROW_OUTCOMES))


def _account_lines(outcomes: pl.DataFrame, phases: tuple[Phase, ...], staged: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The outcomes with the deal each line goes along with; one whose deal the export lacks is left behind."""
    for object in dict.fromkeys(phase.lines.object for phase in phases if phase.lines):
        own = [phase for phase in phases if phase.lines and phase.lines.object == object]
        found = pl.concat([_find_deals(phase, staged) for phase in own]).unique("row", keep="first")
        is_line = (pl.col("object") == object) & (pl.col("outcome") == "merge") & (pl.col("external_id").is_null())
        is_found, deal = pl.col("_deal").is_not_null(), f"goes along with its {own[0].destination}"
        outcomes = outcomes.join(found, on="row", how="left", maintain_order="left").with_columns(
            outcome=pl.when(is_line & ~is_found).then(pl.lit("exclude")).otherwise("outcome"),
            phase=pl.when(is_line & is_found).then("_phase").otherwise("phase"),
            external_id=pl.when(is_line & is_found).then("_deal").otherwise("external_id"),
            reason=pl.when(is_line & is_found).then(pl.lit(deal)).when(is_line)
            .then(pl.lit(f"the export holds no {own[0].source} it belongs to")).otherwise("reason"),
        ).drop("_phase", "_deal")  # fmt: skip
    return outcomes


def _find_deals(phase: Phase, staged: dict[str, pl.DataFrame]) -> pl.DataFrame:
    deals = _identify(phase, _select_rows(phase, staged))
    found = find_deals(staged[phase.lines.object], deals, phase.lines, id=EXTERNAL_ID)
    return found.filter(pl.col(EXTERNAL_ID).is_not_null()).select(
        row="_row", _phase=pl.lit(phase.name), _deal=EXTERNAL_ID
    )


def _check_accounts(outcomes: pl.DataFrame, staged: dict[str, pl.DataFrame]) -> None:
    counted = outcomes.group_by("object", "row").len()
    problems = []
    for name, frame in staged.items():
        mine = frame.select(row="_row").join(counted.filter(pl.col("object") == name), on="row", how="left")
        for rows, what in (
            (mine.filter(pl.col("len").is_null()), "no outcome"),
            (mine.filter(pl.col("len") > 1), "two outcomes"),
        ):
            if rows.height:
                problems.append(f"{name}: {rows.height} rows have {what}, such as row {rows['row'][0]}")
    if problems:
        raise StopRun("staged rows are not accounted for exactly once: " + "; ".join(problems))
