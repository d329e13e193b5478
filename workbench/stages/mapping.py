"""Mapping: where every field goes, checked against the live tenant, compiled for the load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from workbench.budget.outlook import look_ahead
from workbench.compiled import (
    bind_inputs,
    complete_pack,
    find_shelf,
    find_ways,
    list_defaults,
    list_rules,
    read_objects,
    read_templates,
)
from workbench.conventions.values import list_open_conventions
from workbench.decisions import Decision, read_decisions
from workbench.destinations import has_owner
from workbench.discover.scope_document import describe_scope
from workbench.engagement import Engagement, RunFolder
from workbench.errors import raise_problems
from workbench.folder import save_csv, save_frames, write_text
from workbench.freshsales.client import Tenant
from workbench.freshsales.owners import resolve_owners
from workbench.freshsales.schema import TenantSchema, create_missing, plan_schema, preflight, read_schema
from workbench.gate import pass_approval
from workbench.layout import Layout
from workbench.load.attachments import list_attachments
from workbench.model import Phase
from workbench.pack import Pack
from workbench.pack.survivors import OPEN, decide
from workbench.pack.tickets import write_tickets
from workbench.plan import compile_phases, phases_to_json
from workbench.propose.confirm import confirm_proposals, list_open
from workbench.propose.propose import propose_fields
from workbench.records import account_rows, build_records, derive_columns
from workbench.sources.files import read_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """The compiled mapping and everything the customer confirms by approving it.

    Attributes:
        attachments: ATTACHMENTS; approving the mapping approves what is in these files.
        open_duplicates: DUPLICATES nobody decided about: they load as two records.
        open_points: Proposals nobody decided yet; while there is one, the mapping cannot be approved.
    """

    proposals: pl.DataFrame
    phases: tuple[Phase, ...]
    owners: pl.DataFrame
    schema_plan: pl.DataFrame
    row_outcomes: pl.DataFrame
    attachments: pl.DataFrame
    open_duplicates: pl.DataFrame
    forecast: pl.DataFrame
    durations: pl.DataFrame
    savings: pl.DataFrame
    open_points: tuple[str, ...]
    facts: dict[str, object]
    inputs: dict[str, str]


def map_fields(run: RunFolder, tenant: Tenant) -> Mapping:
    """Propose, apply the analyst's decisions, create what the tenant lacks, check, compile.

    Raises:
        GateClosed: Discovery does not stand approved.
        UsageError: Names every problem the preflight found.
    """
    engagement = run.engagement
    pass_approval(run)
    pack, layout = read_templates(engagement)
    discovery = engagement.latest_run("discovery").path
    layout = layout.widen(read_columns(discovery / "staged"))
    decided = [
        (each.object, each.rule)
        for each in read_decisions(engagement.folder / "decisions.toml", pack, layout)
        if each.rule
    ]
    staged = read_objects(engagement, layout, discovery / "staged", rules=decided)
    pack = complete_pack(engagement, pack, layout, staged)
    schema = read_schema(tenant, plan=engagement.plan)
    derived = derive_columns(staged, pack)
    decisions = _decide(run, pack, layout, schema, derived)
    phases = compile_phases(pack, layout=layout, capabilities=schema.capabilities, decisions=decisions)
    schema_plan = create_missing(tenant, plan_schema(phases, schema))
    if "created" in schema_plan["state"]:
        schema = read_schema(tenant, plan=engagement.plan)
    outlook = look_ahead(
        engagement, {engagement.plan: phases}, derived, layout,
        schema=schema, holdings=pl.read_parquet(discovery / "holdings.parquet"), today=datetime.now(UTC).date(),
        answer=tenant.seconds_per_request,
    )  # fmt: skip
    frames = _compile(engagement, discovery, pack, schema, phases, decisions, derived)
    frames |= {"schema_plan": schema_plan, **outlook.frames}
    write_text(run.path / "savings.md", outlook.routes)
    save_frames(run.path, frames)
    save_csv(run.path / "field_map.csv", frames["proposals"])
    write_text(run.path / "mapping.json", phases_to_json(phases))
    for name, text in write_tickets(pack, engagement.policies.tickets, derived).items():
        write_text(run.path / name, text)
    write_text(run.path / "tenant_schema.json", schema.to_json())
    write_text(run.path / "admin_checklist.md", _write_checklist(schema_plan))
    write_text(run.path / "scope.md", _write_scope(engagement, discovery, frames["proposals"]))
    raise_problems(
        "the tenant is not ready for this mapping",
        preflight(phases, schema, policies=engagement.policies, owners=frames["owners"]),
    )
    return Mapping(
        phases=phases,
        open_points=(
            *list_open(frames["proposals"]),
            *list_open_conventions(find_ways(engagement, layout, list_rules(phases))),
        ),
        facts=_facts(frames, phases, tenant),
        inputs=bind_inputs(engagement, schema, engagement.latest_run("discovery")),
        **frames,
    )


def _decide(
    run: RunFolder, pack: Pack, layout: Layout, schema: TenantSchema, derived: dict[str, pl.DataFrame]
) -> tuple[Decision, ...]:
    """The analyst's decisions, with what they confirm spelled out from the proposals."""
    decisions = read_decisions(run.engagement.folder / "decisions.toml", pack, layout)
    inventory = pl.read_parquet(run.engagement.latest_run("discovery").path / "inventory.parquet")
    phases = compile_phases(pack, layout=layout, capabilities=schema.capabilities)
    proposals = propose_fields(inventory, pack, phases)
    defaults = list_defaults(run.engagement)
    return confirm_proposals(decisions, proposals, phases, derived, pack=pack, layout=layout, defaults=defaults)


