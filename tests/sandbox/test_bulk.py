"""Many records in one call."""

import json

import pytest


def submit(api, rows, *, plural="contacts", **expected):
    """What a bulk upsert answers."""
    return api.ask("POST", f"/{plural}/bulk_upsert", {plural: rows}, **expected)


def ask_job(api, submitted):
    """The job's state, at the address that was handed out, and its report."""
    response = api.http.get(submitted["job_status_url"])
    job = response.json()
    return job, json.loads(job["data"]) if job["data"] else None


def test_rows_are_made_and_changed_and_the_rest_is_reported(api):
    """The job succeeds even where rows fail; created ids are nowhere in it."""
    made = api.make("contact", email="ann@example.org")
    rows = [
        {"emails": "ANN@example.org", "data": {"city": "Oslo"}},
        {"id": str(made["id"]), "data": {"job_title": "Nurse"}},
        {"emails": "bo@example.org", "data": {"first_name": "Bo"}},
        {"emails": "no address", "data": {}},
        {"data": {"email": "x@example.org"}},
        {"emails": "y@example.org"},
        "nonsense",
    ]

    job, report = ask_job(api, submit(api, rows))

    assert (job["status"], job["progress"]) == ("SUCCESS", 100)
    assert report["record_status"] == {"succeeded": 3, "failed": 4}
    assert [failure["row"] for failure in report["detailed_failure_report"]] == [3, 4, 5, 6]
    assert [(each["emails"][0]["value"], each.get("city")) for each in api.tenant.records("contact")] == [
        ("ann@example.org", "Oslo"),
        ("bo@example.org", None),
    ]


def test_accounts_go_by_name_and_deals_by_name_or_key(api):
    """Each object has its own identifiers in bulk."""
    api.add_field("deals", label="Source id", type="text", unique=True)
    for rows, plural in (
        ([{"name": "Acme", "data": {"city": "Oslo"}}, {"name": "acme", "data": {"city": "Rome"}}], "sales_accounts"),
        ([{"name": "D", "data": {"amount": 1}}, {"cf_source_id": "d", "data": {"name": "E", "amount": 2}}], "deals"),
    ):
        _, report = ask_job(api, submit(api, rows, plural=plural))
        assert report["record_status"] == {"succeeded": 2, "failed": 0}

    assert [(each["name"], each["city"]) for each in api.tenant.records("sales_account")] == [("Acme", "Rome")]
    assert [each["name"] for each in api.tenant.records("deal")] == ["D", "E"]


def test_a_job_takes_its_time(make_api):
    """Nothing is there until it is done, and the last state names the outcome."""
    api = make_api(switches={"job_seconds": 30})
    submitted = submit(api, [{"emails": "a@example.org", "data": {}}])

    job, report = ask_job(api, submitted)

    assert (job["status"], job["progress"], report) == ("IN_PROGRESS", 0, None)
    assert api.tenant.count("contact") == 0
    api.clock.now += 30
    job, report = ask_job(api, submitted)
    assert (job["status"], report["record_status"]["succeeded"]) == ("SUCCESS", 1)


def test_a_job_is_done_once(api):
    """Asking again does not write again."""
    submitted = submit(api, [{"emails": "a@example.org", "data": {"city": "Oslo"}}])
    first = ask_job(api, submitted)
    api.ask("PUT", f"/contacts/{api.tenant.records('contact')[0]['id']}", {"city": "Rome"})

    assert ask_job(api, submitted) == first
    assert api.tenant.records("contact")[0]["city"] == "Rome"


def test_a_call_takes_a_hundred_records(api):
    """One more is refused, and none of them is written."""
    rows = [{"emails": f"a{n}@example.org", "data": {}} for n in range(101)]

    submit(api, rows, status=400)
    ask_job(api, submit(api, rows[:100]))

    assert api.tenant.count("contact") == 100


def test_too_many_jobs_are_answered_405(make_api):
    """Until one of them is done."""
    api = make_api(switches={"job_seconds": 30, "busy_jobs": 2})
    rows = [{"emails": "a@example.org", "data": {}}]
    for _ in range(2):
        submit(api, rows)

    submit(api, rows, status=405)
    api.clock.now += 30
    submit(api, rows)


@pytest.mark.parametrize("body", [{}, {"contacts": []}, {"contacts": {}}, {"deals": [{}]}])
def test_a_bulk_call_needs_rows(api, body):
    """Under the object's own name."""
    assert api.refuse("POST", "/contacts/bulk_upsert", body)


def test_an_unknown_job_is_not_found(api):
    """404 as for any record."""
    assert api.refuse("GET", "/job_statuses/5", status=404)


def test_deleting_many_is_done_at_once(api):
    """Each is in the bin when the answer comes."""
    ids = [api.make("contact", email=f"a{n}@example.org")["id"] for n in range(3)]

    answer = api.ask("POST", "/contacts/bulk_destroy", {"selected_ids": [str(ids[0]), ids[1], 5, "x"]})

    assert "deleted" in answer["message"]
    assert [each["id"] for each in api.tenant.records("contact")] == [ids[2]]
    assert api.view("contacts", "Recycle Bin")["meta"]["total"] == 2
    assert api.refuse("POST", "/contacts/bulk_destroy", {"selected_ids": []})


def test_many_get_another_owner(api):
    """All of them, or none where one is not there."""
    ids = [api.make("contact", email=f"a{n}@example.org")["id"] for n in range(2)]
    owner = api.choice("owners", "noor.haddad@tenant.example")
    path = "/contacts/bulk_assign_owner"

    assert api.refuse("POST", path, {"selected_ids": [*ids, 5], "owner_id": owner}, status=404)
    assert {each.get("owner_id") for each in api.tenant.records("contact")} == {None}
    assert api.ask("POST", path, {"selected_ids": ids, "owner_id": owner})["message"]
    assert {each["owner_id"] for each in api.tenant.records("contact")} == {owner}
    assert api.refuse("POST", path, {"selected_ids": ids})
