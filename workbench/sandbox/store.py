"""Where the tenant keeps its records: one SQLite file that survives the process being killed."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.sandbox.content import LIVE, TABLES, Content, list_tables, open_content
from workbench.sandbox.journal import Journal, touch

# In one transaction: a file with some of its tables would be none of a tenant's.
SCRIPT = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
BEGIN IMMEDIATE;
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
COMMIT;
"""
# How a transaction begins, is kept, and is undone; an inner one is a savepoint of the outer one.
TRANSACTION = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
SAVEPOINT = ("SAVEPOINT inner", "RELEASE inner", ("ROLLBACK TO inner", "RELEASE inner"))
BINNED = "binned"
# An activity whose every parent lies in the recycle bin: kept for the restore, seen by nobody.
DORMANT = "dormant"

Record = dict[str, Any]
# A piece of SQL over `records` and the values it takes.
Where = tuple[str, list[Any]]
EVERYTHING: Where = ("1", [])
# What pages and counts are taken of; another source has the same columns.
RECORDS: Where = ("records", [])


class Store:
    """Records as JSON by id, with the keys they are found by and the links between them.

    What was written stands when the process is killed at any instant. It may not when the machine loses its power:
    SQLite's write-ahead log is handed to the system after each transaction and not forced onto the disk, which would
    cost every call several milliseconds.

    Args:
        path: SQLite file, made where absent; null keeps everything in memory.

    Raises:
        UsageError: The file cannot be opened, or is no SQLite file.
    """

    def __init__(self, path: Path | None = None) -> None:
        # Held while anything is written; who holds it sees nothing half done.
        self.lock = threading.RLock()
        # What to do with a record that is gone for good, by object.
        self.when_gone: dict[str, Callable[[Record], None]] = {}
        self._path = path
        self._depth = 0
        self._gone: list[tuple[str, Record]] = []
        try:
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
            self._require_own(path)
            self._db.executescript(SCRIPT)
            self.journal = Journal(self._db)
        except sqlite3.Error as error:
            raise UsageError(f"{path}: cannot keep a tenant there ({error}); name another file") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything written inside, or nothing of it; one inside another can fail on its own."""
        with self.lock:
            begin, keep, undo = TRANSACTION if self._depth == 0 else SAVEPOINT
            self._db.execute(begin)
            self._depth += 1
            gone = len(self._gone)
            try:
                yield
            except BaseException:
                self._depth -= 1
                del self._gone[gone:]
                for statement in undo:
                    self._db.execute(statement)
                raise
            self._depth -= 1
            self._db.execute(keep)
            self._tell_gone()

    def read(self, object: str, id: int, *, state: str = LIVE) -> Record | None:
        """The record of that id; null where there is none of that object in that state."""
        row = self._one("SELECT body FROM records WHERE id = ? AND object = ? AND state = ?", id, object, state)
        return json.loads(row[0]) if row else None

    def insert(self, object: str, record: Record, *, keys: Iterable[tuple[str, str]], links: Iterable[int]) -> None:
        """Keep a new record."""
        self._db.execute("INSERT INTO records VALUES (?, ?, ?, ?)", (record["id"], object, LIVE, _dump(record)))
        touch(record["id"])
        self._index(object, record["id"], keys=keys, links=links)

    def update(self, object: str, record: Record, *, keys: Iterable[tuple[str, str]], links: Iterable[int]) -> None:
        """Put a new body in the place of the old one; its state stays."""
        self._db.execute("UPDATE records SET body = ? WHERE id = ?", (_dump(record), record["id"]))
        touch(record["id"])
        self._forget_index(record["id"])
        self._index(object, record["id"], keys=keys, links=links)

    def move(self, id: int, *, state: str) -> None:
        """Change whether a record is live, binned or dormant."""
        self._db.execute("UPDATE records SET state = ? WHERE id = ?", (state, id))
        touch(id)

    def drop(self, id: int) -> None:
        """Remove a record for good, with its keys and every link to or from it."""
        row = self._one("SELECT object, body FROM records WHERE id = ?", id)
        self._db.execute("DELETE FROM records WHERE id = ?", (id,))
        touch(id)
        self._forget_index(id)
        self._db.execute("DELETE FROM links WHERE parent_id = ?", (id,))
        if row and row[0] in self.when_gone:
            self._gone.append((row[0], json.loads(row[1])))
            self._tell_gone()

    def forget_values(self, object: str, name: str) -> None:
        """Take a custom field's values out of every record of an object, in whatever state, with the keys they were."""
        path = f"$.custom_field.{name}"
        sql = "UPDATE records SET body = json_remove(body, ?) WHERE object = ? AND json_type(body, ?) IS NOT NULL"
        self._db.execute(sql, (path, object, path))
        self._db.execute("DELETE FROM keys WHERE object = ? AND name = ?", (object, name))

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

    def tally(self, parent_id: int, object: str, *names: str) -> list[tuple[tuple[Any, ...], int]]:
        """How many live records of one object point at a record, by the values of some of their attributes."""
        values = ", ".join(f"json_extract(r.body, '$.{name}')" for name in names)
        places = ", ".join(str(place) for place in range(1, len(names) + 1))
        rows = self._db.execute(
            f"SELECT {values}, count(*) FROM links l JOIN records r ON r.id = l.id "
            f"WHERE l.parent_id = ? AND l.object = ? AND r.state = ? GROUP BY {places}",
            (parent_id, object, LIVE),
        )
        return [(row[:-1], row[-1]) for row in rows]

    def latest(
        self, parent_id: int, objects: Iterable[str], *, times: Iterable[str], until: str
    ) -> list[tuple[str, str, Record]]:
        """The latest record of each of these objects that points at a record, dormant ones too: object, time, record.

        Args:
            times: Attributes that say when it was; the first that is set counts.
            until: What is later counts for nothing.
        """
        values = ", ".join(f"json_extract(r.body, '$.{name}')" for name in times)
        time = f"coalesce({values})"
        names = tuple(objects)
        rows = self._db.execute(
            f"SELECT l.object, max({time}), r.body FROM links l JOIN records r ON r.id = l.id "
            f"WHERE l.parent_id = ? AND l.object IN ({', '.join('?' * len(names))}) AND {time} <= ? GROUP BY l.object",
            (parent_id, *names, until),
        )
        return [(object, moment, json.loads(body)) for object, moment, body in rows]

    def has_live_parent(self, id: int) -> bool:
        """Whether a record points at anything live."""
        sql = "SELECT 1 FROM links l JOIN records r ON r.id = l.parent_id WHERE l.id = ? AND r.state = ? LIMIT 1"
        return self._one(sql, id, LIVE) is not None

    def page(
        self,
        object: str,
        where: Where = EVERYTHING,
        *,
        state: str = LIVE,
        order: str = "id",
        limit: int,
        offset: int,
        source: Where = RECORDS,
    ) -> list[Record]:
        """A page of records; `where`, `order` and `source` are SQL of our own making, never text from outside."""
        sql = (
            f"SELECT body FROM {source[0]} "
            f"WHERE object = ? AND state = ? AND {where[0]} ORDER BY {order} LIMIT ? OFFSET ?"
        )
        rows = self._db.execute(sql, (*source[1], object, state, *where[1], limit, offset))
        return [json.loads(body) for (body,) in rows]

    def count(self, object: str, where: Where = EVERYTHING, *, state: str = LIVE, source: Where = RECORDS) -> int:
        """How many records of an object there are."""
        sql = f"SELECT count(*) FROM {source[0]} WHERE object = ? AND state = ? AND {where[0]}"
        row = self._one(sql, *source[1], object, state, *where[1])
        return row[0]

    def live(self, object: str | None = None) -> Iterator[tuple[str, Record]]:
        """Every live record with the name of its object, by object and id."""
        return Content(self._db).live(object)

    def total(self, object: str, name: str) -> int:
        """The sum of a number over all records of an object, whatever state they are in."""
        sql = "SELECT coalesce(sum(json_extract(body, ?)), 0) FROM records WHERE object = ?"
        return self._one(sql, f"$.{name}", object)[0]

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

    def file_hashes(self) -> set[str]:
        """Sha256 of every file a record stands for, whatever state the record is in."""
        return Content(self._db).file_hashes()

    @contextmanager
    def beside(self) -> Iterator[Content]:
        """Everything as it stands now, to be read at leisure while calls go on being answered.

        What is kept in memory only cannot be read beside itself: calls wait meanwhile.
        """
        if self._path is None:
            with self.lock:
                yield Content(self._db)
            return
        with open_content(self._path) as content:
            yield content

    def restore(self, path: Path) -> None:
        """Put a snapshot in the place of everything there is.

        Raises:
            UsageError: There is no such file, or it is none of a tenant's.
        """
        with self.lock:
            Content(self._db).load(path)
            self.journal.complete()

    def close(self) -> None:
        """Close the file; the store cannot be used after."""
        self._db.close()

    def _require_own(self, path: Path | None) -> None:
        """Refuse a file that something else than a tenant is kept in, before anything is added to it."""
        tables = list_tables(self._db)
        if tables and not tables >= TABLES:
            self.close()
            raise UsageError(f"{path}: holds something else than a tenant; name another file")

    def _tell_gone(self) -> None:
        """Tell of what is gone, once nothing can bring it back."""
        while self._gone and self._depth == 0:
            object, record = self._gone.pop()
            self.when_gone[object](record)

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
