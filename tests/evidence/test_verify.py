"""Evidence that somebody tampered with: the first thing that does not hold is named, whatever it is."""

import json
import shutil
import sqlite3

import pytest

from workbench.evidence.seal import read_seal
from workbench.evidence.signing import load_or_create_key, render_document, sign_document
from workbench.evidence.verify import verify
from workbench.ledger import Ledger

KINDS = {
    "manifest.json": "manifest",
    "evidence.json": "seal",
    "approvals.jsonl": "approval",
    "ledger.checkpoint": "checkpoint",
}


@pytest.fixture
def sealed(desk):
    """An engagement carried to its end: a ledger, six approved stages, a seal."""
    desk.write_ledger("Maude", "Jorge", "Zoë")
    desk.go_to("handoff")
    return desk


@pytest.fixture
def folder(sealed):
    return sealed.engagement.folder


def find_problem(folder, **options):
    return verify(folder, **options).problem


def handoff(desk):
    return desk.engagement.latest_run("handoff")


def change_ledger(folder, statement):
    with sqlite3.connect(folder / "ledger.sqlite") as connection:
        connection.execute("PRAGMA writable_schema = ON")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()


def sign_anew(path, key, **changes):
    """Change a signed file and sign it with a key, as a forger would who knows how."""
    document = json.loads(path.read_bytes())
    document.pop("signature")
    signed = sign_document(document | changes, kind=f"workbench/{KINDS[path.name]}/1", key=key)
    path.write_bytes(render_document(signed, indent=2 if path.suffix == ".json" else None))


def test_untouched_evidence_holds(sealed, folder):
    """Everything that was checked is listed, with the key that signed it."""
    verdict = verify(folder, fingerprint=sealed.key.fingerprint)

    assert (verdict.ok, verdict.problem) == (True, None)
    said = "\n".join(verdict.checked)
    assert "approvals.jsonl: 6 approvals" in said
    assert "40_load/20261122T040000Z: complete, 6 files as the run left them" in said
    assert "ledger.sqlite: 6 entries" in said
    assert "60_handoff/20261122T060000Z/evidence.json: sealed 2026-11-22T12:00:00Z" in said
    assert f"all 14 signatures are of key {sealed.key.fingerprint}" in said


def test_evidence_holds_wherever_it_is_copied(folder, tmp_path):
    """A copy on another disk is checked with nothing but itself."""
    shutil.copytree(folder, tmp_path / "handed over")

    assert verify(tmp_path / "handed over").ok


def test_checking_changes_nothing(folder):
    """The bytes of every file are the same before and after."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    verify(folder)

    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path in before} == before


def test_a_changed_byte_in_any_file_is_named(folder, flip):
    """One bit flipped in every file in turn, the ledger aside: the file's name is in the answer."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("ledger.sqlite")]
    assert len(files) > 40

    for path in files:
        kept = path.read_bytes()
        flip(path)
        problem = find_problem(folder)
        assert problem and path.name in problem, path
        path.write_bytes(kept)
    assert verify(folder).ok


def test_a_missing_file_of_any_kind_is_named(folder):
    """The same for deleting; the files SQLite and the lock keep beside the ledger aside."""
    beside_ledger = ("ledger.sqlite.", "ledger.sqlite-")
    for path in [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(beside_ledger)]:
        kept = path.read_bytes()
        path.unlink()
        problem = find_problem(folder)
        assert problem, path
        assert path.name in problem or path.parent.name in problem, (path, problem)
        path.write_bytes(kept)
    assert verify(folder).ok


def test_a_changed_ledger_entry_is_named(folder):
    """What was sent, answered or held cannot be rewritten afterwards."""
    change_ledger(folder, "UPDATE entries SET payload = replace(payload, 'Jorge', 'Jorgo') WHERE seq = 3")

    assert find_problem(folder) == "ledger.sqlite: entry 3 is missing or was changed"


def test_a_missing_ledger_entry_is_named(folder):
    """Nor taken out."""
    change_ledger(folder, "DELETE FROM entries WHERE seq = 2")

    assert find_problem(folder) == "ledger.sqlite: entry 2 is missing or was changed"


def test_a_cut_ledger_shows_against_its_checkpoint(folder):
    """A chain without its last entries is a good chain; the checkpoint beside it knows how long it was."""
    change_ledger(folder, "DELETE FROM entries WHERE seq > 4")

    problem = "ledger.checkpoint: signed 6 ledger entries; ledger.sqlite no longer begins with them"
    assert find_problem(folder) == problem


def test_a_cut_ledger_shows_against_the_seal(sealed, folder):
    """Even whoever has the key and signs a checkpoint for the shorter ledger is found by the seal that was given."""
    change_ledger(folder, "DELETE FROM entries WHERE seq > 4")
    with Ledger.open_read_only(folder / "ledger.sqlite") as ledger:
        sign_anew(folder / "ledger.checkpoint", sealed.key, **ledger.digest())

    assert find_problem(folder).endswith("sealed 6 ledger entries; ledger.sqlite no longer begins with them")


