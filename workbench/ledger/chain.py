"""Append-only entries, each hashed together with the hash before it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64  # what the first entry names as its predecessor
_COLUMNS = "seq, at, run, kind, phase, external_id, payload, prev, hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger; `at` is UTC, `payload` what was meant, answered or held."""

    seq: int
    at: str
    run: str
    kind: str  # intent | job | answer | refusal | hold | release | withdrawal
    phase: str
    external_id: str
    payload: dict[str, Any]
    prev: str
    hash: str


class Chain:
    """The entries of one ledger file; the caller owns the transaction.

    Attributes:
        run: Label every new entry carries, such as `40_load/20261122T093000Z`.
    """

    def __init__(self, connection: sqlite3.Connection, *, clock: Callable[[], datetime]) -> None:
        self.run = ""
        self._connection = connection
        self._clock = clock

    def append(self, kind: str, phase: str, external_id: str, payload: dict[str, Any]) -> int:
        """Add one entry and return its number."""
        head, length = self._head()
        at = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        values = (length + 1, at, self.run, kind, phase, external_id, text)
        row = (*values, head, _hash(head, values))
        self._connection.execute(f"INSERT INTO entries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return length + 1

    def entry(self, seq: int) -> Entry:
        """One entry by its number."""
        query = f"SELECT {_COLUMNS} FROM entries WHERE seq = ?"
        return _read(self._connection.execute(query, (seq,)).fetchone())

    def entries(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        return map(_read, self._connection.execute(f"SELECT {_COLUMNS} FROM entries ORDER BY seq"))

    def digest(self) -> dict[str, str | int]:
        """`head`, the hash of the newest entry, and `entries`, how many there are."""
        head, length = self._head()
        return {"head": head, "entries": length}

    def holds(self, seq: int, head: str) -> bool:
        """Whether the entry of that number is there and has that hash."""
        found = self._connection.execute("SELECT hash FROM entries WHERE seq = ?", (seq,)).fetchone()
        return found == (head,)

    def find_break(self) -> int | None:
        """The number of the first entry that is missing or does not hold, null where all do."""
        expected, head = 1, GENESIS
        for *values, prev, found in self._connection.execute(f"SELECT {_COLUMNS} FROM entries ORDER BY seq"):
            if values[0] != expected or prev != head or found != _hash(head, values):
                return expected
            expected, head = expected + 1, found
        return None

    def _head(self) -> tuple[str, int]:
        newest = self._connection.execute("SELECT hash, seq FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        return newest or (GENESIS, 0)


def _read(row: tuple) -> Entry:
    seq, at, run, kind, phase, external_id, payload, prev, hashed = row
    return Entry(
        seq=seq, at=at, run=run, kind=kind, phase=phase, external_id=external_id, payload=json.loads(payload),
        prev=prev, hash=hashed,
    )  # fmt: skip


def _hash(head: str, values: list | tuple) -> str:
    text = json.dumps([head, *values], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
