"""Snapshots of a served tenant: kept beside its file, by name."""

import pytest

from tests.sandbox.faults.day import Day

LOCAL = "http://tenant.test/local"


@pytest.fixture
def day(tmp_path):
    """A tenant kept in a file."""
    day = Day(path=tmp_path / "clinic.sqlite")
    yield day
    day.close()


def keep(day, name, *, word="snapshot"):
    """The answer to a snapshot or a restore of that name."""
    return day.http.post(f"{LOCAL}/{word}", json={"name": name})


def test_as_it_was_before_is_one_comparison(day, tmp_path):
    """Snapshot, changes, restore: the digest is the same again."""
    day.make("contact", email="a@example.org")
    kept = keep(day, "before").json()
    day.make("contact", email="b@example.org")
    day.add_field("contacts", label="X", type="text")

    back = keep(day, "before", word="restore").json()

    assert back == kept == {"snapshot": "before", "digest": day.tenant.digest(with_schema=True)}
    assert day.tenant.count("contact") == 1
    assert (tmp_path / "clinic.snapshots" / "before.sqlite").is_file()
    assert day.http.get(f"{LOCAL}/snapshots").json() == {"snapshots": ["before"]}


def test_a_restored_tenant_goes_on(day):
    """It answers and mints ids as before, and its faults are those it has now."""
    first = day.make("contact", email="a@example.org")
    keep(day, "before")
    day.http.post(f"{LOCAL}/faults", json={"lines": ["html:at=2"]})
    keep(day, "before", word="restore")

    assert day.make("contact", email="b@example.org")["id"] == first["id"] + 1
    assert day.look().headers["content-type"] == "text/html"


@pytest.mark.parametrize("word", ["snapshot", "restore"])
@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b", "", ".", "x" * 61, None, 7, "a.sqlite", "ä", "-x"])
def test_no_other_place_can_be_named(day, tmp_path, word, name):
    """Names are letters, digits, - and _; nothing is written."""
    before = sorted(tmp_path.rglob("*"))

    assert keep(day, name, word=word).status_code == 400
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_not_there_is_not_brought_back(day):
    """The tenant stays as it is."""
    day.make("contact", email="a@example.org")

    assert keep(day, "never", word="restore").status_code == 400
    assert day.tenant.count("contact") == 1


def test_a_tenant_in_memory_keeps_none(api):
    """It says how to have some."""
    for method, path in [("POST", "snapshot"), ("POST", "restore"), ("GET", "snapshots")]:
        answer = api.http.request(method, f"{LOCAL}/{path}", json={"name": "before"} if method == "POST" else None)
        assert (answer.status_code, "--data" in answer.text) == (400, True)


def test_a_stranger_keeps_nothing(day):
    """The key is asked for."""
    answer = day.http.post(f"{LOCAL}/snapshot", json={"name": "x"}, headers={"Authorization": "x"})

    assert answer.status_code == 401
