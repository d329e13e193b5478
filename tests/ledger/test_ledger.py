"""The ledger keeps every intent and answer, in order, unchanged, through any end of the process."""

import signal
import subprocess
import sys
import textwrap

import pytest

from tests.ledger.places import PATIENTS, VISITS, load, make_clock
from workbench.errors import StopRun, UsageError
from workbench.model import CROSSWALK, HELD, Phase


@pytest.fixture
def ledger(place):
    with place.open(clock=make_clock()) as ledger:
        ledger.begin_run("40_load/x")
        yield ledger


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


def test_an_unanswered_intent_is_in_doubt_after_reopening(place):
    """What was sent without an answer is known to the next session; an answered one is not doubted."""
    with place.open(clock=make_clock()) as ledger:
        load(ledger, "p1", 1)
        ledger.intend(PATIENTS, "p2", action="create", body={"email": "x@y.example"})

    with place.open(clock=make_clock()) as ledger:
        assert [record.external_id for record in ledger.in_doubt()] == ["p2"]
        assert ledger.destination_id("patients", "p2") is None


def test_an_intent_is_durable_before_the_request(place):
    """A process that dies right after intend leaves the intent on disk, and no answer that was not written."""
    program = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from workbench.ledger import Ledger, SqliteStore
        from workbench.ledger.postgres import PostgresStore
        from workbench.model import Phase
        ledger = Ledger.open({place.code})
        phase = Phase(name="patients", source="patients", destination="contact", external_id=("Id",))
        first = ledger.intend(phase, "p1", action="create", body={{}})
        ledger.confirm(first, 1)
        ledger.intend(phase, "p2", action="create", body={{}})
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    ended = subprocess.run([sys.executable, "-c", program], timeout=60, check=False)

    assert ended.returncode == -signal.SIGKILL
    with place.open() as ledger:
        assert ledger.standing("patients", "p1").state == "loaded"
        assert ledger.standing("patients", "p2").state == "in_doubt"
        assert ledger.verify_chain() is None


@pytest.mark.parametrize("statement", ["UPDATE entries SET payload = '{}'", "DELETE FROM entries"])
def test_entries_can_neither_be_changed_nor_deleted(ledger, place, statement):
    """The database itself refuses an update or a delete of an entry."""
    load(ledger, "p1", 1)
    ledger.save()

    with pytest.raises(Exception, match="append-only"):
        place.run(statement)
    assert ledger.verify_chain() is None


@pytest.mark.parametrize(
    ("damage", "first_broken"),
    [
        ("UPDATE entries SET payload = replace(payload, 'Zoë', 'Zoe') WHERE seq = 3", 3),
        ("UPDATE entries SET at = '2020-01-01T00:00:00.000+00:00' WHERE seq = 1", 1),
        ("UPDATE entries SET run = 'someone else' WHERE seq = 4", 4),
        ("DELETE FROM entries WHERE seq = 2", 2),
    ],
)
def test_a_forged_entry_is_named(place, damage, first_broken):
    """Whoever gets past the triggers is still found by the chain, at the first entry that does not hold."""
    with place.open(clock=make_clock()) as ledger:
        load(ledger, "p1", 1)
        load(ledger, "p2", 2)
        assert ledger.verify_chain() is None
    place.forge(damage)

    with place.read() as ledger:
        assert ledger.verify_chain() == first_broken


def test_a_cut_tail_changes_the_digest(place):
    """A chain whose newest entries are gone holds in itself; the digest gives it away."""
    with place.open(clock=make_clock()) as ledger:
        load(ledger, "p1", 1)
        whole = ledger.digest()
    place.forge("DELETE FROM entries WHERE seq = 2")

    with place.read() as ledger:
        assert ledger.verify_chain() is None
        assert ledger.digest() != whole


def test_the_lock_ends_with_its_holder(place):
    """A ledger closed, or left by a dead process, is open to the next writer."""
    place.open().close()
    with place.open() as ledger:
        assert ledger.digest()["entries"] == 0


def test_a_reader_cannot_write(place):
    """Reports that open the ledger cannot add to it."""
    place.open().close()
    with place.read() as reader, pytest.raises(StopRun, match="read-?only"):
        load(reader, "p1", 1)


