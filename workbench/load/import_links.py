"""Parents as an import file names them: accounts by their name, contacts by their e-mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.destinations import CUSTOM_PREFIX
from workbench.ledger import Ledger, Standing
from workbench.load.lookups import POINTS_AT, Links, name_sent_field, resolve_lookups
from workbench.model import Lookup, Phase
from workbench.values import read_values

KNOWN_BY = {"sales_account": "name", "contact": "emails"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The parents of one record.

    Attributes:
        links: Those that stand in the tenant.
        names: What the importer knows each of them by, standing or in an import file, by the field of the body.
        is_sayable: Whether every one has such a name.
    """

    links: Links
    names: dict[str, str]
    is_sayable: bool


def name_parents(phase: Phase, record: Mapping[str, Any], ledger: Ledger, *, late: Collection[Lookup] = ()) -> Named:
    """Find the parents of a record that goes by import file; one in an earlier file is as good as one that stands.

    Args:
        late: Lookups that are set once both sides stand.

    Raises:
        HoldRecord: A required parent is held for another reason, or is nowhere.
    """
    found = {lookup: _find(lookup, record[f"lookup.{lookup.to}"], ledger) for lookup in phase.lookups}
    found = {lookup: parent for lookup, parent in found.items() if lookup not in late or parent and parent.is_standing}
    waiting = {lookup for lookup, parent in found.items() if parent and not parent.is_standing}
    names = {lookup: _name(parent, ledger) for lookup, parent in found.items() if parent}
    # The rest is resolved as for the API, and held as there.
    links = resolve_lookups(_without(phase, waiting), record, ledger, late=late)
    return Named(
        links=links,
        names={name_sent_field(lookup.to): name for lookup, name in names.items() if name},
        is_sayable=all(names.values()) and not any(to.startswith(CUSTOM_PREFIX) for to in links.ids),
    )


def list_link_fields(phase: Phase) -> set[str]:
    """The fields of a body that point at parents."""
    return {name_sent_field(lookup.to) for lookup in phase.lookups}


def _find(lookup: Lookup, external_id: str | None, ledger: Ledger) -> Standing | None:
    known = ledger.find(lookup.object, external_id) if external_id is not None else []
    fitting = [parent for parent in known if parent.destination == POINTS_AT.get(lookup.to)]
    standing = next((parent for parent in fitting if parent.is_standing), None)
    return standing or next((parent for parent in fitting if ledger.is_handed_over(parent)), None)


def _name(parent: Standing, ledger: Ledger) -> str:
    if parent.is_standing:
        values = ledger.last_answer(parent)
    else:
        values = read_values(parent.destination, ledger.entry(parent.intent).payload["body"])
    value = values.get(KNOWN_BY[parent.destination])
    return str((value[0] if value else "") if isinstance(value, list) else value or "")


def _without(phase: Phase, lookups: set[Lookup]) -> Phase:
    return replace(phase, lookups=tuple(lookup for lookup in phase.lookups if lookup not in lookups))
