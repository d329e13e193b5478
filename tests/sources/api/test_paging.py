"""Lists that change while they are read, and answers that are none: no record is lost and none is there twice."""

from __future__ import annotations

import json

import pytest

from tests.sources.api.world import make_patients, make_world
from workbench.errors import RetryLater, StopRun, UsageError
from workbench.sandbox.sources.records import keep

LONG = [str(514810972972521916 + number) for number in range(250)]


def make_dental(tmp_path, count=450):
    return make_world(
        tmp_path, "open_dental", {"patients": [{"PatNum": number, "LName": f"L{number}"} for number in range(count)]}
    )


def make_cliniko(tmp_path):
    records = [
        {
            "id": id_,
            "last_name": "O'Hara",
            "updated_at": "2026-01-01T00:00:00Z",
            "patient_phone_numbers": [
                {"phone_type": "Home", "number": "1"},
                {"phone_type": "Mobile", "number": f"04{id_[-3:]}"},
            ],
        }
        for id_ in LONG
    ]
    return make_world(tmp_path, "cliniko", {"patients": records})


def change_at(world, request, change):
    """Let the records of the source change just before that request is answered."""
    world.source.before = lambda number, method, path: change() if number == request else None


def test_a_record_added_between_pages_is_not_there_twice(tmp_path):
    """An insertion shifts the rest: the last record of a page is the first of the next one, and counts once."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(95)})
    patients = world.records("patients")
    change_at(world, 5, lambda: patients.insert(0, keep('{"patientId": 1000, "surname": "N"}', key="patientId")))

    extraction = world.extract()

    ids = world.list_ids("patients", "patientId")
    assert len(ids) == len(set(ids)) and {str(number) for number in range(1, 96)} <= set(ids)
    assert "1000" in ids, "a list whose total is not reached is read again"
    assert extraction.manifest["objects"]["patients"]["doubles"] > 0


def test_a_record_deleted_between_numbered_pages_costs_no_other(tmp_path):
    """A total that falls has the list read again: the record that slipped to the page before is found."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(95)})
    change_at(world, 5, lambda: world.records("patients").pop(3))

    extraction = world.extract()

    assert set(map(int, world.list_ids("patients", "patientId"))) == set(range(1, 96))
    assert extraction.manifest["objects"]["patients"]["rounds"] == 2
    assert extraction.warnings == ()


def test_a_record_deleted_between_offsets_costs_no_other(tmp_path):
    """A page that does not begin with a known record has a step back: what slipped is found, without a total."""
    world = make_dental(tmp_path)
    change_at(world, 3, lambda: [world.records("patients").pop(7) for _ in range(3)])

    world.extract()

    assert set(map(int, world.list_ids("patients", "PatNum"))) == set(range(450))


def test_records_deleted_behind_the_offset_end_the_list(tmp_path):
    """An offset beyond the new end steps back and finds it."""
    world = make_dental(tmp_path, 250)

    def cut():
        del world.records("patients")[50:]

    change_at(world, 3, cut)

    world.extract()

    assert {str(number) for number in range(50)} <= set(world.list_ids("patients", "PatNum"))
    assert len(world.source.seen) < 10


def test_a_list_is_read_whole_whatever_its_pages_hold(tmp_path):
    """A source that gives fewer a page than were asked for is not taken to be at its end."""
    world = make_dental(tmp_path)
    object.__setattr__(world.source.profile, "most", 40)

    world.extract()

    assert len(set(world.list_ids("patients", "PatNum"))) == 450


def test_next_links_are_followed_and_long_ids_keep_their_digits(tmp_path):
    """Eighteen digits stay eighteen digits, and a number deep in a record stands in its column."""
    world = make_cliniko(tmp_path)

    world.extract()

    staged = world.stage()["patients"]
    assert staged["id"].to_list() == LONG
    assert staged["mobile"].to_list() == [f"04{id_[-3:]}" for id_ in LONG]


def test_numbers_stand_in_the_export_as_they_are_spelt(tmp_path):
    """An id that is a JSON number of 18 digits, and a zero behind the point, are not read as floats."""
    world = make_world(tmp_path, "open_dental", {"patients": []})
    world.records("patients").append(keep('{"PatNum": 514810972972521917, "LName": 1.50}', key="PatNum"))

    world.extract()

    assert world.stage()["patients"].select("PatNum", "LName").row(0) == ("514810972972521917", "1.50")


def test_one_huge_page_is_taken(tmp_path):
    """A source that gives everything at once is read like any other."""
    world = make_dental(tmp_path, 60_000)
    object.__setattr__(world.source.profile, "most", 1_000_000)
    layout = world.folder / "layout.toml"
    layout.write_text(layout.read_text().replace("size = 100", "size = 100000"))

    world.extract()

    assert world.stage()["patients"].height == 60_000
    assert len(world.source.seen) == 2


