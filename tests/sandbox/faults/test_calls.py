"""What faults do to calls, in process: the client sees the same errors as over a network."""

import json

import httpx
import pytest

from tests.sandbox.conftest import HEADERS


def contacts(day):
    """How many the tenant holds."""
    return day.tenant.count("contact")


@pytest.mark.parametrize(
    ("line", "error", "done"),
    [
        ("reset_before", httpx.ReadError, 0),
        ("reset_after", httpx.ReadError, 1),
        ("lost_answer", httpx.RemoteProtocolError, 1),
        ("cut_answer", httpx.RemoteProtocolError, 1),
    ],
)
def test_a_broken_connection_is_an_error_of_httpx(make_day, line, error, done):
    """And the journal says whether the tenant had done it."""
    day = make_day(f"{line}:at=1")

    with pytest.raises(error):
        day.post_contact()

    row = day.tenant.journal()[0]
    assert contacts(day) == done
    assert row["fault"] == line
    assert row["status"] == (200 if line == "cut_answer" else None)
    assert row["meant"] == (200 if done else None)
    assert (len(row["records"]), row["cost"]) == (done, done)
    assert day.look().status_code == 200


def test_silence_before_the_tenant_hangs_up(make_day):
    """As long as the fault says, in tenant time."""
    day = make_day("lost_answer:seconds=30", time_scale=10)

    with pytest.raises(httpx.RemoteProtocolError):
        day.post_contact()

    assert day.waits == [3.0]


def test_a_slow_answer_comes_after_the_work(make_day):
    """The journal's time is when the work was done."""
    day = make_day("slow:seconds=4")
    start = day.clock.now

    response = day.post_contact()

    assert (response.status_code, day.waits) == (200, [4.0])
    assert day.tenant.journal()[0]["at"] == start


def test_a_late_call_does_the_work_after_the_wait(make_day):
    """So that a client which gave up looks it up too early."""
    day = make_day("late:seconds=4")
    start = day.clock.now

    assert day.post_contact().status_code == 200
    assert day.waits == [4.0]
    assert day.tenant.journal()[0]["at"] == start + 4


def test_a_trickling_answer_arrives_whole(make_day):
    """Piece by piece, with a wait after each."""
    day = make_day("trickle:bytes=10,seconds=1")

    body = day.post_contact().json()

    assert body["contact"]["email"] == "a1@example.org"
    assert len(day.waits) > 10


@pytest.mark.parametrize("done", [False, True])
def test_an_error_of_the_server_may_hide_that_the_work_was_done(make_day, done):
    """The tenant's own words for 500."""
    day = make_day(f"server_error:done={str(done).lower()}")

    response = day.post_contact()

    assert (response.status_code, response.json()) == (500, {"error_code": 500})
    assert contacts(day) == int(done)
    assert [(row["status"], row["meant"]) for row in day.tenant.journal()] == [(500, 200 if done else None)]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_answers_with_a_page(make_day, status):
    """Without the quota's headers, which only the tenant knows, and at no cost."""
    day = make_day(f"server_error:status={status}")

    response = day.post_contact()

    assert (response.status_code, response.headers["content-type"]) == (status, "text/html")
    assert "x-ratelimit-remaining" not in response.headers
    assert (contacts(day), day.tenant.journal()[0]["cost"]) == (0, 0)


@pytest.mark.parametrize(("line", "status", "done"), [("html", 200, 0), ("html:status=403,done=true", 403, 1)])
def test_a_proxy_answers_with_a_page(make_day, line, status, done):
    """With a status that may look like success."""
    day = make_day(line)

    response = day.post_contact()

    assert response.status_code == status
    assert response.text.startswith("<!DOCTYPE html>")
    assert contacts(day) == done


@pytest.mark.parametrize(
    ("line", "status", "header"),
    [
        ("too_many", 429, None),
        ("too_many:retry_after=7", 429, "7"),
        ("too_many:retry_after=date", 429, "Wed, 25 Nov 2026 12:00:00 GMT"),
        ("too_many:wrapped=true", 400, None),
    ],
)
def test_too_many_calls_in_each_form(make_day, line, status, header):
    """With and without `Retry-After`, and as a 400 that tells of a 429; nothing is done and nothing is paid."""
    day = make_day(line)

    response = day.post_contact()

    assert (response.status_code, response.headers.get("retry-after")) == (status, header)
    assert "429" in response.text
    assert response.headers["x-ratelimit-remaining"] == "5000"
    assert (contacts(day), day.tenant.journal()[0]["cost"]) == (0, 0)


def test_busy_bulk(make_day):
    """405, and nothing is handed in."""
    day = make_day("busy:at=1+2")
    rows = {"contacts": [{"emails": "a@example.org", "data": {}}]}

    statuses = [day.http.post("/contacts/bulk_upsert", json=rows).status_code for _ in range(3)]

    assert statuses == [405, 405, 200]
    assert day.http.get("/contacts/filters").status_code == 200
    assert contacts(day) == 1


