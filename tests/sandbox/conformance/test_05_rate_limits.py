"""Calls an account may make: in an hour, in a minute, and what it tells of them."""

from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from workbench.sandbox import User

HOUR = 3600
REMAINING, RESET = "x-ratelimit-remaining", "x-ratelimit-reset"


def look(api, **more):
    """A call that reads a list."""
    return api.http.get("/selector/owners", **more)


def count_calls(api, *, seconds):
    """Calls that are let in, one every so many seconds, until one is refused or the hour is over."""
    begun, calls = api.clock.now, 0
    while api.clock.now < begun + HOUR and look(api).status_code == 200:
        calls += 1
        api.clock.now += seconds
    return calls


@pytest.mark.contract("5-01", "5-02", "5-03", "5-04", "5-08")
@pytest.mark.parametrize(("plan", "calls"), [("free", 1000), ("growth", 1000), ("pro", 2000), ("enterprise", 5000)])
def test_5_calls_an_hour(make_api, plan, calls):
    """So many are let in, and the next is refused."""
    api = make_api(plan=plan)
    first = look(api).headers[REMAINING]
    api.tenant.quota.leave(1)

    assert first == str(calls - 1)
    assert [look(api).status_code for _ in range(2)] == [200, 429]


@pytest.mark.contract("5-06")
@pytest.mark.parametrize("plan", ["growth", "pro", "enterprise"])
def test_5_calls_a_minute_on_classic(make_api, plan):
    """400, then none until the minute is over."""
    api = make_api(plan=plan, edition="classic")
    owners = "http://tenant.test/api/selector/owners"
    answers = [api.http.get(owners).status_code for _ in range(401)]

    assert answers == [200] * 400 + [429]
    api.clock.now += 60
    assert api.http.get(owners).status_code == 200


@pytest.mark.contract("5-05", "5-06")
@pytest.mark.parametrize(("switches", "refused"), [({}, 0), ({"per_minute": 3}, 2)])
def test_5_calls_a_minute_on_the_smallest_plan(make_api, switches, refused):
    """None are named; a switch names some."""
    api = make_api(plan="free", edition="classic", switches=switches)
    answers = [api.http.get("http://tenant.test/api/selector/owners").status_code for _ in range(5)]

    assert answers.count(429) == refused


@pytest.mark.contract("5-07")
def test_5_users_share_the_quota(make_api):
    """What one uses the other lacks."""
    users = (User(name="A", email="a@tenant.example"), User(name="B", email="b@tenant.example", key="b-key"))
    api = make_api(users=users, calls_per_hour=3)
    as_b = {"Authorization": "Token token=b-key"}

    answers = [look(api), look(api, headers=as_b), look(api), look(api, headers=as_b)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


@pytest.mark.contract("5-09", "5-15")
@pytest.mark.parametrize(("seconds", "calls"), [(2, 1800), (1, 2000)])
def test_5_waiting_between_calls(make_api, seconds, calls):
    """One call in two seconds is never refused; a hastier client is."""
    api = make_api(plan="pro")

    assert count_calls(api, seconds=seconds) == calls
    assert look(api).status_code == (200 if seconds == 2 else 429)


@pytest.mark.contract("5-10", "5-12", "5-13")
def test_5_headers(make_api):
    """On every answer, a refusal's included; their names may be asked for with any letters."""
    api = make_api(calls_per_hour=2)
    answers = [look(api), api.http.get("/contacts/1"), look(api)]

    assert [answer.status_code for answer in answers] == [200, 404, 429]
    assert [answer.headers["X-Ratelimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert [answer.headers[RESET] for answer in answers] == ["3600"] * 3
    assert not any("retry-after" in answer.headers for answer in answers)


@pytest.mark.contract("5-11")
@pytest.mark.parametrize(
    ("unit", "read"),
    [
        ("seconds_left", lambda text, now: float(text)),
        ("epoch", lambda text, now: float(text) - now),
        ("iso", lambda text, now: datetime.fromisoformat(text).timestamp() - now),
    ],
)
@pytest.mark.parametrize("time_scale", [1, 60])
def test_5_reset_in_each_unit(make_api, unit, read, time_scale):
    """All say the same moment on the client's clock, also where the hour passes faster."""
    api = make_api(switches={"reset_unit": unit}, time_scale=time_scale)
    look(api)
    api.clock.now += 600 / time_scale

    left = read(look(api).headers[RESET], api.clock.now)

    assert left == pytest.approx(3000 / time_scale, abs=0.001)


@pytest.mark.contract("5-10", "5-11")
@pytest.mark.parametrize("are_sent", [True, False])
def test_5_headers_may_be_missing(make_api, are_sent):
    """All of them, on every answer."""
    api = make_api(calls_per_hour=1, switches={"quota_headers": are_sent})

    for status in (200, 429):
        answer = look(api)
        assert (answer.status_code, REMAINING in answer.headers, RESET in answer.headers) == (
            status, are_sent, are_sent,
        )  # fmt: skip


@pytest.mark.contract("5-12", "5-14")
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_5_retry_after(make_api, form):
    """Where the switch is on, waiting for as long as it says is enough, and no second less is."""
    api = make_api(calls_per_hour=1, switches={"retry_after": True, "retry_after_form": form})
    look(api)
    api.clock.now += 100
    text = look(api).headers["retry-after"]

    wait = int(text) if form == "seconds" else parsedate_to_datetime(text).timestamp() - api.clock.now

    assert wait == HOUR - 100
    api.clock.now += wait - 1
    assert look(api).status_code == 429
    api.clock.now += 1
    assert look(api).status_code == 200


@pytest.mark.contract("5-16")
@pytest.mark.parametrize(("cost", "left"), [(True, 7), (False, 9)])
def test_5_failed_calls(make_api, cost, left):
    """A record that is not there, one that is refused, and a good call."""
    api = make_api(calls_per_hour=10, switches={"failed_calls_cost": cost})
    api.http.get("/contacts/1")
    api.http.post("/contacts", json={"email": "nonsense"})

    assert look(api).headers[REMAINING] == str(left)
    assert [row["cost"] for row in api.tenant.journal()] == [int(cost), int(cost), 1]


@pytest.mark.contract("5-17")
def test_5_every_call_counts(api):
    """Reading, writing, searching, deleting, handing in bulk writes and asking how they went: one each."""
    made = api.make("contact", email="a@example.org")
    search = {"filter_rule": [{"attribute": "email", "operator": "is", "value": "a@example.org"}]}
    job = api.ask("POST", "/contacts/bulk_upsert", {"contacts": [{"emails": "b@example.org", "data": {}}] * 2})
    api.http.get(job["job_status_url"])
    api.ask("GET", f"/contacts/{made['id']}")
    api.ask("PUT", f"/contacts/{made['id']}", {"city": "Graz"})
    api.ask("POST", "/filtered_search/contact", search)
    api.ask("GET", "/search", q="a", include="contact")
    api.ask("DELETE", f"/contacts/{made['id']}")

    assert look(api).headers[REMAINING] == str(5000 - 9)


@pytest.mark.contract("5-18")
def test_5_notes_cost_a_call_each(make_api):
    """So a plan's hour holds no more notes than calls."""
    api = make_api(plan="growth")
    made = api.make("contact", email="a@example.org")
    before = int(look(api).headers[REMAINING])
    note = {"description": "x", "targetable_type": "Contact", "targetable_id": made["id"]}
    for _ in range(10):
        api.make("note", **note)

    assert int(look(api).headers[REMAINING]) == before - 11
    assert 50_000 / api.tenant.quota.per_hour > 48
