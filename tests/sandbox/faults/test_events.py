"""What happens to the tenant while somebody loads into it."""

import pytest


def event(day):
    """The one event of the journal."""
    (row,) = (row for row in day.tenant.journal() if row["method"] == "EVENT")
    assert (row["status"], row["cost"]) == (None, 0)
    return row


def test_the_quota_is_cut(make_day):
    """In the middle of an hour; the next call is refused."""
    day = make_day("quota_cut:remaining=1,at=2")

    assert day.look().headers["x-ratelimit-remaining"] == "4999"
    assert day.look().headers["x-ratelimit-remaining"] == "0"
    assert day.look().status_code == 429
    assert event(day)["query"] == "1 of 5000 calls left"
    day.clock.now += 3600
    assert day.look().headers["x-ratelimit-remaining"] == "4999"


def test_the_quota_becomes_smaller(make_day):
    """For this hour and those that follow, and after a restart from the same file."""
    day = make_day("quota_cut:per_hour=10,at=3")
    answers = [day.look().headers["x-ratelimit-remaining"] for _ in range(4)]

    assert answers == ["4999", "4998", "7", "6"]
    day.clock.now += 3600
    assert day.look().headers["x-ratelimit-remaining"] == "9"


def test_the_quota_is_set_from_outside(make_day):
    """By a call of the tenant's own, which costs nothing."""
    day = make_day()
    local = "http://tenant.test/local/quota"
    day.look()

    assert day.http.post(local, json={"remaining": 2}).json()["remaining"] == 2
    assert day.look().headers["x-ratelimit-remaining"] == "1"
    assert day.http.post(local, json={"per_hour": 4}).json() == {"per_hour": 4, "remaining": 0, "reset": 3600.0}
    assert day.look().status_code == 429
    for wrong in ({}, {"remaining": -1}, {"per_hour": "many"}, {"remaining": True}):
        assert day.http.post(local, json=wrong).status_code == 400


def test_a_field_is_deleted(make_day):
    """Writes that name it are refused from then on, and its values are gone."""
    day = make_day("field_deleted:field=cf_x,path=/contacts,at=2")
    day.add_field("contacts", label="X", type="text")
    made = day.make("contact", email="a@example.org", custom_field={"cf_x": "1"})

    refused = day.refuse("POST", "/contacts", {"email": "b@example.org", "custom_field": {"cf_x": "1"}})

    assert "cf_x" in refused[0]
    assert "cf_x" not in day.ask("GET", f"/contacts/{made['id']}")["contact"]["custom_field"]
    assert (event(day)["path"], event(day)["query"]) == ("/settings/contacts/fields", "cf_x")


def test_an_option_is_renamed(make_day):
    """The old one is refused from then on."""
    day = make_day("option_renamed:field=cf_x,option=Blue,to=Azure,path=/contacts")
    day.add_field("contacts", label="X", type="dropdown", choices=["Red", "Blue"])

    refused = day.refuse("POST", "/contacts", {"email": "b@example.org", "custom_field": {"cf_x": "Blue"}})

    assert refused
    day.make("contact", email="b@example.org", custom_field={"cf_x": "Azure"})
    assert event(day)["query"] == "cf_x: Blue -> Azure"


def test_an_item_of_a_list_is_renamed(make_day):
    """Its id stays."""
    day = make_day("option_renamed:field=contact_statuses,option=New,to=Fresh")
    old = day.choice("contact_statuses", "New")

    named = {item["name"]: item["id"] for item in day.ask("GET", "/selector/contact_statuses")["contact_statuses"]}

    assert named["Fresh"] == old
    assert "New" not in named


def test_a_user_is_deactivated(make_day):
    """Never the one whose key is used, unless named."""
    day = make_day("user_deactivated:at=1+2+3+4+5")

    for _ in range(4):
        day.look()
    users = day.ask("GET", "/selector/owners")["users"]

    assert [user["is_active"] for user in users] == [True] + [False] * (len(users) - 1)
    rows = [row for row in day.tenant.journal() if row["method"] == "EVENT"]
    assert rows[0]["query"].endswith("@tenant.example")
    assert rows[-1]["query"] == "nothing there"


