"""Who may look: this machine only, by a name of its own, and nobody leaves a trace."""

import pytest

from tests.sandbox.page.conftest import ask_from

PAGES = ("/", "/look", "/look/contacts", "/look/journal", "/look/page.css")


@pytest.mark.parametrize("path", PAGES)
def test_only_this_machine_is_answered(api, path):
    """Callers from elsewhere are refused, whatever they call the host."""
    for address in ("203.0.113.9", "192.168.1.20", "10.0.0.1", "::ffff:203.0.113.9", "2001:db8::1", "nobody"):
        answer = ask_from(api, address, path)
        assert answer.status_code == 403 and "Overview" not in answer.text, address
    for address in ("127.0.0.1", "127.8.0.3", "::1", "::ffff:127.0.0.1"):
        assert ask_from(api, address, path).status_code == 200, address


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "host", ["tenant.example", "tenant.example:8765", "127.0.0.1.example.org", "localhost.example.org", "192.168.1.5",
             "", "127.0.0.1:8765@tenant.example", "::1", "[::2]", "localhost:", "localhost:8765:1"],
)  # fmt: skip
def test_a_foreign_name_is_refused(look, path, host):
    """A name that was pointed here by somebody else's server reads nothing."""
    assert look.http.get(path, headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:80", "[::1]:8765", "127.0.0.1:65535"])
def test_own_names_are_answered(look, host):
    """Whatever this machine is called by itself."""
    assert look.http.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"])
def test_a_proxy_is_refused(look, name):
    """What was passed on may have come from anywhere."""
    assert look.http.get("/", headers={name: "127.0.0.1"}).status_code == 403


def test_another_site_may_link_but_not_fetch(look):
    """A click from elsewhere opens a page; a picture, a frame's content or a script of another site does not."""
    cross = {"sec-fetch-site": "cross-site"}

    assert look.http.get("/", headers={**cross, "sec-fetch-mode": "navigate"}).status_code == 200
    assert look.http.get("/", headers={**cross, "sec-fetch-mode": "no-cors"}).status_code == 403
    assert look.http.get("/", headers={**cross, "sec-fetch-mode": "cors"}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/look/contacts", "/look/page.css", "/look/icon.svg", "/look/nothing"])
def test_every_answer_is_locked_down(look, path):
    """No script, no frame, no copy kept, no guess at the type, no word to others about where the reader came from."""
    headers = look.http.get(path).headers

    policy = dict(piece.strip().partition(" ")[::2] for piece in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'", "style-src": "'self'", "img-src": "'self'", "form-action": "'self'",
        "base-uri": "'none'", "frame-ancestors": "'none'",
    }  # fmt: skip
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers and "set-cookie" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_written(look, clinic, method):
    """Every way of writing is refused, and nothing has changed."""
    before = look.api.tenant.digest(with_schema=True)

    for path in ("/", f"/look/contacts/{clinic.patient}", "/look/bin", "/look/nothing/at/all"):
        assert look.http.request(method, path).status_code == 405
    assert look.api.tenant.digest(with_schema=True) == before


def test_looking_costs_nothing_and_leaves_no_trace(look, clinic):
    """No quota, no row in the journal, no change, even where a page is refused or is not there."""
    tenant = look.api.tenant
    before = (tenant.quota.remaining, len(tenant.journal()), tenant.digest(with_schema=True))

    for path in (*PAGES, "/look/quota", "/look/jobs", "/look/schema", "/look/bin", f"/look/contacts/{clinic.patient}"):
        look.get(path)
    look.get("/look/nothing", status=404)
    ask_from(look.api, "203.0.113.9", "/")

    assert (tenant.quota.remaining, len(tenant.journal()), tenant.digest(with_schema=True)) == before


def test_the_key_is_on_no_page(make_look):
    """Whoever looks cannot write with what they see."""
    look = make_look(key="the-very-secret-key")

    assert not any("the-very-secret-key" in look.get(path) for path in ("/", "/look/schema", "/look/journal"))


def test_an_empty_quota_does_not_close_the_pages(make_look):
    """When the API turns everybody away, one can still look why."""
    look = make_look(calls_per_hour=1)
    look.api.ask("GET", "/selector/owners")
    look.api.refuse("GET", "/selector/owners", status=429)

    assert "429" in look.read("/").text


def test_the_api_is_what_it_was(api):
    """The pages took no address from the API: without a key it answers as ever, and knows no page."""
    assert ask_from(api, "127.0.0.1", "/crm/sales/api/contacts", accept="application/json").status_code == 401
    assert ask_from(api, "127.0.0.1", "/lookout").status_code == 404
