"""The ledger open for writing: intents, answers, refusals, holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.ledger.chain import Chain
from workbench.ledger.continuity import Continuity, Notary, Unsigned
from workbench.ledger.database import Database, Statement
from workbench.ledger.layout import migrate
from workbench.ledger.projection import CONFIRM, FORGET, HOLD, INTEND, SET_STATE, STATE_AFTER
from workbench.ledger.standings import IMPORT, Standings
from workbench.ledger.store import SqliteStore, Store
from workbench.model import HOLD_CODES, Phase

# What an answer needs to know of its intent: phase, external id, action, content hash.
_Meant = tuple[str, str, str, str]


class Ledger(Standings):
    """One engagement's ledger; use it as a context manager.

    An intent is durable before `intend` returns. An answer becomes durable with the next intent, with `save`, or when
    the ledger closes: a crash in between leaves that one write in doubt, and recovery asks the tenant about it.
    """

    def __init__(self, database: Database, chain: Chain, continuity: Continuity | None) -> None:
        super().__init__(database, chain)
        self._continuity = continuity
        self._meant: dict[int, _Meant] = {}  # intents of this session that wait for their answer

    @classmethod
    def open(
        cls,
        place: Path | Store,
        *,
        notary: Notary | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Ledger:
        """Open for writing, making the ledger where there is none and bringing an older format to today's.

        Args:
            place: A file of SQLite's, or any other store.
            notary: Signs the checkpoints; where null they are unsigned.

        Raises:
            StopRun: Another run writes to it, or it is not the ledger that was written to last.
            UsageError: A newer workbench wrote it, or it is no ledger.
        """
        store = SqliteStore(place) if isinstance(place, Path) else place
        continuity = Continuity(store=store, notary=notary or Unsigned(), clock=clock)
        database = store.open_for_writing(known_as=continuity.known_as)
        try:
            chain = Chain(database, clock=clock)
            if database.format:
                continuity.check(chain, format=database.format)
                continuity.note(chain)  # first: a newer format without a checkpoint is one that was taken away
            migrate(database)
            continuity.note(chain)
        except BaseException:
            database.close()
            raise
        return cls(database, chain, continuity)

    @classmethod
    def open_read_only(cls, place: Path | Store) -> Ledger:
        """Open for reading, also while a load is writing.

        Raises:
            UsageError: There is no ledger there, a newer workbench wrote it, or it is no ledger.
        """
        store = SqliteStore(place) if isinstance(place, Path) else place
        database = store.open_for_reading()
        if not database.format:
            database.close()
            raise UsageError(f"{store.where}: no ledger yet; the first load makes it")
        return cls(database, Chain(database, clock=lambda: datetime.now(UTC)), None)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Make everything durable and let the next writer in."""
        try:
            if self._continuity and not self._database.has_failed:
                self.save()
        finally:
            self._database.close()

    def save(self) -> None:
        """Make the answers so far durable and sign how far the ledger has come; worth it before a long wait."""
        self._database.commit()
        if self._continuity:
            self._continuity.note(self._chain)

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
        kept: dict[str, Any] | None = None,
    ) -> int:
        """Write down what is about to be sent; durable when this returns the entry's number, which `confirm` takes.

        Args:
            action: One of `STATE_AFTER`.
            body: What is sent, in the destination's words.
            destination_id: The record meant, where it is known before the answer.
            before: How the tenant held a record that was there before us.
            kept: What is left out of it because somebody decided so, by field.
        """
        payload = {"action": action, "body": body, "content_hash": content_hash, "destination_id": destination_id}
        payload |= {name: value for name, value in (("before", before), ("kept", kept)) if value}
        return self._intend(phase, {external_id: payload})[external_id]

    def intend_batch(self, phase: Phase, bodies: Mapping[str, tuple[dict[str, Any], str]]) -> dict[str, int]:
        """Write down that many records are about to be created by one request, all durable together.

        Args:
            bodies: What is sent and its hash, by external id.

        Returns:
            The number of each record's intent, by external id.
        """
        rest = {"action": "create", "destination_id": None}
        return self._intend(phase, {id: {"body": body, "content_hash": hash} | rest
                                    for id, (body, hash) in bodies.items()})  # fmt: skip

    def intend_updates(self, phase: Phase, records: Mapping[str, dict[str, Any]]) -> dict[str, int]:
        """Write down that many records that stand are about to be changed, all durable together.

        Args:
            records: By external id: the whole `body` as it is to stand and its `content_hash`, the `part` of it that is
                sent, and the `destination_id`.

        Returns:
            The number of each record's intent, by external id.
        """
        return self._intend(phase, {id: {"action": "update"} | record for id, record in records.items()})

    def intend_deletes(self, phase: Phase, records: Mapping[str, tuple[dict[str, Any], int]]) -> dict[str, int]:
        """Write down that many records are about to be deleted by one request, all durable together.

        Args:
            records: What is known of each, and its id in the tenant, by external id.

        Returns:
            The number of each record's intent, by external id.
        """
        rest = {"action": "delete", "content_hash": ""}
        return self._intend(phase, {external_id: {"body": body, "destination_id": id} | rest
                                    for external_id, (body, id) in records.items()})  # fmt: skip

    def note_job(self, phase: Phase, seqs: Iterable[int], job: str) -> None:
        """Write down which of the tenant's jobs carries out these intents; durable when this returns."""
        self._note("job", phase.name, "", {"intents": sorted(seqs), "job": job})
        self._commit()

    def hand_over(self, phase: Phase, seqs: Mapping[str, int], file: str, *, release: str) -> None:
        """Write down that an import file carries these intents out; durable as a whole when this returns.

        From here on the records are held and neither in doubt nor loaded: whoever imports the file makes them stand,
        and `confirm` says so once they were found.

        Args:
            seqs: Number of each record's intent, by external id.
            file: Its path, relative to the engagement.
        """
        for external_id in seqs:
            self.hold(phase, external_id, code="handed_over", reason=f"it is in {file}", release=release)
        self.note_import(phase, seqs.values(), file)

    def note_import(self, phase: Phase, seqs: Iterable[int], file: str) -> None:
        """Write down which import file carries out these intents; durable when this returns."""
        self._note("job", phase.name, "", {"intents": sorted(seqs), "job": file, "by": IMPORT})
        self._commit()

    def set_watermark(self, object: str, value: str) -> None:
        """Write down how far a source object's export has been seen; durable like an answer.

        Args:
            object: As the source calls it.
            value: A time or a hash of the export; what it means is the caller's.
        """
        if self.watermark(object) != value:
            self._note("watermark", object, "", {"object": object, "value": value})

    def confirm(self, seq: int, destination_id: int, *, answer: dict[str, Any] | None = None) -> None:
        """Write down that the tenant did what entry `seq` meant.

        Args:
            answer: The values the tenant says it holds now; null where it returned none.
        """
        phase, external_id, action, content_hash = self._recall(seq)
        payload = {"intent": seq, "action": action, "destination_id": destination_id, "answer": answer}
        fixed = destination_id, content_hash, STATE_AFTER[action]
        self._note("answer", phase, external_id, payload,
                   lambda answered: (CONFIRM, (*fixed, answered, action, phase, external_id)))  # fmt: skip
        self._meant.pop(seq, None)

    def refuse(self, seq: int, *, code: str, reason: str, field: str = "", release: str = "") -> None:
        """Write down that the tenant would not take what entry `seq` meant; the record is held."""
        phase, external_id, *_ = self._recall(seq)
        why = _explain(code, reason, field, release)
        self._note("refusal", phase, external_id, why | {"intent": seq},
                   lambda refused: (SET_STATE, ("held", refused, phase, external_id)))  # fmt: skip
        self._meant.pop(seq, None)

    def hold(
        self,
        phase: Phase,
        external_id: str,
        *,
        code: str,
        reason: str,
        field: str = "",
        release: str = "",
        content_hash: str = "",
    ) -> None:
        """Write down why a record cannot go and what would release it; what stands written is not repeated.

        Args:
            content_hash: Hash of what the tenant refused, where it did and no intent says it.
        """
        why = _explain(code, reason, field, release) | ({"content_hash": content_hash} if content_hash else {})
        if self._is_held(phase.name, external_id, why):
            return
        about = phase.name, external_id, phase.source, phase.destination
        self._note("hold", phase.name, external_id, why, lambda held: (HOLD, (*about, held)))

    def release(self, phase: str, external_id: str, *, reason: str) -> None:
        """Write down that nothing holds a standing record any more."""
        self._note("release", phase, external_id, {"reason": reason},
                   lambda _: (SET_STATE, ("loaded", None, phase, external_id)))  # fmt: skip

    def withdraw(self, seq: int, *, reason: str) -> None:
        """Write down that what entry `seq` meant never reached the tenant; the record stands as it did before."""
        phase, external_id, *_ = self._recall(seq)
        payload, record = {"intent": seq, "reason": reason}, (phase, external_id)
        self._note("withdrawal", phase, external_id, payload,
                   lambda _: (FORGET, record), lambda _: (SET_STATE, ("loaded", None, *record)))  # fmt: skip
        self._meant.pop(seq, None)

    def _intend(self, phase: Phase, payloads: Mapping[str, dict[str, Any]]) -> dict[str, int]:
        """Write down intents by external id, all durable together; returns their numbers."""
        if not payloads:
            return {}
        about = phase.source, phase.destination

        def project(seqs: range) -> list[Statement]:
            rows = [(phase.name, id, *about, payload["destination_id"], seq, seq if "before" in payload else None)
                    for seq, (id, payload) in zip(seqs, payloads.items(), strict=True)]  # fmt: skip
            return [(INTEND, rows)]

        drafts = [("intent", phase.name, id, payload) for id, payload in payloads.items()]
        seqs = dict(zip(payloads, self._chain.append(*drafts, then=project), strict=True))
        for id, payload in payloads.items():
            self._meant[seqs[id]] = (phase.name, id, payload["action"], payload["content_hash"])
        self._commit()
        return seqs

    def _recall(self, seq: int) -> _Meant:
        if seq in self._meant:
            return self._meant[seq]
        intent = self.entry(seq)
        return intent.phase, intent.external_id, intent.payload["action"], intent.payload["content_hash"]

    def _note(
        self,
        kind: str,
        phase: str,
        external_id: str,
        payload: dict[str, Any],
        *then: Callable[[int], tuple[str, tuple[Any, ...]]],
    ) -> None:
        """Add one entry, and what follows from it by its number."""

        def project(seqs: range) -> list[Statement]:
            return [(sql, [values]) for sql, values in (follow(seqs[0]) for follow in then)]

        self._chain.append((kind, phase, external_id, payload), then=project)

    def _commit(self) -> None:
        self._database.commit()
        if self._continuity:
            self._continuity.note_now_and_then(self._chain)

    def _is_held(self, phase: str, external_id: str, why: dict[str, str]) -> bool:
        standing = self.standing(phase, external_id)
        if standing is None or standing.state != "held":
            return False
        standing_why = self.entry(standing.hold).payload
        return all(standing_why.get(key) == value for key, value in why.items())


def _explain(code: str, reason: str, field: str, release: str) -> dict[str, str]:
    if code not in HOLD_CODES:
        raise ValueError(f"no hold code {code!r}; known: {', '.join(HOLD_CODES)}")
    return {"code": code, "field": field, "reason": reason, "release": release}
