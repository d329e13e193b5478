"""Lookups of a record, resolved through the ledger: its parents must stand in the tenant before it goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.destinations import CUSTOM_PREFIX, DOCUMENT, PRODUCT
from workbench.errors import HoldRecord
from workbench.ledger import Ledger, Standing
from workbench.ledger.standings import Standings
from workbench.model import ACTIVITY_OBJECTS, Lookup, Phase

# Fields that can only point at one object; other lookups take whatever the parent became.
POINTS_AT = {
    "sales_accounts": "sales_account",
    "sales_account_id": "sales_account",
    "parent_sales_account_id": "sales_account",
    "contacts": "contact",
    "products": PRODUCT,
}
# Field of a body that carries a link, where it has another name than the lookup.
SENT_AS = {"contacts": "contacts_added_list"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Parents of one record by `Lookup.to`: their ids in the tenant, and what they are there."""

    ids: dict[str, int]
    objects: dict[str, str]


def resolve_lookups(phase: Phase, record: Mapping[str, Any], ledger: Ledger, *, late: Collection[Lookup] = ()) -> Links:
    """Find every parent of a record.

    Args:
        late: Lookups that are set once both sides stand: what does not stand yet is left out.

    Raises:
        HoldRecord: A required parent is held, or is nowhere.
    """
    own = phase.name, record["external_id"]
    found = {
        lookup.to: find_standing(lookup, parent, ledger)
        if lookup in late
        else require_parent(lookup, parent, ledger, own)
        for lookup, parent in ((lookup, record[f"lookup.{lookup.to}"]) for lookup in phase.lookups)
    }
    standing = {to: parent for to, parent in found.items() if parent is not None}
    return Links(
        ids={to: parent.destination_id for to, parent in standing.items()},
        objects={to: parent.destination for to, parent in standing.items()},
    )


def find_standing(lookup: Lookup, external_id: str | None, ledger: Standings) -> Standing | None:
    """The parent a lookup points at, where it stands in the tenant and is what the lookup takes."""
    known = ledger.find(lookup.object, external_id) if external_id is not None else []
    wanted = POINTS_AT.get(lookup.to, "")
    return next((each for each in known if each.is_standing and wanted in ("", each.destination)), None)


def name_sent_field(to: str) -> str:
    """The field of a body that carries the link of a lookup; custom ones stand under `custom_field`."""
    return SENT_AS.get(to, to)


def pick_links(body: Mapping[str, Any], lookups: Collection[Lookup]) -> dict[str, Any]:
    """The part of a body that sets these links."""
    names = [name_sent_field(lookup.to) for lookup in lookups]
    custom = {name: body["custom_field"][name] for name in names if name in body.get("custom_field", {})}
    part = {name: body[name] for name in names if name in body and not name.startswith(CUSTOM_PREFIX)}
    return part | ({"custom_field": custom} if custom else {})


def leave_out_links(
    body: Mapping[str, Any], lookups: Collection[Lookup], *, unless_in: Mapping[str, Any]
) -> dict[str, Any]:
    """A body without these links, but for those that another body has."""
    sent = {**unless_in, **unless_in.get("custom_field", {})}
    gone = {name for lookup in lookups if (name := name_sent_field(lookup.to)) not in sent}
    custom = {name: value for name, value in body.get("custom_field", {}).items() if name not in gone}
    rest = {name: value for name, value in body.items() if name not in gone and name != "custom_field"}
    return rest | ({"custom_field": custom} if custom else {})


def order_records(phase: Phase, records: pl.DataFrame) -> pl.DataFrame:
    """The records of a phase, parents before children where it points at itself; a circle begins somewhere."""
    for lookup in phase.lookups:
        if lookup.object == phase.source:
            records = _put_parents_first(records, f"lookup.{lookup.to}")
    return records


