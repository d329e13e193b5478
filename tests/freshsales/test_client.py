"""The client against a local tenant, on a line that loses, garbles and refuses."""

from __future__ import annotations

import logging

import httpx
import pytest

from tests.freshsales.conftest import lose_answer
from workbench.engagement import Secret
from workbench.errors import HoldRecord, RetryLater, UsageError
from workbench.freshsales.client import Forbidden, InDoubt, NotFound, Tenant

ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org", "external_id": "p-1"}


def respond(status: int, body: object = None, **headers: str) -> httpx.Response:
    """An answer in the tenant's place; a text body is a page."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, str):
        return httpx.Response(status, text=body, headers=headers | {"content-type": "text/html"})
    return httpx.Response(status, json=body, headers=headers)


# --- refusals ------------------------------------------------------------------------------------------------------


def test_a_wrong_key_says_what_to_set(make_bench):
    """401 names the host and the variable, and not the key."""
    client = make_bench(key="another").connect("secret-key-1")
    with pytest.raises(UsageError, match="wrong or expired key for 127.0.0.1: set WORKBENCH_TENANT_KEY") as failed:
        client.get("contact", 1)
    assert "secret-key-1" not in str(failed.value)


def test_no_cookie_is_sent_back():
    """The key alone says who asks, whatever an answer would have the next request carry."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        return respond(200, {}, set_cookie="session=1; Path=/")

    with Tenant("http://127.0.0.1/crm/sales/api", Secret("k"), transport=httpx.MockTransport(answer)) as tenant:
        tenant.request("GET", "contacts/filters")
        tenant.request("GET", "contacts/filters")

    assert seen == [None, None]


def test_a_forbidden_path_is_named(bench):
    """403 says which request the key's user may not make."""
    with pytest.raises(Forbidden, match="GET contacts: "):
        bench.client.request("GET", "contacts")


def test_a_record_that_is_not_there_is_not_found(bench):
    """404 is an error of its own that holds a record; deleting what is gone is none."""
    with pytest.raises(NotFound) as missing:
        bench.client.get("contact", 1)
    assert isinstance(missing.value, HoldRecord)
    assert bench.client.delete("contact", 1) is False


@pytest.mark.parametrize(
    ("object", "record", "field", "said"),
    [
        ("contact", {"first_name": "A", "email": "no address"}, "email", "invalid email address"),
        ("sales_account", {"name": "A", "website": "@@"}, "website", "website is not in required format"),
        ("deal", {"name": "", "amount": 1}, "name", "can't be empty"),
        ("contact", {"email": "b@example.org", "custom_field": {"cf_x": 1}}, "cf_x", "cf_x"),
    ],
)
def test_refused_values_hold_the_record_and_name_the_field(bench, object, record, field, said):
    """400 keeps the tenant's own words and points at the field they mean."""
    with pytest.raises(HoldRecord, match=said) as held:
        bench.client.create(object, record)
    assert (held.value.code, held.value.field) == ("rejected_by_tenant", field)


def test_a_refused_value_is_found_by_what_the_tenant_repeats(bench):
    """A message in another language that quotes the value still points at its field."""
    bench.client.create("contact", ADA)
    with pytest.raises(HoldRecord, match="already exists") as held:
        bench.client.create("contact", ADA | {"external_id": "p-2"})
    assert held.value.field == "email"


def test_a_refused_search_is_not_a_record_to_hold(bench):
    """Nothing was to be written, so it is the mapping or the tool that has to change."""
    bench.line.faults = [respond(400, {"errors": {"code": 400, "message": ["Unknown attribute"]}})]
    with pytest.raises(UsageError, match="Unknown attribute"):
        bench.client.find("contact", "cf_none", "x")


# --- quota ---------------------------------------------------------------------------------------------------------


@pytest.mark.covers("N-79")
@pytest.mark.parametrize(
    ("refusal", "waited"),
    [
        (respond(429, {"message": "slow down"}, retry_after="7"), 7),
        (respond(429, None, x_ratelimit_remaining="0", x_ratelimit_reset="90"), 90),
        (respond(429, "<html>Too many requests</html>"), 1),
        (respond(400, {"errors": {"code": 400, "message": [
            "UCR contact fetch failure :: response_code :: 429 :: response :: Too many requests"]}}), 1),
    ],
)  # fmt: skip
def test_a_write_refused_for_quota_waits_and_goes_again(bench, refusal, waited):
    """However the refusal is put, the record is written once and the load does not end."""
    bench.line.faults = [refusal]
    assert bench.client.create("contact", ADA)["email"] == "ada@example.org"
    assert [seconds for seconds, _ in bench.waits] == [pytest.approx(waited, abs=0.01)]
    assert (bench.inside.count("contact"), bench.client.requests) == (1, 2)