@pytest.mark.parametrize("which", ["first", "last", 1, 3, "random"])
def test_a_person_edits_a_record(make_day, which):
    """The one meant; it says who changed it, and the journal says which it was."""
    day = make_day(f"person_edits:which={which},field=city,value=Graz,at=4,path=/contacts")
    ids = [day.post_contact(number).json()["contact"]["id"] for number in range(3)]

    day.ask("GET", "/contacts/filters")

    (edited,) = (record for record in day.tenant.records("contact") if record.get("city") == "Graz")
    expected = {"first": ids[:1], "last": ids[2:], 1: ids[:1], 3: ids[2:], "random": ids}[which]
    assert edited["id"] in expected
    assert edited["updater_id"] == day.choice("owners", "noor.haddad@tenant.example") != edited["creater_id"]
    assert (event(day)["records"], event(day)["query"]) == ([edited["id"]], "city")


def test_a_person_edits_a_custom_field(make_day):
    """Named as it is."""
    day = make_day("person_edits:field=cf_x,value=7,path=/contacts,at=2")
    day.add_field("contacts", label="X", type="text")
    day.make("contact", email="a@example.org")

    day.ask("GET", "/contacts/filters")

    assert event(day)["query"] == "cf_x"


@pytest.mark.parametrize(("of", "add"), [("contact", "note"), ("contact", "deal"), ("sales_account", "deal")])
def test_a_person_links_records(make_day, of, add):
    """A note or a deal of their own at a record of ours."""
    day = make_day(f"person_links:of={of},add={add},at=2")
    made = day.make(of, **{"contact": {"email": "a@example.org"}, "sales_account": {"name": "A"}}[of])

    day.look()

    (record,) = day.tenant.records(add)
    assert record["id"] in event(day)["records"]
    assert day.tenant.store.children(made["id"], add) == [record]


def test_a_person_deletes_a_record(make_day):
    """It is in the recycle bin, and the client finds nothing."""
    day = make_day("person_deletes:at=2")
    made = day.make("contact", email="a@example.org")

    day.refuse("GET", f"/contacts/{made['id']}", status=404)

    assert event(day)["path"] == f"/contacts/{made['id']}"


@pytest.mark.parametrize(
    "line",
    [
        "person_edits", "person_links", "person_deletes", "field_deleted", "option_renamed", "person_edits:which=9",
        "user_deactivated:user=nobody@example.org", "option_renamed:field=deal_types,option=None such",
        "person_links:of=deal,add=deal", "person_edits:of=cm_none", "field_deleted:of=unicorn",
    ],
)  # fmt: skip
def test_an_event_that_finds_nothing_to_do_says_so(make_day, line):
    """And the call that set it off is answered as always."""
    day = make_day(line)
    before = day.tenant.digest(with_schema=True)

    assert day.look().status_code == 200
    assert event(day)["query"] in ("nothing there", "refused with 404")
    assert day.tenant.digest(with_schema=True) == before


def test_a_deactivated_user_stays_so_when_the_tenant_starts_again(make_day, tmp_path):
    """Their own key opens nothing any more."""
    from workbench.sandbox import User

    users = (User(name="A", email="a@tenant.example"), User(name="B", email="b@tenant.example", key="b-key"))
    path = tmp_path / "tenant.sqlite"
    first = make_day("user_deactivated:user=b@tenant.example,at=2", users=users, path=path)
    as_b = {"Authorization": "Token token=b-key"}
    assert first.http.get("/selector/owners", headers=as_b).status_code == 200
    first.look()
    assert first.http.get("/selector/owners", headers=as_b).status_code == 401
    first.tenant.close()

    again = make_day(users=users, path=path)

    assert again.http.get("/selector/owners", headers=as_b).status_code == 401
