"""From an address to its handler: what is found there, and how much of a body is read."""

import pytest

from workbench.sandbox.endpoints import MOST_LEVELS
from workbench.sandbox.paths import Paths


def find(paths, method, path):
    """What answers an address, and the parts of it that vary."""
    _, found = paths.matches({"type": "http", "method": method, "path": path})
    return found.get("endpoint"), found.get("path_params")


@pytest.fixture
def paths():
    """A few addresses, the general ones first."""
    routes = [
        ("GET", "/{kind}/{id}", "any"),
        ("GET", "/contacts/{id}", "contact"),
        ("GET", "/contacts/filters", "filters"),
        ("GET", "/contacts/filters", "again"),
        ("POST", "/contacts", "create"),
        ("GET", "/contacts/{id}/notes", "notes"),
        ("GET", "/contacts/view/{id}", "view"),
    ]
    return Paths("/api", routes)


@pytest.mark.parametrize(
    ("path", "answer", "values"),
    [
        ("/api/contacts/filters", "filters", {}),
        ("/api/contacts/5", "contact", {"id": "5"}),
        ("/api/contacts/5/", "contact", {"id": "5"}),
        ("/api/deals/5", "any", {"kind": "deals", "id": "5"}),
        ("/api/contacts/view/5", "view", {"id": "5"}),
        ("/api/contacts/view/notes", "view", {"id": "notes"}),
        ("/api/contacts/{}", "contact", {"id": "{}"}),
        ("/api/contacts/{end}", "contact", {"id": "{end}"}),
        ("/api/contacts/ö /notes", "notes", {"id": "ö "}),
        ("/api/contacts//notes", None, None),
        ("/api/contacts/5/6/7", None, None),
        ("/api/contacts", None, None),
        ("/api/", None, None),
        ("/api", None, None),
        ("/apicontacts/5", None, None),
        ("/other/contacts/5", None, None),
    ],
)
def test_the_nearest_address_answers(paths, path, answer, values):
    """A word before what varies, the first of two that are the same, nothing for half of one."""
    assert find(paths, "GET", path) == (answer, values)


def test_each_method_has_addresses_of_its_own(paths):
    """And HEAD those of GET."""
    assert find(paths, "POST", "/api/contacts") == ("create", {})
    assert find(paths, "DELETE", "/api/contacts/5") == (None, None)
    assert find(paths, "HEAD", "/api/contacts/5") == ("contact", {"id": "5"})


@pytest.mark.parametrize(("levels", "status"), [(MOST_LEVELS, 200), (MOST_LEVELS + 1, 400), (900, 400), (200_000, 400)])
@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_a_body_is_read_down_to_its_hundredth_level(api, levels, status, pair):
    """Deeper is refused as no JSON, never a crash."""
    inner = levels - 1
    nested = "[" * inner + "]" * inner if pair == "[]" else '{"a":' * inner + "1" + "}" * inner
    body = '{"email": "ann@example.org", "unknown": ' + nested + "}"

    assert api.http.post("/contacts", content=body).status_code == status


def test_many_lists_beside_each_other_are_no_depth(api):
    """Only what is within counts."""
    sent = {"email": "ann@example.org", "unknown": [[] for _ in range(500)]}

    api.ask("POST", "/contacts", sent)


@pytest.mark.parametrize(("size", "status"), [(1024**2, 200), (1024**2 + 1, 413)])
def test_a_switch_says_how_large_a_body_may_be(make_api, size, status):
    """One byte more is refused."""
    api = make_api(switches={"json_body_mb": 1})
    start, end = b'{"email": "ann@example.org", "unknown": "', b'"}'
    body = start + b"x" * (size - len(start) - len(end)) + end

    assert api.http.post("/contacts", content=body).status_code == status


def test_without_a_limit_a_body_may_be_any_size(make_api):
    """0 is none."""
    api = make_api(switches={"json_body_mb": 0})

    api.ask("POST", "/contacts", {"email": "ann@example.org", "unknown": "x" * 12_000_000})