def test_refusals_for_an_hour_do_not_end_a_load(bench):
    """Sixty refusals in a row are sixty waits."""
    bench.line.faults = [respond(429) for _ in range(60)]
    bench.client.create("contact", ADA)
    assert len(bench.waits) == 60


@pytest.mark.parametrize("retry_after", [True, False])
def test_a_tenant_whose_quota_others_used_up_is_waited_for(make_bench, retry_after):
    """An hour nearly used up by somebody else passes, and the records go in the next one."""
    bench = make_bench(calls_per_hour=50, switches={"retry_after": retry_after})
    other = bench.connect()
    bench.client.count("contact")
    for _ in range(40):
        bench.line.inner.handle_request(bench.line.seen[-1])
    start = bench.clock()
    for number in range(20):
        other.create("sales_account", {"name": f"A{number}"})
    assert bench.inside.count("sales_account") == 20
    assert bench.clock() - start <= 2 * 3600


def test_a_load_over_several_hours_meets_no_refusal(make_bench):
    """The tenant's own journal holds no 429, and no hour more of ours than our share."""
    bench = make_bench(calls_per_hour=100)
    for number in range(400):
        bench.client.create("sales_account", {"name": f"A{number}"})
    journal = bench.inside.journal()
    assert {row["status"] for row in journal} == {200}
    hours = {}
    for row in journal:
        hour = (row["at"] - journal[0]["at"]) // 3600
        hours[hour] = hours.get(hour, 0) + 1
    assert max(hours.values()) <= 81


def test_a_limit_for_each_minute_is_waited_out(make_bench):
    """A tenant that also counts minutes, and says so in a 400, gets every record once."""
    bench = make_bench(switches={"per_minute": 30})
    for number in range(100):
        bench.client.create("sales_account", {"name": f"A{number}"})
    assert bench.inside.count("sales_account") == 100


# --- failures ------------------------------------------------------------------------------------------------------

