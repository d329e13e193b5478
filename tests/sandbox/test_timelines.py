"""What belongs to one record: its timeline, its notes, and what only the browser's addresses know of it."""

import pytest

from tests.sandbox.doing import about, log_call, make_activity, make_appointment, make_task

BROWSER = "http://tenant.test/crm/sales"


@pytest.fixture
def api(make_api):
    """A tenant with a sales activity type of its own."""
    return make_api(activity_types=("Site visit",))


@pytest.fixture
def contact(api):
    """Somebody to do something about."""
    return api.make("contact", email="ann@example.org")


@pytest.mark.parametrize(
    ("plural", "model", "attributes"),
    [
        ("contacts", "Contact", {"email": "bo@example.org"}),
        ("sales_accounts", "SalesAccount", {"name": "A"}),
        ("deals", "Deal", {"name": "D", "amount": 1}),
    ],
)
def test_a_timeline_begins_with_the_newest(api, plural, model, attributes):
    """The record itself, whatever was done about it, and that a task was completed."""
    record = api.make(plural[:-1], **attributes)
    api.clock.now += 60
    task = make_task(api, record, **about(record, model))
    api.clock.now += 60
    note = api.make("note", description="x", **about(record, model))
    api.clock.now += 60
    api.ask("PUT", f"/tasks/{task['id']}", {"task": {"status": 1}})

    answer = api.ask("GET", f"/{plural}/{record['id']}/activities")

    rows = [(each["actionable_type"], each["actionable_id"], each["action_type"]) for each in answer["activities"]]
    object = plural[:-1]
    assert rows == [
        ("Task", task["id"], "task_complete"),
        ("Note", note["id"], "note_create"),
        ("Task", task["id"], "task_create"),
        (model, record["id"], f"{object}_create"),
    ]
    assert answer["activities"][0]["created_at"] == "2026-11-25T06:03:00-06:00"
    assert {(each["targetable_type"], each["targetable_id"]) for each in answer["activities"]} == {
        (model, record["id"])
    }


def test_a_timeline_holds_every_kind_of_activity(api, contact):
    """A call's note stands beside the call."""
    make_task(api, contact)
    make_appointment(api, contact)
    make_activity(api, contact)
    log_call(api, contact, call_notes="x")

    rows = api.ask("GET", f"/contacts/{contact['id']}/activities")["activities"]

    assert {each["actionable_type"] for each in rows} == {
        "Contact",
        "Task",
        "Appointment",
        "SalesActivity",
        "PhoneCall",
        "Note",
    }
    assert len({each["id"] for each in rows}) == len(rows)


@pytest.mark.parametrize(
    ("query", "count", "has_next", "has_previous"),
    [({}, 4, False, False), ({"per_page": 2}, 2, True, False), ({"per_page": 2, "page": 2}, 2, False, True)],
)
def test_a_timeline_says_whether_there_is_more(api, contact, query, count, has_next, has_previous):
    """And not how much."""
    for _ in range(3):
        make_task(api, contact)

    answer = api.ask("GET", f"/contacts/{contact['id']}/activities", **query)

    assert len(answer["activities"]) == count
    assert answer["meta"] == {"has_next": has_next, "has_previous": has_previous}


def test_the_timeline_of_nobody_is_not_found(api, contact):
    """Nor are their notes; a deleted record is nobody."""
    api.ask("DELETE", f"/contacts/{contact['id']}")

    for path in ("activities", "notes"):
        assert api.refuse("GET", f"/contacts/{contact['id']}/{path}", status=404)
        assert api.refuse("GET", f"/contacts/x/{path}", status=404)


def test_notes_of_a_record_have_pages_and_an_order(api, contact):
    """The oldest first unless told otherwise; their creator comes along when included."""
    ids = [api.make("note", description=text, **about(contact))["id"] for text in "abc"]
    path = f"/contacts/{contact['id']}/notes"

    assert [each["id"] for each in api.ask("GET", path, per_page=2, page=2)["notes"]] == ids[2:]
    newest = api.ask("GET", path, per_page=1, sort="created_at", sort_type="desc", include="creater")
    assert ([each["id"] for each in newest["notes"]], newest["meta"]) == (ids[2:], {"total": 3, "total_pages": 3})
    assert list(newest)[0] == "users"


@pytest.mark.parametrize(
    "path", ["deals/{deal}/tasks", "deals/{deal}/conversations/all", "contacts/{contact}/conversations/all"]
)
def test_what_only_the_browsers_addresses_know(api, contact, path):
    """With `/api` there is nothing there; without, the same key opens it."""
    deal = api.make("deal", name="D", amount=1)
    path = path.format(deal=deal["id"], contact=contact["id"])

    assert api.refuse("GET", f"/{path}", status=404)
    assert api.ask("GET", f"{BROWSER}/{path}")


def test_tasks_of_a_deal(api, contact):
    """Its own and nobody else's, with what they bring along."""
    deal = api.make("deal", name="D", amount=1)
    task = make_task(api, contact, **about(deal, "Deal"))
    make_task(api, contact)

    answer = api.ask("GET", f"{BROWSER}/deals/{deal['id']}/tasks", include="owner,targetable")

    assert [each["id"] for each in answer["tasks"]] == [task["id"]]
    assert [each["id"] for each in answer["deals"]] == [deal["id"]]
    assert answer["meta"] == {"total": 1}


def test_the_links_of_a_record_lead_somewhere(api, contact):
    """To what was done about it, without `/api`."""
    links = api.ask("GET", f"/contacts/{contact['id']}")["contact"]["links"]

    for name in ("conversations", "timeline_feeds", "notes", "tasks", "appointments"):
        assert api.http.get(f"http://tenant.test{links[name]}").status_code == 200, name


def test_conversations_are_calls_and_sales_activities(api, contact):
    """The latest first; each names its kind, and stands in the array of that kind."""
    call = log_call(api, contact)["phone_calls"][0]
    visit = make_activity(api, contact)["sales_activity"]
    make_task(api, contact)

    answer = api.ask("GET", f"{BROWSER}/contacts/{contact['id']}/conversations/all", include="targetable,user,note")

    assert [each["targetable"] for each in answer["conversations"]] == [
        {"type": "phone_call", "id": call["id"]},
        {"type": "sales_activity", "id": visit["id"]},
    ]
    assert [each["id"] for each in answer["phone_calls"]] == [call["id"]]
    assert [each["id"] for each in answer["sales_activities"]] == [visit["id"]]
    assert [user["id"] for user in answer["users"]] == [api.tenant.admin_id]
    assert answer["email_conversations"] == []


def test_leads_have_timelines_in_the_classic_edition(make_api, api):
    """In the Suite there is nothing at these addresses."""
    classic = make_api(edition="classic")
    classic.http.base_url = "http://tenant.test/api"
    lead = classic.make("lead", first_name="Ann", last_name="Lee", email="ann@example.org")
    note = classic.make("note", description="x", **about(lead, "Lead"))

    assert [each["id"] for each in classic.ask("GET", f"/leads/{lead['id']}/notes")["notes"]] == [note["id"]]
    assert len(classic.ask("GET", f"/leads/{lead['id']}/activities")["activities"]) == 2
    assert classic.http.get(f"http://tenant.test/leads/{lead['id']}/tasks").json()["meta"] == {"total": 0}
    for path in ("notes", "activities"):
        assert api.refuse("GET", f"/leads/5/{path}", status=404) == ["There is nothing at this address."]
