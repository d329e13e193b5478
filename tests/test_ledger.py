"""The ledger keeps every intent and answer, in order, unchanged, through any end of the process."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from workbench.errors import StopRun, UsageError
from workbench.ledger import Ledger
from workbench.model import CROSSWALK, HELD, Phase

PATIENTS = Phase(name="patients", source="patients", destination="contact", external_id=("Id",))
VISITS = Phase(name="encounters.visit", source="encounters", destination="appointment", external_id=("Id",))


def make_clock():
    """A clock that moves one second with every look."""
    start, ticks = datetime(2026, 1, 1, tzinfo=UTC), count()
    return lambda: start + timedelta(seconds=next(ticks))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path):
    with Ledger.open(path, clock=make_clock()) as ledger:
        ledger.begin_run("40_load/x")
        yield ledger


def load(ledger, external_id, destination_id, *, phase=PATIENTS, content_hash="h1"):
    seq = ledger.intend(phase, external_id, action="create", body={"first_name": "Zoë"}, content_hash=content_hash)
    ledger.confirm(seq, destination_id, answer={"first_name": "Zoë"})
    return seq


@pytest.mark.covers("C-70", "A-74")
def test_an_answered_intent_leaves_the_record_loaded(ledger):
    """Intent and answer are two entries; the record stands under the tenant's id, which may exceed 2^53."""
    load(ledger, "p1", 1656220499163897857)

    standing = ledger.standing("patients", "p1")
    assert (standing.state, standing.created, standing.destination_id) == ("loaded", True, 1656220499163897857)
    assert [entry.kind for entry in ledger.entries()] == ["intent", "answer"]
    assert [entry.run for entry in ledger.entries()] == ["40_load/x", "40_load/x"]
    assert ledger.crosswalk().schema == CROSSWALK
    assert ledger.crosswalk().rows() == [("patients", "patients", "p1", "contact", 1656220499163897857, True)]
    assert ledger.destination_id("patients", "p1") == 1656220499163897857


def test_an_unanswered_intent_is_in_doubt_after_reopening(path):
    """What was sent without an answer is known to the next session; an answered one is not doubted."""
    with Ledger.open(path, clock=make_clock()) as ledger:
        load(ledger, "p1", 1)
        ledger.intend(PATIENTS, "p2", action="create", body={"email": "x@y.example"})

    with Ledger.open(path, clock=make_clock()) as ledger:
        assert [record.external_id for record in ledger.in_doubt()] == ["p2"]
        assert ledger.destination_id("patients", "p2") is None


def test_an_intent_is_durable_before_the_request(path):
    """A process that dies right after intend leaves the intent on disk, and no answer that was not written."""
    program = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from workbench.ledger import Ledger
        from workbench.model import Phase
        ledger = Ledger.open(Path({str(path)!r}))
        phase = Phase(name="patients", source="patients", destination="contact", external_id=("Id",))
        first = ledger.intend(phase, "p1", action="create", body={{}})
        ledger.confirm(first, 1)
        ledger.intend(phase, "p2", action="create", body={{}})
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    ended = subprocess.run([sys.executable, "-c", program], timeout=60, check=False)

    assert ended.returncode == -signal.SIGKILL
    with Ledger.open(path) as ledger:
        assert ledger.standing("patients", "p1").state == "loaded"
        assert ledger.standing("patients", "p2").state == "in_doubt"
        assert ledger.verify_chain() is None


def test_entries_can_neither_be_changed_nor_deleted(ledger, path):
    """The file itself refuses an update or a delete of an entry."""
    load(ledger, "p1", 1)
    ledger.save()

    other = sqlite3.connect(path)
    for statement in ("UPDATE entries SET payload = '{}'", "DELETE FROM entries"):
        with pytest.raises(sqlite3.DatabaseError, match="append-only"):
            other.execute(statement)
    other.close()


@pytest.mark.parametrize(
    ("damage", "first_broken"),
    [
        ("UPDATE entries SET payload = replace(payload, 'Zoë', 'Zoe') WHERE seq = 3", 3),
        ("UPDATE entries SET at = '2020-01-01T00:00:00.000+00:00' WHERE seq = 1", 1),
        ("UPDATE entries SET run = 'someone else' WHERE seq = 4", 4),
        ("DELETE FROM entries WHERE seq = 2", 2),
    ],
)
def test_a_forged_entry_is_named(path, damage, first_broken):
    """Whoever gets past the triggers is still found by the chain, at the first entry that does not hold."""
    with Ledger.open(path, clock=make_clock()) as ledger:
        load(ledger, "p1", 1)
        load(ledger, "p2", 2)
        assert ledger.verify_chain() is None
    with sqlite3.connect(path) as forger:
        forger.executescript("DROP TRIGGER entries_stay; DROP TRIGGER entries_remain;")
        forger.execute(damage)
    forger.close()

    with Ledger.open_read_only(path) as ledger:
        assert ledger.verify_chain() == first_broken


