"""Only the ledger that was written to last, whole and unchanged, is written to again."""

import json
import shutil

import pytest

from tests.ledger.places import PATIENTS, load, make_clock, write_one
from workbench.errors import StopRun
from workbench.evidence.checkpoints import KeyHolder
from workbench.evidence.signing import load_or_create_key
from workbench.ledger import continuity


def lose(place):
    place.lose()


def cut_the_tail(place):
    place.forge("DELETE FROM entries WHERE seq > 2")


def empty_it(place):
    place.forge("DELETE FROM entries", "DELETE FROM records")


def change_an_entry(place):
    place.forge("UPDATE entries SET payload = replace(payload, 'first_name', 'last_name') WHERE seq = 1")


def take_an_entry_out(place):
    place.forge("DELETE FROM entries WHERE seq = 2")


def lose_the_checkpoint(place):
    place.checkpoint.unlink()


def spoil_the_checkpoint(place):
    place.checkpoint.write_text("{}")


@pytest.fixture
def key(tmp_path):
    return load_or_create_key(tmp_path / "home")


def count_entries(place) -> int:
    if not place.store.exists():
        return 0
    with place.read() as ledger:
        return len(list(ledger.entries()))


@pytest.mark.parametrize(
    "spoil",
    [lose, cut_the_tail, empty_it, change_an_entry, take_an_entry_out, lose_the_checkpoint, spoil_the_checkpoint],
)
def test_only_the_newest_whole_ledger_is_written_to(place, spoil):
    """By a lost, cut or changed ledger records would be written twice, so nothing is written, not by the second try."""
    write_one(place, "a")
    write_one(place, "b")
    spoil(place)
    before = count_entries(place)

    for _ in range(2):
        with pytest.raises(StopRun):
            place.open()
    assert count_entries(place) == before


def test_an_older_copy_is_refused(place):
    """The ledger put back from before its newest record, while the checkpoint beside it knows of that record."""
    write_one(place, "a")
    put_back = place.put_back_older()
    write_one(place, "b")
    put_back()

    with pytest.raises(StopRun, match="does not hold entry 4 as it was written; nothing was written"):
        place.open()


def test_another_ledger_in_its_place_is_refused(place):
    """As many entries, each of them bound to the one before, but not these."""
    write_one(place, "a", clock=make_clock())
    checkpoint = place.checkpoint.read_bytes()
    place.lose()
    place.checkpoint.unlink()
    write_one(place, "b", clock=make_clock())
    place.checkpoint.write_bytes(checkpoint)

    with pytest.raises(StopRun, match="does not hold entry 2"):
        place.open()


def test_a_checkpoint_that_lags_behind_a_killed_run_is_no_obstacle(place):
    """A killed run leaves more in the ledger than was signed; the next writer goes on from there."""
    write_one(place, "a")
    lagging = place.checkpoint.read_bytes()
    write_one(place, "b")
    place.checkpoint.write_bytes(lagging)

    write_one(place, "c")

    with place.read() as ledger:
        assert ledger.crosswalk().height == 3


def test_a_checkpoint_says_how_far_the_ledger_had_come(place, key):
    """Format, ledger, entries, head and time, signed."""
    write_one(place, "a", notary=KeyHolder(key), clock=make_clock())

    said = json.loads(place.checkpoint.read_bytes())
    with place.read() as ledger:
        assert {name: said[name] for name in ("entries", "head")} == ledger.digest()
    assert said["signature"]["key"] == key.fingerprint
    assert (said["format"], said["ledger"], said["at"][:4]) == (1, place.store.name, "2026")


@pytest.mark.parametrize("name", ["entries", "head", "ledger", "at", "signature"])
def test_a_changed_checkpoint_is_refused(place, key, name):
    """Whoever cuts the ledger cannot make the checkpoint fit it without the key."""
    write_one(place, "a", notary=KeyHolder(key))
    said = json.loads(place.checkpoint.read_bytes())
    said[name] = 0 if name == "entries" else "x"
    place.checkpoint.write_text(json.dumps(said, sort_keys=True, separators=(",", ":")) + "\n")

    with pytest.raises(StopRun, match="checkpoint"):
        place.open(notary=KeyHolder(key))


def test_a_foreign_signature_is_refused(place, key, tmp_path):
    """A ledger that another key signed is not gone on with; the message names both keys."""
    stranger = load_or_create_key(tmp_path / "elsewhere")
    write_one(place, "a", notary=KeyHolder(stranger))

    with pytest.raises(StopRun, match=f"signed with key {stranger.fingerprint}, not with yours, {key.fingerprint}"):
        place.open(notary=KeyHolder(key))


def test_an_unsigned_checkpoint_does_not_pass_for_a_signed_one(place, key):
    """Leaving the signature off is no way around it."""
    write_one(place, "a")

    with pytest.raises(StopRun, match="cannot be read as a signed document"):
        place.open(notary=KeyHolder(key))


def test_checkpoints_are_signed_now_and_then(place, monkeypatch):
    """Not with every record: after so many entries, at every save, and at the end; never ahead of what is durable."""
    monkeypatch.setattr(continuity, "EVERY", 10)
    seen = []
    with place.open() as ledger:
        for number in range(16):
            load(ledger, f"p{number}", number + 1)
            seen.append(json.loads(place.checkpoint.read_bytes())["entries"])
        assert len(set(seen)) == 4  # at the opening, and after 10, 20 and 30 entries
        assert all(entries <= 2 * number + 1 for number, entries in enumerate(seen))
        ledger.save()
        assert json.loads(place.checkpoint.read_bytes())["entries"] == 32


def test_saving_what_is_saved_signs_nothing(place):
    """A save with nothing new leaves the checkpoint's file as it is."""
    with place.open() as ledger:
        load(ledger, "a", 1)
        ledger.save()
        before = place.checkpoint.stat().st_ino
        ledger.save()
    assert place.checkpoint.stat().st_ino == before


def test_of_a_long_ledger_only_what_follows_the_checkpoint_is_read(place, monkeypatch):
    """Opening stays quick; a change before the checkpoint is found by `check_whole`, one behind it at once."""
    monkeypatch.setattr(continuity, "READ_WHOLE", 3)
    write_one(place, "a")
    write_one(place, "b")
    lagging = place.checkpoint.read_bytes()
    write_one(place, "c")
    place.checkpoint.write_bytes(lagging)
    place.forge("UPDATE entries SET run = 'x' WHERE seq = 1")
    with place.open() as ledger, pytest.raises(StopRun, match="entry 1 is missing or was changed"):
        ledger.check_whole()

    place.checkpoint.write_bytes(lagging)
    place.forge("UPDATE entries SET run = 'x' WHERE seq = 5")
    with pytest.raises(StopRun, match="entry 5 is missing or was changed"):
        place.open()


def test_a_first_opening_that_died_is_no_obstacle(place):
    """An empty ledger without a checkpoint is what a kill between making the two leaves."""
    place.open().close()
    place.checkpoint.unlink()

    write_one(place, "a")


def test_a_ledger_moved_with_its_checkpoint_goes_on(tmp_path, place):
    """What binds the two is what they say, not where they lie."""
    if place.store.where.startswith("postgresql"):
        pytest.skip("a schema is moved by the database's own means")
    write_one(place, "a")
    shutil.copytree(tmp_path, tmp_path / "copy", ignore=shutil.ignore_patterns("copy"))

    moved = type(place)(folder=tmp_path / "copy")
    with moved.open() as ledger:
        ledger.hold(PATIENTS, "z", code="parent_held", reason="x")
        assert ledger.digest()["entries"] == 3
