"""What happened to a tenant, row by row: calls, bulk jobs and events, and which records were written in each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# Columns the journal has by now; one in an older file gets those it lacks.
COLUMNS = {
    "seq": "INTEGER",
    "at": "REAL",
    "method": "TEXT",
    "path": "TEXT",
    "query": "TEXT",
    "status": "INTEGER",
    "meant": "INTEGER",
    "cost": "INTEGER",
    "fault": "TEXT",
    "records": "TEXT",
}
# Ids of the records written while one call is answered; null outside of calls.
TOUCHED: ContextVar[list[int] | None] = ContextVar("touched", default=None)


class Journal:
    """The rows as the tenant's file keeps them; `Tenant.journal` says what is in them."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.complete()

    def complete(self) -> None:
        """Give a journal from an older file the columns it lacks."""
        there = {row[1] for row in self._db.execute("PRAGMA table_info(journal)")}
        for name, kind in COLUMNS.items():
            if name not in there:
                self._db.execute(f"ALTER TABLE journal ADD COLUMN {name} {kind}")

    def add(
        self,
        *,
        at: float,
        method: str,
        path: str,
        status: int | None,
        cost: int,
        query: str = "",
        meant: int | None = None,
        fault: str = "",
        records: Iterable[int] = (),
    ) -> None:
        """Write down one call, job or event."""
        ids = list(dict.fromkeys(records))
        self._db.execute(
            "INSERT INTO journal(at, method, path, query, status, meant, cost, fault, records) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (at, method, path, query, status, meant, cost, fault, json.dumps(ids) if ids else None),
        )

    def rows(self, *, since: int = 0, limit: int = -1) -> list[dict[str, Any]]:
        """The rows after that number, oldest first, so many at most; any number of them below zero."""
        sql = f"SELECT {', '.join(COLUMNS)} FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in self._db.execute(sql, (since, limit)).fetchall()]
        for row in rows:
            row["records"] = json.loads(row["records"] or "[]")
            # Rows of an older file have neither.
            row |= {"query": row["query"] or "", "fault": row["fault"] or ""}
        return rows


@contextmanager
def touched_records() -> Iterator[list[int]]:
    """The ids of the records written inside, of all objects, in a list that grows."""
    touched: list[int] = []
    before = TOUCHED.set(touched)
    try:
        yield touched
    finally:
        TOUCHED.reset(before)


def touch(id: int) -> None:
    """Remember that a record was written."""
    touched = TOUCHED.get()
    if touched is not None:
        touched.append(id)
