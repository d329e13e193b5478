"""The proof of a rollback: the tenant is read again for every record the ledger calls rolled back.

It needs the ledger and the tenant only, and reads lists: a record of ours that a list showed before it was deleted, and
shows no more, is gone (the recycle bin, where it may lie, is no part of the tenant's content). Read one by one are
records a list still shows, or never showed. The digest is over what was read, beside one over what ought to be read.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from workbench.freshsales.client import NotFound, Tenant
from workbench.freshsales.costs import PAGE
from workbench.ledger import Ledger, Standing
from workbench.load.changes import NOT_WRITTEN_BACK
from workbench.load.deletions import recall_shown
from workbench.load.doubles import count_left
from workbench.load.finding import read_parent
from workbench.load.listing import Key, Lists, Shown, read_stamp, split_lists
from workbench.load.reading import is_hidden, read_record
from workbench.load.reads import choose_lists
from workbench.model import PROOF, UNRESTORED, frame
from workbench.values import Values, find_edits, read_values

GONE, AS_BEFORE, PRESENT = "gone", "as before", "still there"
MOST_ALONE = PAGE  # records a list still shows that are read alone; of more the list is believed
_REMEDY = "correct it by hand in Freshsales; what it was before is in the ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was found by reading back.

    Attributes:
        phases: PROOF by phase, the last phase first; `holds` is false where something is still there or different.
        unrestored: UNRESTORED: what the API cannot bring back, field by field.
        expected: Digest of every record as the ledger says it ought to be.
        found: Digest of every record as it was found; equal to the other exactly where the proof holds.
    """

    phases: pl.DataFrame
    unrestored: pl.DataFrame
    expected: str
    found: str

    @property
    def holds(self) -> bool:
        """Whether everything is as it ought to be."""
        return bool(self.phases["holds"].all())


def prove_rollback(ledger: Ledger, tenant: Tenant) -> Proof:
    """Look for every record that was ever taken back: a created one must be gone, a changed one as it was.

    Raises:
        RetryLater: The tenant does not answer.
    """
    known = [record for phase in reversed(ledger.phases()) for record in ledger.standings(phase)]
    back = [record for record in known if record.state == "rolled_back"]
    shown = Counter(
        record.destination
        for record in known
        if record.is_standing or record.state == "rolled_back" and not record.created
    )
    reading = _Reading(ledger=ledger, tenant=tenant, shown=shown)
    if back:
        reading.read(back)
    # A phase none of whose writes ever reached the tenant has no records.
    phases = dict.fromkeys(record.phase for record in known)
    left = count_left(tenant, ledger)
    rows = [_count_phase(ledger, phase, reading.found, copies=left[phase]) for phase in phases]
    ought = {_key(record): GONE if record.created else AS_BEFORE for record in back}
    return Proof(
        phases=frame([row for row in rows if row["deleted"] or row["restored"] or row["held"]], PROOF),
        unrestored=frame(reading.unrestored, UNRESTORED),
        expected=_digest(ought),
        found=_digest(reading.found),
    )


@dataclass(kw_only=True)
class _Reading:
    """One reading of everything that was taken back; `shown` counts what lists will show of ours, by object."""

    ledger: Ledger
    tenant: Tenant
    shown: Counter[str]
    found: dict[Key, str] = field(default_factory=dict)
    unrestored: list[dict[str, str]] = field(default_factory=list)

    def read(self, back: list[Standing]) -> None:
        """Find out how each record is: from the lists, and alone what they leave open."""
        records = {_key(record): record for record in back}
        listed = {key: shown for key, record in records.items() if (shown := self._recall(record))}
        objects = choose_lists(Counter(object for object, _ in listed), self.shown)
        listed = {key: shown for key, shown in listed.items() if key[0] in objects}
        found, cut = self._list(records, listed)
        for key in listed.keys() - found:
            if records[key].created and key[0] not in cut:
                self.found[key] = GONE
        alone = [record for key, record in records.items() if key not in self.found]
        for number, record in enumerate(alone, start=1):
            is_plain = _key(record) in found and number > MOST_ALONE
            self._note(record, {} if is_plain else self._read_alone(record))

    def _list(self, records: dict[Key, Standing], listed: dict[Key, Shown]) -> tuple[set[Key], set[str]]:
        """Keys of ours that lists show, restored ones compared on the way; and objects whose list broke off."""
        lists, found = (
            Lists(tenant=self.tenant, since=min((each.stamp for each in listed.values()), default=None)),
            set(),
        )
        for row in lists.rows_of(*split_lists(listed)):
            record = records.get(row.key)
            if record is None or row.key in found:
                continue
            found.add(row.key)
            if row.is_whole and not record.created and not is_hidden(row.object, self.ledger.last_sent(record)):
                self._note(record, read_values(row.object, row.record))
        return found, lists.cut

    def _note(self, record: Standing, current: Values | None) -> None:
        if record.created:
            self.found[_key(record)] = GONE if current is None else PRESENT
            return
        edits = None if current is None else find_edits(self.ledger.before_image(record) or {}, current)
        is_as_before = edits is not None and not set(edits) - set(NOT_WRITTEN_BACK)
        self.found[_key(record)] = AS_BEFORE if is_as_before else f"differs: {edits}"
        for name in set(edits or ()) & set(NOT_WRITTEN_BACK):
            about = {"phase": record.phase, "external_id": record.external_id, "destination": record.destination}
            self.unrestored.append(about | {"field": name, "why": NOT_WRITTEN_BACK[name], "remedy": _REMEDY})

    def _read_alone(self, record: Standing) -> Values | None:
        try:
            parent = read_parent(self.ledger.last_sent(record))
            return read_record(self.tenant, *_key(record), parent=parent)
        except NotFound:
            return None

    def _recall(self, record: Standing) -> Shown | None:
        """How a list showed a record before its delete, or will since its restore; null where none did."""
        if record.created:
            return recall_shown(self.ledger.last_sent(record))
        stamp = read_stamp(self.ledger.last_answer(record))
        return Shown(stamp=stamp) if stamp else None


def _count_phase(ledger: Ledger, phase: str, found: dict[Key, str], *, copies: int) -> dict[str, object]:
    records = ledger.standings(phase)
    back = [record for record in records if record.state == "rolled_back"]
    seen = Counter((record.created, found[_key(record)]) for record in back)
    deleted = sum(record.created for record in back)
    gone, as_before = seen[True, GONE], seen[False, AS_BEFORE]
    return {
        "phase": phase,
        "destination": records[0].destination,
        "deleted": deleted,
        "found_gone": gone,
        "restored": len(back) - deleted,
        "found_as_before": as_before,
        "held": sum(record.is_standing for record in records),
        "holds": gone + as_before == len(back) and not copies,
    }


def _key(record: Standing) -> Key:
    return record.destination, record.destination_id


def _digest(states: dict[Key, str]) -> str:
    """Sha256 over object, id and state of every record."""
    lines = sorted([*key, state] for key, state in states.items())
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()