def test_a_cut_tail_changes_the_digest(path):
    """A chain whose newest entries are gone holds in itself; the digest give it away."""
    with Ledger.open(path, clock=make_clock()) as ledger:
        load(ledger, "p1", 1)
        whole = ledger.digest()
    with sqlite3.connect(path) as forger:
        forger.executescript("DROP TRIGGER entries_remain; DELETE FROM entries WHERE seq = 2;")
    forger.close()

    with Ledger.open_read_only(path) as ledger:
        assert ledger.verify_chain() is None
        assert ledger.digest() != whole


def test_only_one_run_may_write(ledger, path):
    """A second writer is told who holds the ledger and does nothing; readers are welcome."""
    load(ledger, "p1", 1)
    ledger.save()
    program = f"from pathlib import Path; from workbench.ledger import Ledger; Ledger.open(Path({str(path)!r}))"
    second = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert second.returncode != 0
    assert f"another run holds the ledger, pid {os.getpid()}" in second.stderr
    with pytest.raises(StopRun, match="this very session"):
        Ledger.open(path)
    with Ledger.open_read_only(path) as reader:
        assert reader.digest() == ledger.digest()


def test_the_lock_ends_with_its_holder(path):
    """A ledger closed, or left by a dead process, is open to the next writer."""
    Ledger.open(path).close()
    with Ledger.open(path) as ledger:
        assert ledger.digest()["entries"] == 0


