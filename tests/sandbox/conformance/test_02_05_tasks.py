"""Tasks: what somebody has to do, until when, and whether it is done."""

import pytest

from tests.sandbox.doing import TODAY, about, make_task, titles


@pytest.fixture
def contact(api):
    """Somebody to do something about."""
    return api.make("contact", email="ann@example.org")


@pytest.fixture
def listed(api, contact):
    """Titles of the tasks a filter shows, of one task for each of them."""
    make_task(api, contact, title="today", due_date=TODAY)
    make_task(api, contact, title="late", due_date="2026-11-24T18:00:00Z")
    # Still tomorrow in the account's zone, though not in UTC.
    make_task(api, contact, title="tomorrow", due_date="2026-11-27T05:59:00Z")
    make_task(api, contact, title="far", due_date="2099-01-01T00:00:00Z")
    make_task(api, contact, title="done", status=1)
    return lambda name: titles(api.ask("GET", "/tasks", filter=name), "tasks")


@pytest.mark.contract("2.5-01")
def test_2_5_a_new_task_is_answered_with_201(api, contact):
    """The whole task comes back, not done."""
    task = make_task(api, contact, title="Ring")

    assert (task["title"], task["status"], task["completed_date"]) == ("Ring", 0, None)


@pytest.mark.contract("2.5-02")
def test_2_5_a_task_needs_a_title(api):
    """A blank one is none."""
    assert api.refuse("POST", "/tasks", {"task": {"title": " ", "due_date": TODAY}}) == ["Title can't be blank"]


@pytest.mark.contract("2.5-03")
def test_2_5_a_task_needs_a_due_date(api):
    """It is asked for by name."""
    assert api.refuse("POST", "/tasks", {"task": {"title": "x"}}) == ["Due date can't be blank"]


@pytest.mark.contract("2.5-04")
def test_2_5_what_a_task_keeps(api, contact):
    """Description, owner, type and outcome are read back by a later call."""
    owner = api.choice("owners", "priya.raman@tenant.example")
    outcome = api.choice("sales_activity_outcomes", "Interested")
    sent = {"description": "soon", "owner_id": owner, "task_type_id": 7, "outcome_id": outcome}

    task = make_task(api, contact, **sent)

    read = api.ask("GET", f"/tasks/{task['id']}")["task"]
    assert {name: read[name] for name in sent} == sent


@pytest.mark.contract("2.5-05")
@pytest.mark.parametrize("model", ["Contact", "SalesAccount", "Deal"])
def test_2_5_what_a_task_can_be_about(api, contact, model):
    """Each by its class name."""
    account = api.make("sales_account", name="A")
    deal = api.make("deal", name="D", amount=1)
    record = {"Contact": contact, "SalesAccount": account, "Deal": deal}[model]

    task = make_task(api, contact, **about(record, model))

    assert task["targetables"] == [{"id": record["id"], "type": model}]


@pytest.mark.contract("2.5-06")
def test_2_5_a_status_is_0_or_1(api, contact):
    """Anything else is refused."""
    assert [make_task(api, contact, status=status)["status"] for status in (0, 1)] == [0, 1]
    sent = {"title": "x", "due_date": TODAY, "status": 2}
    assert api.refuse("POST", "/tasks", {"task": sent}) == ["Status is not included in the list"]


@pytest.mark.contract("2.5-07")
def test_2_5_people_are_put_on_a_task(api, contact):
    """They are named by user_ids when users are included, and stand beside the task."""
    priya, tomas = (api.choice("owners", f"{name}@tenant.example") for name in ("priya.raman", "tomas.berg"))
    rows = [{"user_id": priya}, {"user_id": str(tomas)}]

    task = make_task(api, contact, task_users_attributes=rows)

    answer = api.ask("GET", f"/tasks/{task['id']}", include="users")
    assert answer["task"]["user_ids"] == [priya, tomas]
    assert {priya, tomas} <= {user["id"] for user in answer["users"]}


