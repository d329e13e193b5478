"""Pages of lists."""

import pytest

COUNT = 120


@pytest.fixture
def full(api):
    """A tenant with more contacts than a page holds."""
    return fill(api)


def fill(api):
    """Made without the API, which is not what is looked at here."""
    for number in range(COUNT):
        api.make("contact", first_name=f"{number:03}", email=f"{number}@example.org")
    return api


def read(api, **query):
    """A page of all contacts: how many it has, and what it says of all pages."""
    answer = api.view("contacts", "All Contacts", **query)
    return len(answer["contacts"]), answer["meta"]["total_pages"]


@pytest.mark.contract("2.17-01", "2.17-02", "2.17-10")
@pytest.mark.parametrize(
    ("asked", "granted"), [(None, 25), (1, 1), (50, 50), (100, 100), ("100?page=1", 100), ("{per_page}", 25)]
)
def test_2_17_a_page_has_as_many_as_asked_for(full, asked, granted):
    """25 where none are, or nothing that can be read; the number of pages follows."""
    query = {} if asked is None else {"per_page": asked}

    assert read(full, **query) == (granted, -(-COUNT // granted))


@pytest.mark.contract("2.17-03", "2.17-04")
@pytest.mark.parametrize("query", [{"per_page": 0}, {"page": 9999}, {"page": 10**30}, {"page": 6}])
def test_2_17_a_page_with_nothing_on_it(full, query):
    """Is empty, and no error."""
    assert read(full, **query)[0] == 0


@pytest.mark.contract("2.17-05", "2.17-06")
@pytest.mark.parametrize("cap", [100, 50, 1000])
def test_2_17_too_large_a_page_is_the_largest_there_is(make_api, cap):
    """Whatever that is."""
    api = fill(make_api(switches={"per_page_cap": cap}))

    assert read(api, per_page=1000) == (min(cap, COUNT), -(-COUNT // cap))


@pytest.mark.contract("2.17-07", "2.17-08")
@pytest.mark.parametrize(
    ("plural", "sort"),
    [
        ("contacts", "created_at"), ("contacts", "updated_at"), ("contacts", "first_name"),
        ("sales_accounts", "name"), ("deals", "amount"), ("deals", "name"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["asc", "desc"])
def test_2_17_lists_are_sorted(api, plural, sort, way):
    """Amounts by their value, not as text."""
    for number in (2, 10, 1):
        api.make("contact", email=f"{number}@example.org", first_name=f"N{number}")
        api.make("sales_account", name=f"A{number}")
        api.make("deal", name=f"D{number}", amount=number)
        api.clock.now += 60
    view = {"contacts": "All Contacts", "sales_accounts": "All Accounts", "deals": "All Deals"}[plural]
    values = [each[sort] for each in api.view(plural, view, sort=sort, sort_type=way)[plural]]

    expected = sorted(values, key=float if sort == "amount" else str, reverse=way == "desc")
    assert values == expected and len(set(values)) == 3


@pytest.mark.contract("2.17-09")
@pytest.mark.parametrize(("cap", "status", "deep"), [(0, 200, 100), (100, 200, 0), (100, 400, None)])
def test_2_17_paging_may_end_early(make_api, cap, status, deep):
    """With empty pages that look like the end, or with a refusal."""
    api = fill(make_api(switches={"deep_page_cap": cap, "deep_page_status": status, "per_page_cap": 1000}))
    views = api.ask("GET", "/contacts/filters")["filters"]
    path = f"/contacts/view/{next(view['id'] for view in views if view['name'] == 'All Contacts')}"
    search = {"filter_rule": [], "per_page": 20, "page": 6}

    assert len(api.ask("GET", path, per_page=20, page=5)["contacts"]) == 20
    for answer in (
        api.ask("GET", path, status=status, per_page=20, page=6),
        api.ask("POST", "/filtered_search/contact", search, status=status),
    ):
        assert answer["errors"]["code"] == 400 if status == 400 else len(answer["contacts"]) == (20 if deep else 0)
