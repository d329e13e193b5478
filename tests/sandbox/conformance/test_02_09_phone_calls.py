"""Phone calls, logged by hand."""

import pytest

from tests.sandbox.doing import about, log_call

BROWSER = "http://tenant.test/crm/sales/phone_calls"


@pytest.fixture
def make_called(make_api):
    """Makes tenants with somebody to call."""

    def make(**switches):
        api = make_api(switches=switches)
        return api, api.make("contact", email="ann@example.org")

    return make


def wrap(contact, **attributes):
    """A call in its wrapper."""
    return {"phone_call": {"call_direction": True, **about(contact), **attributes}}


@pytest.mark.contract("2.9-01")
@pytest.mark.contract("2.9-05")
def test_2_9_a_logged_call_stands_in_an_array(make_called):
    """Beside its note, whom it was with, and who logged it."""
    api, contact = make_called()

    answer = log_call(api, contact, call_notes="asked for a visit")

    (call,), (note,) = answer["phone_calls"], answer["notes"]
    assert (call["call_direction"], call["note_id"]) == (True, note["id"])
    assert note["description"] == "asked for a visit"
    assert [each["id"] for each in answer["contacts"]] == [contact["id"]]
    assert [each["id"] for each in answer["users"]] == [api.tenant.admin_id]


@pytest.mark.contract("2.9-02")
@pytest.mark.parametrize(("path", "shape"), [(BROWSER, "top_level"), ("/phone_calls", "wrapped")])
def test_2_9_a_wrapped_call_with_a_nested_note(make_called, path, shape):
    """At the browser's address always, at the API's where the switch says so."""
    api, contact = make_called(phone_call_shape=shape)

    answer = api.ask("POST", path, wrap(contact, note={"description": "x"}), status=201)

    assert [note["description"] for note in answer["notes"]] == ["x"]


@pytest.mark.contract("2.9-03")
def test_2_9_the_api_breaks_on_the_wrapper_and_on_a_nested_note(make_called):
    """Only bare attributes do; nothing is kept of the others."""
    api, contact = make_called()

    assert api.ask("POST", "/phone_calls", wrap(contact), status=500) == {"error_code": 500}
    assert log_call(api, contact, note={"description": "x"}, answered=500) == {"error_code": 500}
    assert api.tenant.count("phone_call") == api.tenant.count("note") == 0
    log_call(api, contact, call_notes="x")
    strict, someone = make_called(phone_call_shape="wrapped")
    assert log_call(strict, someone, answered=400)["errors"]["message"] == ["Invalid or missing attributes"]


@pytest.mark.contract("2.9-04")
@pytest.mark.parametrize("shape", ["wrapped", "any"])
def test_2_9_the_documented_body(make_called, shape):
    """What the call is about is an object, its class stands beside it."""
    api, contact = make_called(phone_call_shape=shape)
    body = {"call_direction": False, "targetable_type": "Contact", "targetable": {"id": contact["id"], "phone": "1"}}

    answer = api.ask("POST", "/phone_calls", {"phone_call": body}, status=201)

    assert answer["phone_calls"][0]["targetables"] == [{"id": contact["id"], "type": "Contact"}]
    assert answer["phone_calls"][0]["status"] == "outgoing"


@pytest.mark.contract("2.9-06")
def test_2_9_there_is_no_list_of_calls(make_called):
    """A single one can be read."""
    api, contact = make_called()
    id = log_call(api, contact)["phone_calls"][0]["id"]

    assert api.refuse("GET", "/phone_calls", status=404)
    assert api.ask("GET", f"/phone_calls/{id}")["call"]["id"] == id


@pytest.mark.contract("2.9-07")
@pytest.mark.parametrize(
    ("is_writable", "expected"), [(False, "2026-11-25T06:00:00-06:00"), (True, "2017-01-02T04:00:00-06:00")]
)
def test_2_9_when_a_call_took_place(make_called, is_writable, expected):
    """Now, unless the switch lets a client say."""
    api, contact = make_called(phone_call_time_writable=is_writable)

    answer = log_call(api, contact, conversation_time="2017-01-02T10:00:00Z")

    assert answer["phone_calls"][0]["conversation_time"] == expected
