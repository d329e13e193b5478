"""What all activities have in common: what they are about, their lists, and that they leave no trace."""

import pytest

from tests.sandbox.doing import TIMES, about, log_call, make_activity, make_appointment, make_task, titles


@pytest.fixture
def contact(api):
    """Somebody to do something about."""
    return api.make("contact", email="ann@example.org")


@pytest.fixture
def visited(make_api):
    """A tenant with a sales activity type of its own."""
    return make_api(activity_types=("Site visit",))


@pytest.mark.parametrize(
    "parent",
    [
        {"targetable_type": "Contact", "targetable_id": 5},
        {"targetable_type": "Planet", "targetable_id": 5},
        {"targetable_type": "Contact", "targetable_id": "x"},
        {"targetable_type": ["Contact"], "targetable_id": {"a": 1}},
        {"targetable_type": "Lead", "targetable_id": 5},
        {"targetable_id": 5},
        {"targetable": {}},
        {"targetables": [{"type": "Contact", "id": 5}]},
    ],
)
def test_an_activity_about_nobody_is_refused(api, parent):
    """The record it points at must be live, and of an object activities can be about."""
    assert api.refuse("POST", "/notes", {"note": {"description": "x", **parent}})
    assert api.refuse("POST", "/phone_calls", {"call_direction": True, **parent})
    assert api.refuse("POST", "/tasks", {"task": {"title": "x", "due_date": "2026-01-01", **parent}})
    assert api.refuse("POST", "/appointments", {"appointment": {"title": "x", **TIMES, **parent}})


@pytest.mark.parametrize("parent", [{}, {"targetables": []}, {"targetables": ["Contact", 5]}])
def test_some_activities_need_nobody_to_be_about(api, parent):
    """Tasks and appointments may stand alone; notes and calls may not."""
    api.ask("POST", "/tasks", {"task": {"title": "x", "due_date": "2026-01-01", **parent}}, status=201)
    api.ask("POST", "/appointments", {"appointment": {"title": "x", **TIMES, **parent}}, status=201)
    blank = ["Targetable can't be blank"]
    assert api.refuse("POST", "/notes", {"note": {"description": "x", **parent}}) == blank
    assert api.refuse("POST", "/phone_calls", {"call_direction": True, **parent}) == blank


def test_activities_go_out_of_sight_with_what_they_are_about(visited):
    """They stay attached: restore brings them back, forget ends them."""
    contact = visited.make("contact", email="ann@example.org")
    note = visited.make("note", description="x", **about(contact))
    task = make_task(visited, contact)
    make_appointment(visited, contact)
    make_activity(visited, contact)
    call = log_call(visited, contact, call_notes="y")["phone_calls"][0]
    objects = ("note", "task", "appointment", "sales_activity", "phone_call")
    path = f"/contacts/{contact['id']}"

    visited.ask("DELETE", path)
    assert [visited.tenant.count(object) for object in objects] == [0, 0, 0, 0, 0]
    assert visited.refuse("GET", f"/tasks/{task['id']}", status=404)
    assert visited.refuse("GET", f"/phone_calls/{call['id']}", status=404)
    visited.ask("PUT", f"{path}/restore")
    assert [visited.tenant.count(object) for object in objects] == [2, 1, 1, 1, 1]
    assert note["id"] in [each["id"] for each in visited.ask("GET", path, include="notes")["notes"]]
    visited.ask("DELETE", f"{path}/forget")
    assert [visited.tenant.count(object) for object in objects] == [0, 0, 0, 0, 0]


def test_an_activity_about_two_records_outlives_one_of_them(api, contact):
    """Only when nothing live is left does it go."""
    deal = api.make("deal", name="D", amount=1)
    both = [{"type": "Contact", "id": contact["id"]}, {"type": "Deal", "id": deal["id"]}]
    task = make_task(api, contact, targetables=both)

    api.ask("DELETE", f"/contacts/{contact['id']}")

    assert [t["id"] for t in api.ask("GET", f"/deals/{deal['id']}", include="tasks")["tasks"]] == [task["id"]]


