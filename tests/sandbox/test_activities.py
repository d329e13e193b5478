"""Tasks, appointments, notes and sales activities as the local tenant keeps them."""

import pytest


@pytest.fixture
def contact(api):
    """Somebody to do something about."""
    return api.make("contact", email="ann@example.org")


def about(contact):
    """The attributes that point at a contact."""
    return {"targetable_type": "Contact", "targetable_id": contact["id"]}


def make_task(api, contact, **attributes):
    """A new task about a contact."""
    sent = {"title": "Call", "due_date": "2026-11-25T18:00:00Z", **about(contact), **attributes}
    return api.ask("POST", "/tasks", {"task": sent}, status=201)["task"]


def make_appointment(api, contact, **attributes):
    """A new appointment with a contact."""
    times = {"from_date": "2016-06-20T07:00:00Z", "end_date": "2016-06-20T08:00:00Z"}
    sent = {"title": "Visit", **times, **about(contact), **attributes}
    return api.ask("POST", "/appointments", {"appointment": sent}, status=201)["appointment"]


def test_a_task_needs_a_title_and_a_due_date(api):
    """Both are asked for at once, and a day that cannot be read is none."""
    assert api.refuse("POST", "/tasks", {"task": {"status": 0}}) == ["Title can't be blank", "Due date can't be blank"]
    assert api.refuse("POST", "/tasks", {"task": {"title": "x", "due_date": "soon"}})


@pytest.mark.parametrize(
    "due", ["2099-06-21T11:00:00Z", "Tue Jun 21 2099 11:00:00 GMT+0000", "2099-06-21T13:00:00+02:00"]
)
def test_a_due_date_is_read_however_it_is_written(api, contact, due):
    """Browsers' dates are understood; the answer is in the account's zone."""
    assert make_task(api, contact, due_date=due)["due_date"] == "2099-06-21T06:00:00-05:00"


def test_a_task_is_completed_now_and_not_then(api, contact):
    """The day something was done cannot be written, only that it is done."""
    task = make_task(api, contact, status=1, completed_date="2019-01-01T00:00:00Z")

    assert task["completed_date"] == "2026-11-25T06:00:00-06:00"
    opened = api.ask("PUT", f"/tasks/{task['id']}", {"task": {"status": 0}})["task"]
    assert opened["completed_date"] is None


def test_tasks_are_listed_by_filter(api, contact):
    """Each filter shows its own; days are days of the account's zone."""
    make_task(api, contact, title="today", due_date="2026-11-25T18:00:00Z")
    make_task(api, contact, title="late", due_date="2026-11-24T18:00:00Z")
    make_task(api, contact, title="tomorrow", due_date="2026-11-27T05:59:00Z")
    make_task(api, contact, title="done", status=1)

    def titles(name):
        return [task["title"] for task in api.ask("GET", "/tasks", filter=name)["tasks"]]

    assert titles("due today") == ["today"]
    assert titles("due tomorrow") == ["tomorrow"]
    assert titles("overdue") == ["late"]
    assert titles("completed") == ["done"]
    assert api.ask("GET", "/tasks", filter="open")["meta"] == {"total": 3}
    assert api.ask("GET", "/tasks", filter="open", per_page=1, page=2)["tasks"][0]["title"] == "late"
    assert api.ask("GET", "/tasks", page=0, per_page=0, status=500) == {"error_code": 500}
    assert api.ask("GET", "/tasks", filter="nonsense", status=400)


def test_a_deleted_task_is_gone_for_good(api, contact):
    """Activities have no recycle bin."""
    task = make_task(api, contact)

    assert api.ask("DELETE", f"/tasks/{task['id']}") == {"success": "200"}
    assert api.refuse("GET", f"/tasks/{task['id']}", status=404)
    assert api.refuse("DELETE", f"/tasks/{task['id']}", status=404)


def test_an_appointment_of_the_past_keeps_its_times(api, contact):
    """Real dates go in, and come back in the account's zone beside the three arrays."""
    sent = {"title": "Visit", "from_date": "2016-06-20T07:00:00Z", "end_date": "2016-06-20T08:00:00Z", **about(contact)}

    answer = api.ask("POST", "/appointments", {"appointment": sent}, status=201)

    assert answer["appointment"]["from_date"] == "2016-06-20T02:00:00-05:00"
    assert answer["appointment"]["targetables"] == [{"id": contact["id"], "type": "Contact"}]
    assert answer["appointment_attendees"] == answer["conferences"] == answer["notes"] == []


def test_what_an_appointment_needs(api):
    """The three blanks are told in exactly these words; zones are Rails names."""
    assert api.refuse("POST", "/appointments", {"appointment": {"title": ""}}) == [
        "Title can't be blank",
        "From date can't be blank",
        "End date can't be blank",
    ]
    times = {"title": "x", "from_date": "2016-06-20T07:00:00Z", "end_date": "2016-06-20T08:00:00Z"}
    iana = {"appointment": {**times, "time_zone": "Asia/Kolkata"}}
    assert api.refuse("POST", "/appointments", iana) == ["Not a supported time zone"]
    api.ask("POST", "/appointments", {"appointment": {**times, "time_zone": "Chennai"}}, status=201)


def test_appointments_are_past_or_upcoming(api, contact):
    """Every appointment is in one of the two lists."""
    make_appointment(api, contact, title="then")
    make_appointment(api, contact, title="soon", from_date="2027-01-01T10:00:00Z", end_date="2027-01-01T11:00:00Z")

    past, upcoming = (api.ask("GET", "/appointments", filter=name) for name in ("past", "upcoming"))

    assert ([a["title"] for a in past["appointments"]], past["meta"]) == (["then"], {"total": 1})
    assert [a["title"] for a in upcoming["appointments"]] == ["soon"]


