"""What the mapping asks of each Freshsales plan, and what a cheaper one would lose: by object, and by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from workbench.destinations import CUSTOM_PREFIX, DOCUMENT, MODULE_PREFIX, PRODUCT
from workbench.errors import HoldRecord
from workbench.freshsales.plans import PlanLimits, find_field_type
from workbench.load.shelf import GIGABYTE, MEGABYTE, Shelf, find_file
from workbench.model import PLAN_NEEDS, FieldRule, Phase, frame
from workbench.pack import Derive, Pack
from workbench.pack.rules import express
from workbench.transforms.compose import placeholders

FITS, LESS, LACKS = "fits", "less", "lacks"
MOST_HOURS = 30 * 24  # a load that runs longer than a month is no plan
# The pipeline of a deal, and the field that keeps the name it had in the source.
PIPELINES = ("deal_pipeline_id", "cf_source_pipeline")
Phases = Mapping[str, tuple[Phase, ...]]
Need = dict[str, str]


def list_plan_needs(
    pack: Pack,
    compiled: Phases,
    staged: Mapping[str, pl.DataFrame],
    *,
    plans: Mapping[str, PlanLimits],
    forecast: pl.DataFrame,
    files: list[int],
    users: int,
) -> pl.DataFrame:
    """Hold the mapping against every plan, the smallest first, as PLAN_NEEDS.

    Args:
        compiled: The phases each plan would have, by its name.
        staged: Staged objects with the pack's columns.
        forecast: Schema `FORECAST`.
        files: Bytes of each file that is to be uploaded.
        users: Who share the plan's storage.
    """
    richest = max((plan for plan in plans.values() if plan.name in compiled), key=lambda plan: len(plan.capabilities))
    rows = []
    for plan in (plan for plan in plans.values() if plan.name in compiled):
        phases = compiled[plan.name]
        needs = [
            *_need_fields(phases, plan),
            *_need_pipelines(phases, staged, plan),
            *_need_files(files, users, plan),
            *_need_time(forecast, plan),
            *_need_products(pack, plan),
            *_compare_objects(pack, phases, compiled[richest.name], staged, plan),
        ]
        rows += [{"plan": plan.name, **need} for need in needs]
    return frame(rows, PLAN_NEEDS)


def measure_files(phases: tuple[Phase, ...], staged: Mapping[str, pl.DataFrame], source: Path) -> list[int]:
    """Bytes of each file of the export that a phase uploads; those that cannot be found are not among them."""
    shelf = Shelf(folder=source if source.is_dir() else None)
    rules = [(phase, rule) for phase in phases if phase.destination == DOCUMENT for rule in phase.fields]
    paths = {path for phase, rule in rules if rule.to == "path" for path in _values(phase, rule, staged)}
    return [size for path in sorted(paths) if (size := _measure(shelf, path)) is not None]


def _measure(shelf: Shelf, path: str) -> int | None:
    try:
        return find_file(shelf, path).stat().st_size
    except HoldRecord:
        return None


def _need_fields(phases: tuple[Phase, ...], plan: PlanLimits) -> Iterator[Need]:
    """Custom fields of each object, by type and together; modules have limits of their own."""
    for object, rules in _custom_fields(phases).items():
        kinds: dict[str, list[FieldRule]] = {"total": list(rules)}
        for rule in rules if plan.fields["total"] else []:  # without any, their types say nothing more
            known = find_field_type(rule.type)
            kinds.setdefault(known.limit if known else rule.type, []).append(rule)
        for kind, alike in kinds.items():
            allowed = plan.fields.get(kind, len(alike))
            beyond = [rule.label or rule.to for rule in alike[allowed:]]
            word = "custom" if kind == "total" else kind.replace("_", "-")
            yield _need(
                LACKS if beyond else FITS,
                f"{word} fields",
                object=object,
                fields=", ".join(beyond),
                needed=_count(len(alike), f"{word} field"),
                allowed=str(allowed),
                loses=f"No room for {_count(len(beyond), f'{word} field')}: choose which are worth one"
                if beyond
                else "",
            )


def _custom_fields(phases: tuple[Phase, ...]) -> dict[str, list[FieldRule]]:
    named = {
        (phase.destination, rule.to): rule
        for phase in phases
        for rule in phase.fields
        if rule.to.startswith(CUSTOM_PREFIX) and not phase.destination.startswith(MODULE_PREFIX)
    }
    found: dict[str, list[FieldRule]] = {}
    for (object, _), rule in named.items():
        found.setdefault(object, []).append(rule)
    return found


def _need_pipelines(phases: tuple[Phase, ...], staged: Mapping[str, pl.DataFrame], plan: PlanLimits) -> Iterator[Need]:
    """Pipelines the deals are spread over: as the map sets them, or as a field says where they were."""
    rules = [(phase, rule) for phase in phases for rule in phase.fields if rule.to in PIPELINES]
    used = sorted({value for phase, rule in rules for value in _values(phase, rule, staged)})
    if used:
        has_room = len(used) == 1 or "multiple_pipelines" in plan.capabilities
        is_set = any(rule.to == PIPELINES[0] for _, rule in rules)
        yield _need(
            FITS if has_room else LACKS if is_set else LESS,
            "pipelines",
            object="deal",
            fields=", ".join(used),
            needed=_count(len(used), "pipeline"),
            allowed="several" if "multiple_pipelines" in plan.capabilities else "1",
            loses="" if has_room else "Deals of all pipelines share one, with one set of stages",
        )


def _need_files(files: list[int], users: int, plan: PlanLimits) -> Iterator[Need]:
    if not files:
        return
    room = plan.storage_gb_per_user * users * GIGABYTE
    yield _need(
        FITS if sum(files) <= room else LACKS,
        "storage",
        object=DOCUMENT,
        needed=_say_bytes(sum(files)),
        allowed=f"{plan.storage_gb_per_user} GB a user, {_count(users, 'user')}",
        loses="" if sum(files) <= room else f"{_say_bytes(sum(files) - room)} of files have no room",
    )
    large = [size for size in files if size > plan.max_file_mb * MEGABYTE]
    yield _need(
        LACKS if large else FITS,
        "file size",
        object=DOCUMENT,
        needed=f"up to {_say_bytes(max(files))}",
        allowed=f"{plan.max_file_mb} MB a file",
        loses=f"{_count(len(large), 'file')} too large, left in the source's archive" if large else "",
    )


def _need_time(forecast: pl.DataFrame, plan: PlanLimits) -> Iterator[Need]:
    planned = forecast.filter(pl.col("plan") == plan.name).select(pl.col("requests", "hours").sum())
    requests, hours = planned.row(0)
    yield _need(
        FITS if hours <= MOST_HOURS else LACKS,
        "requests",
        needed=f"{requests:,} requests, {hours:,.1f} hours",
        allowed=f"{plan.requests_per_hour:,} an hour",
        loses="" if hours <= MOST_HOURS else "The load runs longer than a month",
    )


def _need_products(pack: Pack, plan: PlanLimits) -> Iterator[Need]:
    routes = [(row, route) for row in pack.objects for route in row.routes]
    sold = [row.source for row, route in routes if route.lines or route.destination == PRODUCT]
    if sold:
        has = "products" in plan.capabilities
        yield _need(
            FITS if has else LESS,
            "product catalog",
            object=", ".join(dict.fromkeys(sold)),
            needed="products",
            allowed="yes" if has else "no",
            loses="" if has else "What was sold is a text on its deal, not a line with a product",
        )


def _compare_objects(
    pack: Pack, phases: tuple[Phase, ...], richest: tuple[Phase, ...], staged: Mapping[str, pl.DataFrame],
    plan: PlanLimits,
) -> Iterator[Need]:  # fmt: skip
    """Objects that become something else, or arrive with fewer of their fields, than on the plan with the most."""
    rows = {row.source: row for row in pack.active(plan.capabilities)}
    for source in (name for name in staged if any(phase.source == name for phase in richest)):
        here, there = (_list_destinations(each, source) for each in (phases, richest))
        missing = sorted(_list_columns(richest, source) - _list_columns(phases, source))
        missing = sorted(set(missing) - _list_folded(pack, source))
        if here != there or missing:
            row = rows.get(source)
            is_folded = row is not None and row.outcome == "merge"
            told = row.reason if row else ""
            yield _need(
                LESS if here or is_folded else LACKS,
                "object",
                object=source,
                fields=", ".join(missing),
                needed=", ".join(there),
                allowed=", ".join(here) or ("folded into other records" if is_folded else "nothing"),
                loses=told or ("Some of its fields have no place of their own" if here else "Its records stay behind"),
            )


def _list_folded(pack: Pack, source: str) -> set[str]:
    """Columns that other objects take from it."""
    return {each.take for each in pack.columns if isinstance(each, Derive) and each.source == source and each.take}


def _list_destinations(phases: tuple[Phase, ...], source: str) -> list[str]:
    return list(dict.fromkeys(phase.destination for phase in phases if phase.source == source))


def _list_columns(phases: tuple[Phase, ...], source: str) -> set[str]:
    """Columns of the source's rows that reach a record there, as a field, a link, an id or a line of a text."""
    return {name for phase in phases if phase.source == source for name in _read_columns(phase) if name[:1] not in "_"}


def _read_columns(phase: Phase) -> Iterator[str]:
    for rule in phase.fields:
        yield from (rule.source, *rule.with_)
    yield from (lookup.source for lookup in phase.lookups)
    yield from (*phase.external_id, phase.owner)
    yield from placeholders(phase.merge.line) if phase.merge else ()


def _values(phase: Phase, rule: FieldRule, staged: Mapping[str, pl.DataFrame]) -> list[str]:
    rows = staged[phase.source].lazy()
    rows = rows.filter(pl.sql_expr(phase.where)) if phase.where else rows
    return rows.select(express(rule).cast(pl.String)).collect().to_series().drop_nulls().unique().to_list()


def _need(
    state: str, need: str, *, needed: str, allowed: str, object: str = "", fields: str = "", loses: str = ""
) -> Need:
    return {
        "state": state, "need": need, "object": object, "fields": fields, "needed": needed, "allowed": allowed,
        "loses": loses,
    }  # fmt: skip


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _say_bytes(size: int) -> str:
    return f"{size / GIGABYTE:,.1f} GB" if size >= GIGABYTE else f"{size / MEGABYTE:,.1f} MB"
