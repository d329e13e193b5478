"""The approved mapping, ready to load: phases, their records, owners, and the tenant's schema as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.engagement import INPUTS, Engagement, RunFolder
from workbench.evidence.manifest import hash_inputs, hash_run
from workbench.freshsales.client import Tenant
from workbench.freshsales.schema import TenantSchema, read_schema
from workbench.layout import Layout, read_layout
from workbench.ledger import Ledger
from workbench.load.setup import Setup
from workbench.model import Phase
from workbench.pack import Pack, read_pack
from workbench.plan import phases_from_json
from workbench.records import build_records, derive_columns
from workbench.sources.files import read_staged
from workbench.transforms import TRANSFORMS_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What sample, load and cutover work from.

    Attributes:
        records: Frame of records per phase, in load order; see `workbench.records.build_records`.
        schema: The live tenant's, read just now.
    """

    phases: tuple[Phase, ...]
    records: dict[str, pl.DataFrame]
    owners: pl.DataFrame
    schema: TenantSchema
    mapping_run: RunFolder


def read_templates(engagement: Engagement) -> tuple[Pack, Layout]:
    """The engagement's own pack and layout; transforms take country and time zone from its settings.

    Raises:
        UsageError: Names every problem of either file.
    """
    layout = read_layout(engagement.folder / "layout.toml")
    defaults = {"country": engagement.country, "time_zone": engagement.time_zone}
    return read_pack(engagement.folder / "pack.toml", layout, defaults=defaults), layout


def read_compiled(engagement: Engagement, tenant: Tenant) -> Compiled:
    """Read the latest mapping and build its records from what discovery staged."""
    mapping_run = engagement.latest_run("mapping")
    phases = phases_from_json((mapping_run.path / "mapping.json").read_text())
    return Compiled(
        phases=phases,
        records=records_from(engagement, phases, engagement.latest_run("discovery").path / "staged"),
        owners=pl.read_parquet(mapping_run.path / "owners.parquet"),
        schema=read_schema(tenant, plan=engagement.plan),
        mapping_run=mapping_run,
    )


def set_up(run: RunFolder, compiled: Compiled, *, tenant: Tenant, ledger: Ledger) -> Setup:
    """What this run loads with."""
    return Setup(
        tenant=tenant,
        schema=compiled.schema,
        ledger=ledger,
        owners=compiled.owners,
        policies=run.engagement.policies,
        run_label=run.label,
    )


def records_from(engagement: Engagement, phases: tuple[Phase, ...], staged: Path) -> dict[str, pl.DataFrame]:
    """The records of every phase, built from a folder of staged files."""
    pack, _ = read_templates(engagement)
    derived = derive_columns(read_staged(staged), pack)
    return {phase.name: build_records(phase, derived) for phase in phases}


def bind_inputs(engagement: Engagement, schema: TenantSchema, upstream: RunFolder) -> dict[str, str]:
    """Everything an approval of a stage after mapping holds for: files, transforms, tenant, the run before it."""
    return {
        **hash_inputs(engagement, INPUTS),
        "tenant_schema": schema.digest(),
        "transforms": TRANSFORMS_VERSION,
        **hash_run(upstream),
    }
