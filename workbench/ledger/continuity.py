"""Whether a ledger is the one that was written to last, whole and unchanged.

A ledger that lost its tail, or was put back from an earlier copy, knows less than the tenant holds: loading by it
would write records again. So the head that was reached is noted in a file beside the ledger, and the next writer
compares before it writes anything. The note may lag behind a killed run, never run ahead of the ledger.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from workbench.errors import StopRun
from workbench.ledger.chain import Chain


def note_head(ledger: Path, chain: Chain) -> None:
    """Note how far the ledger has come, in a way that leaves the old note or the new one."""
    note = _note_of(ledger)
    made = note.with_name(f".{note.name}.{os.getpid()}")
    made.write_text(json.dumps(chain.digest()) + "\n", encoding="utf-8")
    os.replace(made, note)


def check_ledger_is_there(ledger: Path) -> None:
    """Refuse to begin a new ledger where an older one is known to have been.

    Raises:
        StopRun: The note is there and the ledger is not.
    """
    if _note_of(ledger).exists() and not ledger.exists():
        raise StopRun(_advise(ledger, "the ledger is missing"))


def check_continuity(ledger: Path, chain: Chain) -> None:
    """Let only a ledger be written to that holds everything it was known to hold.

    Raises:
        StopRun: An entry was changed or removed, or the ledger ends before the head that was noted.
    """
    if broken := chain.find_break():
        raise StopRun(_advise(ledger, f"entry {broken} is missing or was changed"))
    note = _note_of(ledger)
    if not note.exists():
        return
    noted = json.loads(note.read_text(encoding="utf-8"))
    if noted["entries"] and not chain.holds(noted["entries"], noted["head"]):
        raise StopRun(_advise(ledger, f"it does not hold entry {noted['entries']:,} as it was written"))


def _note_of(ledger: Path) -> Path:
    return ledger.with_name(f"{ledger.name}.head")


def _advise(ledger: Path, what: str) -> str:
    return (
        f"{ledger}: {what}; nothing was written, because by this ledger records would be written twice. Put back the "
        f"ledger of the newest run, with the files beside it; an older copy will not do"
    )