def test_a_checkpoint_of_another_key_is_named(sealed, folder, tmp_path):
    """A forger's own key makes a good signature, and is not the key of the rest."""
    forger = load_or_create_key(tmp_path / "forger")
    change_ledger(folder, "DELETE FROM entries WHERE seq > 4")
    with Ledger.open_read_only(folder / "ledger.sqlite") as ledger:
        digest = ledger.digest()
    shutil.rmtree(folder / "60_handoff")
    approvals = (folder / "approvals.jsonl").read_bytes().splitlines(keepends=True)[:-1]
    (folder / "approvals.jsonl").write_bytes(b"".join(approvals))
    sign_anew(folder / "ledger.checkpoint", forger, **digest)

    problem = f"ledger.checkpoint: signed with key {forger.fingerprint}, not {sealed.key.fingerprint}"
    assert find_problem(folder) == problem


def test_a_broken_ledger_file_is_named(folder):
    """A file that is no ledger any more is a finding, not a crash."""
    (folder / "ledger.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)

    assert "ledger.sqlite" in find_problem(folder)


def test_a_cut_tail_of_the_approvals_shows_against_the_seal(sealed, folder):
    """A chain without its last approvals is a good chain; the seal knows how many there were."""
    path = folder / "approvals.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:4]))

    assert find_problem(folder).endswith("sealed 5 approvals; approvals.jsonl no longer begins with them")


def test_two_swapped_approvals_are_named(folder):
    """The first line that is out of its place."""
    path = folder / "approvals.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))

    assert find_problem(folder).startswith("approvals.jsonl line 2: does not follow")


def test_a_whole_run_taken_out_is_named(sealed, folder):
    """An approved run cannot disappear."""
    shutil.rmtree(sealed.engagement.latest_run("sample").path)

    assert "30_sample/20261122T030000Z" in find_problem(folder)


def test_a_failed_run_taken_out_shows_against_the_seal(desk):
    """What went wrong on the way belongs to the evidence too."""
    desk.write_ledger("Maude")
    failed = desk.fail("discovery")
    desk.go_to("handoff")
    shutil.rmtree(failed.path)

    assert find_problem(desk.engagement.folder).endswith(f"sealed {failed.label}, which is missing or was changed")


def test_a_run_forged_with_another_key_is_named(sealed, folder, tmp_path):
    """A forger's fitting manifest is not the one that was approved."""
    run = sealed.engagement.latest_run("sample")
    sign_anew(run.path / "manifest.json", load_or_create_key(tmp_path / "other"), parameters={"size": 1})

    assert run.label in find_problem(folder)


def test_a_seal_forged_with_another_key_is_named(sealed, folder, tmp_path):
    """Nor is the seal: the handoff's manifest has its hash."""
    sign_anew(handoff(sealed).path / "evidence.json", load_or_create_key(tmp_path / "other"), at="2027-01-01T00:00:00Z")

    assert find_problem(folder) == f"{handoff(sealed).label}/evidence.json changed"


def test_mixed_keys_are_named(desk, tmp_path):
    """One run that another key recorded, though nothing else is wrong with it."""
    desk.go_to("mapping")
    other = load_or_create_key(tmp_path / "other")
    desk.fail("sample")
    sign_anew(desk.engagement.runs("sample")[0].path / "manifest.json", other)
    desk.write_ledger("Maude")

    assert f"signed with key {other.fingerprint}, not {desk.key.fingerprint}" in find_problem(desk.engagement.folder)


def test_evidence_made_anew_with_another_key_shows_against_the_fingerprint(sealed, new_desk, tmp_path):
    """Somebody who makes everything anew has a folder that holds, but not under the analyst's key."""
    forged = new_desk("forged")
    forged.key = load_or_create_key(tmp_path / "other")
    forged.write_ledger("Eve")
    forged.go_to("handoff")

    assert verify(forged.engagement.folder).ok
    problem = find_problem(forged.engagement.folder, fingerprint=sealed.key.fingerprint)
    assert f"signed with key {forged.key.fingerprint}, not {sealed.key.fingerprint}" in problem


@pytest.mark.parametrize("write", [str, str.upper, lambda text: f" {text}\n"])
def test_a_fingerprint_may_be_typed_by_a_person(sealed, folder, write):
    """Capitals and spaces around it do not matter."""
    assert verify(folder, fingerprint=write(sealed.key.fingerprint)).ok


@pytest.mark.parametrize("fingerprint", ["", "0" * 32, "abc"])
def test_any_other_fingerprint_is_refused(folder, fingerprint):
    """An empty one too: it was expected, and it does not fit."""
    assert "signed with key" in find_problem(folder, fingerprint=fingerprint)


def test_evidence_of_another_engagement_is_named(sealed, folder, new_desk):
    """Approvals of one customer do not stand for another, under the same key."""
    other = new_desk("dentist")
    other.write_ledger("Maude")
    other.go_to("handoff")
    shutil.copy(other.engagement.folder / "approvals.jsonl", folder / "approvals.jsonl")

    assert find_problem(folder) == "approvals.jsonl line 1: was given for engagement dentist, not for clinic"


def test_a_renamed_engagement_is_named(folder):
    """Settings that claim another customer's name do not fit the approvals."""
    path = folder / "engagement.toml"
    path.write_text(path.read_text().replace('"clinic"', '"dentist"', 1))

    assert "clinic, not for dentist" in find_problem(folder)


def test_work_goes_on_after_the_seal(sealed, folder):
    """A rollback after the handoff adds a run and ledger entries; the sealed part still holds."""
    sealed.write_ledger("Ada")
    sealed.run("rollback")

    assert verify(folder).ok


def test_what_is_not_sealed_yet_says_so(desk):
    """Before the handoff the evidence holds as far as it goes."""
    desk.go_to("discovery")

    verdict = verify(desk.engagement.folder)

    assert verdict.ok
    assert any(line.startswith("not sealed yet") for line in verdict.checked)


def test_a_run_in_progress_is_mentioned(desk):
    """A folder without manifest proves nothing and breaks nothing."""
    desk.go_to("discovery")
    run = desk.begin("mapping")

    verdict = verify(desk.engagement.folder)

    assert verdict.ok
    assert any(line.startswith(f"{run.label}: has not reached its end") for line in verdict.checked)


def test_a_missing_ledger_is_named(desk):
    """Runs that wrote to the tenant without a ledger beside them."""
    desk.go_to("load")

    assert find_problem(desk.engagement.folder) == "ledger.sqlite is missing, though runs wrote to the tenant"


def test_an_empty_engagement_does_not_hold(desk):
    """Where nothing was recorded, nothing is proven."""
    assert "no run has a manifest" in find_problem(desk.engagement.folder)


def test_a_changed_input_is_named_before_the_seal_too(desk, flip):
    """Each approval holds the files it was given for."""
    desk.go_to("mapping")
    flip(desk.engagement.folder / "decisions.toml")

    assert find_problem(desk.engagement.folder) == "decisions.toml: changed since 20_mapping/20261122T020000Z"


def test_the_seal_alone_holds_the_files_too(desk, flip):
    """Where nobody approved anything, the seal still knows the settings it was written under."""
    desk.write_ledger("Maude")
    for stage in ("discovery", "mapping", "sample", "load", "cutover", "handoff"):
        desk.run(stage)
    flip(desk.engagement.folder / "roster.csv")

    assert find_problem(desk.engagement.folder) == "roster.csv: changed since 60_handoff/20261122T060000Z"


def test_a_run_recorded_anew_breaks_what_was_built_on_it(desk):
    """Even without an approval, a later run knows the manifest it was built on."""
    old = desk.run("discovery")
    new = desk.run("mapping")
    desk.close(old, "complete")
    assert find_problem(desk.engagement.folder) is None
    (old.path / "mapping.json").write_text("other")
    desk.close(old, "complete")

    assert (
        find_problem(desk.engagement.folder) == f"{new.label} was built on {old.label}, which is missing or was changed"
    )


def test_a_seal_of_another_engagement_is_named(sealed, new_desk):
    """A seal brought over, in a run recorded under the right key."""
    other = new_desk("dentist")
    other.write_ledger("Maude")
    other.go_to("cutover")
    run = other.run("handoff")
    shutil.copy(handoff(sealed).path / "evidence.json", run.path / "evidence.json")
    other.close(run, "complete")

    assert find_problem(other.engagement.folder) == f"{run.label}/evidence.json: seals clinic, not dentist"


def test_a_folder_that_is_no_engagement_is_named(tmp_path):
    """The wrong folder is a finding, not a crash."""
    assert "no engagement.toml" in find_problem(tmp_path)


def test_a_seal_counts_what_it_seals(sealed):
    """Runs, approvals, ledger and files as they were when it was written; its own run is not among them."""
    seal = read_seal(handoff(sealed).path / "evidence.json")

    assert [label.split("/")[0] for label in sorted(seal.runs)] == [
        "10_discovery", "20_mapping", "30_sample", "40_load", "50_cutover",
    ]  # fmt: skip
    assert (seal.approvals["lines"], seal.ledger["entries"]) == (5, 6)
    assert sorted(seal.files) == ["decisions.toml", "engagement.toml", "layout.toml", "pack.toml", "roster.csv"]
