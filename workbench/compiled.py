"""The approved mapping, ready to load: phases, their records, owners, and the tenant's schema as it is now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from workbench.conventions.apply import write_plain
from workbench.conventions.find import list_said_by
from workbench.conventions.values import FILE as CONVENTIONS_FILE
from workbench.conventions.values import Convention, read_conventions
from workbench.destinations import DOCUMENT
from workbench.engagement import INPUTS, Engagement, RunFolder, source_password
from workbench.evidence.manifest import hash_inputs, hash_run
from workbench.exports import find_export
from workbench.freshsales.client import Tenant
from workbench.freshsales.owners import welcome_arrivals
from workbench.freshsales.plans import read_plans
from workbench.freshsales.schema import TenantSchema, read_schema
from workbench.layout import Layout, read_layout
from workbench.ledger import Ledger
from workbench.load.attachments import read_approved
from workbench.load.setup import Setup
from workbench.load.shelf import GIGABYTE, MEGABYTE, Shelf
from workbench.model import FieldRule, Phase
from workbench.pack import Pack, read_pack
from workbench.pack.catalog_choices import add_catalog_choices
from workbench.pack.customer_fields import add_customer_fields
from workbench.pack.tickets import decide_tickets
from workbench.plan import phases_from_json
from workbench.slices import Export, build_all
from workbench.sources.archive import list_packed
from workbench.sources.files import read_staged
from workbench.stages import STAGES
from workbench.transforms import TRANSFORMS_VERSION
from workbench.verdicts import read_verdicts

Rules = list[tuple[str, FieldRule]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What sample, load and cutover work from.

    Attributes:
        owners: OWNERS of the mapping; people who became users since own their records.
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
    layout = layout.as_extracted() if engagement.source_address else layout
    pack = read_pack(engagement.folder / "pack.toml", layout, defaults=list_defaults(engagement))
    pack = decide_tickets(
        pack,
        engagement.policies.tickets,
        plan=engagement.plan,
        capabilities=read_plans()[engagement.plan].capabilities,
    )
    return replace(pack, verdicts=read_verdicts(engagement.folder / "decisions.toml", pack)), layout


def complete_pack(engagement: Engagement, pack: Pack, layout: Layout, staged: dict[str, pl.DataFrame]) -> Pack:
    """The pack with a rule for each of the fields the customer made, and lists of choices, as the export lists them."""
    pack = add_catalog_choices(pack, staged)
    return add_customer_fields(pack, layout, staged, defaults=list_defaults(engagement))


def list_defaults(engagement: Engagement) -> dict[str, str]:
    """Options that transforms take from the engagement where a rule says nothing."""
    return {"country": engagement.country, "time_zone": engagement.time_zone}


def read_compiled(engagement: Engagement, tenant: Tenant) -> Compiled:
    """Read the latest mapping and build its records from what discovery staged."""
    mapping_run = engagement.latest_run("mapping")
    phases = phases_from_json((mapping_run.path / "mapping.json").read_text())
    schema = read_schema(tenant, plan=engagement.plan)
    return Compiled(
        phases=phases,
        records=records_from(engagement, phases, find_export(engagement)),
        owners=welcome_arrivals(pl.read_parquet(mapping_run.path / "owners.parquet"), schema.users),
        schema=schema,
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
        shelf=_find_approved_shelf(run, compiled),
    )


def find_shelf(engagement: Engagement, schema: TenantSchema, source: Path, phases: tuple[Phase, ...]) -> Shelf:
    """Where an export keeps its files, and what the plan takes of them; what was approved of them is not looked up.

    An archive is opened only where a phase uploads files.

    Raises:
        UsageError: It is an archive that cannot be trusted or opened.
    """
    limits, users = read_plans()[engagement.plan], sum(user.is_active for user in schema.users)
    has_files = any(phase.destination == DOCUMENT for phase in phases)
    is_archive = has_files and source.is_file() and source.suffix.lower() == ".zip"
    layout = read_layout(engagement.folder / "layout.toml")
    return Shelf(
        folder=source if source.is_dir() else None,
        packed=list_packed(source, layout, source_password(engagement)) if is_archive else {},
        largest=limits.max_file_mb * MEGABYTE,
        room=limits.storage_gb_per_user * users * GIGABYTE,
    )


def _find_approved_shelf(run: RunFolder, compiled: Compiled) -> Shelf:
    """The shelf of the export that counts; a load takes no other files from it than were listed when it was read.

    The mapping lists those of the first export, and every cutover those of a newer one: an approval of either holds for
    its list.
    """
    engagement, export = run.engagement, find_export(run.engagement).parent
    is_newer = run.stage.name == "cutover" or export.parent.name != STAGES["discovery"].slug
    source = engagement.cutover_source if is_newer else engagement.source
    shelf = find_shelf(engagement, compiled.schema, source, compiled.phases)
    if run.stage.name == "cutover":
        return shelf  # it lists the files of its export itself
    listed = (export if is_newer else compiled.mapping_run.path) / "attachments.parquet"
    return replace(shelf, approved=read_approved(pl.read_parquet(listed)))


def records_from(engagement: Engagement, phases: tuple[Phase, ...], staged: Path) -> dict[str, pl.DataFrame]:
    """The records of every phase, built from a folder of staged files."""
    pack, layout = read_templates(engagement)
    conventions = find_ways(engagement, layout, list_rules(phases))
    return build_all(pack, phases, Export(folder=staged, conventions=conventions, time_zone=engagement.time_zone))


def read_objects(engagement: Engagement, layout: Layout, staged: Path, *, rules: Rules) -> dict[str, pl.DataFrame]:
    """Every staged object with its values in their plain form, as far as it is settled how they are written."""
    return write_plain(read_staged(staged), find_ways(engagement, layout, rules), time_zone=engagement.time_zone)


def find_ways(engagement: Engagement, layout: Layout, rules: Rules) -> tuple[Convention, ...]:
    """How each column is written; a column whose rule says it itself, as one decided by hand, is left to the rule."""
    said = list_said_by(rules)
    found = read_conventions(engagement.folder / CONVENTIONS_FILE, layout)
    return tuple(item for item in found if (item.object, item.field) not in said)


def list_rules(phases: tuple[Phase, ...]) -> Rules:
    """The rule of every field, with the object it reads."""
    return [(phase.source, rule) for phase in phases for rule in phase.fields]


def bind_inputs(engagement: Engagement, schema: TenantSchema, upstream: RunFolder) -> dict[str, str]:
    """Everything an approval of a stage after mapping holds for: files, transforms, tenant, the run before it."""
    return {
        **hash_inputs(engagement, INPUTS),
        "tenant_schema": schema.digest(),
        "transforms": TRANSFORMS_VERSION,
        **hash_run(upstream),
    }