def require_parent(lookup: Lookup, external_id: str | None, ledger: Ledger, own: tuple[str, str]) -> Standing | None:
    """The parent a lookup points at; null where it may go without and there is none.

    Args:
        own: Phase and external id of the record that points there.

    Raises:
        HoldRecord: It is required and held, or nowhere.
    """
    wanted = POINTS_AT.get(lookup.to, "")
    known = ledger.find(lookup.object, external_id) if external_id is not None else []
    fitting = [parent for parent in known if wanted in ("", parent.destination)]
    standing = next((parent for parent in fitting if parent.is_standing), None)
    if standing is None and any(ledger.is_handed_over(parent) for parent in fitting):
        # Also where it could go without: the parent is on its way.
        raise HoldRecord(
            f"{lookup.object} {external_id} is in an import file and not in Freshsales yet",
            code="parent_held",
            field=lookup.to,
            release=f"import the file with {lookup.object} {external_id}, then load again",
        )
    if standing and is_deleted(standing, ledger) and not _stands(own, ledger):
        if lookup.is_required:
            raise hold_behind_deleted(lookup, external_id)
        return None
    if standing or not lookup.is_required:
        return standing
    held = next((parent for parent in fitting if parent.state == "held"), None)
    if held:
        raise HoldRecord(
            f"it waits for {lookup.object} {external_id}, which is held",
            code="parent_held",
            field=lookup.to,
            release=f"release {lookup.object} {external_id}: {_tell_release(held, ledger)}; then: workbench retry",
        )
    named = f"{lookup.object} {external_id} is not among the records" if external_id else f"it names no {lookup.object}"
    raise HoldRecord(
        named,
        code="parent_missing",
        field=lookup.to,
        release="add the parent to the source, or let the lookup be optional in the pack (required = false)",
    )


def is_deleted(record: Standing, ledger: Ledger) -> bool:
    """Whether somebody is known to have deleted a record of ours in the tenant."""
    return record.state == "held" and ledger.hold_code(record) == "deleted_in_tenant"


def say_deleted(record: Standing, *, keep: str = "") -> HoldRecord:
    """Why a record of ours cannot change that somebody deleted in the tenant.

    Args:
        keep: The side somebody decided for. The tenant's lets the record go; that of the source waits for a person
            where Freshsales does not bring the record back by program.
    """
    named = f"{record.destination} {record.destination_id}"
    if keep == "tenant":
        return HoldRecord(
            f"somebody deleted Freshsales {named} since it was loaded, and conflicts.toml lets it go",
            code="deleted_in_tenant",
            release="nothing has to be done; to have it again, restore it from the recycle bin of Freshsales",
        )
    if keep == "source":
        again = f"restore {named} from the recycle bin of Freshsales, then: workbench run NAME cutover"
        if record.destination in (*ACTIVITY_OBJECTS, DOCUMENT):
            again = f"take {record.phase}/{record.external_id} back (workbench rollback), then load: it is made anew"
        return HoldRecord(
            f"conflicts.toml keeps what the source says of Freshsales {named}, and Freshsales lets no program bring a "
            "deleted one back",
            code="deleted_in_tenant",
            release=f'{again}; or say keep = "tenant"',
        )
    return HoldRecord(
        f"somebody deleted Freshsales {named} since it was loaded",
        code="deleted_in_tenant",
        release=f"restore {named} from the recycle bin of Freshsales within 90 days, then: workbench retry; "
        "or let it go",
    )


def _stands(own: tuple[str, str], ledger: Ledger) -> bool:
    # What stands already was linked while the parent was there, and is as the source says.
    known = ledger.standing(*own)
    return known is not None and known.is_standing


def hold_behind_deleted(lookup: Lookup, external_id: str | None) -> HoldRecord:
    """Why a record cannot go whose parent somebody deleted."""
    return HoldRecord(
        f"{lookup.object} {external_id}, which it points at, was deleted in Freshsales since it was loaded",
        code="parent_deleted",
        field=lookup.to,
        release=f"restore {lookup.object} {external_id} from the recycle bin of Freshsales within 90 days, then: "
        "workbench retry; or let both go",
    )


def _tell_release(held: Standing, ledger: Ledger) -> str:
    return ledger.entry(held.hold).payload["release"] or "see its own reason"


def _put_parents_first(records: pl.DataFrame, lookup: str) -> pl.DataFrame:
    parents = dict(records.select("external_id", lookup).iter_rows())
    depths: dict[str, int] = {}
    for external_id in parents:
        line = []
        while external_id in parents and external_id not in depths:
            depths[external_id] = 0  # where the line comes back to itself, it ends
            line.append(external_id)
            external_id = parents[external_id]
        above = depths.get(external_id, -1)
        for depth, each in enumerate(reversed(line), start=above + 1):
            depths[each] = depth
    order = pl.Series("depth", [depths[external_id] for external_id in records["external_id"]], dtype=pl.Int64)
    return records.with_columns(order).sort("depth", maintain_order=True).drop("depth")
