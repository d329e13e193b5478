"""Static lists of contacts."""

import pytest

LATER = {"message": "Updating now... we'll let you know once this is done."}


@pytest.fixture
def ids(api):
    """Three contacts."""
    return [api.make("contact", email=f"{name}@example.org")["id"] for name in ("ann", "bo", "cy")]


@pytest.fixture
def make_list(api):
    """Makes lists with contacts on them; gives their ids."""

    def make(name, members=()):
        id = api.ask("POST", "/lists", {"name": name})["list"]["id"]
        if members:
            api.ask("PUT", f"/lists/{id}/add_contacts", {"ids": list(members)})
        return id

    return make


@pytest.fixture
def members(api):
    """Ids of the contacts on a list."""
    return lambda id: [each["id"] for each in api.ask("GET", f"/contacts/lists/{id}")["contacts"]]


@pytest.mark.contract("2.12-01")
def test_2_12_a_list_is_made_from_a_name(api):
    """It needs one."""
    made = api.ask("POST", "/lists", {"name": "Fans"})["list"]

    assert (made["name"], made["id"] > 0) == ("Fans", True)
    assert api.refuse("POST", "/lists", {"name": " "}) == ["Name can't be empty"]


@pytest.mark.contract("2.12-02")
def test_2_12_lists_are_listed(api, make_list):
    """By page, with their names and nothing else."""
    for name in ("A", "B", "C"):
        make_list(name)

    answer = api.ask("GET", "/lists", per_page=2, page=2)

    assert [set(each) for each in answer["lists"]] == [{"id", "name"}]
    assert (answer["lists"][0]["name"], answer["meta"]) == ("C", {"total": 3, "total_pages": 2})


@pytest.mark.contract("2.12-03")
def test_2_12_a_list_is_renamed(api, ids, make_list, members):
    """Who is on it stays."""
    id = make_list("A", ids)

    assert api.ask("PUT", f"/lists/{id}", {"name": "B"})["list"] == {"id": id, "name": "B"}
    assert members(id) == ids


@pytest.mark.contract("2.12-04")
def test_2_12_the_contacts_on_a_list(api, ids, make_list):
    """Whole contacts, by page."""
    id = make_list("A", ids)

    answer = api.ask("GET", f"/contacts/lists/{id}", per_page=2, sort="created_at", sort_type="desc")

    assert [each["email"] for each in answer["contacts"]] == ["cy@example.org", "bo@example.org"]
    assert (answer["meta"]["total"], answer["meta"]["total_pages"]) == (3, 2)


@pytest.mark.contract("2.12-05")
@pytest.mark.contract("2.12-08")
def test_2_12_contacts_are_put_on_a_list(api, ids, make_list, members):
    """The answer counts them; one is a contact, two are contacts."""
    id = make_list("A")

    told = [api.ask("PUT", f"/lists/{id}/add_contacts", {"ids": some}) for some in (ids[:2], ids[2:])]

    assert told == [{"message": "2 contacts updated."}, {"message": "1 contact updated."}]
    assert members(id) == ids


@pytest.mark.contract("2.12-06")
def test_2_12_contacts_are_taken_off_a_list(api, ids, make_list, members):
    """The others stay."""
    id = make_list("A", ids)

    told = api.ask("PUT", f"/lists/{id}/remove_contacts", {"ids": ids[:2]})

    assert (told, members(id)) == ({"message": "2 contacts updated."}, ids[2:])


@pytest.mark.contract("2.12-07")
def test_2_12_contacts_are_moved(api, ids, make_list, members):
    """Off the list they came from, and on the one in the path."""
    source, target = make_list("A", ids), make_list("B")

    told = api.ask("PUT", f"/lists/{target}/move_contacts", {"ids": ids[:2], "from_list_id": source})

    assert told == {"message": "2 contacts updated."}
    assert (members(source), members(target)) == (ids[2:], ids[:2])


@pytest.mark.contract("2.12-09")
def test_2_12_everybody_is_taken_off_later(api, ids, make_list, members):
    """The answer says so and counts nobody."""
    id = make_list("A", ids)

    assert api.ask("PUT", f"/lists/{id}/remove_contacts", {"all": True}) == LATER
    assert members(id) == []


@pytest.mark.contract("2.12-10")
def test_2_12_who_is_on_a_list_stays_on_it(api, ids, make_list, members):
    """Whatever becomes of the contact; one in the recycle bin is unseen until it is restored."""
    id = make_list("A", ids[:1])
    api.ask("PUT", f"/contacts/{ids[0]}", {"contact": {"city": "Oslo"}})
    assert members(id) == ids[:1]

    api.ask("DELETE", f"/contacts/{ids[0]}")

    assert members(id) == []
    api.ask("PUT", f"/contacts/{ids[0]}/restore")
    assert members(id) == ids[:1]


@pytest.mark.contract("2.12-11")
def test_2_12_views_cannot_be_created(api):
    """There is nothing at such an address."""
    assert api.refuse("POST", "/contacts/filters", {"name": "x"}, status=404)