def test_attendees_of_an_appointment(api, contact):
    """Attendees come back with ids of their own."""
    attendees = [{"attendee_type": "Contact", "attendee_id": str(contact["id"])}]
    times = {"title": "x", "from_date": "2016-06-20T07:00:00Z", "end_date": "2016-06-20T08:00:00Z"}
    body = {"appointment": {**times, "appointment_attendees_attributes": attendees}}

    answer = api.ask("POST", "/appointments", body, status=201)

    assert [a["attendee_id"] for a in answer["appointment_attendees"]] == [str(contact["id"])]
    assert answer["appointment"]["appointment_attendee_ids"] == [answer["appointment_attendees"][0]["id"]]


def test_a_note_is_read_through_what_it_is_about(api, contact):
    """Notes have no list and no page of their own."""
    note = api.make("note", description="first\n[source x 1]", **about(contact))
    api.make("note", description="second", **about(contact))
    path = f"/contacts/{contact['id']}"

    listed = api.ask("GET", f"{path}/notes", per_page=1, page=2)

    assert ([n["description"] for n in listed["notes"]], listed["meta"]["total"]) == (["second"], 2)
    assert [n["id"] for n in api.ask("GET", path, include="notes")["notes"]][0] == note["id"]
    assert api.refuse("GET", "/notes", status=404)
    assert api.refuse("GET", f"/notes/{note['id']}", status=404)


def test_what_a_note_needs(api, contact, make_api):
    """Text, something it is about, and no more than the tenant stores."""
    assert api.refuse("POST", "/notes", {"note": {"description": "", **about(contact)}}) == [
        "Description can't be blank"
    ]
    assert api.refuse("POST", "/notes", {"note": {"description": "x"}})
    assert api.make("note", description="x" * 100_000, **about(contact))
    short = make_api(switches={"note_limit": 10})
    someone = short.make("contact", email="a@example.org")
    assert short.refuse("POST", "/notes", {"note": {"description": "x" * 11, **about(someone)}})


@pytest.mark.parametrize(
    "parent",
    [
        {"targetable_type": "Contact", "targetable_id": 5},
        {"targetable_type": "Planet", "targetable_id": 5},
        {"targetable_type": "Contact", "targetable_id": "x"},
        {"targetable_id": 5},
    ],
)
def test_an_activity_about_nothing_is_refused(api, parent):
    """The record it points at must be live, and of an object activities can be about."""
    assert api.refuse("POST", "/notes", {"note": {"description": "x", **parent}})
    assert api.refuse("POST", "/tasks", {"task": {"title": "x", "due_date": "2026-01-01", **parent}})


def test_activities_go_out_of_sight_with_what_they_are_about(api, contact):
    """They stay attached: restore brings them back, forget ends them."""
    note = api.make("note", description="x", **about(contact))
    task = make_task(api, contact)
    path = f"/contacts/{contact['id']}"

    api.ask("DELETE", path)
    assert api.ask("GET", "/tasks", filter="open")["meta"]["total"] == 0
    assert api.refuse("GET", f"/tasks/{task['id']}", status=404)
    api.ask("PUT", f"{path}/restore")
    assert [n["id"] for n in api.ask("GET", path, include="notes")["notes"]] == [note["id"]]
    api.ask("DELETE", f"{path}/forget")
    assert api.tenant.count("note") == api.tenant.count("task") == 0


def test_an_activity_about_two_records_outlives_one_of_them(api, contact):
    """Only when nothing live is left does it go."""
    deal = api.make("deal", name="D", amount=1)
    both = [{"type": "Contact", "id": contact["id"]}, {"type": "Deal", "id": deal["id"]}]
    task = make_task(api, contact, targetables=both)

    api.ask("DELETE", f"/contacts/{contact['id']}")

    assert [t["id"] for t in api.ask("GET", f"/deals/{deal['id']}", include="tasks")["tasks"]] == [task["id"]]


def test_a_list_of_tasks_brings_its_people_along(api, contact):
    """Owners and what tasks are about stand beside the list, before it."""
    make_task(api, contact)

    answer = api.ask("GET", "/tasks", filter="open", include="owner,targetable")

    assert [user["id"] for user in answer["users"]] == [api.tenant.admin_id]
    assert [each["id"] for each in answer["contacts"]] == [contact["id"]]
    assert list(answer)[-2:] == ["tasks", "meta"]


def test_a_sales_activity_keeps_its_own_times(make_api):
    """With a type of the tenant's own, history goes in with its dates; default types are refused."""
    api = make_api(activity_types=("Site visit",))
    someone = api.make("contact", email="a@example.org")
    times = {"start_date": "2017-01-02T10:00:00Z", "end_date": "2017-01-02T11:00:00Z"}
    sent = {"title": "x", **times, **about(someone)}

    def body(type):
        return {"sales_activity": {**sent, "sales_activity_type_id": api.choice("sales_activity_types", type)}}

    made = api.ask("POST", "/sales_activities", body("Site visit"), status=201)["sales_activity"]
    assert made["conversation_time"] == made["end_date"] == "2017-01-02T05:00:00-06:00"
    assert api.refuse("POST", "/sales_activities", body("Phone")) == ["Invalid sales activity type provided."]
    assert api.ask("GET", "/sales_activities")["meta"] == {"total": 1, "total_pages": 1}
    assert make_api(plan="pro", activity_types=("Site visit",)).tenant.selectors["sales_activity_types"][-1][
        "is_default"
    ]
