"""Stages write by the one ledger that is whole, signed by the analyst who walks the engagement."""

import sqlite3
from contextlib import closing

import pytest

from workbench import journey
from workbench.errors import StopRun
from workbench.evidence.checkpoints import KeyHolder, find_store
from workbench.evidence.verify import verify
from workbench.ledger import Ledger, continuity


def change_entry(walk, seq):
    with closing(sqlite3.connect(walk.engagement.ledger)) as connection, connection:
        for name in ("entries_stay", "entries_remain"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE entries SET at = '' WHERE seq = ?", (seq,))


@pytest.mark.covers("C-70", "A-74")
def test_the_evidence_of_a_walk_holds(walk):
    """Every stage that writes leaves a checkpoint by the key that signs runs and approvals; verify finds it so."""
    walk.go_to("handoff")

    verdict = verify(walk.folder, fingerprint=walk.key.fingerprint)
    assert verdict.problem is None
    with Ledger.open_read_only(walk.engagement.ledger) as ledger:
        entries = ledger.digest()["entries"]
    assert any(line.startswith(f"ledger.checkpoint: {entries} of {entries} entries signed") for line in verdict.checked)


def test_nothing_is_taken_back_by_a_changed_ledger(walk, monkeypatch):
    """However long the ledger is, a rollback reads all of it before its first request."""
    walk.go_to("load")
    before = walk.digest()
    monkeypatch.setattr(continuity, "READ_WHOLE", 0)
    change_entry(walk, 1)

    with pytest.raises(StopRun, match="entry 1 is missing or was changed; nothing was written"):
        walk.run("rollback")
    assert walk.digest() == before


def test_nothing_is_sealed_by_a_changed_ledger(walk):
    """The handoff's seal is never put on entries that do not hold."""
    walk.go_to("cutover")
    walk.approve("cutover")
    change_entry(walk, 1)

    with pytest.raises(StopRun, match="entry 1 is missing or was changed"):
        walk.run("handoff")


def test_a_second_run_is_told_and_leaves_nothing(walk):
    """While one process writes, `workbench run` of another ends with code 3 and makes no run folder."""
    walk.go_to("sample")
    walk.approve("sample")
    with Ledger.open(find_store(walk.engagement), notary=KeyHolder(walk.key)), pytest.raises(StopRun) as told:
        journey.run_stage(walk.engagement, "load")

    assert told.value.exit_code == 3
    assert "holds the ledger" in str(told.value)
    assert walk.engagement.runs("load") == []
