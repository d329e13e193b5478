"""The ledger's file: SQLite in WAL mode, every commit flushed to the disk, one writer by a lock on a file beside it."""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from workbench.errors import StopRun, UsageError
from workbench.ledger.database import Database
from workbench.ledger.layout import check_format

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"


class Store(Protocol):
    """Where a ledger is kept.

    Attributes:
        where: How messages name it; no secret in it.
        name: The same as the evidence names it, whoever's machine it is on.
        checkpoint: The file in which its newest state is signed, beside the engagement's other files.
        former_note: What ledgers of format 1 had instead.
    """

    @property
    def where(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def checkpoint(self) -> Path: ...
    @property
    def former_note(self) -> Path: ...

    def exists(self) -> bool:
        """Whether there is a ledger."""

    def check_free(self) -> None:
        """Do nothing where a writer would be let in.

        Raises:
            StopRun: Another run writes.
        """

    def open_for_writing(self, *, known_as: str) -> Database:
        """The one connection that may write, until it is closed or its process ends, however it ends.

        Args:
            known_as: Name of the ledger there must be already; where empty there need not be one, its format is 0 then.

        Raises:
            StopRun: Another run writes, or there is no ledger.
            UsageError: A newer workbench wrote it, or it is no ledger.
        """

    def open_for_reading(self) -> Database:
        """A connection that cannot write.

        Raises:
            UsageError: There is no ledger, a newer workbench wrote it, or it is no ledger.
        """


@dataclass(frozen=True, slots=True)
class SqliteStore:
    """A ledger in a file of its own."""

    path: Path

    @property
    def where(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def checkpoint(self) -> Path:
        return self.path.with_suffix(".checkpoint")

    @property
    def former_note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.head")

    def exists(self) -> bool:
        return self.path.exists()

    def check_free(self) -> None:
        os.close(_take_lock(self.path))

    def open_for_writing(self, *, known_as: str) -> Database:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = _take_lock(self.path)
        try:
            if known_as and not self.exists():
                raise say_missing(self.where, known_as)
            return _Sqlite(_connect(self.path, "rwc", "journal_mode = WAL", "synchronous = FULL"), self.path, lock)
        except BaseException:
            os.close(lock)
            raise

    def open_for_reading(self) -> Database:
        if not self.exists():
            raise UsageError(f"{self.path}: no ledger yet; the first load makes it")
        return _Sqlite(_connect(self.path, "ro"), self.path)


class _Sqlite(Database):
    ERRORS = (sqlite3.Error,)
    BEGIN = "BEGIN IMMEDIATE"
    dialect = {
        "text": "TEXT", "whole": "INTEGER", "by_key": " WITHOUT ROWID",
        "entries_stay": f"CREATE TRIGGER entries_stay BEFORE UPDATE ON entries {_REFUSE}",
        "entries_remain": f"CREATE TRIGGER entries_remain BEFORE DELETE ON entries {_REFUSE}",
    }  # fmt: skip

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: int | None = None) -> None:
        super().__init__(connection, where=str(path))
        self._lock = lock
        try:
            self.format = check_format(self.where, _read_format(connection))
        except (sqlite3.Error, UsageError) as error:
            connection.close()
            raise _explain(error, path) from error

    @property
    def is_in_transaction(self) -> bool:
        return self._connection.in_transaction

    def close(self) -> None:
        super().close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _run(self, sql: str, rows: Sequence[Sequence[Any]]) -> sqlite3.Cursor:
        return self._connection.execute(sql, rows[0]) if len(rows) == 1 else self._connection.executemany(sql, rows)

    def _commit(self) -> None:
        self._connection.execute("COMMIT")


def say_spoilt(where: str, what: str) -> StopRun:
    """What is told where a ledger knows less than the tenant holds, or may."""
    return StopRun(
        f"{where}: {what}; nothing was written, because by this ledger records would be written twice. Put back the "
        f"ledger of the newest run, with the files beside it; an older copy will not do"
    )


def say_missing(where: str, known_as: str) -> StopRun:
    """What is told where there should be a ledger and is none."""
    return say_spoilt(where, f"the ledger is missing (last kept as {known_as})")


def name_process() -> str:
    """This process, as a run that is refused because of it will read it."""
    return f"pid {os.getpid()} on {socket.gethostname()}"


def say_taken(where: str, holder: str) -> StopRun:
    """What a second writer is told."""
    if holder == name_process():
        return StopRun(
            f"{where}: this very session holds the ledger already ({holder}); close it or restart the kernel"
        )
    return StopRun(
        f"{where}: another run holds the ledger, {holder}; nothing was done; wait for it to end, then run again"
    )


def _take_lock(path: Path) -> int:
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(descriptor, 500, 0).decode() or "process unknown"
        os.close(descriptor)
        raise say_taken(str(path), holder) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, name_process().encode())
    return descriptor


def _connect(path: Path, mode: str, *pragmas: str) -> sqlite3.Connection:
    connection = None
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error as error:
        if connection:
            connection.close()
        raise _explain(error, path) from error
    return connection


def _read_format(connection: sqlite3.Connection) -> int:
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return 0
    return int(connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()[0])


def _explain(error: Exception, path: Path) -> Exception:
    if isinstance(error, UsageError):
        return error
    return UsageError(f"{path}: not a ledger that can be read: {error}; put back the ledger of the newest run")
