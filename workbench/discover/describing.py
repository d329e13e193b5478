"""The frames of a discovery: what describes the source, and what judges it."""

from __future__ import annotations

import polars as pl

from workbench.discover.audit import audit_account
from workbench.discover.customer_fields import describe_customer_fields, find_customer_misfits
from workbench.discover.damage import find_damage
from workbench.discover.formulas import describe_formulas, find_formula_gaps, list_differences
from workbench.discover.gaps import build_gap_register
from workbench.discover.links import find_relationships
from workbench.discover.objects import describe_objects
from workbench.discover.owner_references import check_owner_references, list_owners
from workbench.discover.profile import build_inventory, find_misfits, find_repeated_keys
from workbench.discover.roster import build_roster
from workbench.discover.segments import describe_segments, find_segment_gaps
from workbench.engagement import Engagement
from workbench.freshsales.schema import TenantSchema
from workbench.layout import Layout
from workbench.model import Phase
from workbench.pack import Pack
from workbench.pack.dedupe import list_merged_fields
from workbench.pack.likely import list_duplicates
from workbench.sources.files import Staged


def describe_source(
    engagement: Engagement,
    pack: Pack,
    layout: Layout,
    schema: TenantSchema,
    staged: dict[str, pl.DataFrame],
    source: Staged,
    described: dict[str, pl.DataFrame],
) -> dict[str, pl.DataFrame]:
    """The frames that describe the source, by the name they are saved under; `staged` has the pack's columns."""
    found = [
        *find_formula_gaps(pack, staged, described["formulas"]),
        *find_segment_gaps(described["segments"], pack.segments),
    ]
    inventory = pl.concat([build_inventory(staged, layout), describe_customer_fields(pack, staged)])
    relationships = find_relationships(staged, layout)
    roster_file = engagement.folder / "roster.csv"
    return {
        **described,
        "inventory": inventory,
        "relationships": relationships,
        "objects": describe_objects(pack, staged, schema.capabilities),
        "gaps": build_gap_register(
            [*pack.gaps, *found],
            source,
            relationships,
            layout=layout,
            misfits=[*find_misfits(staged, layout), *find_customer_misfits(pack, staged)],
            repeated_keys=find_repeated_keys(staged, layout),
            damages=find_damage(staged, layout, time_zone=engagement.time_zone),
        ),
        "roster": build_roster(
            staged,
            pack.owners,
            roster_file if roster_file.exists() else None,
            named=list_owners(staged, pack, capabilities=schema.capabilities),
        ),
    }


def describe_schema(
    pack: Pack, layout: Layout, derived: dict[str, pl.DataFrame], phases: tuple[Phase, ...]
) -> dict[str, pl.DataFrame]:
    """What the export says of its own formulas and segments, by the name it is saved under."""
    return {
        "formulas": describe_formulas(pack, derived),
        "formula_differences": list_differences(pack, layout, derived),
        "segments": describe_segments(pack, derived, phases),
    }


def examine_source(
    pack: Pack,
    layout: Layout,
    staged: dict[str, pl.DataFrame],
    derived: dict[str, pl.DataFrame],
    *,
    roster: pl.DataFrame,
    capabilities: frozenset[str],
) -> dict[str, pl.DataFrame]:
    """The frames that judge the source, by the name they are saved under."""
    found = list_duplicates(staged, pack, layout)
    return {
        "audit": audit_account(staged, pack),
        "owner_references": check_owner_references(derived, pack, roster, capabilities=capabilities),
        "duplicates": found.pairs,
        "likely_duplicates": found.evidence,
        "likeness": found.likeness,
        "merged_fields": list_merged_fields(staged, pack),
    }
