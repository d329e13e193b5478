"""Sales activities: what took place with a customer, with its own times."""

import pytest

from tests.sandbox.doing import make_activity

DEFAULTS = ["Chat", "Phone", "Meeting", "Task", "Email", "SMS Outgoing", "Reminder", "SMS Incoming"]


@pytest.fixture
def make_visited(make_api):
    """Makes tenants that have a type of their own and somebody to visit."""

    def make(**settings):
        api = make_api(**{"activity_types": ("Site visit",), **settings})
        return api, api.make("contact", email="ann@example.org")

    return make


@pytest.mark.contract("2.8-01")
def test_2_8_what_a_sales_activity_needs(api):
    """Everything missing is asked for at once."""
    assert set(api.refuse("POST", "/sales_activities", {"sales_activity": {"notes": "x"}})) == {
        "Title can't be blank",
        "Start date can't be blank",
        "End date can't be blank",
        "Sales activity type can't be blank",
        "Targetable can't be blank",
    }


@pytest.mark.contract("2.8-12")
def test_2_8_the_settings_say_what_is_needed(api):
    """These five and no others."""
    fields = api.ask("GET", "/settings/sales_activities/fields")["fields"]

    required = {field["name"] for field in fields if field["required"]}
    assert required == {"title", "start_date", "end_date", "targetable", "sales_activity_type_id"}


@pytest.mark.contract("2.8-02")
def test_2_8_what_a_sales_activity_keeps(make_visited):
    """All of it is read back by a later call."""
    api, contact = make_visited()
    api.add_field("sales_activities", label="Ward", type="text")
    sent = {
        "owner_id": api.choice("owners", "priya.raman@tenant.example"),
        "notes": "went well",
        "sales_activity_outcome_id": api.choice("sales_activity_outcomes", "Interested"),
        "location": "Hall",
        "status": True,
        "custom_field": {"cf_ward": "North"},
    }

    id = make_activity(api, contact, **sent, completed_date="2017-01-02T12:00:00Z")["sales_activity"]["id"]

    read = api.ask("GET", f"/sales_activities/{id}")["sales_activity"]
    assert {name: read[name] for name in sent} == sent
    assert read["completed_date"] == "2017-01-02T06:00:00-06:00"


@pytest.mark.contract("2.8-03")
@pytest.mark.contract("2.8-04")
def test_2_8_a_sales_activity_keeps_its_own_times(make_visited):
    """It took place when it ended; it was written down now."""
    api, contact = make_visited()

    made = make_activity(api, contact)["sales_activity"]

    assert made["start_date"] == "2017-01-02T04:00:00-06:00"
    assert made["conversation_time"] == made["end_date"] == "2017-01-02T05:00:00-06:00"
    assert made["created_at"] == "2026-11-25T06:00:00-06:00"


@pytest.mark.contract("2.8-05")
@pytest.mark.contract("2.8-06")
@pytest.mark.parametrize(("is_writable", "expected"), [(False, [None, None]), (True, ["old-7", 12])])
def test_2_8_ids_of_elsewhere(make_visited, is_writable, expected):
    """They are always shown, and kept where the switch says so."""
    api, contact = make_visited(switches={"activity_remote_ids": is_writable})

    made = make_activity(api, contact, remote_id="old-7", import_id=12)["sales_activity"]

    assert [made["remote_id"], made["import_id"]] == expected


@pytest.mark.contract("2.8-07")
@pytest.mark.parametrize(("plan", "is_there"), [("growth", False), ("pro", False), ("enterprise", True)])
def test_2_8_types_of_its_own_need_enterprise(make_visited, plan, is_there):
    """On other plans the tenant has only those every tenant has."""
    api, _ = make_visited(plan=plan)

    types = api.ask("GET", "/selector/sales_activity_types")["sales_activity_types"]

    assert ("Site visit" in [each["name"] for each in types]) is is_there


@pytest.mark.contract("2.8-08")
def test_2_8_types_every_tenant_has(api):
    """In this order."""
    types = api.ask("GET", "/selector/sales_activity_types")["sales_activity_types"]

    assert [each["name"] for each in types] == DEFAULTS


@pytest.mark.contract("2.8-09")
@pytest.mark.parametrize(("is_taken", "status"), [(False, 400), (True, 201)])
def test_2_8_default_types_in_a_sales_activity(make_visited, is_taken, status):
    """Taken where the switch says so, refused for the type otherwise."""
    api, contact = make_visited(plan="growth", switches={"default_activity_types": is_taken})

    answer = make_activity(api, contact, type="Phone", answered=status)

    told = answer.get("errors", {}).get("message")
    assert told == (None if is_taken else ["Invalid sales activity type provided."])


@pytest.mark.contract("2.8-10")
def test_2_8_the_list_has_pages(make_visited):
    """It says how many records and how many pages there are."""
    api, contact = make_visited()
    ids = [make_activity(api, contact)["sales_activity"]["id"] for _ in range(3)]

    answer = api.ask("GET", "/sales_activities", per_page=2, page=2)

    assert [each["id"] for each in answer["sales_activities"]] == ids[2:]
    assert answer["meta"] == {"total": 3, "total_pages": 2}


@pytest.mark.contract("2.8-11")
@pytest.mark.parametrize("status", [201, 200])
def test_2_8_status_of_a_new_sales_activity(make_visited, status):
    """What the switch says."""
    api, contact = make_visited(switches={"sales_activity_created_status": status})

    assert make_activity(api, contact, answered=status)["sales_activity"]["title"] == "Visit"
