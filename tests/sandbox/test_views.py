"""Lists are views: there is no other way to see all records."""

import pytest


@pytest.fixture
def filled(api):
    """A tenant with five contacts, Ann to Eve, the admin owning the first two."""
    for number, name in enumerate(("Dan", "Ann", "Eve", "Bob", "Cid")):
        owner = api.tenant.admin_id if number < 2 else None
        api.make("contact", first_name=name, email=f"{name}@example.org", owner_id=owner)
        api.clock.now += 60
    return api


def names(answer):
    """First names in the order they came."""
    return [each["first_name"] for each in answer["contacts"]]


@pytest.mark.parametrize("plural", ["contacts", "sales_accounts", "deals"])
def test_a_bare_list_and_an_unknown_view_are_forbidden(api, plural):
    """403 with the words live tenants use."""
    for path in (f"/{plural}", f"/{plural}/view/5", f"/{plural}/view/x"):
        assert api.refuse("GET", path, status=403) == ["You are not authorized to perform this action."]


@pytest.mark.parametrize("plural", ["contacts", "sales_accounts", "deals"])
def test_every_object_has_a_view_of_all_and_a_bin(api, plural):
    """Clients look for these by name."""
    views = api.ask("GET", f"/{plural}/filters")["filters"]

    names = [view["name"] for view in views]
    assert any(name.startswith("All ") for name in names) and "Recycle Bin" in names
    assert all("rule" not in view for view in views)


def test_a_view_of_one_object_is_none_of_another(api):
    """An id of a contacts' view does not open deals."""
    id = api.ask("GET", "/contacts/filters")["filters"][3]["id"]

    assert api.refuse("GET", f"/deals/view/{id}", status=403)


def test_a_view_shows_whole_records_in_pages(filled):
    """Pages tell the total; custom fields come along."""
    filled.add_field("contacts", label="X", type="text")

    pages = [filled.view("contacts", "All Contacts", per_page=2, page=page) for page in (1, 2, 3, 4)]

    assert [names(page) for page in pages] == [["Dan", "Ann"], ["Eve", "Bob"], ["Cid"], []]
    assert pages[0]["meta"] == {"total": 5, "total_pages": 3}
    assert pages[0]["contacts"][0]["custom_field"] == {"cf_x": None}


def test_a_view_is_sorted(filled):
    """By any attribute, either way."""
    first = filled.tenant.records("contact")[0]
    filled.ask("PUT", f"/contacts/{first['id']}", {"city": "Oslo"})

    def listed(**query):
        return names(filled.view("contacts", "All Contacts", **query))

    assert listed(sort="first_name", sort_type="asc") == ["Ann", "Bob", "Cid", "Dan", "Eve"]
    assert listed(sort="created_at", sort_type="desc") == ["Cid", "Bob", "Eve", "Ann", "Dan"]
    assert listed(sort="updated_at", sort_type="desc")[0] == "Dan"
    assert listed(sort="x'; DROP TABLE records; --") == listed()


def test_money_sorts_as_a_number(api):
    """9 comes before 10."""
    for amount in (10, 9, 100):
        api.make("deal", name=str(amount), amount=amount)

    deals = api.view("deals", "All Deals", sort="amount", sort_type="asc")["deals"]

    assert [deal["name"] for deal in deals] == ["9", "10", "100"]


@pytest.mark.parametrize(
    ("query", "count"),
    [({"per_page": 0}, 0), ({"per_page": 1000}, 5), ({"page": 99}, 0), ({"page": 0}, 5), ({"per_page": "x"}, 5)],
)
def test_odd_pages_answer_200(filled, query, count):
    """Nothing, or what is there; never an error."""
    assert len(filled.view("contacts", "All Contacts", **query)["contacts"]) == count


def test_a_page_has_at_most_a_hundred_records_and_25_by_default(api):
    """A larger page is cut to the cap."""
    for number in range(101):
        api.make("sales_account", name=f"A{number}")

    assert len(api.view("sales_accounts", "All Accounts")["sales_accounts"]) == 25
    page = api.view("sales_accounts", "All Accounts", per_page=1000)
    assert (len(page["sales_accounts"]), page["meta"]) == (100, {"total": 101, "total_pages": 2})


def test_views_pick_by_their_rule(filled):
    """Mine, and those in the bin."""
    gone = filled.tenant.records("contact")[4]
    filled.ask("DELETE", f"/contacts/{gone['id']}")

    bin = filled.view("contacts", "Recycle Bin")

    assert names(filled.view("contacts", "My Contacts")) == ["Dan", "Ann"]
    assert (names(bin), bin["contacts"][0]["is_deleted"]) == (["Cid"], True)
    assert filled.view("contacts", "All Contacts")["meta"]["total"] == 4


