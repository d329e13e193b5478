"""How other clients find the view that shows everything, and walk through it: each of their ways arrives."""

import httpx
import pytest

from tests.clients.filling import EACH, fill, settings_of
from workbench.sandbox import build_app, in_process

BASE = "http://tenant.test/crm/sales/api"
HEADERS = {"Authorization": "Token token=local-tenant-key", "Accept": "application/json"}
NAMED = {"contacts": "All Contacts", "sales_accounts": "All Accounts", "deals": "All Deals"}


@pytest.fixture(scope="module")
def ask():
    """Asks a tenant with several pages of everything."""
    app = build_app(settings_of("suite"))
    fill(app.state.tenant)
    with httpx.Client(transport=in_process(app), base_url=BASE, headers=HEADERS) as http:
        yield lambda path, **query: http.get(path, params=query).raise_for_status().json()
    app.state.tenant.close()


def find_view(ask, plural, is_meant):
    """The id of the first view whose name will do."""
    return next(view["id"] for view in ask(f"/{plural}/filters")["filters"] if is_meant(view["name"]))


def read_until_last(ask, plural, view):
    """Page by page until the page's number is the number of pages, as the clients in Go and PHP do."""
    rows, page = [], 1
    while True:
        answer = ask(f"/{plural}/view/{view}", page=page)
        rows += answer[plural]
        if page == answer["meta"]["total_pages"]:
            return rows
        page += 1


@pytest.mark.parametrize("plural", NAMED)
def test_by_its_exact_name(ask, plural):
    """The clients in Go and PHP know no other."""
    rows = read_until_last(ask, plural, find_view(ask, plural, lambda name: name == NAMED[plural]))

    assert len({row["id"] for row in rows}) == len(rows) > 2 * 100


@pytest.mark.parametrize("plural", NAMED)
def test_by_a_word_in_its_name_and_the_first_key(ask, plural):
    """n8n takes the first view with `All` in its name, and of each page whatever its first key holds."""
    view = find_view(ask, plural, lambda name: "All" in name)
    rows, page, pages = [], 1, 1
    while page <= pages:
        answer = ask(f"/{plural}/view/{view}", page=page, per_page=100)
        rows += answer[next(iter(answer))]
        page, pages = page + 1, answer["meta"]["total_pages"]

    assert len(rows) == ask(f"/{plural}/view/{view}")["meta"]["total"]


def test_my_deals(ask):
    """n8n's other view shows what belongs to the owner of the key."""
    view = find_view(ask, "deals", lambda name: "My Deals" in name)
    me = ask("/selector/owners")["users"][0]["id"]

    rows = read_until_last(ask, "deals", view)
    owners = {ask(f"/deals/{row['id']}", include="owner")["deal"]["owner_id"] for row in rows}
    assert owners == {me}


@pytest.mark.parametrize("path", ["/tasks", "/appointments", "/sales_activities"])
def test_the_first_key_of_activities_is_their_own(ask, path):
    """Nothing stands before them where nothing was included."""
    answer = ask(path)

    assert next(iter(answer)) == path.strip("/")
    assert answer["meta"]["total"] <= EACH
