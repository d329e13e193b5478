"""Everything a tenant holds at one moment: to be read in a stream, copied into a file, brought back from one."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import UsageError

LIVE = "live"
# What every file of a tenant has; one without them is something else.
TABLES = {"records", "keys", "links", "facts"}


class Content:
    """What one connection sees, record by record, so that a large tenant takes no more memory than a small one."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def live(self, object: str | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every live record with the name of its object, by object and id."""
        names = [object] if object else [name for (name,) in self._db.execute("SELECT DISTINCT object FROM records")]
        for name in sorted(names):
            rows = self._db.execute("SELECT body FROM records WHERE object = ? AND state = ? ORDER BY id", (name, LIVE))
            for (body,) in rows:
                yield name, json.loads(body)

    def live_ids(self) -> set[int]:
        """Ids of every live record."""
        return {id for (id,) in self._db.execute("SELECT id FROM records WHERE state = ?", (LIVE,))}

    def file_hashes(self) -> set[str]:
        """Sha256 of every file a record stands for, whatever state the record is in."""
        rows = self._db.execute("SELECT DISTINCT value FROM keys WHERE object = 'document' AND name = 'sha256'")
        return {value for (value,) in rows}

    def ask(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a question; its SQL is of our own making, never text from outside."""
        return self._db.execute(sql, tuple(values)).fetchall()

    def save(self, path: Path) -> None:
        """Copy everything into a file; one that is there is replaced once the copy is whole.

        Raises:
            UsageError: There can be no file.
        """
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(part)) as copy:
                self._db.backup(copy)
            os.replace(part, path)
        except (sqlite3.Error, OSError) as error:
            part.unlink(missing_ok=True)
            raise UsageError(f"{path}: cannot keep a snapshot there ({error}); name another file") from error

    def load(self, path: Path) -> None:
        """Put what a file holds in the place of everything.

        Raises:
            UsageError: There is no such file, or it is none of a tenant's.
        """
        with open_content(path) as copy:
            copy._db.backup(self._db)


def list_tables(db: sqlite3.Connection) -> set[str]:
    """Names of the tables a file has."""
    return {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def require_file(path: Path) -> None:
    """Refuse a folder where a file is meant.

    Raises:
        UsageError: It is one.
    """
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file")


@contextmanager
def open_content(path: Path) -> Iterator[Content]:
    """What a tenant's file holds, as it stands when first looked at, without changing it.

    Raises:
        UsageError: There is no such file, or it is none of a tenant's.
    """
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        with closing(db):
            db.execute("BEGIN")
            if not list_tables(db) >= TABLES:
                raise UsageError(f"{path}: holds no tenant; name a file a tenant was kept in")
            yield Content(db)
    except sqlite3.Error as error:
        raise UsageError(f"{path}: cannot be read as a tenant's file ({error})") from error
