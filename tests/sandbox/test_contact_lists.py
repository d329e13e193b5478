"""Static lists of contacts: what is passed over, what is refused, and what the digest sees of them."""

import pytest


@pytest.fixture
def ids(api):
    """Two contacts."""
    return [api.make("contact", email=f"{name}@example.org")["id"] for name in ("ann", "bo")]


@pytest.fixture
def fans(api, ids):
    """A list with both of them."""
    id = api.ask("POST", "/lists", {"name": "Fans"})["list"]["id"]
    api.ask("PUT", f"/lists/{id}/add_contacts", {"ids": ids})
    return id


def members(api, id):
    """Ids of the contacts on a list."""
    return [each["id"] for each in api.ask("GET", f"/contacts/lists/{id}")["contacts"]]


def test_contacts_nobody_knows_are_passed_over(api, ids, fans):
    """They are not counted; one who is on the list already is, and stays there once."""
    sent = {"ids": [str(ids[0]), ids[0], 5, "x", {"id": ids[1]}, None]}

    assert api.ask("PUT", f"/lists/{fans}/add_contacts", sent) == {"message": "2 contacts updated."}
    assert members(api, fans) == ids
    assert api.ask("PUT", f"/lists/{fans}/remove_contacts", {"ids": [5]}) == {"message": "0 contacts updated."}


@pytest.mark.parametrize("way", ["add_contacts", "remove_contacts", "move_contacts"])
@pytest.mark.parametrize("body", [{"ids": []}, {"ids": "x"}, {"all": "yes"}, {"name": "x"}])
def test_a_call_without_contacts_is_refused(api, ids, fans, way, body):
    """Nothing changes."""
    assert api.refuse("PUT", f"/lists/{fans}/{way}", body) == ["Ids can't be blank"]
    assert members(api, fans) == ids


def test_a_list_nobody_knows_is_not_found(api, ids):
    """Neither the one in the path nor the one contacts come from."""
    made = api.ask("POST", "/lists", {"name": "A"})["list"]["id"]

    assert "list you're looking for" in api.refuse("PUT", "/lists/5", {"name": "x"}, status=404)[0]
    assert api.refuse("GET", "/contacts/lists/5", status=404)
    assert api.refuse("PUT", "/lists/5/add_contacts", {"ids": ids}, status=404)
    assert api.refuse("PUT", f"/lists/{made}/move_contacts", {"ids": ids, "from_list_id": 5}, status=404)
    assert members(api, made) == []


def test_everybody_moves(api, ids, fans):
    """The whole of one list goes to the other; moved to itself it stays whole."""
    other = api.ask("POST", "/lists", {"name": "B"})["list"]["id"]

    answer = api.ask("PUT", f"/lists/{other}/move_contacts", {"all": True, "from_list_id": fans})

    assert answer["message"].startswith("Updating now...")
    assert (members(api, fans), members(api, other)) == ([], ids)
    api.ask("PUT", f"/lists/{other}/move_contacts", {"ids": ids, "from_list_id": other})
    assert members(api, other) == ids


def test_everybody_goes_when_the_job_is_done(make_api):
    """The answer comes before the list is empty, as with any bulk write."""
    api = make_api(switches={"job_seconds": 30.0})
    id = api.ask("POST", "/lists", {"name": "A"})["list"]["id"]
    contact = api.make("contact", email="ann@example.org")["id"]
    api.ask("PUT", f"/lists/{id}/add_contacts", {"ids": [contact]})

    api.ask("PUT", f"/lists/{id}/remove_contacts", {"all": True})

    assert members(api, id) == [contact]
    api.clock.now += 31
    assert members(api, id) == []


def test_lists_count_in_the_digest(api, ids, fans):
    """Their names, and who is on them as far as they are live."""
    before = api.tenant.digest()
    new = api.make("contact", email="cy@example.org")["id"]
    api.ask("PUT", f"/lists/{fans}/add_contacts", {"ids": [new]})
    api.ask("DELETE", f"/contacts/{new}")
    assert api.tenant.digest() == before

    api.ask("PUT", f"/lists/{fans}/remove_contacts", {"ids": ids[:1]})

    assert api.tenant.digest() != before
    api.ask("PUT", f"/lists/{fans}/add_contacts", {"ids": ids[:1]})
    # The order in which contacts came is no content.
    assert api.tenant.digest() == before


def test_a_list_survives_a_snapshot(api, ids, fans, tmp_path):
    """With everybody on it."""
    api.tenant.snapshot(tmp_path / "kept.sqlite")
    api.ask("PUT", f"/lists/{fans}/remove_contacts", {"all": True})

    api.tenant.restore(tmp_path / "kept.sqlite")

    assert members(api, fans) == ids
