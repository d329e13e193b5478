"""Source against tenant over everything: how many records, how full the fields, whose the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import polars as pl

from workbench.destinations import DOCUMENT
from workbench.ledger import Ledger
from workbench.load.lookups import is_deleted
from workbench.load.owners import Owners, shows_owner
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
        VALIDATION by phase. It agrees where every record is in the ledger, held, or known to have been deleted in the
        tenant since, and the tenant holds every other one the ledger says it does. For notes and files, which no list
        shows, `in_tenant` is null, and so is `agrees` unless the ledger itself lacks some: they are not looked at.
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
    *,
    given_away: Collection[tuple[str, str]] = (),
) -> pl.DataFrame:
    """How the loaded records are spread over the users of the tenant, resolved from the source and as found.

    Args:
        owners: OWNERS.
        given_away: Records that stay with another owner because somebody decided so, by phase and external id.

    Returns:
        OWNER_RATES by phase and owner. Notes have no owner, and lists of module records and products do not show it:
        they are left out, and the sample compares the owners of module records and products one by one.
    """
    resolved, emails = Owners(owners), dict(owners.select("user_id", "user_email").drop_nulls().iter_rows())
    rows = []
    for phase in phases:
        # What somebody deleted has no owner any more; that it is gone is said elsewhere.
        gone = [each.external_id for each in ledger.standings(phase.name) if is_deleted(each, ledger)]
        loaded = _select_loaded(phase, records[phase.name], ledger).filter(~pl.col("external_id").is_in(gone))
        if not shows_owner(phase.destination):
            continue
        expected, decided, returned = Counter[str](), Counter[str](), Counter[str]()
        for external_id, owner in loaded.select("external_id", "owner").iter_rows():
            key, wanted = (phase.name, external_id), emails[resolved.resolve(owner).user_id]
            expected[wanted] += 1
            if (values := population.get(key)) is None:
                continue
            id = values.get("owner_id")
            found = emails.get(id, f"user {id}") if id else NOBODY
            returned[found] += 1
            if key in given_away:
                decided.update({found: 1})
                decided.subtract({wanted: 1})
        rows += [
            {"phase": phase.name, "owner": owner, "expected": expected[owner], "decided": decided[owner],
             "returned": returned[owner], "agrees": expected[owner] + decided[owner] == returned[owner]}
            for owner in sorted(expected | returned)
        ]  # fmt: skip
    return frame(rows, OWNER_RATES)


def _count_phase(population: Returned, ledger: Ledger, phase: Phase, records: pl.DataFrame) -> dict[str, object]:
    expected = set(records["external_id"])
    known = [record for record in ledger.standings(phase.name) if record.external_id in expected]
    deleted = {record.external_id for record in known if is_deleted(record, ledger)}
    standing = {record.external_id for record in known if record.is_standing} - deleted
    held = {record.external_id for record in known if record.state == "held"} - standing - deleted
    found = sum(population.get((phase.name, external_id)) is not None for external_id in standing)
    is_listed = phase.destination not in ("note", DOCUMENT)
    # The same file of the same record goes once, so that others of its rows are neither in the ledger nor held.
    twins = len(expected) - len(standing) - len(held) - len(deleted) if phase.destination == DOCUMENT else 0
    is_accounted = len(standing) + len(held) + len(deleted) + twins == len(expected)
    return {
        "phase": phase.name,
        "destination": phase.destination,
        "expected": len(expected),
        "in_ledger": len(standing),
        "held": len(held),
        "deleted": len(deleted),
        "in_tenant": found if is_listed else None,
        "agrees": is_accounted and found == len(standing) if is_listed or not is_accounted else None,
    }


def _select_loaded(phase: Phase, records: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    standing = {record.external_id for record in ledger.standings(phase.name) if record.is_standing}
    unique = records.unique("external_id", keep="first", maintain_order=True)
    return unique.filter(pl.col("external_id").is_in(list(standing)))
