"""Where the tenant keeps its records: one SQLite file that survives the process being killed."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import UsageError

SCRIPT = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS records(
    id INTEGER PRIMARY KEY, object TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS records_of_object ON records(object, state, id);
CREATE TABLE IF NOT EXISTS keys(
    object TEXT, name TEXT, value TEXT, id INTEGER, PRIMARY KEY (object, name, value, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_of_record ON keys(id);
CREATE TABLE IF NOT EXISTS links(
    parent_id INTEGER, object TEXT, id INTEGER, PRIMARY KEY (parent_id, object, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS links_of_record ON links(id);
CREATE TABLE IF NOT EXISTS facts(name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal(
    seq INTEGER PRIMARY KEY, at REAL, method TEXT, path TEXT, status INTEGER, cost INTEGER);
"""
# How a transaction begins, is kept, and is undone; an inner one is a savepoint of the outer one.
TRANSACTION = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
SAVEPOINT = ("SAVEPOINT inner", "RELEASE inner", ("ROLLBACK TO inner", "RELEASE inner"))
LIVE = "live"
BINNED = "binned"
# An activity whose every parent lies in the recycle bin: kept for the restore, seen by nobody.
DORMANT = "dormant"

Record = dict[str, Any]
# A piece of SQL over `records` and the values it takes.
Where = tuple[str, list[Any]]
EVERYTHING: Where = ("1", [])