@pytest.mark.parametrize("fault", [429, 500, 502, 503, 408, "truncated", "garbage"])
def test_an_answer_that_fails_is_asked_for_again(tmp_path, fault):
    """Three bad answers in a row cost waiting and nothing else."""
    world = make_cliniko(tmp_path)
    world.source.faults = dict.fromkeys((2, 3, 4), fault)

    extraction = world.extract()

    assert world.stage()["patients"]["id"].to_list() == LONG
    assert sum(extraction.manifest["requests"].values()) == world.source.counts["requests"]
    assert world.waits and sum(seconds for seconds, _ in world.waits) < 200


def test_a_source_that_stays_down_ends_the_run_and_keeps_its_pages(tmp_path):
    """The same command goes on with the page that failed."""
    world = make_cliniko(tmp_path)
    world.source.faults = dict.fromkeys(range(2, 30), 503)
    with pytest.raises(RetryLater, match="status 503.*run the same command again later"):
        world.extract()
    assert not (world.out / "patients.jsonl").exists()
    world.source.faults, before = {}, len(world.source.seen)

    world.extract()

    assert world.stage()["patients"]["id"].to_list() == LONG
    assert len(world.source.seen) - before == 2


def test_a_limit_with_a_reset_header_is_waited_for(tmp_path):
    """A customer that used the minute up makes us wait until the moment the source names, and no longer."""
    world = make_cliniko(tmp_path)

    def use_up():
        for _ in range(200):
            world.source.meters[0].enter("GET", "patients", world.clock())

    change_at(world, 2, use_up)

    world.extract()

    assert world.stage()["patients"]["id"].to_list() == LONG
    assert world.source.counts["over"] == 1
    assert 60 <= sum(seconds for seconds, _ in world.waits) < 64


def test_a_page_that_comes_again_and_again_stops_the_run(tmp_path):
    """A source that does not page as the layout says would be asked for ever."""
    world = make_world(tmp_path, "aerona", {"patients": make_patients(95)})
    layout = world.folder / "layout.toml"
    layout.write_text(layout.read_text().replace('parameter = "page"', 'parameter = "seite"'))

    with pytest.raises(StopRun, match="patients: the source gives the same page again and again"):
        world.extract()

    assert len(world.source.seen) == 3


def test_a_next_page_on_another_host_is_not_asked(tmp_path):
    """The secret would travel with it."""
    world = make_cliniko(tmp_path)
    world.source._name_next = lambda *_: "https://elsewhere.example/patients?page=2"

    with pytest.raises(UsageError, match="would lie on elsewhere.example; it was not asked"):
        world.extract()


def test_thin_lists_are_completed_record_by_record_within_two_limits(tmp_path):
    """Every booking has its total, which only its own address gives; ten requests in any minute, never more."""
    bookings = [
        {"booking_id": number, "booking_number": f"B{number}", "status": "TO DO", "total": f"{number}.50"}
        for number in range(1, 66)
    ]
    world = make_world(tmp_path, "octopuspro", {"bookings": bookings})

    extraction = world.extract()

    assert world.stage()["bookings"]["total"].to_list() == [f"{number}.50" for number in range(1, 66)]
    assert world.count_over() == 0
    assert extraction.manifest["requests"]["answered"] == 4 + 65
    assert world.clock.now - 1_795_608_000 >= 7 * 60


def test_a_record_that_went_since_its_list_was_given_keeps_what_the_list_said(tmp_path):
    """It is told, and nothing else of it is lost."""
    bookings = [
        {"booking_id": number, "booking_number": f"B{number}", "status": "S", "total": "1"} for number in (1, 2)
    ]
    world = make_world(tmp_path, "octopuspro", {"bookings": bookings})
    change_at(world, 2, lambda: world.records("bookings").pop(0))

    extraction = world.extract()

    assert world.stage()["bookings"]["booking_number"].to_list() == ["B1", "B2"]
    assert extraction.warnings == ("bookings: 1 records were gone when asked for one by one; parts are kept",)


def test_no_secret_is_written(tmp_path):
    """The key that stands in every address of this source stands in no file of the engagement."""
    world = make_world(tmp_path, "octopuspro", {"bookings": [{"booking_id": 1, "total": "1"}]})

    world.extract()

    files = [path for path in world.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if b"local-source-key" in path.read_bytes()]
    assert json.loads((world.out / "manifest.json").read_text())["files"]["bookings.jsonl"]["rows"] == 1