def test_a_reader_cannot_write(path):
    """Reports that open the ledger cannot add to it."""
    Ledger.open(path).close()
    with Ledger.open_read_only(path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        load(reader, "p1", 1)


def test_a_newer_format_is_refused_with_a_reason(path):
    """A ledger of a newer workbench is not touched."""
    Ledger.open(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE meta SET value = '99'")
    newer.close()

    for open_it in (Ledger.open, Ledger.open_read_only):
        with pytest.raises(UsageError, match="ledger format 99"):
            open_it(path)
    shutil.rmtree(path.parent, ignore_errors=True)


def test_a_file_that_is_no_ledger_is_a_usage_error(path):
    """Rubbish under the ledger's name is named, and the lock is free again."""
    path.write_bytes(b"not a database, surely" * 100)

    for _ in range(2):
        with pytest.raises(UsageError, match="not a ledger"):
            Ledger.open(path)


def test_a_missing_ledger_cannot_be_read(path):
    """Reading makes no file."""
    with pytest.raises(UsageError, match="no ledger yet"):
        Ledger.open_read_only(path)
    assert not path.exists()


def test_a_refused_record_is_held_with_its_reason(ledger):
    """A refusal ends the doubt and says what would release the record."""
    seq = ledger.intend(PATIENTS, "p1", action="create", body={})
    ledger.refuse(seq, code="rejected_by_tenant", reason="Email is bad", field="email", release="correct the e-mail")

    assert ledger.in_doubt() == []
    assert ledger.held().schema == HELD
    assert ledger.held().rows() == [
        ("patients", "p1", "rejected_by_tenant", "email", "Email is bad", "correct the e-mail")
    ]


def test_the_same_hold_is_written_once(ledger):
    """Running into the same reason again adds no entry; another reason does, and replaces it."""
    for _ in range(2):
        ledger.hold(VISITS, "e1", code="parent_held", reason="patients p1 is held")
    assert ledger.digest()["entries"] == 1

    ledger.hold(VISITS, "e1", code="parent_missing", reason="patients p1 is not in the source")
    assert ledger.held()["code"].to_list() == ["parent_missing"]


def test_a_held_change_leaves_the_record_standing(ledger):
    """A loaded record whose change is held keeps its id and its hash; releasing loads it again."""
    load(ledger, "p1", 7)
    ledger.hold(PATIENTS, "p1", code="edited_in_tenant", reason="city changed")
    assert ledger.destination_id("patients", "p1") == 7
    assert ledger.counts() == {("patients", "held"): 1}

    ledger.release("patients", "p1", reason="source and tenant agree again")
    standing = ledger.standing("patients", "p1")
    assert (standing.state, standing.content_hash) == ("loaded", "h1")


def test_an_unknown_hold_code_is_a_defect(ledger):
    """Codes come from the model only."""
    with pytest.raises(ValueError, match="no hold code"):
        ledger.hold(PATIENTS, "p1", code="because", reason="")


def test_the_first_before_image_is_the_one_kept(ledger):
    """However often a record that was there before us is changed, rollback finds how it was at first."""
    for body, before in (({"city": "B"}, {"city": "A"}), ({"city": "C"}, None)):
        seq = ledger.intend(PATIENTS, "p1", action="update", body=body, destination_id=5, before=before)
        ledger.confirm(seq, 5)

    standing = ledger.standing("patients", "p1")
    assert not standing.created
    assert ledger.entry(standing.before).payload["before"] == {"city": "A"}


def test_a_withdrawn_intent_leaves_things_as_they_were(ledger):
    """A create that never arrived leaves nothing; an update that never arrived leaves what stood."""
    ledger.withdraw(ledger.intend(PATIENTS, "p1", action="create", body={}), reason="not in the tenant")
    assert ledger.standing("patients", "p1") is None

    load(ledger, "p2", 2, content_hash="old")
    update = ledger.intend(PATIENTS, "p2", action="update", body={}, content_hash="new", destination_id=2)
    ledger.withdraw(update, reason="the tenant still holds the old values")
    standing = ledger.standing("patients", "p2")
    assert (standing.state, standing.content_hash, standing.destination_id) == ("loaded", "old", 2)


def test_a_rolled_back_record_starts_anew(ledger):
    """After its deletion a record stands nowhere; loading it again forgets the old id, hash and before-image."""
    load(ledger, "p1", 1)
    ledger.confirm(ledger.intend(PATIENTS, "p1", action="delete", body={}, destination_id=1), 1)
    assert ledger.standing("patients", "p1").state == "rolled_back"
    assert ledger.crosswalk().is_empty()

    ledger.intend(PATIENTS, "p1", action="create", body={})
    standing = ledger.standing("patients", "p1")
    assert (standing.destination_id, standing.content_hash, standing.created, standing.answer) == (
        None,
        "",
        False,
        None,
    )


def test_one_source_record_may_stand_twice(ledger):
    """A split record is found by its destination; a lookup that fits either takes what there is."""
    company = Phase(name="patients.company", source="patients", destination="sales_account", external_id=("Id",))
    load(ledger, "p1", 1)
    load(ledger, "p1", 2, phase=company)

    assert ledger.destination_id("patients", "p1", destination="sales_account") == 2
    assert ledger.destination_id("patients", "p1", destination="contact") == 1
    assert ledger.phases() == ["patients", "patients.company"]


def write_one(path, name: str) -> None:
    """One more loaded record in the ledger at `path`."""
    with Ledger.open(path) as ledger:
        ledger.begin_run("40_load/x")
        number = len(list(ledger.entries())) + 1
        ledger.confirm(ledger.intend(PATIENTS, name, action="create", body={"first_name": name}), number)


def lose(path) -> None:
    """The ledger's files are gone; the note beside it is not."""
    for file in path.parent.glob("ledger.sqlite*"):
        if not file.name.endswith(".head"):
            file.unlink()


def put_back_an_older_copy(path) -> None:
    """The ledger as it was before its newest record."""
    older = sqlite3.connect(path.with_name("older"))
    kept = sqlite3.connect(path)
    kept.executescript("DROP TRIGGER entries_remain; DELETE FROM entries WHERE seq > 2;")
    kept.backup(older)
    kept.close()
    older.close()


def change_an_entry(path) -> None:
    """Somebody edits what was sent."""
    connection = sqlite3.connect(path)
    triggers = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE entries SET payload = replace(payload, 'first_name', 'last_name') WHERE seq = 1")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("spoil", [lose, put_back_an_older_copy, change_an_entry])
def test_only_the_newest_whole_ledger_is_written_to(tmp_path, spoil):
    """By a lost, older or changed ledger records would be written twice, so nothing is written by it."""
    path = tmp_path / "ledger.sqlite"
    write_one(path, "a")
    write_one(path, "b")
    spoil(path)

    with pytest.raises(StopRun, match="written twice"):
        Ledger.open(path)


def test_a_note_that_lags_behind_a_killed_run_is_no_obstacle(tmp_path):
    """A killed run leaves more in the ledger than was noted; the next writer goes on from there."""
    path = tmp_path / "ledger.sqlite"
    write_one(path, "a")
    note = (tmp_path / "ledger.sqlite.head").read_text()
    write_one(path, "b")
    (tmp_path / "ledger.sqlite.head").write_text(note)

    write_one(path, "c")

    with Ledger.open_read_only(path) as ledger:
        assert ledger.crosswalk().height == 3
