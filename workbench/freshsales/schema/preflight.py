"""Everything that would make a load fail, found before its first write."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from workbench.engagement import Policies
from workbench.freshsales.schema.needs import plan_schema
from workbench.freshsales.schema.values import TenantSchema
from workbench.freshsales.selectors import SELECTOR_OF, find_choice, list_names
from workbench.freshsales.users import find_user, list_emails
from workbench.model import Phase
from workbench.own_fields import RESERVED

# What the workbench or the tenant fills by itself.
FILLED = {*RESERVED, "owner_id", "deal_pipeline_id", "deal_stage_id", "lifecycle_stage_id", "contact_status_id"}
FILLED |= {"currency_id", "probability"}


def preflight(phases: Iterable[Phase], schema: TenantSchema, *, policies: Policies, owners: pl.DataFrame) -> list[str]:
    """Every problem at once, a line each; none means that the tenant is ready.

    Args:
        owners: OWNERS, as `resolve_owners` made it.
    """
    phases = tuple(phases)
    return [
        *_find_missing(phases, schema),
        *(problem for phase in phases for problem in _find_unfilled(phase, schema, policies)),
        *(problem for phase in phases for problem in _find_unknown_constants(phase, schema)),
        *_find_owner_problems(schema, policies, owners),
    ]


def _find_missing(phases: tuple[Phase, ...], schema: TenantSchema) -> list[str]:
    missing = plan_schema(phases, schema).filter(pl.col("state") == "missing")
    return [
        f"{row['destination']}: {row['kind']} {row['name']} ({_describe(row)}) is missing"
        + (f": {row['note']}" if row["note"] else ": create it in Freshsales, then run again")
        for row in missing.iter_rows(named=True)
    ]


def _describe(row: dict) -> str:
    return ", ".join(row["options"]) if row["kind"] == "options" else row["type"]


def _find_unfilled(phase: Phase, schema: TenantSchema, policies: Policies) -> list[str]:
    """Fields the tenant insists on and no rule fills."""
    filled = FILLED | {rule.to for rule in phase.fields} | {lookup.to for lookup in phase.lookups}
    if "email" in filled or (phase.destination == "contact" and policies.missing_identifier == "placeholder"):
        filled |= {"email", "emails"}
    if "contacts" in filled:
        filled |= {"contacts_added_list"}
    fields = schema.fields.get(phase.destination, {})
    return [
        f"{phase.name}: the tenant requires {field.name} ({field.label}) of every {phase.destination}; no rule fills it"
        for field in fields.values()
        if field.is_required and field.name not in filled
    ]


def _find_unknown_constants(phase: Phase, schema: TenantSchema) -> list[str]:
    """Constants that name something the tenant's lists do not have."""
    return [
        f"{phase.name}: {rule.to} = {rule.constant!r} is on no list of the tenant; known:"
        f" {list_names(rule.to, schema.selectors)}"
        for rule in phase.fields
        if rule.to in SELECTOR_OF
        and rule.constant is not None
        and find_choice(rule.to, rule.constant, schema.selectors) is None
    ]


def _find_owner_problems(schema: TenantSchema, policies: Policies, owners: pl.DataFrame) -> list[str]:
    problems = []
    if policies.fallback_owner and find_user(schema.users, policies.fallback_owner) is None:
        problems.append(
            f"[policies] fallback_owner = {policies.fallback_owner!r} is no active user of the tenant;"
            f" active: {list_emails(schema.users)}"
        )
    unresolved = owners.filter(pl.col("resolution") == "unresolved")
    if unresolved["source_id"].has_nulls():
        problems.append(
            "some records name no owner, or are notes or files, which have none, and no user takes them:"
            " name an active user as [policies] fallback_owner"
        )
    for person in unresolved.drop_nulls("source_id").filter(pl.col("records") > 0).iter_rows(named=True):
        who = person["name"] or person["source_id"]
        problems.append(
            f"{person['records']} records belong to {who}, who is no active user of the tenant:"
            " add the user, correct the e-mail in roster.csv, or set unmatched_owner = 'fallback'"
        )
    return problems