FAILURES = [
    respond(500, {"error_code": 500}),
    respond(502, "<html>Bad gateway</html>"),
    respond(503, ""),
    respond(200, "<html>We are down for maintenance</html>"),
    respond(200, "OK"),
    httpx.ReadTimeout("timed out"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("server disconnected"),
]
NAMES = ["500", "502", "503", "page", "text", "timeout", "reset", "disconnected"]


@pytest.mark.parametrize("failure", FAILURES, ids=NAMES)
def test_a_read_that_fails_goes_again(bench, failure):
    """Reading twice does no harm."""
    created = bench.client.create("contact", ADA)
    bench.line.faults = [failure, failure]
    assert bench.client.get("contact", created["id"])["email"] == "ada@example.org"
    assert [seconds for seconds, _ in bench.waits] == [1, 2]


@pytest.mark.parametrize("failure", FAILURES, ids=NAMES)
def test_a_read_that_keeps_failing_says_run_again_later(bench, failure):
    """After a quarter of an hour the analyst is told, with the same error every outage has, and it cost 21 requests."""
    bench.client.count("contact")
    before, bench.waits[:] = bench.client.requests, []
    bench.line.faults = [failure] * 100
    with pytest.raises(RetryLater, match="run again later") as failed:
        bench.client.get("contact", 1)
    assert not isinstance(failed.value, InDoubt)
    assert bench.client.requests - before == 21
    assert [seconds for seconds, _ in bench.waits] == [1, 2, 4, 8, 16, 32, *[60] * 14]


@pytest.mark.parametrize("failure", FAILURES, ids=NAMES)
@pytest.mark.parametrize("verb", ["create", "upsert", "update", "delete", "bulk_delete"])
def test_a_write_whose_answer_is_lost_is_in_doubt_and_never_sent_twice(bench, failure, verb):
    """Only the ledger may decide, after looking."""
    writes = {
        "create": lambda: bench.client.create("contact", ADA),
        "upsert": lambda: bench.client.upsert("contact", {"external_id": "p-1"}, ADA),
        "update": lambda: bench.client.update("contact", 1, ADA),
        "delete": lambda: bench.client.delete("contact", 1),
        "bulk_delete": lambda: bench.client.bulk_delete("contact", [1]),
    }
    bench.line.faults = [failure]
    with pytest.raises(InDoubt):
        writes[verb]()
    assert len(bench.line.seen) == 1


def test_a_write_in_doubt_may_have_been_done(bench):
    """The record can be found by its external id, and nothing else has been written."""
    bench.line.faults = [lose_answer]
    with pytest.raises(InDoubt):
        bench.client.create("contact", ADA)
    assert len(bench.client.find("contact", "email", "ada@example.org")) == 1
    assert bench.inside.count("contact") == 1


def test_a_connection_never_made_is_tried_again_even_for_writes(bench):
    """What was not sent cannot have been done."""
    bench.client.count("contact")
    bench.line.faults = [httpx.ConnectError("refused"), httpx.ConnectTimeout("no route")]
    bench.client.create("contact", ADA)
    assert bench.inside.count("contact") == 1


def test_a_tenant_that_never_answered_is_reported_at_once(bench):
    """A wrong address, or a local tenant that does not run, is said without waiting, with the way out."""
    bench.line.faults = [httpx.ConnectError("Connection refused")]
    with pytest.raises(RetryLater, match="http://127.0.0.1:8765/crm/sales/api cannot be reached") as failed:
        bench.client.get("contact", 1)
    assert "workbench tenant serve" in str(failed.value)
    assert (bench.waits, bench.client.requests) == ([], 0)


def test_an_unreachable_address_on_the_real_network():
    """The same without a transport of the tests: nothing listens on port 9."""
    with (
        Tenant("http://127.0.0.1:9/crm/sales/api", Secret("k")) as client,
        pytest.raises(RetryLater, match="cannot be reached"),
    ):
        client.get("contact", 1)


def test_an_address_that_leads_elsewhere_is_a_setting_to_fix(bench):
    """A redirect is not followed with the key in hand."""
    bench.line.faults = [respond(302, None, location="https://elsewhere.example/login")]
    with pytest.raises(UsageError, match="elsewhere.example"):
        bench.client.get("contact", 1)
    assert len(bench.line.seen) == 1


def test_bulk_calls_wait_while_the_tenant_is_busy(bench):
    """405 on a bulk call passes; on anything else it is a mistake of ours."""
    created = bench.client.create("contact", ADA)
    bench.line.faults = [respond(405), respond(405)]
    bench.client.bulk_delete("contact", [created["id"]])
    assert bench.inside.count("contact") == 0
    bench.line.faults = [respond(405)]
    with pytest.raises(UsageError, match="405"):
        bench.client.get("contact", 1)


# --- the key -------------------------------------------------------------------------------------------------------


def test_the_key_shows_nowhere(make_bench, caplog):
    """Not in a repr, a log line, an error, or in what the tenant echoes."""
    caplog.set_level(logging.DEBUG)
    key = "k3y-that-must-not-show"
    bench = make_bench(key=key)
    client = bench.connect(key)
    client.create("contact", ADA)
    echo = respond(400, {"errors": {"code": 400, "message": [f"bad header Token token={key}"]}})
    errors = []
    for fault in (echo, respond(401, {"login": "failed"}), respond(500, {"k": key}), httpx.ReadError("reset")):
        bench.line.faults = [fault]
        with pytest.raises(Exception) as failed:
            client.create("contact", ADA)
        errors += [str(failed.value), repr(failed.value)]
    text = "\n".join([repr(client), str(vars(client).keys()), caplog.text, *errors])
    assert key not in text
    assert "***" in errors[0]


@pytest.mark.parametrize("key", ["", "  ", "line\nbreak", "schlüssel"])
def test_a_key_no_header_can_carry_is_refused_without_showing_it(key):
    """A key pasted with something around it is reported before anything is sent."""
    with pytest.raises(UsageError, match="WORKBENCH_TENANT_KEY") as failed:
        Tenant("https://acme.myfreshworks.com/crm/sales/api", Secret(key))
    assert not key.strip() or key not in str(failed.value)


def test_the_key_never_travels_unencrypted():
    """http:// is for this machine only."""
    with pytest.raises(UsageError, match="https://"):
        Tenant("http://acme.myfreshworks.com/crm/sales/api", Secret("k"))


# --- verbs ---------------------------------------------------------------------------------------------------------


def test_the_life_of_a_record(bench):
    """Created, read, changed, found, deleted: each verb does what it says."""
    client = bench.client
    created = client.create("contact", ADA)
    assert client.get("contact", created["id"])["last_name"] == "Lovelace"
    assert client.update("contact", created["id"], {"last_name": "King"})["last_name"] == "King"
    assert [each["id"] for each in client.find("contact", "email", "ada@example.org")] == [created["id"]]
    assert client.delete("contact", created["id"]) is True
    assert client.delete("contact", created["id"]) is False


def test_upsert_changes_what_is_there_and_creates_what_is_not(bench):
    """The same external id twice is one record."""
    first = bench.client.upsert("contact", {"external_id": "p-1"}, ADA)
    second = bench.client.upsert("contact", {"external_id": "p-1"}, ADA | {"last_name": "King"})
    assert (first["id"], second["last_name"]) == (second["id"], "King")
    assert bench.inside.count("contact") == 1


def test_upsert_is_refused_where_the_api_has_none(bench):
    """Nothing is sent for an object without upsert."""
    with pytest.raises(UsageError, match="no upsert"):
        bench.client.upsert("note", {"id": 1}, {})
    assert bench.client.requests == 0


def test_an_unknown_object_is_refused(bench):
    """A slip in a name says which names there are."""
    with pytest.raises(UsageError, match="known: sales_account, contact"):
        bench.client.get("lead", 1)


@pytest.mark.parametrize("cap", [100, 30])
def test_listing_brings_every_record_once(make_bench, cap):
    """Also where the tenant gives smaller pages than were asked for."""
    bench = make_bench(switches={"per_page_cap": cap})
    names = {bench.client.create("sales_account", {"name": f"A{n}"})["name"] for n in range(130)}
    listed = [each["name"] for each in bench.client.list_all("sales_account")]
    assert (len(listed), set(listed)) == (130, names)
    assert bench.client.count("sales_account") == 130


def test_a_renamed_view_does_not_hide_records(bench):
    """Where no view is named All, the records come from a search."""
    created = bench.client.create("contact", ADA)
    bench.client.create("contact", ADA | {"email": "bob@example.org", "external_id": "p-2"})
    for view in bench.inside.views["contact"]:
        view["name"] = f"Kontakte {view['id']}"
    assert created["id"] in {each["id"] for each in bench.client.list_all("contact")}
    assert bench.client.count("contact") == 2


def test_listing_contacts_brings_their_owner_where_it_is_asked_for(bench):
    """Without the include the tenant leaves the owner out."""
    owner = bench.inside.selectors["owners"][1]["id"]
    bench.client.create("contact", ADA | {"owner_id": owner})
    assert "owner_id" not in next(bench.client.list_all("contact"))
    assert next(bench.client.list_all("contact", include=["owner"]))["owner_id"] == owner


def test_the_activities_of_a_record_come_in_one_request(bench):
    """Notes, tasks and appointments together; none is an empty list."""
    parent = bench.client.create("contact", ADA)["id"]
    about = {"targetable_type": "Contact", "targetable_id": parent}
    bench.client.create("note", {"description": "Seen.\n[source notes n-1]", **about})
    bench.client.create("task", {"title": "Call", "due_date": "2026-01-01T00:00:00Z", **about})
    before = bench.client.requests
    found = bench.client.activities_of("contact", parent)
    assert {kind: len(records) for kind, records in found.items()} == {"notes": 1, "tasks": 1, "appointments": 0}
    assert found["notes"][0]["description"] == "Seen.\n[source notes n-1]"
    assert bench.client.requests == before + 1


def test_tasks_and_appointments_are_listed_and_counted_over_their_filters(bench):
    """Open and completed, past and upcoming: each record once."""
    parent = bench.client.create("contact", ADA)["id"]
    about = {"targetable_type": "Contact", "targetable_id": parent}
    for year, status in ((2020, 0), (2020, 1), (2090, 0)):
        bench.client.create("task", {"title": "T", "due_date": f"{year}-01-01T00:00:00Z", "status": status, **about})
        times = {"from_date": f"{year}-01-01T00:00:00Z", "end_date": f"{year}-01-01T01:00:00Z"}
        bench.client.create("appointment", {"title": "A", "time_zone": "UTC", **times, **about})
    for object in ("task", "appointment"):
        assert len(list(bench.client.list_all(object))) == bench.client.count(object) == 3


def test_a_task_completed_while_tasks_are_listed_comes_once(bench):
    """It is seen among the open ones, and not again among the completed."""
    made = bench.client.create("task", {"title": "T", "due_date": "2026-01-01T00:00:00Z"})
    listed = bench.client.list_all("task")
    first = next(listed)
    bench.connect().update("task", made["id"], {"status": 1})
    assert [first["id"], *(each["id"] for each in listed)] == [made["id"]]


@pytest.mark.parametrize("ask", ["list_all", "count"])
def test_notes_cannot_be_listed_without_their_parents(bench, ask):
    """Said before anything is sent."""
    with pytest.raises(UsageError, match="under the record it belongs to"):
        getattr(bench.client, ask)("note")
    assert bench.client.requests == 0


def test_bulk_deleting_takes_a_hundred_a_request(bench):
    """150 records cost two requests."""
    ids = [bench.client.create("sales_account", {"name": f"A{n}"})["id"] for n in range(150)]
    before = bench.client.requests
    bench.client.bulk_delete("sales_account", ids)
    assert bench.client.requests == before + 2
    assert bench.inside.count("sales_account") == 0
