"""Where ledgers of the tests are kept, and how somebody gets at them past the workbench, on either engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from workbench.ledger import Ledger, SqliteStore, Store
from workbench.model import Phase

PATIENTS = Phase(name="patients", source="patients", destination="contact", external_id=("Id",))
VISITS = Phase(name="encounters.visit", source="encounters", destination="appointment", external_id=("Id",))


@dataclass(frozen=True, kw_only=True)
class Place:
    """One ledger, there or not yet."""

    folder: Path

    @property
    def store(self) -> Store:
        raise NotImplementedError

    @property
    def code(self) -> str:
        """The store as an expression, for a process of its own; it imports what it needs."""
        raise NotImplementedError

    def open(self, **more: Any) -> Ledger:
        return Ledger.open(self.store, **more)

    def read(self) -> Ledger:
        return Ledger.open_read_only(self.store)

    def run(self, *statements: str) -> None:
        """Run SQL as the owner of the data could, whatever the workbench thinks of it."""
        raise NotImplementedError

    def forge(self, *statements: str) -> None:
        """The same after getting the guards out of the way."""
        raise NotImplementedError

    def put_back_older(self) -> Callable[[], None]:
        """Keep a copy of the ledger as it is; calling what is returned puts it back."""
        raise NotImplementedError

    def lose(self) -> None:
        """The ledger is gone, the checkpoint beside the engagement's files is not."""
        raise NotImplementedError

    @property
    def checkpoint(self) -> Path:
        return self.store.checkpoint


@dataclass(frozen=True, kw_only=True)
class SqlitePlace(Place):
    @property
    def path(self) -> Path:
        return self.folder / "ledger.sqlite"

    @property
    def store(self) -> Store:
        return SqliteStore(self.path)

    @property
    def code(self) -> str:
        return f"SqliteStore(Path({str(self.path)!r}))"

    def run(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def forge(self, *statements: str) -> None:
        self.run("DROP TRIGGER IF EXISTS entries_stay", "DROP TRIGGER IF EXISTS entries_remain", *statements)

    def put_back_older(self) -> Callable[[], None]:
        with closing(sqlite3.connect(self.path)) as now, closing(sqlite3.connect(self.folder / "older")) as older:
            now.backup(older)

        def put_back() -> None:
            self.lose()
            (self.folder / "older").rename(self.path)

        return put_back

    def lose(self) -> None:
        for file in self.folder.glob("ledger.sqlite*"):
            file.unlink()


@dataclass(frozen=True, kw_only=True)
class PostgresPlace(Place):
    url: str
    schema: str

    @property
    def store(self) -> Store:
        from workbench.ledger.postgres import PostgresStore

        return PostgresStore(url=self.url, schema=self.schema, folder=self.folder)

    @property
    def code(self) -> str:
        return f"PostgresStore(url={self.url!r}, schema={self.schema!r}, folder=Path({str(self.folder)!r}))"

    def run(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(self.url) as connection:
            connection.execute(f'SET search_path TO "{self.schema}"')
            for statement in statements:
                connection.execute(statement)

    def forge(self, *statements: str) -> None:
        self.run("ALTER TABLE entries DISABLE TRIGGER ALL", *statements)

    def put_back_older(self) -> Callable[[], None]:
        tables = ("entries", "records", "meta")
        self.run("CREATE SCHEMA IF NOT EXISTS older", *(f"DROP TABLE IF EXISTS older.{name}" for name in tables),
                 *(f"CREATE TABLE older.{name} AS TABLE {name}" for name in tables))  # fmt: skip
        back = [f"DELETE FROM {name}" for name in tables]
        return lambda: self.forge(*back, *(f"INSERT INTO {name} TABLE older.{name}" for name in tables))

    def lose(self) -> None:
        self.run(f'DROP SCHEMA "{self.schema}" CASCADE')


def make_clock():
    """A clock that moves one second with every look."""
    start, ticks = datetime(2026, 1, 1, tzinfo=UTC), count()
    return lambda: start + timedelta(seconds=next(ticks))


def load(ledger, external_id, destination_id, *, phase=PATIENTS, content_hash="h1"):
    """Bring one record to an answered create."""
    seq = ledger.intend(phase, external_id, action="create", body={"first_name": "Zoë"}, content_hash=content_hash)
    ledger.confirm(seq, destination_id, answer={"first_name": "Zoë"})
    return seq


def write_one(place: Place, name: str, **more: Any) -> None:
    """One more loaded record in a ledger that is opened for it."""
    with place.open(**more) as ledger:
        load(ledger, name, ledger.digest()["entries"] + 1)
