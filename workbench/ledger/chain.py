"""Append-only entries, each hashed together with the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.errors import StopRun
from workbench.ledger.database import Database, Statement

GENESIS = "0" * 64  # what the first entry names as its predecessor
PAGE = 2_000  # entries read at a time, so that a ledger of any length fits in memory
_COLUMNS = "seq, at, run, kind, phase, external_id, payload, prev, hash"
_INSERT = f"INSERT INTO entries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_BEFORE_ALL = -(2**63)

# What an entry is about: kind, phase, external id, payload.
Draft = tuple[str, str, str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger; `at` is UTC, `payload` what was meant, answered, held or seen."""

    seq: int
    at: str
    run: str
    kind: str  # intent | job | answer | refusal | hold | release | withdrawal | watermark
    phase: str
    external_id: str
    payload: dict[str, Any]
    prev: str
    hash: str


class Chain:
    """The entries of one ledger.

    Attributes:
        run: Label every new entry carries, such as `40_load/20261122T093000Z`.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self.run = ""
        self._database = database
        self._clock = clock
        # Where the one writer has got to, so that it need not ask; null before its first entry.
        self._newest: tuple[str, int] | None = None

    @property
    def length(self) -> int:
        """How many entries there are, as far as this session's own tell it; 0 before its first."""
        return self._newest[1] if self._newest else 0

    def append(self, *drafts: Draft, then: Callable[[range], Sequence[Statement]] = lambda seqs: ()) -> range:
        """Add entries, together with what follows from them; durable with the database's next commit.

        Args:
            then: Given the numbers of the new entries, the statements to run beside them.

        Returns:
            The numbers of the new entries.
        """
        if self._newest is None:
            self._newest = self._read_newest()
        head, last = self._newest
        at = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        rows, seqs = [], range(last + 1, last + 1 + len(drafts))
        for seq, (kind, phase, external_id, payload) in zip(seqs, drafts, strict=True):
            values = (seq, at, self.run, kind, phase, external_id, _ENCODE_PAYLOAD(payload))
            prev, head = head, _hash(head, values)
            rows.append((*values, prev, head))
        self._database.write((_INSERT, rows), *then(seqs))
        # Last: broken off before this line, the next entry collides with these instead of leaving a gap.
        self._newest = head, seqs[-1]
        return seqs

    def entry(self, seq: int) -> Entry:
        """One entry by its number.

        Raises:
            StopRun: It is not as it was written.
        """
        found = self._database.query(f"SELECT {_COLUMNS} FROM entries WHERE seq = ?", (seq,))
        if not found or found[0][-1] != _hash(found[0][-2], found[0][:-2]):
            raise StopRun(f"{self._database.where}: entry {seq} is missing or was changed; nothing more was done by it")
        return _read(found[0])

    def entries(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        return map(_read, self._rows(after=_BEFORE_ALL))

    def age(self, entry: Entry) -> float:
        """Seconds since an entry was written, by the ledger's clock."""
        return (self._clock() - datetime.fromisoformat(entry.at)).total_seconds()

    def digest(self) -> dict[str, str | int]:
        """`head`, the hash of the newest entry, and `entries`, how many there are."""
        head, length = self._read_newest()
        return {"head": head, "entries": length}

    def holds(self, seq: int, head: str) -> bool:
        """Whether the entry of that number is there and has that hash."""
        return self._database.query("SELECT hash FROM entries WHERE seq = ?", (seq,)) == [(head,)]

    def find_break(self, *, after: int = 0) -> int | None:
        """The number of the first entry that is missing or does not hold, null where all do.

        Args:
            after: Entry up to which they are known to hold.
        """
        expected, head = after + 1, self._hash_of(after)
        for *values, prev, found in self._rows(after=after or _BEFORE_ALL):
            if values[0] != expected or prev != head or found != _hash(head, values):
                return expected
            expected, head = expected + 1, found
        return None

    def newest_of(self, kind: str, phase: str, *, before: int | None = None) -> dict[str, Any] | None:
        """The payload of the newest entry of a kind about a phase, null where there is none.

        Args:
            before: Number of an entry; only older ones are looked at. Null looks at all.
        """
        older, values = ("AND seq < ? ", (phase, before)) if before is not None else ("", (phase,))
        query = f"SELECT payload FROM entries WHERE kind = '{kind}' AND phase = ? {older}ORDER BY seq DESC LIMIT 1"
        found = self._database.query(query, values)
        return json.loads(found[0][0]) if found else None

    def _rows(self, *, after: int) -> Iterator[tuple]:
        query = f"SELECT {_COLUMNS} FROM entries WHERE seq > ? ORDER BY seq LIMIT {PAGE}"
        while rows := self._database.query(query, (after,)):
            yield from rows
            after = rows[-1][0]

    def _hash_of(self, seq: int) -> str:
        found = self._database.query("SELECT hash FROM entries WHERE seq = ?", (seq,))
        return found[0][0] if found else GENESIS

    def _read_newest(self) -> tuple[str, int]:
        newest = self._database.query("SELECT hash, seq FROM entries ORDER BY seq DESC LIMIT 1")
        return newest[0] if newest else (GENESIS, 0)


def _read(row: tuple) -> Entry:
    seq, at, run, kind, phase, external_id, payload, prev, hashed = row
    return Entry(
        seq=seq, at=at, run=run, kind=kind, phase=phase, external_id=external_id, payload=json.loads(payload),
        prev=prev, hash=hashed,
    )  # fmt: skip


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ENCODE_PAYLOAD = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def _hash(head: str, values: Sequence[Any]) -> str:
    return hashlib.sha256(_ENCODE([head, *values]).encode("utf-8", "surrogatepass")).hexdigest()
