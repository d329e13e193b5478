"""Discovery: read the export, say what is in it, and what bringing it to Freshsales takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from workbench.budget.outlook import count_holdings, look_ahead
from workbench.compiled import read_templates
from workbench.discover.gaps import build_gap_register
from workbench.discover.grade import Grade, grade_engagement
from workbench.discover.links import find_relationships
from workbench.discover.objects import describe_objects
from workbench.discover.profile import build_inventory, find_misfits, find_repeated_keys
from workbench.discover.roster import build_roster
from workbench.engagement import Engagement, RunFolder
from workbench.errors import StopRun
from workbench.evidence.manifest import hash_inputs
from workbench.folder import save_frames, write_text
from workbench.freshsales.client import Tenant
from workbench.freshsales.plans import read_plans
from workbench.freshsales.schema import TenantSchema, read_schema
from workbench.layout import Layout
from workbench.model import Phase
from workbench.pack import Pack
from workbench.plan import compile_phases
from workbench.records import derive_columns
from workbench.sources.files import Staged, read_staged, source_digest, stage_folder

INPUTS = ("engagement.toml", "pack.toml", "layout.toml", "roster.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What discovery found; every frame also lies in the run folder."""

    files: pl.DataFrame
    rejected: pl.DataFrame
    inventory: pl.DataFrame
    relationships: pl.DataFrame
    objects: pl.DataFrame
    gaps: pl.DataFrame
    roster: pl.DataFrame
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
    pack, layout = read_templates(engagement)
    schema = read_schema(tenant, plan=engagement.plan)
    source = stage_folder(engagement.source, layout, run.path / "staged")
    _check_ingest(source.files)
    staged = read_staged(run.path / "staged")
    phases = compile_phases(pack, layout=layout, capabilities=schema.capabilities)
    holdings = count_holdings(tenant)
    derived = derive_columns(staged, pack)
    outlook = look_ahead(
        engagement, _compile_for_each(engagement, pack, layout, phases), derived, layout,
        schema=schema, holdings=holdings, today=datetime.now(UTC).date(), answer=tenant.seconds_per_request,
    )  # fmt: skip
    frames = _describe(engagement, pack, layout, schema, staged, source)
    frames |= {"holdings": holdings, **outlook.frames}
    write_text(run.path / "savings.md", outlook.routes)
    save_frames(run.path, {**frames, "files": source.files, "rejected": source.rejected})
    (run.path / "tenant_schema.json").write_text(schema.to_json())
    return Discovery(
        files=source.files,
        rejected=source.rejected,
        grade=grade_engagement(frames["objects"], frames["forecast"], frames["relationships"], plan=engagement.plan),
        phases=phases,
        facts=_facts(source.files, schema, phases, export=engagement.source.name),
        inputs={**hash_inputs(engagement, INPUTS), "source": source_digest(engagement.source, layout)},
        **frames,
    )


def _check_ingest(files: pl.DataFrame) -> None:
    open_files = files.filter(pl.col("read") != pl.col("staged") + pl.col("rejected"))
    if open_files.height:
        raise StopRun(f"rows read are neither staged nor rejected: {open_files['file'].to_list()}")


def _describe(
    engagement: Engagement,
    pack: Pack,
    layout: Layout,
    schema: TenantSchema,
    staged: dict[str, pl.DataFrame],
    source: Staged,
) -> dict[str, pl.DataFrame]:
    """The frames that describe the source, by the name they are saved under."""
    inventory = build_inventory(staged, layout)
    relationships = find_relationships(staged, layout)
    roster_file = engagement.folder / "roster.csv"
    return {
        "inventory": inventory,
        "relationships": relationships,
        "objects": describe_objects(pack, staged, schema.capabilities),
        "gaps": build_gap_register(
            pack.gaps,
            source,
            relationships,
            layout=layout,
            misfits=find_misfits(staged, layout),
            repeated_keys=find_repeated_keys(staged, layout),
        ),
        "roster": build_roster(staged, pack.owners, roster_file if roster_file.exists() else None),
    }


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
