"""Whether a ledger is the one that was written to last, whole and unchanged.

A ledger that lost its tail, or was put back from an earlier copy, knows less than the tenant holds: loading by it
would write records again. So the head that was reached is signed into a checkpoint, a file beside the engagement's
others, and the next writer compares before it writes anything. The checkpoint may lag behind a killed run, never run
ahead of the ledger: what was cut off behind it does not show.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from workbench.errors import StopRun
from workbench.ledger.chain import Chain
from workbench.ledger.store import Store, say_spoilt

# Entries written between two checkpoints while a load goes on: a signature and a flush to the disk for each thousand.
EVERY = 1_000
# Entries of a ledger that is read whole at every opening; of a longer one only what follows its checkpoint.
READ_WHOLE = 50_000


class Notary(Protocol):
    """Who signs checkpoints, and reads only those it signed."""

    def sign(self, document: dict[str, Any]) -> bytes:
        """The document as it is written to the file, with its signature."""

    def read(self, data: bytes, *, where: str) -> dict[str, Any]:
        """The document without its signature.

        Raises:
            StopRun: It was changed, or somebody else signed it.
        """


class Unsigned:
    """Signs nothing: a checkpoint against mishaps, not against intent."""

    def sign(self, document: dict[str, Any]) -> bytes:
        return json.dumps(document).encode() + b"\n"

    def read(self, data: bytes, *, where: str) -> dict[str, Any]:
        return read_unsigned(data, where=where)


def read_unsigned(data: bytes, *, where: str) -> dict[str, Any]:
    """What a note says, whoever wrote it.

    Raises:
        StopRun: It says nothing.
    """
    try:
        found = json.loads(data)
        return {"entries": int(found["entries"]), "head": str(found["head"])}
    except (ValueError, KeyError, TypeError) as error:
        raise StopRun(
            f"{where}: cannot be read ({type(error).__name__}: {error}); put back the newest run's"
        ) from error


@dataclass(kw_only=True)
class Continuity:
    """The checkpoint of one ledger, as its one writer keeps it; `noted` is how many entries it covers."""

    store: Store
    notary: Notary
    clock: Callable[[], datetime]
    noted: int = 0
    _said: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        """Read what is noted.

        Raises:
            StopRun: The checkpoint was changed, or another key signed it.
        """
        path, former = self.store.checkpoint, self.store.former_note
        if path.exists():
            self._said = self.notary.read(path.read_bytes(), where=str(path))
        elif former.exists():
            self._said = read_unsigned(former.read_bytes(), where=str(former))
        self.noted = self._said["entries"] if self._said else 0

    @property
    def known_as(self) -> str:
        """Name of the ledger that must be there; empty where nothing was ever written."""
        return self._said.get("ledger", self.store.name) if self.noted else ""

    def check(self, chain: Chain, *, format: int) -> None:
        """Let only a ledger be written to that holds everything it is known to have held.

        Raises:
            StopRun: An entry was changed or removed, or the ledger ends before its checkpoint, or has none.
        """
        where, entries = self.store.where, chain.digest()["entries"]
        # Format 1 began its note after its first entry, so that a kill in between left none.
        if entries and not self._said and format > 1:
            raise say_spoilt(where, f"{self.store.checkpoint.name}, which says how far it had come, is missing")
        if self.noted and not chain.holds(self.noted, self._said["head"]):
            raise say_spoilt(where, f"it does not hold entry {self.noted:,} as it was written")
        if broken := chain.find_break(after=self.noted if self.noted > READ_WHOLE else 0):
            raise say_spoilt(where, f"entry {broken:,} is missing or was changed")

    def note(self, chain: Chain) -> None:
        """Sign how far the ledger has durably come, in a way that leaves the old checkpoint or the new one."""
        digest, path = chain.digest(), self.store.checkpoint
        if path.exists() and digest["entries"] == self.noted:
            return
        at = self.clock().astimezone(UTC).isoformat(timespec="milliseconds")
        self._said = {"format": 1, "ledger": self.store.name, "at": at, **digest}
        made = path.with_name(f".{path.name}.new")  # one name: what a kill leaves is written over, there is one writer
        with made.open("wb") as file:
            file.write(self.notary.sign(self._said))
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, path)
        self.store.former_note.unlink(missing_ok=True)
        self.noted = digest["entries"]

    def note_now_and_then(self, chain: Chain) -> None:
        """`note` where the last one lies far enough back."""
        if chain.length >= self.noted + EVERY:
            self.note(chain)