@pytest.mark.contract("2.5-08")
@pytest.mark.contract("2.5-09")
@pytest.mark.contract("2.5-10")
@pytest.mark.contract("2.5-11")
@pytest.mark.contract("2.5-12")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("open", ["today", "late", "tomorrow", "far"]),
        ("due today", ["today"]),
        ("due tomorrow", ["tomorrow"]),
        ("overdue", ["late"]),
        ("completed", ["done"]),
        ("due_today", ["today"]),
        ("due+tomorrow", ["tomorrow"]),
    ],
)
def test_2_5_each_filter_shows_its_own(listed, name, expected):
    """Days are days of the account's zone; the gap in a name may be a blank, a plus or an underscore."""
    assert listed(name) == expected


@pytest.mark.contract("2.5-13")
def test_2_5_a_list_of_tasks_brings_its_people_along(api, contact):
    """Users come first, then what the tasks are about, then the tasks."""
    priya = api.choice("owners", "priya.raman@tenant.example")
    make_task(api, contact, task_users_attributes=[{"user_id": priya}])

    answer = api.ask("GET", "/tasks", filter="open", include="owner,users,targetable")

    assert list(answer) == ["users", "contacts", "tasks", "meta"]
    assert {user["id"] for user in answer["users"]} == {api.tenant.admin_id, priya}
    assert [each["id"] for each in answer["contacts"]] == [contact["id"]]


@pytest.mark.contract("2.5-14")
def test_2_5_a_single_task_brings_its_contacts_along(api, contact):
    """Unasked."""
    task = make_task(api, contact)

    answer = api.ask("GET", f"/tasks/{task['id']}")

    assert [each["id"] for each in answer["contacts"]] == [contact["id"]]
    assert answer["task"]["targetable"] == {"type": "contact", "id": contact["id"]}


@pytest.mark.contract("2.5-15")
@pytest.mark.contract("2.5-21")
def test_2_5_a_done_task_was_done_now(api, contact):
    """The present moment in the account's zone; a task that is opened again has none."""
    path = f"/tasks/{make_task(api, contact)['id']}"

    done = api.ask("PUT", path, {"task": {"status": 1}})["task"]

    assert (done["status"], done["completed_date"]) == (1, "2026-11-25T06:00:00-06:00")
    api.clock.now += 3600
    assert api.ask("PUT", path, {"task": {"title": "y"}})["task"]["completed_date"] == done["completed_date"]
    assert api.ask("PUT", path, {"task": {"status": 0}})["task"]["completed_date"] is None


@pytest.mark.contract("2.5-16")
def test_2_5_a_completion_of_the_past_is_not_kept(api, contact):
    """The moment of the call is."""
    task = make_task(api, contact, status=1, completed_date="2019-01-01T00:00:00Z")

    assert task["completed_date"] == "2026-11-25T06:00:00-06:00"


@pytest.mark.contract("2.5-17")
@pytest.mark.contract("2.5-18")
def test_2_5_a_deleted_task_is_gone_for_good(api, contact):
    """The answer to the delete is an object; after it there is nothing to read or delete."""
    path = f"/tasks/{make_task(api, contact)['id']}"

    assert api.ask("DELETE", path) == {"success": "200"}
    for method in ("GET", "DELETE"):
        assert "task you're looking for" in api.refuse(method, path, status=404)[0]


@pytest.mark.contract("2.5-19")
def test_2_5_page_0_of_nothing_breaks_the_server(api):
    """Only the two together do."""
    assert api.ask("GET", "/tasks", page=0, per_page=0, status=500) == {"error_code": 500}
    assert api.ask("GET", "/tasks", per_page=0)["tasks"] == []
    api.ask("GET", "/tasks", page=0)


@pytest.mark.contract("2.5-20")
@pytest.mark.parametrize(
    "due",
    [
        "2099-06-21T11:00:00Z",
        "2099-06-21T13:00:00+02:00",
        "Tue Jun 21 2099 11:00:00 GMT+0000",
        "Tue Jun 21 2099 16:30:00 GMT+0530 (IST)",
        "Tue, 21 Jun 2099 11:00:00 GMT",
        "2099-06-21 11:00:00 UTC",
        "2099/06/21 11:00",
        "21/06/2099 11:00",
        "June 21st, 2099 at 11:00 AM",
    ],
)
def test_2_5_a_due_date_is_read_however_it_is_written(api, contact, due):
    """The answer is in the account's zone."""
    assert make_task(api, contact, due_date=due)["due_date"] == "2099-06-21T06:00:00-05:00"
