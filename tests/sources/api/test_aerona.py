"""Aerona's limit: 300 requests in 15 minutes, beyond which the token ends; tokens of an hour."""

from __future__ import annotations

import hashlib

import pytest

from tests.sources.api.world import keep_patient, make_patients, make_world
from workbench.errors import UsageError


def test_everything_is_read_and_the_limit_is_never_exceeded(tmp_path):
    """310 pages take more than a window; the source counts no request beyond its limit and ends no token early."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(3_095)})

    extraction = world.extract()

    assert sorted(map(int, world.list_ids("patients", "patientId"))) == list(range(1, 3_096))
    assert world.count_over() == 0
    assert world.source.counts["not_let_in"] == 0
    assert world.source.counts["requests"] == sum(extraction.manifest["requests"].values())
    assert max(meter.most for meter in world.source.meters) == 300


class Killed(BaseException):
    """Ends an extraction between any two lines, as far as the files it left can tell."""


def kill_after(pages: int):
    """A progress that ends the extraction after so many pages."""
    seen = []

    def progress(name, done, total):
        seen.append(name)
        if len(seen) == pages:
            raise Killed

    return progress


def test_the_limit_holds_across_processes_that_were_killed(tmp_path):
    """What an earlier process sent counts for the next one: five in a row stay below the limit together."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(900)})
    object.__setattr__(world.source.profile.limits[0], "requests", 60)
    layout = world.folder / "layout.toml"
    layout.write_text(layout.read_text().replace("requests = 300", "requests = 60"))
    for pages in (1, 30, 20, 18, 12):
        with pytest.raises(Killed):
            world.extract(progress=kill_after(pages))

    world.extract()

    assert len(set(world.list_ids("patients", "patientId"))) == 900
    assert world.count_over() == 0
    asked = [parameters["page"] for _, path, parameters in world.source.seen if path == "patients"]
    assert len(asked) == len(set(asked)) == 91


def test_a_token_that_grows_old_in_the_queue_is_renewed(tmp_path):
    """A token that ends while the window is waited for is not sent: no request is turned away, no page asked twice."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(3_200)})
    object.__setattr__(world.source.profile.door, "seconds", 900)
    layout = world.folder / "layout.toml"
    layout.write_text(layout.read_text().replace("seconds = 3600", "seconds = 900"))

    world.extract()

    assert world.source.counts["login"] == 2
    assert world.source.counts["not_let_in"] == 0
    assert len(world.source.seen) == 321 + 1
    assert len(set(world.list_ids("patients", "patientId"))) == 3_200


def test_a_token_that_was_ended_is_renewed_after_a_whole_window(tmp_path):
    """Where something beside us used the limit up, logging in at once would end the next token too."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(100)})
    world.source.before = lambda number, method, path: world.source.tokens.clear() if number == 6 else None

    world.extract()

    assert (900.0, "the source ended the token before its time") in world.waits
    assert world.source.counts["login"] == 2
    assert len(set(world.list_ids("patients", "patientId"))) == 100


def test_a_login_that_is_refused_says_where_its_secrets_are(tmp_path):
    """One request, one message that names no secret."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(1)})
    object.__setattr__(world.source.profile.door, "accepts", {"username": "local", "password": "another"})

    with pytest.raises(UsageError, match="login refused with status 401; check the secrets in the environment") as said:
        world.extract()

    assert world.source.counts["requests"] == 1
    assert "local-source-password" not in str(said.value)


def test_files_of_records_are_streamed_with_their_digest(tmp_path):
    """Each document lies where its record says, and the manifest knows its bytes; one the source lost is told."""
    documents = [
        {"documentId": 7, "filename": "../x-ray.png", "path": "files/a.bin"},
        {"documentId": 8, "filename": "x-ray.png", "path": "files/b.bin"},
        {"documentId": 9, "filename": "lost.pdf", "path": "files/none.bin"},
    ]
    world = make_world(tmp_path, "aerona", {"patients": make_patients(1), "documents": documents})
    (tmp_path / "data/files").mkdir()
    (tmp_path / "data/files/a.bin").write_bytes(b"a" * 3_000_000)
    (tmp_path / "data/files/b.bin").write_bytes(b"b")

    extraction = world.extract()

    places = world.stage()["documents"]["path"].to_list()
    assert places == ["documents/7/x-ray.png", "documents/8/x-ray.png", "documents/9/lost.pdf"]
    assert [(world.out / place).stat().st_size for place in places[:2]] == [3_000_000, 1]
    said = extraction.manifest["files"]["documents/7/x-ray.png"]
    assert said == {"rows": 0, "bytes": 3_000_000, "sha256": hashlib.sha256(b"a" * 3_000_000).hexdigest()}
    assert extraction.warnings == ("documents: the source does not have 1 of 3 files",)
    assert not list(world.out.rglob("*.part"))


def test_a_second_extraction_reads_what_was_modified_and_lays_it_over(tmp_path):
    """Changed and new records replace and follow the others by their key; what did not change is not asked for."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(50)})
    world.extract()
    patients, before = world.records("patients"), len(world.source.seen)
    patients[4] = keep_patient(5, "Married")
    patients.append(keep_patient(99, "New"))

    extraction = world.extract()

    staged = world.stage()["patients"]
    assert (staged.height, staged["patientId"].n_unique()) == (51, 51)
    assert staged.filter(patientId="5")["surname"].item() == "Married"
    assert "99" in staged["patientId"].to_list()
    said = extraction.manifest["objects"]["patients"]
    assert (said["read"], said["rows"]) == (2, 51)
    asked = [parameters for _, path, parameters in world.source.seen[before:] if path == "patients"]
    assert len(asked) == 2 and all(each["modifiedSince"] < extraction.manifest["exported_at"] for each in asked)


def test_a_whole_extraction_leaves_deleted_records_out(tmp_path):
    """Who asks for modified records alone never hears of deleted ones."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(30)})
    world.extract()
    del world.records("patients")[10]
    world.extract()
    assert "11" in world.list_ids("patients", "patientId")

    world.extract(is_whole=True)

    assert "11" not in world.list_ids("patients", "patientId")


def test_the_export_of_the_switch_leaves_the_first_as_it_was(tmp_path):
    """It is a copy brought up to date: what was approved on the first export still holds."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(20)})
    world.extract()
    before = (world.out / "patients.jsonl").read_bytes()
    world.records("patients").append(keep_patient(99, "New"))

    extraction = world.extract(is_cutover=True)

    assert (world.out / "patients.jsonl").read_bytes() == before
    assert extraction.folder == world.engagement.cutover_source == world.folder / "cutover_source"
    assert world.stage(extraction.folder)["patients"].height == 21
