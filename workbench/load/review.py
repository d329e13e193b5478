"""What both sides changed since the load: three values side by side, and what was decided about them.

A decision is about a case: the values that were seen when it was made. Once any of them changes the case is another
one, the decision no longer counts, and the record is held again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from workbench.ledger import Standing
from workbench.load.changes import Body
from workbench.load.lookups import name_sent_field
from workbench.model import CONFLICTS, Phase, frame

SIDES = ("source", "tenant")
# How fields that are read by one name are named in what is sent.
_SENT_AS = {
    "emails": ("emails", "email"),
    "contacts": (name_sent_field("contacts"),),
    "targetable": ("targetable_type", "targetable_id"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an analyst decided about a record, or one field of it; `keep` is the side that stays."""

    phase: str
    record: str
    field: str
    keep: str
    case: str
    by: str


@dataclass(slots=True, kw_only=True)
class Review:
    """The decisions that were made, and every conflict of this run, decided or not."""

    decisions: tuple[Decision, ...] = ()
    rows: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def compare(self, phase: Phase, standing: Standing, values: Mapping[str, tuple[Any, Any, Any]]) -> dict[str, str]:
        """Put the three values of each field side by side.

        Args:
            values: What was loaded, what the source says, and what the tenant holds, by field; empty for the record.

        Returns:
            The side that was decided for, by field; a field that nobody decided about is missing.
        """
        case = name_case(values)
        decided = {name: self._find(phase, standing, name, case) for name in values}
        tags = {rule.to: rule.tag for rule in phase.fields} | {"emails": "contact"}
        self.rows[phase.name, standing.external_id] = [
            {
                "phase": phase.name,
                "external_id": standing.external_id,
                "destination": standing.destination,
                "destination_id": standing.destination_id,
                "field": name,
                "tag": tags.get(name, "none" if not name else "name"),
                **dict(zip(("loaded", "source", "tenant"), map(_say, each), strict=True)),
                "case": case,
                "decision": decided[name].keep if decided[name] else "",
                "decided_by": decided[name].by if decided[name] else "",
            }
            for name, each in values.items()
        ]
        return {name: decision.keep for name, decision in decided.items() if decision}

    def list_conflicts(self) -> pl.DataFrame:
        """CONFLICTS of this run, decided ones too, in the order in which they were met."""
        return frame([row for rows in self.rows.values() for row in rows], CONFLICTS)

    def _find(self, phase: Phase, standing: Standing, name: str, case: str) -> Decision | None:
        about = [
            each
            for each in self.decisions
            if (each.phase, each.record, each.case) == (phase.name, standing.external_id, case)
        ]
        return next((each for wanted in (name, "") for each in about if each.field == wanted), None)


def name_case(values: Mapping[str, tuple[Any, Any, Any]]) -> str:
    """Eight signs that stand for these values; the same values give the same."""
    written = json.dumps({name: list(each) for name, each in sorted(values.items())}, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:8]


def leave_out(body: Body, names: set[str]) -> Body:
    """A change without these fields: the tenant keeps what it holds in them."""
    unsent = {sent for name in names for sent in _SENT_AS.get(name, (name,))}
    standard = {name: value for name, value in body.items() if name not in unsent and name != "custom_field"}
    custom = {name: value for name, value in body.get("custom_field", {}).items() if name not in unsent}
    return standard | ({"custom_field": custom} if custom else {})


def _say(value: Any) -> str:
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