def _compile(
    engagement: Engagement,
    discovery: Path,
    pack: Pack,
    schema: TenantSchema,
    phases: tuple[Phase, ...],
    decisions: tuple[Decision, ...],
    derived: dict[str, pl.DataFrame],
) -> dict[str, pl.DataFrame]:
    """The frames of the mapping, by the name they are saved under."""
    records = {phase.name: build_records(phase, derived) for phase in phases}
    return {
        "proposals": propose_fields(pl.read_parquet(discovery / "inventory.parquet"), pack, phases, decisions),
        "owners": resolve_owners(
            pl.read_parquet(discovery / "roster.parquet"),
            schema.users,
            policies=engagement.policies,
            records=count_by_owner(phases, records),
        ),
        "row_outcomes": account_rows(pack, phases, derived),
        "open_duplicates": decide(pl.read_parquet(discovery / "duplicates.parquet"), pack.verdicts).filter(state=OPEN),
        "attachments": list_attachments(phases, records, find_shelf(engagement, schema, engagement.source, phases)),
    }


def count_by_owner(phases: tuple[Phase, ...], records: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """How many records name each owner: source_id (null where a record names none), records.

    What has no owner in Freshsales, such as a note, counts for nobody.
    """
    owners = pl.concat([
        records[phase.name].select(source_id="owner", counts=pl.lit(has_owner(phase.destination))) for phase in phases
    ])  # fmt: skip
    return owners.group_by("source_id").agg(records=pl.col("counts").sum().cast(pl.Int64))


def _write_checklist(schema_plan: pl.DataFrame) -> str:
    """What the tenant's admin has to create by hand, as a list to tick."""
    missing = schema_plan.filter(pl.col("state") == "missing")
    if missing.is_empty():
        return "# For the admin of the tenant\n\nNothing is left to create by hand.\n"
    lines = [
        f"- [ ] {row['destination']}: {row['kind']} **{row['label']}** (`{row['name']}`), type {row['type']}"
        + (f", options: {', '.join(row['options'])}" if row["options"] else "")
        + (f" — {row['note']}" if row["note"] else "")
        for row in missing.iter_rows(named=True)
    ]
    return "# For the admin of the tenant\n\n" + "\n".join(lines) + "\n"


def _write_scope(engagement: Engagement, discovery: Path, proposals: pl.DataFrame) -> str:
    """What the customer signs for: what the source holds and lacks, where each field goes, on which plan."""
    audit, gaps, plans, needs = (
        pl.read_parquet(discovery / f"{name}.parquet") for name in ("audit", "gaps", "plan_fit", "plan_needs")
    )
    return describe_scope(
        customer=engagement.customer, audit=audit, gaps=gaps, proposals=proposals, plans=plans, needs=needs
    )


def _facts(frames: dict[str, pl.DataFrame], phases: tuple[Phase, ...], tenant: Tenant) -> dict[str, object]:
    proposals, outcomes = frames["proposals"], frames["row_outcomes"]
    found = frames["attachments"].drop_nulls("sha256")
    carried = proposals.filter(pl.col("action").is_in(["migrate", "custom_field", "merge"]))
    return {
        "Source fields": proposals.height,
        "Carried to Freshsales": carried.height,
        "Left behind, with a reason": proposals.height - carried.height,
        "Source rows accounted for": outcomes.filter(~pl.col("is_view")).height,
        "Pairs that may be one record, undecided": frames["open_duplicates"].height,
        "Phases of the load": len(phases),
        **({"Files to upload": f"{found.height:,}, {found['bytes'].sum():,} bytes"} if found.height else {}),
        "Fields and modules created in the tenant": frames["schema_plan"].filter(pl.col("state") == "created").height,
        "Requests used": tenant.requests,
    }
