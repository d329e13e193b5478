"""An older ledger is brought to today's format whole; a newer one, or none at all, is left alone."""

import hashlib
import json
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing

import pytest

from tests.ledger.places import PATIENTS, SqlitePlace, load
from workbench.errors import StopRun, UsageError
from workbench.ledger import layout

# As the first format was written: its statements, not those of today's code.
FORMAT_1 = """
PRAGMA journal_mode = WAL;
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
INSERT INTO meta VALUES ('format', '1');
"""


def write_format_1(place, *, records: int = 2, with_note: bool = True) -> list[tuple]:
    """A ledger of the first format with that many loaded records; returns its entries."""
    entries, head = [], "0" * 64
    with closing(sqlite3.connect(place.path)) as connection, connection:
        connection.executescript(FORMAT_1)
        for number in range(1, records + 1):
            intent = {"action": "create", "body": {"first_name": "Zoë"}, "content_hash": "h1", "destination_id": None}
            answer = {"intent": 2 * number - 1, "action": "create", "destination_id": number, "answer": None}
            for kind, payload in (("intent", intent), ("answer", answer)):
                text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
                at = "2026-01-01T00:00:00.000+00:00"
                values = [len(entries) + 1, at, "40_load/x", kind, "patients", f"p{number}", text]
                line = json.dumps([head, *values], ensure_ascii=False, separators=(",", ":")).encode()
                entries.append((*values, head, head := hashlib.sha256(line).hexdigest()))
            connection.execute(
                "INSERT INTO records (phase, external_id, source, destination, destination_id, content_hash, state,"
                " created, intent, answer) VALUES ('patients', ?, 'patients', 'contact', ?, 'h1', 'loaded', 1, ?, ?)",
                (f"p{number}", number, 2 * number - 1, 2 * number),
            )
        connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", entries)
    if with_note:
        place.store.former_note.write_text(json.dumps({"head": head, "entries": len(entries)}) + "\n")
    return entries


def read_sql(place, query):
    with closing(sqlite3.connect(place.path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def old(tmp_path):
    return SqlitePlace(folder=tmp_path)


@pytest.mark.parametrize("with_note", [True, False])
def test_a_ledger_of_the_first_format_goes_on(old, with_note):
    """Migrated at its first opening: entries untouched, chain whole, records standing, its note now a checkpoint."""
    entries = write_format_1(old, with_note=with_note)

    with old.open() as ledger:
        assert ledger.format == layout.FORMAT == 2
        assert ledger.crosswalk()["destination_id"].to_list() == [1, 2]
        load(ledger, "p3", 3)
        ledger.set_watermark("patients", "x")
        assert ledger.verify_chain() is None
    assert read_sql(old, "SELECT * FROM entries WHERE seq <= 4") == entries
    assert not old.store.former_note.exists()
    assert json.loads(old.checkpoint.read_bytes())["entries"] == 7
    with old.open() as ledger:
        assert (ledger.watermark("patients"), ledger.digest()["entries"]) == ("x", 7)


def test_an_old_ledger_is_read_as_it_is(old):
    """Reading migrates nothing."""
    write_format_1(old)

    with old.read() as ledger:
        assert (ledger.format, ledger.watermark("patients")) == (1, None)
        assert ledger.crosswalk().height == 2
    assert read_sql(old, "SELECT value FROM meta") == [("1",)]


@pytest.mark.parametrize("damage", ["DELETE FROM entries WHERE seq > 2", "UPDATE entries SET at = '' WHERE seq = 1"])
def test_a_spoilt_old_ledger_is_not_migrated(old, damage):
    """The note of the first format counts as the checkpoint does."""
    write_format_1(old)
    old.forge(damage)

    with pytest.raises(StopRun, match="nothing was written"):
        old.open()
    assert read_sql(old, "SELECT value FROM meta") == [("1",)]


def test_a_migration_that_dies_leaves_the_old_format_or_the_new(old):
    """SIGKILL after any of its statements, before the commit and after it: the next opening ends in the new format."""
    entries = write_format_1(old)
    program = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from workbench.ledger import Ledger, store
        left = int(sys.argv[2])
        run = store._Sqlite._run
        def die_after(self, sql, rows):
            global left
            done = run(self, sql, rows)
            if not sql.startswith("SELECT"):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return done
        store._Sqlite._run = die_after
        Ledger.open(Path(sys.argv[1]))
    """)
    found = []
    for left in range(1, 6):  # BEGIN and the four statements of the second step
        ended = subprocess.run([sys.executable, "-c", program, str(old.path), str(left)], timeout=60, check=False)
        assert ended.returncode == -9
        found.append(read_sql(old, "SELECT value FROM meta")[0][0])
        assert read_sql(old, "SELECT * FROM entries") == entries
        indexes = read_sql(old, "SELECT count(*) FROM sqlite_master WHERE name LIKE 'entries%' AND type = 'index'")
        assert indexes == [(0,)]

    assert found == ["1"] * 5
    with old.open() as ledger:
        assert (ledger.format, ledger.verify_chain()) == (2, None)


def test_a_new_ledger_that_dies_in_the_making_is_made_anew(place):
    """Everything a new ledger consists of appears at once."""
    with place.open() as ledger:
        assert ledger.format == 2
    with place.open() as ledger:
        load(ledger, "p1", 1)


def test_a_newer_format_is_refused_with_a_reason(place):
    """A ledger of a newer workbench is not touched, by a writer or a reader."""
    place.open().close()
    place.run("UPDATE meta SET value = '99'")

    for open_it in (place.open, place.read):
        with pytest.raises(UsageError, match="ledger format 99; this workbench knows 2: install a newer one"):
            open_it()
    place.run("UPDATE meta SET value = '2'")
    place.open().close()


def test_a_file_that_is_no_ledger_is_a_usage_error(old):
    """Rubbish under the ledger's name is named, and the lock is free again."""
    old.path.write_bytes(b"not a database, surely" * 100)

    for _ in range(2):
        with pytest.raises(UsageError, match="not a ledger"):
            old.open()


def test_another_program_s_database_is_no_ledger(old):
    """Nothing is added to tables that are not ours."""
    with closing(sqlite3.connect(old.path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")

    with pytest.raises(UsageError, match="not a ledger"):
        old.open()
    assert read_sql(old, "SELECT name FROM sqlite_master") == [("theirs",)]


def test_an_empty_file_is_no_ledger_to_read_and_a_new_one_to_write(old):
    """It is what is left where making the ledger was broken off."""
    old.path.touch()

    with pytest.raises(UsageError, match="no ledger yet"):
        old.read()
    with old.open() as ledger:
        ledger.hold(PATIENTS, "p1", code="parent_held", reason="x")
