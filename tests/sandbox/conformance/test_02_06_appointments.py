"""Appointments: who meets, when and where."""

import pytest

from tests.sandbox.doing import TIMES, make_appointment, titles


@pytest.fixture
def contact(api):
    """Somebody to meet."""
    return api.make("contact", email="ann@example.org")


@pytest.mark.contract("2.6-01")
def test_2_6_a_new_appointment_stands_beside_three_arrays(api, contact):
    """They are there when there is nothing in them."""
    answer = make_appointment(api, contact)

    assert answer["appointment"]["title"] == "Visit"
    assert answer["appointment_attendees"] == answer["conferences"] == answer["notes"] == []


@pytest.mark.contract("2.6-02")
def test_2_6_what_an_appointment_needs(api):
    """The three blanks in exactly these words and this order."""
    assert api.refuse("POST", "/appointments", {"appointment": {"title": ""}}) == [
        "Title can't be blank",
        "From date can't be blank",
        "End date can't be blank",
    ]


@pytest.mark.contract("2.6-03")
def test_2_6_what_an_appointment_keeps(api, contact):
    """All of it is read back by a later call."""
    outcome = api.choice("sales_activity_outcomes", "Interested")
    sent = {"location": "Hall", "description": "x", "is_allday": True, "time_zone": "Chennai", "outcome_id": outcome}

    id = make_appointment(api, contact, **sent)["appointment"]["id"]

    read = api.ask("GET", f"/appointments/{id}")["appointment"]
    assert {name: read[name] for name in sent} == sent


@pytest.mark.contract("2.6-04")
def test_2_6_an_appointment_is_about_a_record(api, contact):
    """By its class name and id."""
    answer = make_appointment(api, contact)

    assert answer["appointment"]["targetables"] == [{"id": contact["id"], "type": "Contact"}]


@pytest.mark.contract("2.6-05")
@pytest.mark.contract("2.6-06")
@pytest.mark.parametrize("type", ["Contact", "FdMultitenant::User"])
def test_2_6_who_can_attend(api, contact, type):
    """Each attendee comes back with an id of its own."""
    id = str(contact["id"] if type == "Contact" else api.tenant.admin_id)

    answer = make_appointment(
        api, contact, appointment_attendees_attributes=[{"attendee_type": type, "attendee_id": id}]
    )

    (attendee,) = answer["appointment_attendees"]
    assert (attendee["attendee_type"], attendee["attendee_id"]) == (type, id)
    assert answer["appointment"]["appointment_attendee_ids"] == [attendee["id"]]


@pytest.mark.contract("2.6-07")
@pytest.mark.parametrize("zone", ["Chennai", "Eastern Time (US & Canada)", "UTC"])
def test_2_6_zones_are_named_as_rails_names_them(api, contact, zone):
    """They come back as they were sent."""
    assert make_appointment(api, contact, time_zone=zone)["appointment"]["time_zone"] == zone


@pytest.mark.contract("2.6-08")
@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "chennai"])
def test_2_6_other_zones_are_refused(api, zone):
    """In these words."""
    sent = {"title": "x", **TIMES, "time_zone": zone}

    assert api.refuse("POST", "/appointments", {"appointment": sent}) == ["Not a supported time zone"]


@pytest.mark.contract("2.6-09")
@pytest.mark.contract("2.6-10")
@pytest.mark.parametrize(("name", "expected"), [("past", ["then"]), ("upcoming", ["now", "soon"])])
def test_2_6_appointments_are_past_or_upcoming(api, contact, name, expected):
    """One that has begun and is not over is still to come."""
    make_appointment(api, contact, title="then")
    make_appointment(api, contact, title="now", from_date="2026-11-25T11:00:00Z", end_date="2026-11-25T13:00:00Z")
    make_appointment(api, contact, title="soon", from_date="2027-01-01T10:00:00Z", end_date="2027-01-01T11:00:00Z")

    answer = api.ask("GET", "/appointments", filter=name)

    assert (titles(answer, "appointments"), answer["meta"]) == (expected, {"total": len(expected)})


@pytest.mark.contract("2.6-11")
def test_2_6_times_of_the_past_are_kept(api, contact):
    """They come back in the account's zone."""
    shown = make_appointment(api, contact)["appointment"]

    assert (shown["from_date"], shown["end_date"]) == ("2016-06-20T02:00:00-05:00", "2016-06-20T03:00:00-05:00")


@pytest.mark.contract("2.6-12")
@pytest.mark.contract("2.6-13")
def test_2_6_a_deleted_appointment_is_gone_for_good(api, contact):
    """The second delete finds nothing, and calls it a meeting."""
    path = f"/appointments/{make_appointment(api, contact)['appointment']['id']}"

    assert api.ask("DELETE", path) == {"success": "200"}
    for method in ("DELETE", "GET"):
        assert "meeting you're looking for" in api.refuse(method, path, status=404)[0]


@pytest.mark.contract("2.6-14")
def test_2_6_a_changed_appointment_is_answered_with_200(api, contact):
    """What was not sent stays."""
    made = make_appointment(api, contact)["appointment"]

    changed = api.ask("PUT", f"/appointments/{made['id']}", {"appointment": {"title": "Moved"}}, status=200)

    names = ("title", "from_date", "end_date", "targetables")
    assert [changed["appointment"][name] for name in names] == ["Moved", *(made[name] for name in names[1:])]