def test_an_expired_key(make_day):
    """From one call on; those that do not ask for JSON are sent to the login page."""
    day = make_day("expired_key:from=2")

    assert day.look().status_code == 200
    refused = day.look()
    assert (refused.status_code, refused.json()) == (401, {"login": "failed", "message": None})
    elsewhere = day.http.get("/selector/owners", headers={"Accept": "*/*"})
    assert elsewhere.status_code == 302
    assert "sign" in elsewhere.headers["location"]
    assert day.tenant.journal()[-1]["cost"] == 0


def test_a_status_flake_strikes_only_calls_that_send_a_status(make_day):
    """The same call goes through when it is sent again."""
    day = make_day("status_flake:at=1")
    status = day.choice("contact_statuses", "New")
    sent = {"email": "a@example.org", "contact_status_id": status}

    assert day.post_contact(1).status_code == 200
    assert day.refuse("POST", "/contacts", sent) == ["Invalid contact status provided."]
    assert day.ask("POST", "/contacts", sent)["contact"]["email"] == "a@example.org"
    assert day.struck() == ["", "status_flake", ""]


def test_a_body_looked_at_is_still_read(make_day):
    """Even one that comes in pieces."""
    day = make_day("slow:sending=far away,seconds=0")
    pieces = iter([b'{"contact": {"email": "a@exam', b'ple.org", "city": "far ', b'away"}}'])

    response = day.http.post("/contacts", content=pieces, headers={"Content-Type": "application/json"})

    assert response.json()["contact"]["city"] == "far away"
    assert day.struck() == ["slow"]


def test_a_refusal_can_be_lost_too(make_day):
    """The journal says what it would have been, and that nothing was written."""
    day = make_day("lost_answer")

    with pytest.raises(httpx.RemoteProtocolError):
        day.http.post("/contacts", json={"contact": {"email": "nonsense"}})

    row = day.tenant.journal()[0]
    assert (row["status"], row["meant"], row["records"]) == (None, 400, [])


def test_strangers_meet_no_fault(make_day):
    """A call without the key counts for nothing."""
    day = make_day("html:at=1")

    assert day.http.get("/selector/owners", headers={"Authorization": "x"}).status_code == 401
    assert day.look().text.startswith("<!DOCTYPE html>")


def test_addresses_of_the_tenant_itself_meet_no_fault(make_day):
    """Else a test could not read the journal."""
    day = make_day("html")
    local = "http://tenant.test/local"

    assert day.http.get(f"{local}/journal").json() == {"journal": []}
    assert len(day.http.get(f"{local}/digest").json()["digest"]) == 64


def test_classic_addresses_meet_faults_as_well(make_day):
    """Below their own base address."""
    day = make_day("html:path=/contacts", edition="classic")

    answers = [day.http.get(f"http://tenant.test/api{path}") for path in ("/contacts/filters", "/selector/owners")]

    assert [answer.headers["content-type"][:9] for answer in answers] == ["text/html", "applicati"]


def test_the_same_day_twice(make_day):
    """The same scenario, seed and calls leave the same journal and the same tenant."""

    def run(seed):
        day = make_day("lost_answer:odds=0.2", "server_error:odds=0.2", "person_edits:every=7", seed=seed)
        for number in range(60):
            try:
                day.post_contact(number)
            except httpx.TransportError:
                continue
        return day.tenant.journal(), day.tenant.digest()

    first, again, other = run(1), run(1), run(2)

    assert first == again
    assert first != other


def test_faults_can_be_set_while_the_tenant_runs(make_day):
    """As lines or as a file says them; what is wrong with them is told, and they can be cleared."""
    day = make_day()
    local = "http://tenant.test/local/faults"

    told = day.http.post(local, json={"lines": ["html:count=1"], "seed": 3}).json()
    page, good = day.look(), day.look()

    assert told["faults"] == [{"kind": "html", "matched": 0, "struck": 0}]
    assert (page.headers["content-type"], good.headers["content-type"]) == ("text/html", "application/json")
    assert day.http.get(local).json()["faults"] == [{"kind": "html", "matched": 2, "struck": 1}]
    wrong = day.http.post(local, json={"fault": [{"kind": "slw"}]})
    assert (wrong.status_code, "did you mean slow?" in wrong.text) == (400, True)
    assert day.http.post(local, json={"lines": ["slow"], "seed": "x"}).status_code == 400
    assert day.http.delete(local).json()["faults"] == []
    assert day.tenant.faults.is_quiet


def test_a_fault_of_an_asynchronous_client_is_the_same(make_day):
    """httpx's own transport for ASGI, without ours."""
    import asyncio

    day = make_day("reset_after")

    async def post():
        transport = httpx.ASGITransport(app=day.app)
        async with httpx.AsyncClient(transport=transport, base_url=str(day.http.base_url), headers=HEADERS) as client:
            await client.post("/contacts", content=json.dumps({"email": "a@example.org"}))

    with pytest.raises(httpx.ReadError):
        asyncio.run(post())
    assert contacts(day) == 1
