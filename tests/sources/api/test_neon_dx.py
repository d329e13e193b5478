"""A source that counts requests at the same time, for each method and path, and lists its own objects."""

from __future__ import annotations

import pytest

from tests.sources.api.world import make_world
from workbench.sandbox.sources.records import keep


def make_neon(tmp_path, **settings):
    objects = {
        "schema/objects": [{"name": "companies", "kind": "standard"}, {"name": "co_device", "kind": "custom"}],
        "companies": [{"id": f"c{number}", "label": "Company"} for number in range(450)],
        "co_device": [{"id": f"d{number}", "label": "Device"} for number in range(3)],
        "customer_profiles": [{"profile_id": f"p{number}", "msisdn": f"+91{number}"} for number in range(40)],
    }
    return make_world(tmp_path, "neon_dx", objects, **settings)


def use_details(world):
    """The profile with lists that show ids alone, and a path for each record."""
    source = world.source
    search = next(each for each in source.profile.objects if each.path.endswith("search"))
    object.__setattr__(search, "thin", ("profile_id",))


def test_records_are_asked_for_by_each_object_of_the_schema(tmp_path):
    """Objects the customer made are read as well: the schema names them, page after page by cursor."""
    world = make_neon(tmp_path)

    world.extract()

    ids = world.list_ids("records", "id")
    assert ids == [f"c{number}" for number in range(450)] + [f"d{number}" for number in range(3)]
    asked = [path for method, path, _ in world.source.seen if path.endswith("records")]
    assert asked == ["objects/companies/records"] * 3 + ["objects/co_device/records"]


def test_details_are_asked_for_at_the_same_time_and_never_too_many(tmp_path):
    """One search at a time; record by record as many at once as their own limit allows."""
    world = make_neon(tmp_path, delay=0.01)
    use_details(world)

    world.extract()

    assert world.stage()["profiles"]["msisdn"].to_list() == [f"+91{number}" for number in range(40)]
    each, search = world.source.meters
    assert (each.over, search.over) == (0, 0)
    assert search.most == 1
    assert 1 < each.most <= 5


@pytest.mark.covers("N-91")
def test_a_refusal_for_too_many_at_once_is_waited_out(tmp_path):
    """The customer's own integration takes all five places for a moment."""
    world = make_neon(tmp_path)
    meter, shape = world.source.meters[0], "objects/{file}/records"
    held = []

    def crowd(number, method, path):
        if number == 43:
            held.extend(meter.enter(method, shape, 0.0) for _ in range(5))
        elif number == 45:
            for _ in held:
                meter.leave(method, shape)

    world.source.before = crowd

    extraction = world.extract()

    assert len(world.list_ids("records", "id")) == 453
    assert extraction.manifest["requests"]["refused"] == 2
    assert [seconds for seconds, _ in world.waits] == [1.0, 2.0]


def test_a_record_changed_while_it_is_read_is_asked_for_again(tmp_path):
    """A second extraction asks from some minutes before the first answer of the one before."""
    world = make_neon(tmp_path)
    layout = world.folder / "layout.toml"
    layout.write_text(
        layout.read_text()
        .replace(
            'method = "POST"\nbody = { outputFields = ["profile_id"] }\n', 'since = { parameter = "updated_since" }\n'
        )
        .replace("msisdn = {", 'updated_at = { type = "datetime", required = false }\nmsisdn = {')
        .replace("objects/customer_profiles/search", "objects/customer_profiles/records")
        .replace('detail = "objects/customer_profiles/records/{profile_id}"\n', "")
    )
    world.extract()
    served = next(each for each in world.source.profile.objects if each.since)
    record = keep('{"profile_id": "p3", "msisdn": "+1", "updated_at": "2099-01-01T00:00:00Z"}', key="profile_id")
    world.source.records(served, "customer_profiles")[3] = type(record)(record.text, "p3", "2099-01-01T00:00:00Z")

    extraction = world.extract()

    assert world.stage()["profiles"].filter(profile_id="p3")["msisdn"].item() == "+1"
    assert extraction.manifest["objects"]["profiles"]["read"] == 1
