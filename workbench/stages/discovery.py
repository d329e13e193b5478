"""Discovery: read the export, say what is in it, and what bringing it to Freshsales takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from workbench.budget.outlook import count_holdings, look_ahead
from workbench.compiled import complete_pack, read_templates
from workbench.conventions.apply import write_plain
from workbench.conventions.describe import describe_conventions
from workbench.conventions.find import find_conventions
from workbench.conventions.values import FILE as CONVENTIONS_FILE
from workbench.conventions.values import count_conventions, settle_conventions
from workbench.discover.describing import describe_schema, describe_source, examine_source
from workbench.discover.grade import Grade, grade_engagement
from workbench.discover.scoping import QUOTE_FILE, scope_engagement
from workbench.discover.segments import write_segments
from workbench.discover.written_documents import write_documents
from workbench.discover.written_lists import PREFIX, write_lists
from workbench.engagement import Engagement, RunFolder, source_password
from workbench.errors import StopRun
from workbench.evidence.manifest import hash_inputs
from workbench.folder import save_csv, save_frames, write_text
from workbench.freshsales.client import Tenant
from workbench.freshsales.plans import read_plans
from workbench.freshsales.schema import TenantSchema, read_schema
from workbench.layout import Layout
from workbench.model import Phase
from workbench.pack import Pack
from workbench.plan import compile_phases
from workbench.records import derive_columns
from workbench.sources.api.extracted import check_extracted
from workbench.sources.files import read_columns, read_staged, source_digest, stage_folder

INPUTS = ("engagement.toml", "pack.toml", "layout.toml", "roster.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What discovery found; every frame also lies in the run folder."""

    files: pl.DataFrame
    rejected: pl.DataFrame
    conventions: pl.DataFrame
    inventory: pl.DataFrame
    relationships: pl.DataFrame
    objects: pl.DataFrame
    gaps: pl.DataFrame
    roster: pl.DataFrame
    audit: pl.DataFrame
    plan_fit: pl.DataFrame
    plan_needs: pl.DataFrame
    tallies: pl.DataFrame
    timeline: pl.DataFrame
    quote: pl.DataFrame
    notes: pl.DataFrame
    owner_references: pl.DataFrame
    formulas: pl.DataFrame
    formula_differences: pl.DataFrame
    segments: pl.DataFrame
    duplicates: pl.DataFrame
    likely_duplicates: pl.DataFrame
    likeness: pl.DataFrame
    merged_fields: pl.DataFrame
    holdings: pl.DataFrame
    forecast: pl.DataFrame
    durations: pl.DataFrame
    savings: pl.DataFrame
    grade: Grade
    phases: tuple[Phase, ...]
    facts: dict[str, object]
    inputs: dict[str, str]


def discover(run: RunFolder, tenant: Tenant) -> Discovery:
    """Stage the export into the run folder and describe it; reads the tenant, writes nothing to it.

    Raises:
        UsageError: The export, the layout or the pack cannot be used as they are.
        StopRun: Rows were read that are neither staged nor rejected.
    """
    engagement = run.engagement
    check_extracted(engagement, engagement.source)
    pack, layout = read_templates(engagement)
    schema = read_schema(tenant, plan=engagement.plan)
    password = source_password(engagement)
    source = stage_folder(engagement.source, layout, run.path / "staged", password=password)
    _check_ingest(source.files)
    layout = layout.widen(read_columns(run.path / "staged"))
    as_written = read_staged(run.path / "staged")
    today = datetime.now(UTC).date()
    found = find_conventions(as_written, layout, today=today, pack=pack)
    conventions = settle_conventions(engagement.folder / CONVENTIONS_FILE, found, layout)
    staged = write_plain(as_written, conventions, time_zone=engagement.time_zone)
    pack = complete_pack(engagement, pack, layout, staged)
    phases = compile_phases(pack, layout=layout, capabilities=schema.capabilities)
    holdings = count_holdings(tenant)
    derived = derive_columns(staged, pack)
    compiled = _compile_for_each(engagement, pack, layout, phases)
    outlook = look_ahead(
        engagement, compiled, derived, layout,
        schema=schema, holdings=holdings, today=today, answer=tenant.seconds_per_request,
    )  # fmt: skip
    described = describe_schema(pack, layout, derived, phases)
    frames = describe_source(engagement, pack, layout, schema, derived, source, described)
    frames |= {"holdings": holdings, **outlook.frames}
    frames["conventions"] = describe_conventions(as_written, conventions, engagement.time_zone)
    frames |= examine_source(pack, layout, staged, derived, roster=frames["roster"], capabilities=schema.capabilities)
    grade = grade_engagement(frames["objects"], frames["forecast"], frames["relationships"], plan=engagement.plan)
    scope = scope_engagement(
        engagement, pack, compiled, derived, frames, grade, users=len(schema.users), today=today
    )  # fmt: skip
    frames |= scope.frames
    write_text(run.path / QUOTE_FILE, scope.quote)
    write_text(run.path / "savings.md", outlook.routes)
    save_frames(run.path, {**frames, "files": source.files, "rejected": source.rejected})
    for name in ("audit", "duplicates", "likely_duplicates", "plan_needs"):
        save_csv(run.path / f"{name}.csv", frames[name])
    lists = write_lists(pack, layout, derived, schema.capabilities)
    lists |= {f"{PREFIX}{name}": described[name] for name in described if pack.catalog or pack.segments}
    for name, listed in lists.items():
        save_csv(run.path / f"{name}.csv", listed)
    for name, text in {
        **write_documents(pack, layout, derived),
        **write_segments(frames["segments"], pack.segments),
    }.items():
        write_text(run.path / name, text)
    (run.path / "tenant_schema.json").write_text(schema.to_json())
    return Discovery(
        files=source.files,
        rejected=source.rejected,
        grade=grade,
        phases=phases,
        facts=_facts(source.files, schema, phases, export=engagement.source.name)
        | count_conventions(conventions)
        | scope.facts,
        inputs={**hash_inputs(engagement, INPUTS), "source": source_digest(engagement.source, layout, password)},
        **frames,
    )


def _check_ingest(files: pl.DataFrame) -> None:
    open_files = files.filter(pl.col("read") != pl.col("staged") + pl.col("rejected"))
    if open_files.height:
        raise StopRun(f"rows read are neither staged nor rejected: {open_files['file'].to_list()}")


def _compile_for_each(
    engagement: Engagement, pack: Pack, layout: Layout, own: tuple[Phase, ...]
) -> dict[str, tuple[Phase, ...]]:
    """The phases each plan would have by its capabilities; the engagement's own by those of its tenant."""
    return {
        name: own if name == engagement.plan else compile_phases(pack, layout=layout, capabilities=limits.capabilities)
        for name, limits in read_plans().items()
    }


def _facts(files: pl.DataFrame, schema: TenantSchema, phases: tuple[Phase, ...], *, export: str) -> dict[str, object]:
    return {
        "Export": export,
        "Files": files.height,
        "Rows read": int(files["read"].sum()),
        "Rows staged": int(files["staged"].sum()),
        "Rows rejected": int(files["rejected"].sum()),
        "Phases of the load": len(phases),
        "Tenant": f"Freshsales {schema.plan}, {len(schema.users)} users",
    }
