"""Records the tenant held before us: found in one sweep per object, so that none is doubled or overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.destinations import PRODUCT, find_destination
from workbench.errors import HoldRecord
from workbench.freshsales.client import Tenant
from workbench.ledger import Ledger
from workbench.model import CORE_OBJECTS, Phase
from workbench.own_fields import CONTACT_ID, SOURCE_ID, name_id_field
from workbench.values import Values, read_values

# What makes a record of the tenant look like one of ours, beside the external id itself.
LIKENESS = {"contact": "emails", "sales_account": "name", PRODUCT: "name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A record of the tenant that is, or looks like, one of the source; `by` is the field that says so."""

    id: int
    by: str

    @property
    def is_exact(self) -> bool:
        """Whether the record carries the very external id: then it is the same record, not one like it."""
        return self.by in (CONTACT_ID, SOURCE_ID)


@dataclass(slots=True, kw_only=True)
class _Index:
    by_external_id: dict[str, int] = field(default_factory=dict)
    by_likeness: dict[str, int] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=set)  # likenesses of every record, ours too


class Existing:
    """Matches against what the tenant held; an object is swept when its first record has to be created.

    Args:
        is_ours: Whether a record (object, id) stands there because of this engagement.
    """

    def __init__(self, tenant: Tenant, *, is_ours: Callable[[str, int], bool]) -> None:
        self._tenant = tenant
        self._is_ours = is_ours
        self._indexes: dict[str, _Index] = {}

    def match(self, phase: Phase, external_id: str, body: Mapping[str, Any]) -> Match | None:
        """The record of the tenant that this one is or looks like; null where there is none, or none can be listed."""
        object = phase.destination
        if object not in (*CORE_OBJECTS, PRODUCT):
            return None
        if object not in self._indexes:
            self._indexes[object] = self._sweep(object)
        index = self._indexes[object]
        if external_id in index.by_external_id:
            return Match(id=index.by_external_id[external_id], by=name_id_field(object))
        keys = _read_likenesses(object, body)
        found = next((index.by_likeness[key] for key in keys if key in index.by_likeness), None)
        return Match(id=found, by=LIKENESS[object]) if found else None

    def claim(self, object: str, body: Mapping[str, Any]) -> bool:
        """Whether nothing in the tenant, and nothing claimed before, looks like this record; from here on it does."""
        if object not in self._indexes:
            return True  # a sweep to come will show it
        keys, claimed = set(_read_likenesses(object, body)), self._indexes[object].claimed
        is_free = keys.isdisjoint(claimed)
        claimed |= keys
        return is_free

    def _sweep(self, object: str) -> _Index:
        index = _Index()
        for record in self._tenant.list_all(object):
            values = read_values(object, record)
            if external_id := values.get(name_id_field(object)):
                index.by_external_id.setdefault(external_id, record["id"])
            likenesses = _list_likenesses(object, values)
            index.claimed.update(likenesses)
            if not self._is_ours(object, record["id"]):
                index.by_likeness |= dict.fromkeys(likenesses, record["id"])
        return index


def check_match(match: Match, *, policy: str, ledger: Ledger, object: str) -> None:
    """Let a match be updated.

    Raises:
        HoldRecord: It only looks alike and the policy is to hold, or another source record was written to it already.
    """
    taken = ledger.find_by_destination(object, match.id)
    if taken is None and (match.is_exact or policy == "update"):
        return
    why = f"and {taken.source} {taken.external_id} was written to it" if taken else "and may be the same"
    raise HoldRecord(
        f"Freshsales {object} {match.id} has the same {match.by}, {why}",
        code="existing_match",
        field=match.by,
        release="merge the two, or let the load change it: existing_match = 'update' in engagement.toml",
    )


def check_stranger(match: Match, before: Values, *, external_id: str, object: str) -> None:
    """Let a match be updated that does not carry the id of another system.

    Raises:
        HoldRecord: It does, and our update would overwrite that id.
    """
    field = name_id_field(object)
    if find_destination(object).text:
        return  # a text that ends with the mark of another one may be written over: the rollback brings it back
    if before.get(field) in (None, "", external_id):
        return
    raise HoldRecord(
        f"Freshsales {object} {match.id} has the same {match.by}, but the {field} of another system",
        code="existing_match",
        field=field,
        release="merge the two by hand, or clear that field in Freshsales, then load again",
    )


def _read_likenesses(object: str, record: Mapping[str, Any]) -> list[str]:
    return _list_likenesses(object, read_values(object, record)) if object in LIKENESS else []


def _list_likenesses(object: str, values: Values) -> list[str]:
    value = values.get(LIKENESS.get(object, ""))
    texts = value if isinstance(value, list) else [value]
    return [" ".join(str(text).split()).casefold() for text in texts if text]
