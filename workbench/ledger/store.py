"""The ledger's file: its layout, its format version, and the lock that keeps it to one writer."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import StopRun, UsageError

FORMAT = 1

_LAYOUT = f"""
BEGIN EXCLUSIVE;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, run TEXT NOT NULL, kind TEXT NOT NULL, phase TEXT NOT NULL,
    external_id TEXT NOT NULL, payload TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE records (
    phase TEXT NOT NULL, external_id TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL,
    destination_id INTEGER, content_hash TEXT NOT NULL DEFAULT '', state TEXT NOT NULL,
    created INTEGER NOT NULL DEFAULT 0, intent INTEGER, answer INTEGER, before INTEGER, hold INTEGER,
    PRIMARY KEY (phase, external_id)) WITHOUT ROWID;
CREATE INDEX records_by_external_id ON records (external_id, source);
CREATE INDEX records_by_destination ON records (destination_id, destination);
CREATE INDEX records_open ON records (state) WHERE state IN ('in_doubt', 'held');
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
INSERT INTO meta VALUES ('format', '{FORMAT}');
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Lock:
    """The right to write, held by this process until it releases it or ends, however it ends."""

    descriptor: int

    def release(self) -> None:
        """Let the next writer in."""
        os.close(self.descriptor)


def take_lock(path: Path) -> Lock:
    """Take the right to write to the ledger at `path`.

    Raises:
        StopRun: Another run has it; the message names its process.
    """
    lock = path.with_name(f"{path.name}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise StopRun(_name_holder(path, lock)) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return Lock(descriptor)


def _name_holder(path: Path, lock: Path) -> str:
    pid = lock.read_text() or "unknown"
    if pid == str(os.getpid()):
        return f"{path}: this very session holds the ledger already (pid {pid}); close it first or restart the kernel"
    return f"{path}: another run holds the ledger, pid {pid}; nothing was done; wait for it to end, then run again"


def open_for_writing(path: Path) -> sqlite3.Connection:
    """A connection that flushes every commit to the disk; the layout is made where the file is new."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            connection.executescript(_LAYOUT)
        _check_format(connection, path)
    except (sqlite3.DatabaseError, UsageError) as error:
        connection.close()
        raise _explain(error, path) from error
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write."""
    if not path.exists():
        raise UsageError(f"{path}: no ledger yet; the first load makes it")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        _check_format(connection, path)
    except (sqlite3.DatabaseError, UsageError) as error:
        connection.close()
        raise _explain(error, path) from error
    return connection


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    found = int(connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()[0])
    if found > FORMAT:
        raise UsageError(f"{path}: ledger format {found}; this workbench knows {FORMAT}: install a newer one")


def _explain(error: Exception, path: Path) -> Exception:
    if isinstance(error, UsageError):
        return error
    return UsageError(f"{path}: not a ledger that can be read: {error}; put back the ledger of the newest run")
