"""The second pass of a load: links that could not be set with their record, because both point at each other.

Records are written first, without the link. Then each such link is set, by an update of its own with an intent before
it and an answer after it: by the hundred where the tenant takes that, else one request each. Nothing is read that is
known from the record's own answer; only a link that was held meanwhile is looked at first, for somebody may have set it
by hand. A link whose other side does not stand is held by its name, and the record stays loaded; the next pass sets it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from workbench.errors import HoldRecord, WorkbenchError
from workbench.freshsales.client import InDoubt
from workbench.freshsales.costs import goes_in_batches
from workbench.ledger import Standing
from workbench.load.changes import hash_body, keep_answer, keep_links
from workbench.load.late import LINKS
from workbench.load.links_by_hundred import send_by_hundred
from workbench.load.lookups import find_standing, pick_links
from workbench.load.patience import try_patiently
from workbench.load.reading import read_record
from workbench.load.recovery import settle_doubt
from workbench.load.review import leave_out
from workbench.load.sides import recall_kept
from workbench.load.updates import Update
from workbench.load.writer import Writer
from workbench.model import Lookup, Phase, PhaseCount
from workbench.values import is_empty, is_same, read_values

WAITS_FOR = "release {}, then load again"


def settle_links(writer: Writer, phase: Phase, records: pl.DataFrame) -> PhaseCount:
    """Set every late link of these records that can be set, and hold the others by name; again it changes nothing.

    Args:
        writer: One that knows the late links of the load, see `workbench.load.late.find_late_links`.
        records: Records of the phase; those that do not stand are passed over.

    Returns:
        The balance of the links: attempted are those whose record stands.

    Raises:
        RetryLater: The tenant does not answer; the ledger knows what is in doubt.
    """
    requests, turn = writer.tenant.requests, _Turn(writer=writer, phase=phase)
    for record in records.unique("external_id", keep="first", maintain_order=True).iter_rows(named=True):
        turn.take(record)
    turn.send_all()
    writer.ledger.save()
    return PhaseCount(
        phase=f"{phase.name}{LINKS}",
        source=phase.source,
        destination=phase.destination,
        attempted=turn.done.total(),
        loaded=turn.done["set"],
        skipped=0,
        held=turn.done["held"],
        requests=writer.tenant.requests - requests,
    )


@dataclass(kw_only=True)
class _Turn:
    """The late links of one phase under way; `done` counts links, set and held."""

    writer: Writer
    phase: Phase
    waiting: dict[str, tuple[Update, list[Lookup]]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def take(self, record: Mapping[str, Any]) -> None:
        """Find out which late links of a record can be set now."""
        external_id, ledger = record["external_id"], self.writer.ledger
        standing = ledger.standing(self.phase.name, external_id)
        if standing is None or not standing.is_standing:
            return
        able = []
        for lookup in self.writer.late.of(self.phase, external_id):
            parent = record[f"lookup.{lookup.to}"]
            if find_standing(lookup, parent, ledger):
                able.append(lookup)
            elif why := self._find_hold(lookup, parent):
                self._hold(external_id, lookup, why)
        if able:
            self._wait(record, standing, able)

    def send_all(self) -> None:
        """Send what can be set."""
        updates = {id: update for id, (update, _) in self.waiting.items()}
        by_hundred = goes_in_batches(self.phase.destination, len(updates))
        if by_hundred and self.writer.tenant.find_view(self.phase.destination) is not None:
            for external_id, why in send_by_hundred(self.writer, self.phase, updates).items():
                self._hold_all(external_id, why)
        for external_id in list(self.waiting):
            if self._is_set(external_id):
                self._note_set(external_id)
            elif external_id in self.waiting:
                self._send_alone(external_id)

    def _wait(self, record: Mapping[str, Any], standing: Standing, able: list[Lookup]) -> None:
        external_id = record["external_id"]
        try:
            body = self.writer.prepare(self.phase, record)
            if hash_body(body) != standing.content_hash:
                self._require_loaded(standing)
        except HoldRecord as why:
            self.waiting[external_id] = (_no_update(standing), able)
            self._hold_all(external_id, why)
            return
        part = keep_links(pick_links(body, able), self.writer.ledger.before_image(standing) or {})
        kept = recall_kept(self.writer.ledger, standing)
        sent = {"body": leave_out(body, set(kept)), "part": part, "content_hash": hash_body(body), "kept": kept}
        self.waiting[external_id] = (update := Update(id=standing.destination_id, **sent), able)
        if self._is_set(external_id):
            self._note_set(external_id)
            return
        try:
            self._require_free(external_id, update, able)
        except HoldRecord as why:
            self._hold_all(external_id, why)

    def _require_loaded(self, standing: Standing) -> None:
        if standing.state != "loaded":
            raise HoldRecord(
                "the record itself is held", code="parent_held", release=WAITS_FOR.format(standing.external_id)
            )

    def _require_free(self, external_id: str, update: Update, lookups: list[Lookup]) -> None:
        """A link that was held for a while may have been set by hand; what stands there is not overwritten."""
        if not any(self._is_held(external_id, lookup) for lookup in lookups):
            return
        current = read_record(self.writer.tenant, self.phase.destination, update.id)
        wanted = read_values(self.phase.destination, update.part)
        theirs = [
            name for name, value in wanted.items()
            if not is_empty(current.get(name)) and not is_same(name, value, current[name]) and name != "contacts"
        ]  # fmt: skip
        if theirs:
            raise HoldRecord(
                f"somebody set it in Freshsales to something else: {', '.join(theirs)}",
                code="edited_in_tenant",
                field=", ".join(theirs),
                release="decide which side is right, bring both in line, then load again",
            )

    def _is_set(self, external_id: str) -> bool:
        """Whether the tenant confirmed everything of a record, its late links among it."""
        if external_id not in self.waiting:
            return False
        standing = self.writer.ledger.standing(self.phase.name, external_id)
        return standing.content_hash == self.waiting[external_id][0].content_hash

    def _note_set(self, external_id: str) -> None:
        _, lookups = self.waiting.pop(external_id)
        for lookup in lookups:
            self.done["set"] += 1
            if self._is_held(external_id, lookup):
                name = f"{self.phase.name}{LINKS}", _name(external_id, lookup)
                self.writer.ledger.release(*name, reason="the link is set")

    def _send_alone(self, external_id: str) -> None:
        update, _ = self.waiting[external_id]
        tenant, ledger = self.writer.tenant, self.writer.ledger
        for _ in try_patiently(tenant, f"{self.phase.name} {external_id}"):
            seq = ledger.intend_updates(self.phase, {external_id: update.intent})[external_id]
            try:
                answer = tenant.update(self.phase.destination, update.id, update.part)
            except InDoubt:
                doubt = ledger.standing(self.phase.name, external_id)
                if not settle_doubt(tenant, ledger, self.phase, doubt):
                    continue
            except HoldRecord as why:
                ledger.withdraw(seq, reason=f"refused: {why}")
                self._hold_all(external_id, why)
                return
            except WorkbenchError:
                ledger.withdraw(seq, reason="it was never sent")
                raise
            else:
                ledger.confirm(seq, update.id, answer=keep_answer(self.phase.destination, update.body, answer))
            if self._is_set(external_id):
                self._note_set(external_id)
            else:
                self._hold_all(external_id, _explain_hold(ledger.standing(self.phase.name, external_id)))
            return

    # --- held ------------------------------------------------------------------------------------------------------

    def _find_hold(self, lookup: Lookup, parent: str | None) -> HoldRecord | None:
        """Why a link cannot be set; null where it need not be, or its other side is yet to be attempted."""
        known = self.writer.ledger.find(lookup.object, parent) if parent is not None else []
        if any(each.state == "held" for each in known):
            return HoldRecord(
                f"{lookup.object} {parent} is held",
                code="parent_held",
                field=lookup.to,
                release=WAITS_FOR.format(f"{lookup.object} {parent}"),
            )
        if not lookup.is_required or parent in self.writer.late.ids.get(lookup.object, ()):
            return None
        return HoldRecord(
            f"{lookup.object} {parent} is not among the records" if parent else f"it names no {lookup.object}",
            code="parent_missing",
            field=lookup.to,
            release="add the parent to the source, or let the lookup be optional in the pack (required = false)",
        )

    def _hold(self, external_id: str, lookup: Lookup, why: HoldRecord) -> None:
        self.done["held"] += 1
        phase = _name_links(self.phase)
        name = _name(external_id, lookup)
        self.writer.ledger.hold(phase, name, code=why.code, reason=str(why), field=lookup.to, release=why.release)

    def _hold_all(self, external_id: str, why: HoldRecord) -> None:
        _, lookups = self.waiting.pop(external_id)
        for lookup in lookups:
            self._hold(external_id, lookup, why)

    def _is_held(self, external_id: str, lookup: Lookup) -> bool:
        standing = self.writer.ledger.standing(f"{self.phase.name}{LINKS}", _name(external_id, lookup))
        return standing is not None and standing.state == "held"


def _name_links(phase: Phase) -> Phase:
    """The turn of a phase's links as the ledger names it; its holds are of no source object, so nothing finds them."""
    return Phase(name=f"{phase.name}{LINKS}", source=f"{phase.source}{LINKS}", destination=phase.destination,
                 external_id=())  # fmt: skip


def _name(external_id: str, lookup: Lookup) -> str:
    return f"{external_id} {lookup.to}"


def _no_update(standing: Standing) -> Update:
    return Update(id=standing.destination_id, body={}, part={}, content_hash="")


def _explain_hold(standing: Standing) -> HoldRecord:
    return HoldRecord(
        "the record was changed in Freshsales while the answer was lost",
        code="edited_in_tenant",
        release=WAITS_FOR.format(f"{standing.phase} {standing.external_id}"),
    )