def test_every_activity_counts_and_leaves_no_trace(visited):
    """The digest changes with each of them, with each change of one, and is what it was when all are deleted."""
    contact = visited.make("contact", email="ann@example.org")
    seen = [visited.tenant.digest()]
    made = {
        f"/notes/{visited.make('note', description='x', **about(contact))['id']}": {"description": "y"},
        f"/tasks/{make_task(visited, contact)['id']}": {
            "outcome_id": visited.choice("sales_activity_outcomes", "Interested")
        },
        f"/appointments/{make_appointment(visited, contact)['appointment']['id']}": {"is_allday": True},
        f"/sales_activities/{make_activity(visited, contact)['sales_activity']['id']}": {
            "completed_date": "2017-01-02"
        },
    }
    for path, change in made.items():
        seen.append(visited.tenant.digest())
        visited.ask("PUT", path, change)
    seen.append(visited.tenant.digest())
    made[f"/phone_calls/{log_call(visited, contact, call_notes='z')['phone_calls'][0]['id']}"] = {}
    seen.append(visited.tenant.digest())

    assert len(set(seen)) == len(seen)
    for path in made:
        visited.ask("DELETE", path)
    assert visited.tenant.digest() == seen[0]


def test_a_before_image_of_a_task_brings_it_back(api, contact):
    """Its users, owner, status and what it is about."""
    priya = api.choice("owners", "priya.raman@tenant.example")
    path = f"/tasks/{make_task(api, contact)['id']}"
    shown, before = api.ask("GET", path)["task"], api.tenant.digest()
    changed = {"title": "y", "owner_id": priya, "status": 1, "description": "z"}
    api.ask("PUT", path, {"task": changed})
    assert api.tenant.digest() != before

    api.ask("PUT", path, {"task": {name: shown[name] for name in changed}})

    assert api.tenant.digest() == before


@pytest.mark.parametrize("sort", ["title", "due_date", "created_at", "id", "completed_date", "no_such_field", "x; --"])
def test_lists_are_sorted_and_paged(api, contact, sort):
    """By any attribute, either way; beyond the last page there is nothing."""
    for title, due in (("b", "2099-01-01"), ("a", "2099-01-02"), ("c", "2099-01-03")):
        make_task(api, contact, title=title, due_date=due)
    pages = [api.ask("GET", "/tasks", sort=sort, sort_type="desc", per_page=2, page=page) for page in (1, 2, 3)]

    assert [len(page["tasks"]) for page in pages] == [2, 1, 0]
    assert {page["meta"]["total"] for page in pages} == {3}
    expected = ["c", "b", "a"] if sort == "title" else ["c", "a", "b"]
    assert [title for page in pages for title in titles(page, "tasks")] == expected


def test_a_filter_nobody_knows_is_refused(api):
    """Of tasks and of appointments."""
    assert api.refuse("GET", "/tasks?filter=nonsense") == ["Invalid filter nonsense"]
    assert api.refuse("GET", "/appointments?filter=open") == ["Invalid filter open"]


def test_people_come_and_go_on_a_task(api, contact):
    """One is added by each row, and taken out by a row marked so; without anybody it is its owner's."""
    priya, tomas = (api.choice("owners", f"{name}@tenant.example") for name in ("priya.raman", "tomas.berg"))
    path = f"/tasks/{make_task(api, contact, task_users_attributes=[{'user_id': priya}])['id']}"

    def put(*rows):
        task = api.ask("PUT", path, {"task": {"task_users_attributes": list(rows)}})["task"]
        return task["user_ids"]

    assert put({"user_id": tomas}, {"user_id": priya}) == [priya, tomas]
    assert put({"user_id": priya, "_destroy": True}) == [tomas]
    assert put({"user_id": tomas, "_destroy": True}) == [api.tenant.admin_id]
    assert api.ask("PUT", path, {"task": {"owner_id": priya}})["task"]["user_ids"] == [priya]
    assert api.refuse("PUT", path, {"task": {"task_users_attributes": [{"user_id": 5}]}}) == ["Invalid user provided."]


