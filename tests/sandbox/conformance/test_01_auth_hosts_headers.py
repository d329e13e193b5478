"""Who is let in, at which address, and what the others are told."""

import pytest

from tests.sandbox.conftest import START
from workbench.sandbox import User

KEYS = {"admin": "key-admin", "agent": "key-agent", "readonly": "key-readonly"}
USERS = tuple(User(name=role, email=f"{role}@x.example", role=role, key=key) for role, key in KEYS.items())
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def knock(api, header, path="/selector/owners", accept="application/json", **settings):
    """The answer to a caller with this Authorization header."""
    headers = {"Authorization": header, "Accept": accept}
    return api.http.request(settings.pop("method", "GET"), path, headers=headers, **settings)


@pytest.fixture
def staffed(make_api):
    """A tenant with three users who may do more and less, each with a key."""
    return make_api(users=USERS)


@pytest.mark.contract("1-01", "1-02")
@pytest.mark.parametrize(("edition", "prefix"), [("suite", "/crm/sales/api"), ("classic", "/api")])
def test_1_each_edition_has_its_base_address(make_api, edition, prefix):
    """The host is the account's own."""
    assert make_api(edition=edition).http.get(f"http://acme.test{prefix}/selector/owners").status_code == 200


@pytest.mark.contract("1-03")
@pytest.mark.parametrize("header", ["Token token=local-tenant-key", 'Token token="local-tenant-key"'])
def test_1_a_token_lets_in(api, header):
    """With or without quotes."""
    assert knock(api, header).status_code == 200


@pytest.mark.contract("1-04")
def test_1_what_a_key_writes_its_user_writes(staffed):
    """The user of the key made the record, and sees it among their own."""
    body = {"task": {"title": "Call", "due_date": "2027-01-01T10:00:00Z"}}
    made = knock(staffed, f"Token token={KEYS['agent']}", "/tasks?include=creater", method="POST", json=body).json()

    assert made["task"]["creater_id"] == made["task"]["owner_id"] == staffed.choice("owners", "agent@x.example")


@pytest.mark.contract("1-05")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/selector/owners", {"admin", "agent", "readonly"}),
        ("POST", "/filtered_search/contact", {"admin", "agent", "readonly"}),
        ("POST", "/contacts", {"admin", "agent"}),
        ("POST", "/contacts/bulk_destroy", {"admin"}),
        ("POST", "/settings/contacts/forms/1/fields", {"admin"}),
        ("DELETE", "/contacts/5/forget", {"admin"}),
    ],
)
def test_1_a_key_may_what_its_user_may(staffed, method, path, allowed):
    """All else is 403, before anything is read of the body."""
    statuses = {role: knock(staffed, f"Token token={key}", path, method=method) for role, key in KEYS.items()}

    assert {role for role, answer in statuses.items() if answer.status_code != 403} == allowed


@pytest.mark.contract("1-06")
@pytest.mark.parametrize(
    "header", ["", "Token token=wrong", "Token local-tenant-key", "Basic bG9jYWw6", "Token token="]
)
def test_1_a_bad_key_is_told_in_json(api, header):
    """The message is null."""
    answer = knock(api, header)

    assert (answer.status_code, answer.json()) == (401, {"login": "failed", "message": None})


@pytest.mark.contract("1-07")
@pytest.mark.parametrize("accept", ["*/*", "text/html", ""])
def test_1_a_browser_is_sent_to_sign_in(api, accept):
    """What decides is whether JSON is asked for by name."""
    answer = knock(api, "Token token=wrong", accept=accept)

    assert (answer.status_code, answer.headers["location"]) == (302, "/crm/sales/signin")


@pytest.mark.contract("1-08")
@pytest.mark.parametrize("scheme", ["Bearer ", "Token token="])
def test_1_a_login_from_outside_is_no_key(api, scheme):
    """The words are the only ones a refused caller is given."""
    answer = knock(api, scheme + JWT)

    assert (answer.status_code, answer.json()["message"]) == (401, "Incorrect or expired API key")


@pytest.mark.contract("1-09")
def test_1_bearer_lets_nobody_in(api):
    """Not even with the right key."""
    assert knock(api, "Bearer local-tenant-key").status_code == 401


@pytest.mark.contract("1-10")
def test_1_there_is_no_version(api):
    """An address with one is unknown."""
    assert api.refuse("GET", "/v2/selector/owners", status=404)


@pytest.mark.contract("1-11", "1-12")
@pytest.mark.parametrize(("suffix", "status"), [(".json", 200), (".xml", 406)])
def test_1_a_path_may_name_its_format(api, suffix, status):
    """If the tenant writes it."""
    assert api.http.get(f"/selector/owners{suffix}").status_code == status


@pytest.mark.contract("1-13")
def test_1_the_same_without_api(api):
    """One application answers both."""
    made = api.make("contact", email="ann@example.org")

    assert api.ask("GET", f"http://tenant.test/crm/sales/contacts/{made['id']}")["contact"] == made


@pytest.mark.contract("1-14")
@pytest.mark.parametrize(
    "path", ["/deals/{deal}/tasks", "/deals/{deal}/conversations/all", "/contacts/{contact}/conversations/all"]
)
def test_1_some_lists_exist_only_without_api(api, path):
    """404 with it, whatever the record."""
    deal, contact = api.make("deal", name="D", amount=1)["id"], api.make("contact", email="a@example.org")["id"]
    path = path.format(deal=deal, contact=contact)

    assert api.refuse("GET", path, status=404)
    assert api.ask("GET", f"http://tenant.test/crm/sales{path}")


@pytest.mark.contract("1-15")
def test_1_notes_are_listed_with_api_too(api):
    """For deals and contacts."""
    for plural, made in (
        ("deals", api.make("deal", name="D", amount=1)),
        ("contacts", api.make("contact", email="a@b.org")),
    ):
        assert api.ask("GET", f"/{plural}/{made['id']}/notes")["notes"] == []


@pytest.mark.contract("1-16")
@pytest.mark.parametrize("path", ["/contacts/filters", "/api/contacts/filters", "/crm/sale/api/contacts/filters"])
def test_1_elsewhere_there_is_nothing(api, path):
    """Plain text, with or without a key, and no trace in the journal."""
    for header in ("Token token=local-tenant-key", ""):
        answer = knock(api, header, f"http://tenant.test{path}")
        assert (answer.status_code, answer.text) == (404, "404 Not Found")
    assert api.tenant.journal() == []


@pytest.mark.contract("1-17")
def test_1_bodies_are_json(api):
    """A form is not read as one."""
    answer = api.http.post("/contacts", data={"email": "ann@example.org"})

    assert answer.status_code == 400


def test_somebody_who_left_cannot_call(make_api):
    """Nor one without a key; the others can."""
    users = (USERS[0], User(name="Gone", email="gone@x.example", key="key-gone", is_active=False))
    api = make_api(users=users)

    assert knock(api, "Token token=key-gone").status_code == 401
    assert knock(api, "Token token=").status_code == 401
    assert (
        knock(api, "Token token=local-tenant-key").status_code == knock(api, "Token token=key-admin").status_code == 200
    )
    assert api.clock.now == START


def test_the_page_for_signing_in_needs_no_key(api):
    """A client that follows redirects ends there, with a page instead of JSON."""
    answer = api.http.get("/contacts", headers={"Authorization": "x", "Accept": "*/*"}, follow_redirects=True)

    assert (answer.status_code, answer.url.path) == (200, "/crm/sales/signin")
    assert answer.headers["content-type"].startswith("text/html")
