"""The ledger open for writing: intents, answers, refusals, holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.ledger import store
from workbench.ledger.chain import Chain
from workbench.ledger.continuity import check_continuity, check_ledger_is_there, note_head
from workbench.ledger.standings import Standings
from workbench.model import HOLD_CODES, Phase

# A write that takes our change back leaves the record rolled back; any other leaves it loaded.
STATE_AFTER = {"create": "loaded", "update": "loaded", "delete": "rolled_back", "restore": "rolled_back"}

# A record that was rolled back starts anew: nothing of its former life may leak into the next one.
_NEW_INTENT = """
INSERT INTO records (phase, external_id, source, destination, destination_id, state, intent, before)
VALUES (:phase, :external_id, :source, :destination, :destination_id, 'in_doubt', :seq, :before)
ON CONFLICT (phase, external_id) DO UPDATE SET
    destination_id = coalesce(excluded.destination_id, iif(state = 'rolled_back', NULL, destination_id)),
    created = iif(state = 'rolled_back', 0, created),
    answer = iif(state = 'rolled_back', NULL, answer),
    before = iif(state = 'rolled_back', excluded.before, coalesce(before, excluded.before)),
    destination = excluded.destination, intent = excluded.intent, state = 'in_doubt', hold = NULL
"""


class Ledger(Standings):
    """One engagement's ledger; use it as a context manager.

    An intent is durable before `intend` returns. An answer becomes durable with the next intent, with `save`, or when
    the ledger closes: a crash in between leaves that one write in doubt, and recovery asks the tenant about it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, chain: Chain, lock: store.Lock | None) -> None:
        super().__init__(connection, chain)
        self._path = path
        self._lock = lock

    @classmethod
    def open(cls, path: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Ledger:
        """Open for writing, making the file where there is none.

        Raises:
            StopRun: Another run writes to it, or it is not the ledger that was written to last.
            UsageError: A newer workbench wrote it, or it is no ledger.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = store.take_lock(path)
        try:
            check_ledger_is_there(path)
            connection = store.open_for_writing(path)
            chain = Chain(connection, clock=clock)
            check_continuity(path, chain)
        except BaseException:
            lock.release()
            raise
        return cls(path, connection, chain, lock)

    @classmethod
    def open_read_only(cls, path: Path) -> Ledger:
        """Open for reading, also while a load is writing.

        Raises:
            UsageError: There is no ledger there, a newer workbench wrote it, or it is no ledger.
        """
        connection = store.open_for_reading(path)
        return cls(path, connection, Chain(connection, clock=lambda: datetime.now(UTC)), None)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Make everything durable and let the next writer in."""
        self.save()
        self._connection.close()
        if self._lock:
            self._lock.release()

    def save(self) -> None:
        """Make the answers so far durable; worth it before a long wait."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
        if self._lock:
            note_head(self._path, self._chain)

    def begin_run(self, label: str) -> None:
        """Name the run that every entry from here on belongs to, such as `40_load/20261122T093000Z`."""
        self._chain.run = label

    def intend(
        self,
        phase: Phase,
        external_id: str,
        *,
        action: str,
        body: dict[str, Any],
        content_hash: str = "",
        destination_id: int | None = None,
        before: dict[str, Any] | None = None,
    ) -> int:
        """Write down what is about to be sent; durable when this returns the entry's number, which `confirm` takes.

        Args:
            action: One of `STATE_AFTER`.
            body: What is sent, in the destination's words.
            destination_id: The record meant, where it is known before the answer.
            before: How the tenant held a record that was there before us.
        """
        payload = {"action": action, "body": body, "content_hash": content_hash, "destination_id": destination_id}
        seq = self._note_intent(phase, external_id, payload | ({"before": before} if before else {}))
        self.save()
        return seq

    def intend_batch(self, phase: Phase, bodies: Mapping[str, tuple[dict[str, Any], str]]) -> dict[str, int]:
        """Write down that many records are about to be created by one request, all durable together.

        Args:
            bodies: What is sent and its hash, by external id.

        Returns:
            The number of each record's intent, by external id.
        """
        seqs = {
            external_id: self._note_intent(
                phase,
                external_id,
                {"action": "create", "body": body, "content_hash": content_hash, "destination_id": None},
            )
            for external_id, (body, content_hash) in bodies.items()
        }
        self.save()
        return seqs

    def note_job(self, phase: Phase, seqs: Iterable[int], job: str) -> None:
        """Write down which of the tenant's jobs carries out these intents; durable when this returns."""
        self._append("job", phase.name, "", {"intents": sorted(seqs), "job": job})
        self.save()

    def confirm(self, seq: int, destination_id: int, *, answer: dict[str, Any] | None = None) -> None:
        """Write down that the tenant did what entry `seq` meant.

        Args:
            answer: The values the tenant says it holds now; null where it returned none.
        """
        intent = self.entry(seq)
        action, content_hash = intent.payload["action"], intent.payload["content_hash"]
        payload = {"intent": seq, "action": action, "destination_id": destination_id, "answer": answer}
        answered = self._append("answer", intent.phase, intent.external_id, payload)
        self._connection.execute(
            "UPDATE records SET destination_id = ?, content_hash = ?, state = ?, answer = ?, hold = NULL,"
            " created = iif(? = 'create', 1, created) WHERE phase = ? AND external_id = ?",
            (destination_id, content_hash, STATE_AFTER[action], answered, action, intent.phase, intent.external_id),
        )

    def refuse(self, seq: int, *, code: str, reason: str, field: str = "", release: str = "") -> None:
        """Write down that the tenant would not take what entry `seq` meant; the record is held."""
        intent = self.entry(seq)
        why = _explain(code, reason, field, release)
        refused = self._append("refusal", intent.phase, intent.external_id, why | {"intent": seq})
        self._set_state(intent.phase, intent.external_id, "held", hold=refused)

    def hold(
        self, phase: Phase, external_id: str, *, code: str, reason: str, field: str = "", release: str = ""
    ) -> None:
        """Write down why a record cannot go and what would release it; what stands written is not repeated."""
        why = _explain(code, reason, field, release)
        if self._is_held(phase.name, external_id, why):
            return
        held = self._append("hold", phase.name, external_id, why)
        self._connection.execute(
            "INSERT INTO records (phase, external_id, source, destination, state) VALUES (?, ?, ?, ?, 'held')"
            " ON CONFLICT (phase, external_id) DO NOTHING",
            (phase.name, external_id, phase.source, phase.destination),
        )
        self._set_state(phase.name, external_id, "held", hold=held)

    def release(self, phase: str, external_id: str, *, reason: str) -> None:
        """Write down that nothing holds a standing record any more."""
        self._append("release", phase, external_id, {"reason": reason})
        self._set_state(phase, external_id, "loaded")

    def withdraw(self, seq: int, *, reason: str) -> None:
        """Write down that what entry `seq` meant never reached the tenant; the record stands as it did before."""
        intent = self.entry(seq)
        self._append("withdrawal", intent.phase, intent.external_id, {"intent": seq, "reason": reason})
        where = (intent.phase, intent.external_id)
        self._connection.execute("DELETE FROM records WHERE phase = ? AND external_id = ? AND answer IS NULL", where)
        self._set_state(*where, "loaded")

    def _note_intent(self, phase: Phase, external_id: str, payload: dict[str, Any]) -> int:
        seq = self._append("intent", phase.name, external_id, payload)
        self._connection.execute(
            _NEW_INTENT,
            {"phase": phase.name, "external_id": external_id, "source": phase.source, "destination": phase.destination,
             "destination_id": payload["destination_id"], "seq": seq, "before": seq if "before" in payload else None},
        )  # fmt: skip
        return seq

    def _append(self, kind: str, phase: str, external_id: str, payload: dict[str, Any]) -> int:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        return self._chain.append(kind, phase, external_id, payload)

    def _is_held(self, phase: str, external_id: str, why: dict[str, str]) -> bool:
        standing = self.standing(phase, external_id)
        if standing is None or standing.state != "held":
            return False
        standing_why = self.entry(standing.hold).payload
        return all(standing_why[key] == value for key, value in why.items())

    def _set_state(self, phase: str, external_id: str, state: str, *, hold: int | None = None) -> None:
        update = "UPDATE records SET state = ?, hold = ? WHERE phase = ? AND external_id = ?"
        self._connection.execute(update, (state, hold, phase, external_id))


def _explain(code: str, reason: str, field: str, release: str) -> dict[str, str]:
    if code not in HOLD_CODES:
        raise ValueError(f"no hold code {code!r}; known: {', '.join(HOLD_CODES)}")
    return {"code": code, "field": field, "reason": reason, "release": release}
