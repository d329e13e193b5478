"""Lookups of a record, resolved through the ledger: its parents must stand in the tenant before it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import HoldRecord
from workbench.ledger import Ledger, Standing
from workbench.model import Lookup, Phase

# Fields that can only point at one object; other lookups take whatever the parent became.
POINTS_AT = {
    "sales_accounts": "sales_account",
    "sales_account_id": "sales_account",
    "parent_sales_account_id": "sales_account",
    "contacts": "contact",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Parents of one record by `Lookup.to`: their ids in the tenant, and what they are there."""

    ids: dict[str, int]
    objects: dict[str, str]


def resolve_lookups(phase: Phase, record: Mapping[str, Any], ledger: Ledger) -> Links:
    """Find every parent of a record.

    Raises:
        HoldRecord: A required parent is held, or is nowhere.
    """
    found = {lookup.to: _resolve(lookup, record[f"lookup.{lookup.to}"], ledger) for lookup in phase.lookups}
    standing = {to: parent for to, parent in found.items() if parent is not None}
    return Links(
        ids={to: parent.destination_id for to, parent in standing.items()},
        objects={to: parent.destination for to, parent in standing.items()},
    )


def _resolve(lookup: Lookup, external_id: str | None, ledger: Ledger) -> Standing | None:
    wanted = POINTS_AT.get(lookup.to, "")
    known = ledger.find(lookup.object, external_id) if external_id is not None else []
    fitting = [parent for parent in known if wanted in ("", parent.destination)]
    standing = next((parent for parent in fitting if parent.is_standing), None)
    if standing or not lookup.is_required:
        return standing
    if any(parent.state == "held" for parent in fitting):
        raise HoldRecord(
            f"{lookup.object} {external_id} is held",
            code="parent_held",
            field=lookup.to,
            release=f"release {lookup.object} {external_id}, then load again",
        )
    named = f"{lookup.object} {external_id} is not among the records" if external_id else f"it names no {lookup.object}"
    raise HoldRecord(
        named,
        code="parent_missing",
        field=lookup.to,
        release="add the parent to the source, or let the lookup be optional in the pack (required = false)",
    )