class Store:
    """Records as JSON by id, with the keys they are found by and the links between them.

    Args:
        path: SQLite file, made where absent; null keeps everything in memory.

    Raises:
        UsageError: The file cannot be opened, or is no SQLite file.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
            self._db.executescript(SCRIPT)
        except sqlite3.Error as error:
            raise UsageError(f"{path}: cannot keep a tenant there ({error}); name another file") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything written inside, or nothing of it; one inside another can fail on its own."""
        with self._lock:
            begin, keep, undo = TRANSACTION if self._depth == 0 else SAVEPOINT
            self._db.execute(begin)
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                for statement in undo:
                    self._db.execute(statement)
                raise
            self._depth -= 1
            self._db.execute(keep)

    def read(self, object: str, id: int, *, state: str = LIVE) -> Record | None:
        """The record of that id; null where there is none of that object in that state."""
        row = self._one("SELECT body FROM records WHERE id = ? AND object = ? AND state = ?", id, object, state)
        return json.loads(row[0]) if row else None

    def insert(self, object: str, record: Record, *, keys: Iterable[tuple[str, str]], links: Iterable[int]) -> None:
        """Keep a new record."""
        self._db.execute("INSERT INTO records VALUES (?, ?, ?, ?)", (record["id"], object, LIVE, _dump(record)))
        self._index(object, record["id"], keys=keys, links=links)

    def update(self, object: str, record: Record, *, keys: Iterable[tuple[str, str]], links: Iterable[int]) -> None:
        """Put a new body in the place of the old one; its state stays."""
        self._db.execute("UPDATE records SET body = ? WHERE id = ?", (_dump(record), record["id"]))
        self._forget_index(record["id"])
        self._index(object, record["id"], keys=keys, links=links)

    def move(self, id: int, *, state: str) -> None:
        """Change whether a record is live, binned or dormant."""
        self._db.execute("UPDATE records SET state = ? WHERE id = ?", (state, id))

    def drop(self, id: int) -> None:
        """Remove a record for good, with its keys and every link to or from it."""
        self._db.execute("DELETE FROM records WHERE id = ?", (id,))
        self._forget_index(id)
        self._db.execute("DELETE FROM links WHERE parent_id = ?", (id,))

    def find(self, object: str, name: str, value: str, *, state: str | None = LIVE) -> list[int]:
        """Ids of the records that carry this key, oldest first; `state` null finds them in every state."""
        rows = self._db.execute(
            "SELECT k.id FROM keys k JOIN records r ON r.id = k.id "
            "WHERE k.object = ? AND k.name = ? AND k.value = ? AND (? IS NULL OR r.state = ?) ORDER BY k.id",
            (object, name, value, state, state),
        )
        return [id for (id,) in rows]

    def children(self, parent_id: int, object: str, *, state: str = LIVE) -> list[Record]:
        """Records of one object that point at a record, oldest first."""
        rows = self._db.execute(
            "SELECT r.body FROM links l JOIN records r ON r.id = l.id "
            "WHERE l.parent_id = ? AND l.object = ? AND r.state = ? ORDER BY l.id",
            (parent_id, object, state),
        )
        return [json.loads(body) for (body,) in rows]

    def has_live_parent(self, id: int) -> bool:
        """Whether a record points at anything live."""
        sql = "SELECT 1 FROM links l JOIN records r ON r.id = l.parent_id WHERE l.id = ? AND r.state = ? LIMIT 1"
        return self._one(sql, id, LIVE) is not None

    def page(
        self, object: str, where: Where = EVERYTHING, *, state: str = LIVE, order: str = "id", limit: int, offset: int
    ) -> list[Record]:
        """A page of records; `where` and `order` are SQL of our own making, never text from outside."""
        sql = (
            f"SELECT body FROM records WHERE object = ? AND state = ? AND {where[0]} ORDER BY {order} LIMIT ? OFFSET ?"
        )
        rows = self._db.execute(sql, (object, state, *where[1], limit, offset))
        return [json.loads(body) for (body,) in rows]

    def count(self, object: str, where: Where = EVERYTHING, *, state: str = LIVE) -> int:
        """How many records of an object there are."""
        row = self._one(
            f"SELECT count(*) FROM records WHERE object = ? AND state = ? AND {where[0]}", object, state, *where[1]
        )
        return row[0]

    def live(self, object: str | None = None) -> Iterator[tuple[str, Record]]:
        """Every live record with the name of its object, by object and id."""
        sql = "SELECT object, body FROM records WHERE state = ? AND (? IS NULL OR object = ?) ORDER BY object, id"
        for name, body in self._db.execute(sql, (LIVE, object, object)).fetchall():
            yield name, json.loads(body)

    def fact(self, name: str) -> Any:
        """A named value of the tenant itself; null where it was never set."""
        row = self._one("SELECT body FROM facts WHERE name = ?", name)
        return json.loads(row[0]) if row else None

    def facts(self, prefix: str) -> list[Any]:
        """The named values whose name starts like this, by name."""
        rows = self._db.execute(
            "SELECT body FROM facts WHERE name >= ? AND name < ? ORDER BY name", (prefix, prefix + "~")
        )
        return [json.loads(body) for (body,) in rows]

    def set_fact(self, name: str, value: Any) -> None:
        """Keep a named value of the tenant itself."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, _dump(value)))

    def add_journal(self, *, at: float, method: str, path: str, status: int, cost: int) -> None:
        """Write down one call that was answered."""
        self._db.execute("INSERT INTO journal VALUES (NULL, ?, ?, ?, ?, ?)", (at, method, path, status, cost))

    def journal(self) -> list[Record]:
        """Every call answered so far, oldest first."""
        names = ("at", "method", "path", "status", "cost")
        rows = self._db.execute("SELECT at, method, path, status, cost FROM journal ORDER BY seq")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def snapshot(self, path: Path) -> None:
        """Copy everything into a file."""
        with self._lock, closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)

    def restore(self, path: Path) -> None:
        """Put a snapshot in the place of everything there is."""
        with self._lock, closing(sqlite3.connect(path)) as copy:
            copy.backup(self._db)

    def close(self) -> None:
        """Close the file; the store cannot be used after."""
        self._db.close()

    def _one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        return self._db.execute(sql, values).fetchone()

    def _index(self, object: str, id: int, *, keys: Iterable[tuple[str, str]], links: Iterable[int]) -> None:
        rows = [(object, name, value, id) for name, value in keys]
        self._db.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?)", rows)
        self._db.executemany("INSERT OR IGNORE INTO links VALUES (?, ?, ?)", [(parent, object, id) for parent in links])

    def _forget_index(self, id: int) -> None:
        self._db.execute("DELETE FROM keys WHERE id = ?", (id,))
        self._db.execute("DELETE FROM links WHERE id = ?", (id,))


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
