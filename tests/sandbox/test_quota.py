"""The calls an account may make in an hour, and in a minute."""

import pytest


def call(api):
    """One call that reads a list."""
    return api.http.get("/selector/owners")


def test_calls_are_counted_down_and_then_refused(make_api):
    """429 without Retry-After, until the hour that began with the first call is over."""
    api = make_api(calls_per_hour=3)
    remaining = []
    for _ in range(3):
        remaining.append(call(api).headers["x-ratelimit-remaining"])
        api.clock.now += 10

    refused = call(api)

    assert remaining == ["2", "1", "0"]
    assert (refused.status_code, refused.headers["x-ratelimit-reset"]) == (429, "3570")
    assert "retry-after" not in refused.headers
    assert refused.json()["errors"]["code"] == 429
    api.clock.now += 3569
    assert call(api).status_code == 429
    api.clock.now += 1
    assert call(api).headers["x-ratelimit-remaining"] == "2"


def test_a_refused_call_does_nothing(make_api):
    """A write that is refused is not done later either."""
    api = make_api(calls_per_hour=1)
    call(api)

    api.ask("POST", "/contacts", {"email": "a@example.org"}, status=429)

    assert api.tenant.count("contact") == 0


def test_an_hour_can_last_a_second(make_api):
    """With a time scale of 3600, as the client's clock sees it."""
    api = make_api(calls_per_hour=1, time_scale=3600)
    reset = float(call(api).headers["x-ratelimit-reset"])

    assert 0 < reset <= 1
    assert call(api).status_code == 429
    api.clock.now += reset
    assert call(api).status_code == 200


def test_calls_per_minute_are_a_switch(make_api):
    """A full minute is refused as a full hour is, and costs nothing of the hour."""
    api = make_api(calls_per_hour=10, switches={"per_minute": 2, "retry_after": True})
    call(api)
    call(api)

    refused = call(api)

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    api.clock.now += 60
    assert call(api).headers["x-ratelimit-remaining"] == "7"


def test_unknown_addresses_cost_too(make_api):
    """The account pays for every call with its key."""
    api = make_api(calls_per_hour=10)

    assert api.http.get("/leads").status_code == 404
    assert call(api).headers["x-ratelimit-remaining"] == "8"


def test_strangers_cost_nothing(make_api):
    """A call without the key is nobody's."""
    api = make_api(calls_per_hour=10)

    assert api.http.get("/selector/owners", headers={"Authorization": "Token token=x"}).status_code == 401
    assert call(api).headers["x-ratelimit-remaining"] == "9"


def test_what_was_used_is_not_forgotten_when_the_tenant_starts_again(make_api, tmp_path):
    """The window stands in the store."""
    api = make_api(calls_per_hour=3)
    call(api)
    api.tenant.snapshot(tmp_path / "kept.sqlite")
    call(api)

    api.tenant.restore(tmp_path / "kept.sqlite")

    assert call(api).headers["x-ratelimit-remaining"] == "1"


@pytest.mark.parametrize(
    ("switches", "status", "type", "text"),
    [
        ({}, 429, "application/json", '{"errors":{"code":429,"message":["The limit of calls per hour is reached."]}}'),
        ({"too_many_body": "text"}, 429, "text/plain", "Too many requests"),
        ({"too_many_body": "html"}, 429, "text/html", "<h1>429 Too many requests</h1>"),
        ({"too_many_body": "empty"}, 429, None, ""),
        ({"too_many_status": 400}, 400, "application/json", "response_code :: 429"),
        ({"too_many_status": 400, "too_many_body": "html"}, 400, "application/json", "Too many requests"),
    ],
)
def test_what_a_refusal_looks_like_is_a_switch(make_api, switches, status, type, text):
    """As JSON, as text, as a page, with no body at all, or as a 400 that tells of a 429."""
    api = make_api(calls_per_hour=1, switches=switches)
    call(api)

    refused = call(api)

    assert (refused.status_code, refused.headers.get("content-type")) == (status, type)
    assert text in refused.text
    assert bool(refused.text) == bool(text)


def test_a_minute_says_that_it_is_a_minute(make_api):
    """In the words of the refusal; what is left of the hour is not touched."""
    api = make_api(switches={"per_minute": 1})
    call(api)

    assert api.refuse("GET", "/selector/owners", status=429) == ["The limit of calls per minute is reached."]
    assert api.tenant.quota.remaining == 4999


def test_a_call_given_back_is_given_back_to_the_minute_too(make_api):
    """Where calls that fail cost nothing."""
    api = make_api(switches={"per_minute": 2, "failed_calls_cost": False})
    for _ in range(5):
        api.ask("GET", "/contacts/1", status=404)

    assert call(api).status_code == 200


def test_a_refusal_speaks_the_language_of_who_calls(make_api):
    """The code and the status are the same in all."""
    api = make_api(calls_per_hour=1, switches={"language": "de"})
    call(api)

    assert api.refuse("GET", "/selector/owners", status=429) == ["Die Höchstzahl der Aufrufe je Stunde ist erreicht."]