def test_a_missing_ledger_cannot_be_read(place):
    """Reading makes no ledger."""
    with pytest.raises(UsageError, match="no ledger yet"):
        place.read()
    assert not place.store.exists()


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


def test_many_intents_are_written_together(ledger):
    """A batch's intents are entries one after the other, and each record's own answer finds its own."""
    seqs = ledger.intend_batch(PATIENTS, {f"p{n}": ({"first_name": f"N{n}"}, f"h{n}") for n in range(250)})
    for external_id, seq in reversed(seqs.items()):
        ledger.confirm(seq, int(external_id[1:]) + 1, answer={})

    assert list(seqs.values()) == list(range(1, 251))
    assert [record.destination_id for record in ledger.find("patients", "p7")] == [8]
    assert ledger.last_sent(ledger.standing("patients", "p7")) == {"first_name": "N7"}
    assert ledger.verify_chain() is None
    assert ledger.intend_batch(PATIENTS, {}) == {}


def test_the_states_of_a_phase_come_in_one_answer(ledger):
    """By external id: what the ledger heard of, and of that, what stands in the tenant."""
    load(ledger, "p1", 1)
    load(ledger, "p2", 2)
    ledger.confirm(ledger.intend(PATIENTS, "p2", action="delete", body={}, destination_id=2), 2)
    load(ledger, "p3", 3)
    ledger.hold(PATIENTS, "p3", code="edited_in_tenant", reason="city changed")
    ledger.hold(PATIENTS, "p4", code="parent_held", reason="c1 is held")
    ledger.intend(PATIENTS, "p5", action="create", body={})
    load(ledger, "e1", 9, phase=VISITS)

    assert ledger.states("patients") == {
        "p1": "loaded",
        "p2": "rolled_back",
        "p3": "held",
        "p4": "held",
        "p5": "in_doubt",
    }
    assert ledger.standing_ids("patients") == {"p1", "p3"}


def test_records_come_sorted_by_their_bytes(ledger):
    """The same order on every engine and in every language: rollback and reports must not depend on a server."""
    for number, external_id in enumerate(["b", "B", "a-1", "a1", "é", "_"], start=1):
        load(ledger, external_id, number)

    assert [record.external_id for record in ledger.standings("patients")] == ["B", "_", "a-1", "a1", "b", "é"]


def test_a_watermark_is_kept_until_the_next(place):
    """How far an export has been seen is an entry like any other: the newest counts, the same again adds none."""
    with place.open(clock=make_clock()) as ledger:
        assert ledger.watermark("patients") is None
        for value in ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z"):
            ledger.set_watermark("patients", value)
        ledger.set_watermark("encounters", "a" * 64)

    with place.read() as ledger:
        assert (ledger.watermark("patients"), ledger.watermark("encounters")) == ("2026-02-01T00:00:00Z", "a" * 64)
        assert [entry.kind for entry in ledger.entries()] == ["watermark"] * 3
        assert ledger.verify_chain() is None


def test_an_entry_is_checked_when_it_is_read(place):
    """A changed intent is not what a record is compared with or set back to."""
    with place.open() as ledger:
        load(ledger, "p1", 1)
    place.forge("UPDATE entries SET payload = replace(payload, 'Zoë', 'Zoe') WHERE seq = 1")

    with place.read() as ledger, pytest.raises(StopRun, match="entry 1 is missing or was changed"):
        ledger.last_sent(ledger.standing("patients", "p1"))


def test_a_write_that_fails_leaves_no_half_of_it(place):
    """After a failed write nothing more is written, closing says nothing new, and what was durable stands."""
    with place.open() as ledger:
        load(ledger, "p1", 1)
        ledger.save()
        seq = ledger.intend(PATIENTS, "p2", action="create", body={})
        place.run("ALTER TABLE records RENAME TO gone")
        with pytest.raises(StopRun, match="the ledger cannot go on"):
            ledger.confirm(seq, 2)
        place.run("ALTER TABLE gone RENAME TO records")
        with pytest.raises(StopRun, match="the ledger cannot go on"):
            ledger.intend(PATIENTS, "p3", action="create", body={})

    with place.open() as ledger:
        assert [entry.kind for entry in ledger.entries()] == ["intent", "answer", "intent"]
        assert [record.external_id for record in ledger.in_doubt()] == ["p2"]
        assert ledger.verify_chain() is None