def test_deals_are_open_won_or_lost(api, make_api):
    """By the forecast of their stage; a switch keeps views to the first pipeline."""
    for name in ("New", "Won", "Lost", "Renewed"):
        api.make("deal", name=name, amount=1, deal_stage_id=api.choice("deal_stages", name))

    def listed(api, view):
        return [deal["name"] for deal in api.view("deals", view)["deals"]]

    assert (listed(api, "Open Deals"), listed(api, "Won Deals"), listed(api, "Lost Deals")) == (
        ["New"],
        ["Won", "Renewed"],
        ["Lost"],
    )
    narrow = make_api(switches={"views_cover_pipelines": False})
    for name in ("Won", "Renewed"):
        narrow.make("deal", name=name, amount=1, deal_stage_id=narrow.choice("deal_stages", name))
    assert listed(narrow, "All Deals") == ["Won"]


def test_a_view_brings_owners_along_first(filled):
    """Clients read the first key of the answer."""
    answer = filled.view("contacts", "All Contacts", include="owner")

    assert [user["email"] for user in answer["users"]] == ["admin@tenant.example"]
    assert next(iter(answer)) == "users"
    assert [each["owner_id"] for each in answer["contacts"]].count(filled.tenant.admin_id) == 2


def test_a_query_some_clients_garble(filled):
    """A page size with a second question mark in it is still read."""
    views = filled.ask("GET", "/contacts/filters")["filters"]
    id = next(view["id"] for view in views if view["name"] == "All Contacts")

    response = filled.http.get(f"/contacts/view/{id}?per_page=2?page=1&per_page=2")

    assert len(response.json()["contacts"]) == 2


def test_a_view_tells_what_it_is(api):
    """Views that came with the tenant belong to nobody; the others may be renamed and deleted."""
    answer = api.ask("GET", "/deals/filters")
    views = {view["name"]: view for view in answer["filters"]}

    keys = {"id", "name", "model_class_name", "user_id", "is_default", "updated_at", "user_name"}
    assert all(set(view) == keys | {"current_user_permissions"} for view in views.values())
    assert (answer["meta"], views["Open Deals"]["user_id"], views["Open Deals"]["user_name"]) == ({}, 0, None)
    assert (views["Open Deals"]["is_default"], views["Open Deals"]["current_user_permissions"]) == (True, [])
    assert (views["Won Deals"]["is_default"], len(views["Won Deals"]["current_user_permissions"])) == (False, 2)


def test_contacts_are_picked_by_what_happened_to_them(api):
    """Something open to do, nobody met or called them, no mail reaches them, or nothing changed for long."""
    old = api.make("contact", first_name="Old", email="o@example.org", subscription_status=4)
    api.clock.now += 40 * 86_400
    new = api.make("contact", first_name="New", email="n@example.org")
    about = {"targetable_type": "Contact", "targetable_id": new["id"]}
    task = api.ask("POST", "/tasks", {"task": {"title": "t", "due_date": "2027-01-01", **about}}, status=201)["task"]
    times = {"from_date": "2026-01-01T10:00:00Z", "end_date": "2026-01-01T11:00:00Z"}
    api.ask("POST", "/appointments", {"appointment": {"title": "a", **times, **about}}, status=201)

    def listed(name):
        return [contact["id"] for contact in api.view("contacts", name)["contacts"]]

    assert listed("Needs Follow-up") == [new["id"]]
    assert listed("Never Contacted") == listed("Bounced contacts") == listed("Inactive") == [old["id"]]
    assert listed("Active") == listed("New Contacts") == [new["id"]]
    api.ask("PUT", f"/tasks/{task['id']}", {"task": {"status": 1}})
    assert listed("Needs Follow-up") == []


def test_deals_are_picked_by_when_and_how_surely_they_close(api):
    """It is Wednesday the 25th of November; a deal that was lost is neither."""
    stages = {name: api.choice("deal_stages", name) for name in ("New", "Negotiation", "Won", "Lost")}
    for name, stage, also in (
        ("cold", "New", {}),
        ("hot", "Negotiation", {"expected_close": "2026-11-29"}),
        ("later", "Negotiation", {"expected_close": "2026-11-30"}),
        ("sold", "Won", {"closed_date": "2026-11-01"}),
        ("sold before", "Won", {"closed_date": "2026-10-31"}),
        ("lost", "Lost", {"expected_close": "2026-11-25", "closed_date": "2026-11-25"}),
    ):
        api.clock.now += -40 * 86_400 * (name == "cold")
        api.make("deal", name=name, amount=1, deal_stage_id=stages[stage], **also)
        api.clock.now += 40 * 86_400 * (name == "cold")

    def listed(name):
        return [deal["name"] for deal in api.view("deals", name)["deals"]]

    assert (listed("Hot Deals"), listed("Cold Deals")) == (["hot", "later"], ["cold"])
    assert (listed("Closing this week"), listed("This month's sales")) == (["hot"], ["sold"])
