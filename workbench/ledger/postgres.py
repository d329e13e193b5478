"""The ledger in a PostgreSQL database, a schema of its own for each engagement. The only module that knows psycopg.

It needs a session of its own from open to close: one writer is told from another by an advisory lock of the session,
so a pooler in between must pool sessions, not transactions.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.errors import StopRun, UsageError
from workbench.ledger.database import Database, Statement
from workbench.ledger.layout import check_format
from workbench.ledger.store import name_process, say_missing, say_taken

try:
    import psycopg
    from psycopg import sql
    from psycopg.conninfo import conninfo_to_dict
    from psycopg.pq import TransactionStatus
except ImportError as missing:
    raise UsageError(
        f"a ledger in PostgreSQL needs psycopg, which cannot be loaded ({missing}): pip install "
        f"'migration-workbench[postgres]', or leave [ledger] url out and keep the ledger in a file"
    ) from missing

SECONDS_TO_CONNECT = 10
# The server may end idle sessions; ours waits for the tenant's quota by the hour, and its end would let another in.
_SESSION = (
    "SET synchronous_commit TO on",
    "SET statement_timeout TO 0",
    "SET lock_timeout TO 0",
    "SET idle_in_transaction_session_timeout TO 0",
    "SET idle_session_timeout TO 0",
)
_LOCK = "hashtextextended('workbench ledger ' || %s, 0)"
_HOLDER = f"""
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND (l.classid::bigint << 32 | l.objid::bigint) = {_LOCK}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresStore:
    """A ledger in a schema of a database.

    Attributes:
        url: As libpq takes it, with credentials or without; it is never shown.
        schema: Name of the engagement.
        folder: The engagement's, where the checkpoint lies.
    """

    url: str = field(repr=False)
    schema: str
    folder: Path

    @property
    def where(self) -> str:
        """Server, database and schema, without user or password."""
        known = _read_url(self.url)
        return f"postgresql://{known.get('host', '')}/{known.get('dbname', '')} schema {self.schema}"

    @property
    def name(self) -> str:
        return self.where

    @property
    def checkpoint(self) -> Path:
        return self.folder / "ledger.checkpoint"

    @property
    def former_note(self) -> Path:
        return self.folder / "ledger.sqlite.head"

    def exists(self) -> bool:
        with self._connect() as connection:
            return _has_ledger(connection)

    def check_free(self) -> None:
        with self._connect() as connection:
            self._take_lock(connection)

    def open_for_writing(self, *, known_as: str) -> Database:
        connection = self._connect()
        try:
            self._take_lock(connection)
            self._check_server(connection)
            if not _has_ledger(connection):
                self._make_schema(connection, known_as)
            return _Postgres(connection, self.where)
        except psycopg.Error as error:
            connection.close()
            raise UsageError(f"{self.where}: no ledger can be kept there: {_say(error)}") from error
        except BaseException:
            connection.close()
            raise

    def open_for_reading(self) -> Database:
        connection = self._connect()
        try:
            connection.execute("SET default_transaction_read_only TO on")
            if not _has_ledger(connection):
                raise UsageError(f"{self.where}: no ledger yet; the first load makes it")
            return _Postgres(connection, self.where)
        except psycopg.Error as error:
            connection.close()
            raise UsageError(f"{self.where}: not a ledger that can be read: {_say(error)}") from error
        except BaseException:
            connection.close()
            raise

    def _connect(self) -> psycopg.Connection:
        try:
            connection = psycopg.connect(
                self.url, autocommit=True, application_name=name_process(), client_encoding="utf8",
                connect_timeout=SECONDS_TO_CONNECT,
            )  # fmt: skip
        except psycopg.Error as error:
            raise StopRun(
                f"{self.where}: the ledger's database does not answer: {_say(error)}; nothing was done"
            ) from error
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self.schema)))
        for setting in _SESSION:
            with suppress(psycopg.errors.UndefinedObject):  # a server too old to know it does not end idle sessions
                connection.execute(setting)
        return connection

    def _take_lock(self, connection: psycopg.Connection) -> None:
        if not connection.execute(f"SELECT pg_try_advisory_lock({_LOCK})", [self.schema]).fetchone()[0]:
            found = connection.execute(_HOLDER, [self.schema]).fetchone()
            holder = found[0] if found and found[0] else "process unknown"
            raise say_taken(self.where, holder)

    def _check_server(self, connection: psycopg.Connection) -> None:
        for setting, needed, why in (
            ("fsync", "on", "an intent would not outlive a power cut"),
            ("server_encoding", "UTF8", "not every name can be written down"),
        ):
            found = connection.execute(f"SHOW {setting}").fetchone()[0]
            if found != needed:
                raise UsageError(f"{self.where}: the server has {setting} = {found}, so that {why}; needed: {needed}")

    def _make_schema(self, connection: psycopg.Connection, known_as: str) -> None:
        if known_as:
            raise say_missing(self.where, known_as)
        if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [self.schema]).fetchone():
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self.schema)))


class _Postgres(Database):
    ERRORS = (psycopg.Error,)
    BEGIN = "BEGIN"
    dialect = {
        # Sorted as SQLite sorts, whatever the server's language.
        "text": 'TEXT COLLATE "C"', "whole": "BIGINT", "by_key": "",
        "entries_stay": "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
        "entries_remain": "CREATE TRIGGER entries_remain BEFORE UPDATE OR DELETE OR TRUNCATE ON entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    }  # fmt: skip

    def __init__(self, connection: psycopg.Connection, where: str) -> None:
        super().__init__(connection, where=where)
        if _has_ledger(connection):
            found = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
            self.format = check_format(where, int(found[0]))

    @property
    def is_in_transaction(self) -> bool:
        return self._connection.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    @property
    def has_failed(self) -> bool:
        return super().has_failed or self._connection.info.transaction_status is TransactionStatus.INERROR

    def _run(self, text: str, rows: Sequence[Sequence[Any]]) -> psycopg.Cursor:
        cursor = self._connection.cursor()
        if len(rows) == 1:
            return cursor.execute(_translate(text), rows[0] or None)
        cursor.executemany(_translate(text), rows)
        return cursor

    def _run_all(self, statements: Sequence[Statement]) -> None:
        with self._connection.pipeline():  # one way there and back for all of them
            super()._run_all(statements)

    def _commit(self) -> None:
        # To a transaction that has failed the server answers COMMIT with a rollback, and calls that no error.
        if self._run("COMMIT", [()]).statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction("the server took back what was not committed")


@lru_cache(maxsize=200)
def _translate(text: str) -> str:
    return text.replace("?", "%s")


def _has_ledger(connection: psycopg.Connection) -> bool:
    return connection.execute("SELECT to_regclass('meta')").fetchone()[0] is not None


def _read_url(url: str) -> dict[str, Any]:
    try:
        return conninfo_to_dict(url)
    except psycopg.Error:
        # What the library says quotes the address, password and all.
        raise UsageError(
            "the ledger's PostgreSQL address cannot be read; see [ledger] url in engagement.toml"
        ) from None


def _say(error: psycopg.Error) -> str:
    return " ".join(str(error).split())
