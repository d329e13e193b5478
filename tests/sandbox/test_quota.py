"""The calls an account may make in an hour, and in a minute."""

import pytest

from workbench.freshsales.plans import read_plans


def call(api):
    """One call that reads a list."""
    return api.http.get("/selector/owners")


@pytest.mark.parametrize("plan", ["free", "growth", "pro", "enterprise"])
def test_the_plan_sets_the_quota(make_api, plan):
    """The first answer says how many are left of the plan's figure."""
    response = call(make_api(plan=plan))

    assert int(response.headers["x-ratelimit-remaining"]) == read_plans()[plan].requests_per_hour - 1
    assert response.headers["x-ratelimit-reset"] == "3600"


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


def test_retry_after_is_a_switch(make_api):
    """Where it is sent, waiting that long is enough."""
    api = make_api(calls_per_hour=1, switches={"retry_after": True})
    call(api)

    wait = int(call(api).headers["retry-after"])
    api.clock.now += wait

    assert call(api).status_code == 200


def test_an_hour_can_last_a_second(make_api):
    """With a time scale of 3600, as the client's clock sees it."""
    api = make_api(calls_per_hour=1, time_scale=3600)
    reset = float(call(api).headers["x-ratelimit-reset"])

    assert 0 < reset <= 1
    assert call(api).status_code == 429
    api.clock.now += reset
    assert call(api).status_code == 200


@pytest.mark.parametrize(("cost", "left"), [(True, 8), (False, 9)])
def test_whether_failed_calls_cost_is_a_switch(make_api, cost, left):
    """One good call and one refused."""
    api = make_api(calls_per_hour=10, switches={"failed_calls_cost": cost})
    call(api)

    assert api.http.get("/contacts").headers["x-ratelimit-remaining"] == str(left)
    assert [entry["cost"] for entry in api.tenant.journal()] == [1, int(cost)]


def test_calls_per_minute_are_a_switch(make_api):
    """A full minute answers 400, and costs nothing of the hour."""
    api = make_api(calls_per_hour=10, switches={"per_minute": 2})
    call(api)
    call(api)

    assert call(api).status_code == 400
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
