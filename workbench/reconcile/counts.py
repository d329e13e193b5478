"""Source against tenant over everything: how many records, how full the fields, whose the records."""

from __future__ import annotations

from collections import Counter

import polars as pl

from workbench.freshsales.routes import is_module
from workbench.ledger import Ledger
from workbench.load.owners import Owners
from workbench.model import CORE_OBJECTS, FILL, OWNER_RATES, VALIDATION, FieldRule, Phase, frame
from workbench.own_fields import FILLED_BY_LOAD
from workbench.reconcile.population import Returned
from workbench.values import Values, is_empty

NOBODY = ""  # owner of records without one


def reconcile_counts(
    population: Returned, ledger: Ledger, phases: tuple[Phase, ...], records: dict[str, pl.DataFrame]
) -> pl.DataFrame:
    """Records of the source, of the ledger, and found in the tenant.

    Args:
        population: From `read_population`.
        records: Frames of records by phase, from the newest export.

    Returns:
        VALIDATION by phase. It agrees where every record is in the ledger or held, and the tenant holds every one the
        ledger says it does. `in_tenant` is null for notes, which no list shows.
    """
    return frame([_count_phase(population, ledger, phase, records[phase.name]) for phase in phases], VALIDATION)


def reconcile_fill(
    population: Returned, ledger: Ledger, phases: tuple[Phase, ...], records: dict[str, pl.DataFrame]
) -> pl.DataFrame:
    """How many values of each mapped field stand on either side, over the loaded accounts, contacts and deals.

    Returns:
        FILL by phase and field. It agrees where no value that was sent is missing; `returned` may be more, for the
        tenant adds its own, and a record that was there before us keeps its own.
    """
    rows = []
    for phase in phases:
        if phase.destination in CORE_OBJECTS:
            loaded = _select_loaded(phase, records[phase.name], ledger)
            held = [population.get((phase.name, external_id)) or {} for external_id in loaded["external_id"]]
            rules = [rule for rule in phase.fields if rule.to not in FILLED_BY_LOAD]
            rows += [_count_fill(phase, rule, loaded[rule.to], held) for rule in rules]
    return frame(rows, FILL)


def _count_fill(phase: Phase, rule: FieldRule, sent: pl.Series, held: list[Values]) -> dict[str, object]:
    field = "emails" if rule.to == "email" else rule.to
    expected = [not is_empty(value) for value in sent]
    returned = [not is_empty(values.get(field)) for values in held]
    return {
        "phase": phase.name,
        "field": rule.to,
        "tag": rule.tag,
        "records": len(sent),
        "expected": sum(expected),
        "returned": sum(returned),
        "agrees": all(found for was_sent, found in zip(expected, returned, strict=True) if was_sent),
    }


def reconcile_owners(
    population: Returned,
    ledger: Ledger,
    phases: tuple[Phase, ...],
    records: dict[str, pl.DataFrame],
    owners: pl.DataFrame,
) -> pl.DataFrame:
    """How the loaded records are spread over the users of the tenant, resolved from the source and as found.

    Args:
        owners: OWNERS.

    Returns:
        OWNER_RATES by phase and owner. Notes have no owner, and lists of module records do not show it: both are left
        out, and the sample compares the owners of module records one by one.
    """
    resolved, emails = Owners(owners), dict(owners.select("user_id", "user_email").drop_nulls().iter_rows())
    rows = []
    for phase in phases:
        loaded = _select_loaded(phase, records[phase.name], ledger)
        if not shows_owner(phase.destination):
            continue
        expected = Counter(emails[resolved.resolve(owner).user_id] for owner in loaded["owner"])
        found = (population.get((phase.name, id)) for id in loaded["external_id"])
        ids = [values.get("owner_id") for values in found if values is not None]
        returned = Counter(emails.get(id, f"user {id}") if id else NOBODY for id in ids)
        rows += [
            {"phase": phase.name, "owner": owner, "expected": expected[owner], "returned": returned[owner],
             "agrees": expected[owner] == returned[owner]}
            for owner in sorted(expected | returned)
        ]  # fmt: skip
    return frame(rows, OWNER_RATES)


def shows_owner(object: str) -> bool:
    """Whether a list of the object shows whose its records are."""
    return object != "note" and not is_module(object)


def _count_phase(population: Returned, ledger: Ledger, phase: Phase, records: pl.DataFrame) -> dict[str, object]:
    expected = set(records["external_id"])
    known = [record for record in ledger.standings(phase.name) if record.external_id in expected]
    standing = {record.external_id for record in known if record.is_standing}
    held = {record.external_id for record in known if record.state == "held"} - standing
    found = sum(population.get((phase.name, external_id)) is not None for external_id in standing)
    is_listed = phase.destination != "note"
    return {
        "phase": phase.name,
        "destination": phase.destination,
        "expected": len(expected),
        "in_ledger": len(standing),
        "held": len(held),
        "in_tenant": found if is_listed else None,
        "agrees": len(standing) + len(held) == len(expected) and (found == len(standing) or not is_listed),
    }


def _select_loaded(phase: Phase, records: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    standing = {record.external_id for record in ledger.standings(phase.name) if record.is_standing}
    unique = records.unique("external_id", keep="first", maintain_order=True)
    return unique.filter(pl.col("external_id").is_in(list(standing)))
