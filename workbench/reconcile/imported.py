"""What import files brought, compared with what they were meant to bring; asks the tenant nothing."""

from __future__ import annotations

import polars as pl

from workbench.freshsales.schema import TenantSchema
from workbench.ledger import Ledger
from workbench.model import HELD, Phase
from workbench.reconcile.diff import diff_records


def diff_imported(
    ledger: Ledger,
    phases: tuple[Phase, ...],
    records: dict[str, pl.DataFrame],
    *,
    schema: TenantSchema,
    owners: pl.DataFrame,
) -> pl.DataFrame:
    """DIFF over every record that stands by an import file, from what the list showed when it was found."""
    intents = {intent for _, of_file in ledger.import_files().values() for intent in of_file}
    returned = {
        (phase.name, each.external_id): ledger.last_answer(each)
        for phase in phases
        if intents
        for each in ledger.standings(phase.name)
        if each.is_standing and each.intent in intents
    }
    diff, _ = diff_records(phases, records, returned, ledger=ledger, schema=schema, owners=owners)
    return diff


def list_missing(ledger: Ledger) -> pl.DataFrame:
    """HELD: the rows of imported files that are not in the tenant."""
    return ledger.held().filter(pl.col("code") == "not_imported").match_to_schema(HELD)