def test_attendees_come_and_go(api, contact):
    """By who they are or by the id they came back with."""
    user = {"attendee_type": "FdMultitenant::User", "attendee_id": str(api.tenant.admin_id)}
    person = {"attendee_type": "Contact", "attendee_id": str(contact["id"])}
    answer = make_appointment(api, contact, appointment_attendees_attributes=[user, person])
    path = f"/appointments/{answer['appointment']['id']}"

    def put(*rows):
        sent = {"appointment_attendees_attributes": list(rows)}
        return [each["attendee_type"] for each in api.ask("PUT", path, {"appointment": sent})["appointment_attendees"]]

    assert put(user) == ["FdMultitenant::User", "Contact"]
    assert put({"id": answer["appointment_attendees"][0]["id"], "_destroy": "1"}) == ["Contact"]
    assert put({**person, "_destroy": True}) == []


@pytest.mark.parametrize(
    "row",
    [
        {"attendee_type": "Contact", "attendee_id": 5},
        {"attendee_type": "Planet", "attendee_id": 5},
        {"attendee_type": "FdMultitenant::User", "attendee_id": "x"},
        {"id": 5, "_destroy": True},
        {},
    ],
)
def test_an_attendee_nobody_knows_is_refused(api, row):
    """Nothing of the appointment is kept."""
    sent = {
        "title": "x",
        "from_date": "2027-01-01",
        "end_date": "2027-01-01",
        "appointment_attendees_attributes": [row],
    }

    assert api.refuse("POST", "/appointments", {"appointment": sent})
    assert api.tenant.count("appointment") == 0


def test_a_note_goes_with_the_call_it_came_with(api, contact):
    """Unless it was deleted before; a call that is deleted is gone for good."""
    calls = [log_call(api, contact, call_notes="x")["phone_calls"][0] for _ in range(2)]
    api.ask("DELETE", f"/notes/{calls[1]['note_id']}")

    for call in calls:
        assert api.ask("DELETE", f"/phone_calls/{call['id']}") is True
        assert api.refuse("DELETE", f"/phone_calls/{call['id']}", status=404)
    assert api.ask("GET", f"/contacts/{contact['id']}/notes")["notes"] == []


@pytest.mark.parametrize(
    ("sent", "is_incoming"), [(True, True), ("true", True), (1, True), ("incoming", False), ([], False)]
)
def test_a_direction_that_is_not_true_is_false(api, contact, sent, is_incoming):
    """Without a word: that is how calls end up on the wrong side."""
    call = log_call(api, contact, call_direction=sent)["phone_calls"][0]

    assert (call["call_direction"], call["status"]) == (is_incoming, "incoming" if is_incoming else "outgoing")


def test_a_call_needs_a_direction(api, contact):
    """And nothing is kept without one, not even its note."""
    sent = {"call_notes": "x", **about(contact)}

    assert api.refuse("POST", "/phone_calls", sent) == ["Call direction can't be blank"]
    assert api.tenant.count("note") == 0


def test_a_note_of_a_call_is_no_longer_than_any_note(make_api):
    """The call is refused with it."""
    api = make_api(switches={"note_limit": 3})
    contact = api.make("contact", email="ann@example.org")

    assert log_call(api, contact, call_notes="long", answered=400)
    assert api.tenant.count("phone_call") == 0


@pytest.mark.parametrize("due", ["soon", "2026-13-45", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 5, {}])
def test_a_due_date_that_cannot_be_read_is_refused(api, due):
    """Wherever in the calendar it falls outside."""
    told = api.refuse("POST", "/tasks", {"task": {"title": "x", "due_date": due}})

    assert told == ["Due date is not a valid date"]
