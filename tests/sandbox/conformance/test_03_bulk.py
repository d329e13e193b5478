"""Upserts, one at a time and in bulk, and the jobs bulk writes become."""

import json

import pytest

NO_IDENTIFIER = "Please provide a unique field to identify the record."


def upsert(api, unique, *, object="contact", status=200, **attributes):
    """The record an upsert answers with."""
    body = {"unique_identifier": unique, object: attributes}
    return api.ask("POST", f"/{object}s/upsert", body, status=status).get(object)


def submit(api, rows, *, plural="contacts", status=200):
    """What a bulk upsert answers."""
    return api.ask("POST", f"/{plural}/bulk_upsert", {plural: rows}, status=status)


def ask_job(api, submitted):
    """The job at the address that was handed out, and its report."""
    job = api.http.get(submitted["job_status_url"]).json()
    return job, json.loads(job["data"]) if job["data"] else None


def count(api, rows, **how):
    """How many rows succeeded and failed."""
    return tuple(ask_job(api, submit(api, rows, **how))[1]["record_status"].values())


def people(number):
    """Rows of so many new contacts."""
    return [{"emails": f"a{n}@example.org", "data": {"first_name": f"A{n}"}} for n in range(number)]


@pytest.mark.contract("3-01")
@pytest.mark.parametrize(
    "unique",
    [None, {}, {"email": "a@example.org"}, {"city": "Oslo"}, {"emails": ""}, {"emails": None}, {"emails": []}, "x"],
)
def test_3_what_is_no_identifier_is_refused(api, unique):
    """Plain `email` among them."""
    body = {"unique_identifier": unique, "contact": {"email": "a@example.org"}}

    assert api.refuse("POST", "/contacts/upsert", body) == [NO_IDENTIFIER]


@pytest.mark.contract("3-02")
@pytest.mark.parametrize(("taken", "status"), [(True, 200), (False, 400)])
def test_3_plain_email_is_a_switch(make_api, taken, status):
    """Some tenants are said to take it."""
    api = make_api(switches={"plain_email_upserts": taken})

    upsert(api, {"email": "a@example.org"}, city="Oslo", status=status)


@pytest.mark.contract("3-03")
@pytest.mark.parametrize(
    ("unique", "also"),
    [
        ({"emails": "ann@example.org"}, {}),
        ({"external_id": "p-1"}, {"email": "ann@example.org"}),
        ({"mobile_number": "555"}, {}),
        ({"cf_source_id": "p-1"}, {"email": "ann@example.org"}),
    ],
)
def test_3_a_contact_is_found_by_what_identifies_it(api, unique, also):
    """The first call makes it with the identifier, the second changes it; case does not count."""
    api.add_field("contacts", label="Source id", type="text", unique=True)
    made = upsert(api, unique, city="Oslo", **also)

    changed = upsert(api, {name: value.upper() for name, value in unique.items()}, job_title="Nurse")
    by_id = upsert(api, {"id": str(made["id"])}, job_title="Doctor")

    assert (changed["id"], changed["city"], changed["job_title"]) == (made["id"], "Oslo", "Nurse")
    assert (by_id["id"], by_id["job_title"], api.tenant.count("contact")) == (made["id"], "Doctor", 1)


@pytest.mark.contract("3-04")
def test_3_an_account_is_found_by_name_or_id(api):
    """An id that no record has cannot be made."""
    made = upsert(api, {"name": "Acme"}, object="sales_account", city="Oslo")

    assert upsert(api, {"name": "ACME"}, object="sales_account", phone="1")["id"] == made["id"]
    assert upsert(api, {"id": made["id"]}, object="sales_account", city="Rome")["city"] == "Rome"
    upsert(api, {"id": 5}, object="sales_account", city="Rome", status=404)


@pytest.mark.contract("3-05")
def test_3_a_deal_is_found_by_id_or_unique_field(api):
    """Not by its name, which two may share, nor by a field that is not unique."""
    api.add_field("deals", label="Source id", type="text", unique=True)
    api.add_field("deals", label="Ward", type="text")

    made = upsert(api, {"cf_source_id": "d-1"}, object="deal", name="D", amount=1)

    assert upsert(api, {"cf_source_id": "D-1"}, object="deal", amount=2)["id"] == made["id"]
    assert upsert(api, {"id": made["id"]}, object="deal", amount=3)["amount"] == "3.0"
    for unique in ({"name": "D"}, {"cf_ward": "x"}):
        upsert(api, unique, object="deal", amount=2, status=400)


@pytest.mark.contract("3-06")
def test_3_an_upsert_answers_with_the_record(api):
    """Whole, as a create or a change would; without attributes it is refused."""
    made = upsert(api, {"emails": "a@example.org"}, city="Oslo")

    assert made == api.ask("GET", f"/contacts/{made['id']}")["contact"]
    for body in ({}, {"unique_identifier": {"emails": "a@example.org"}}, {"contact": {"city": "Oslo"}}):
        assert api.refuse("POST", "/contacts/upsert", body)


@pytest.mark.contract("3-07")
@pytest.mark.parametrize("status", [200, 201])
def test_3_the_status_of_a_created_record_is_a_switch(make_api, status):
    """A record that was there answers 200 either way."""
    api = make_api(switches={"upsert_created_status": status})

    upsert(api, {"external_id": "p-1"}, email="a@example.org", status=status)
    upsert(api, {"external_id": "p-1"}, city="Oslo", status=200)


@pytest.mark.contract("3-08")
@pytest.mark.parametrize(
    "path", ["notes", "tasks", "appointments", "sales_activities", "phone_calls", "cpq/products", "documents"]
)
def test_3_nothing_else_is_written_in_bulk(api, path):
    """Neither in bulk nor by upsert."""
    for verb in ("bulk_upsert", "upsert"):
        assert api.refuse("POST", f"/{path}/{verb}", {path: [{"id": 1, "data": {}}]}, status=404)


@pytest.mark.contract("3-09")
def test_3_rows_of_contacts_name_emails_or_id(api):
    """The rest stands under data."""
    made = api.make("contact", email="ann@example.org")
    rows = [
        {"emails": "ANN@example.org", "data": {"city": "Oslo"}},
        {"id": str(made["id"]), "data": {"job_title": "Nurse", "custom_field": {}}},
        {"emails": "bo@example.org", "data": {"first_name": "Bo"}},
    ]

    assert count(api, rows) == (3, 0)
    ann, bo = api.tenant.records("contact")
    assert (ann["city"], ann["job_title"], bo["emails"][0]["value"]) == ("Oslo", "Nurse", "bo@example.org")


@pytest.mark.contract("3-10")
def test_3_rows_of_accounts_name_name_or_id(api):
    """A name that is not there makes the account."""
    made = api.make("sales_account", name="Acme")
    rows = [{"name": "acme", "data": {"city": "Oslo"}}, {"id": made["id"], "data": {"phone": "1"}}]

    assert count(api, [*rows, {"name": "New", "data": {}}], plural="sales_accounts") == (3, 0)
    assert [(each["name"], each.get("city")) for each in api.tenant.records("sales_account")] == [
        ("Acme", "Oslo"),
        ("New", None),
    ]


@pytest.mark.contract("3-11")
def test_3_rows_of_deals_name_id_or_name(api):
    """In bulk a name will do, unlike one at a time."""
    made = api.make("deal", name="D", amount=1)
    rows = [{"id": str(made["id"]), "data": {"amount": 2}}, {"name": "E", "data": {"amount": 3}}]

    assert count(api, rows, plural="deals") == (2, 0)
    assert [(each["name"], each["amount"]) for each in api.tenant.records("deal")] == [("D", "2.0"), ("E", "3.0")]


@pytest.mark.contract("3-12")
def test_3_a_batch_has_up_to_a_hundred_rows(api):
    """All of them are written."""
    assert count(api, people(100)) == (100, 0)
    assert api.tenant.count("contact") == 100


@pytest.mark.contract("3-13")
@pytest.mark.parametrize(("rule", "status", "kept"), [("refuse", 400, 0), ("too_large", 413, 0), ("cut", 200, 100)])
def test_3_more_than_a_hundred_rows_are_a_switch(make_api, rule, status, kept):
    """Refused as a whole, or cut off without a word."""
    api = make_api(switches={"bulk_over_cap": rule})

    submitted = submit(api, people(101), status=status)

    if kept:
        assert ask_job(api, submitted)[1]["record_status"] == {"succeeded": kept, "failed": 0}
    assert api.tenant.count("contact") == kept


@pytest.mark.contract("3-14")
def test_3_a_bulk_upsert_answers_with_the_jobs_address(api):
    """And a message, and nothing else; without rows it is refused."""
    submitted = submit(api, people(1))

    assert set(submitted) == {"job_status_url", "message"}
    assert submitted["job_status_url"].startswith("http://tenant.test/crm/sales/api/job_statuses/")
    for body in ({}, {"contacts": []}, {"contacts": {}}, {"deals": [{}]}):
        assert api.refuse("POST", "/contacts/bulk_upsert", body)


@pytest.mark.contract("3-15")
def test_3_a_job_has_the_documented_keys(api):
    """An unknown one is not found."""
    job, _ = ask_job(api, submit(api, people(1)))

    assert set(job) == {"created_at", "status", "status_updated_at", "progress", "job_type_name", "data"}
    assert (job["status"], job["progress"], job["job_type_name"]) == ("SUCCESS", 100, "bulk_upsert")
    assert api.refuse("GET", "/job_statuses/5", status=404)


@pytest.mark.contract("3-16", "3-17")
def test_3_a_job_reports_its_failures_and_succeeds(api):
    """The report is JSON in a text, and names each failed row with its reasons."""
    rows = [*people(1), {"emails": "no address", "data": {}}]

    job, report = ask_job(api, submit(api, rows))

    assert isinstance(job["data"], str) and job["status"] == "SUCCESS"
    assert report["record_status"] == {"succeeded": 1, "failed": 1}
    (failure,) = report["detailed_failure_report"]
    assert failure == {"row": 1, "record": rows[1], "errors": ["invalid email address"]}


@pytest.mark.contract("3-18")
@pytest.mark.parametrize("state", ["SUCCESS", "PARTIAL_SUCCESS", "FAILED"])
def test_3_the_state_after_failures_is_a_switch(make_api, state):
    """Where nothing failed it is SUCCESS."""
    api = make_api(switches={"bulk_state_after_failures": state})

    assert ask_job(api, submit(api, [*people(1), "nonsense"]))[0]["status"] == state
    assert ask_job(api, submit(api, people(2)))[0]["status"] == "SUCCESS"
    assert api.tenant.count("contact") == 2


@pytest.mark.contract("3-19", "3-20")
@pytest.mark.parametrize("names_them", [False, True])
def test_3_whether_a_job_reports_ids_is_a_switch(make_api, names_them):
    """Without it, no id stands anywhere in the answer."""
    api = make_api(switches={"bulk_reports_ids": names_them})

    job, report = ask_job(api, submit(api, [*people(1), "nonsense"]))

    id = api.tenant.records("contact")[0]["id"]
    assert (str(id) in json.dumps(job)) is names_them
    assert report.get("succeeded_records") == ([{"row": 0, "id": id}] if names_them else None)


@pytest.mark.parametrize("takes_it", [True, False])
def test_3_whether_rows_may_be_told_apart_by_external_id_is_a_switch(make_api, takes_it):
    """Without it, a row needs an e-mail, a name or an id, and the job refuses the others."""
    api = make_api(switches={"bulk_by_external_id": takes_it})
    rows = [{"external_id": "p-1", "data": {"emails": "a@example.org"}}, {"emails": "b@example.org", "data": {}}]

    _, report = ask_job(api, submit(api, rows))

    assert report["record_status"] == {"succeeded": 1 + takes_it, "failed": 1 - takes_it}


@pytest.mark.contract("3-21")
def test_3_created_ids_are_found_by_looking_up(api):
    """By the key that was sent."""
    ask_job(api, submit(api, [{"emails": "a@example.org", "data": {"external_id": "p-1"}}]))

    found = api.ask("GET", "/lookup", q="p-1", f="external_id", entities="contact")

    assert [each["id"] for each in found["contacts"]["contacts"]] == [api.tenant.records("contact")[0]["id"]]


@pytest.mark.contract("3-22")
def test_3_other_shapes_are_unknown(api):
    """A wrapper around the rows, and another address for jobs."""
    body = {"bulk_upsert_job": {"contacts": people(1)}}

    assert api.refuse("POST", "/contacts/bulk_upsert", body)
    assert api.refuse("GET", "/bulk_jobs/1", status=404)


@pytest.mark.contract("3-23")
@pytest.mark.parametrize("object", ["contact", "sales_account", "deal"])
def test_3_deleting_two_is_done_at_once(api, object):
    """Both are in the bin when the answer comes; an id that is not there is passed over."""
    path, needed = f"/{object}s", {"deal": {"amount": 1}}.get(object, {})
    ids = [api.make(object, name=f"A{n}", email=f"a{n}@example.org", **needed)["id"] for n in range(3)]

    answer = api.ask("POST", f"{path}/bulk_destroy", {"selected_ids": [str(ids[0]), ids[1], 5, "x"]})

    assert "deleted" in answer["message"]
    for id in ids[:2]:
        assert api.refuse("GET", f"{path}/{id}", status=404)
    assert api.ask("GET", f"{path}/{ids[2]}")
    assert api.view(f"{object}s", "Recycle Bin")["meta"]["total"] == 2
    assert api.refuse("POST", f"{path}/bulk_destroy", {"selected_ids": []})


@pytest.mark.contract("3-24")
def test_3_deleting_many_may_take_its_time(make_api):
    """A switch says from how many; fewer are deleted at once."""
    api = make_api(switches={"async_destroy_from": 3, "job_seconds": 30})
    ids = [api.make("contact", email=f"a{n}@example.org")["id"] for n in range(5)]

    api.ask("POST", "/contacts/bulk_destroy", {"selected_ids": ids[3:]})
    answer = api.ask("POST", "/contacts/bulk_destroy", {"selected_ids": ids[:3]})

    assert "let you know" in answer["message"] and api.tenant.count("contact") == 3
    api.clock.now += 30
    assert api.refuse("GET", f"/contacts/{ids[0]}", status=404) and api.tenant.count("contact") == 0


@pytest.mark.contract("3-25")
def test_3_contacts_get_another_owner_together(api):
    """All of them, or none where one is not there; accounts and deals have no such call."""
    ids = [api.make("contact", email=f"a{n}@example.org")["id"] for n in range(2)]
    owner = api.choice("owners", "noor.haddad@tenant.example")
    path = "/contacts/bulk_assign_owner"

    assert api.refuse("POST", path, {"selected_ids": [*ids, 5], "owner_id": owner}, status=404)
    assert api.refuse("POST", path, {"selected_ids": ids, "owner_id": 5})
    assert {each.get("owner_id") for each in api.tenant.records("contact")} == {None}
    assert "2 contacts" in api.ask("POST", path, {"selected_ids": ids, "owner_id": owner})["message"]
    assert {each["owner_id"] for each in api.tenant.records("contact")} == {owner}
    assert api.refuse("POST", path, {"selected_ids": ids})
    for plural in ("sales_accounts", "deals"):
        body = {"selected_ids": ids, "owner_id": owner}
        assert api.refuse("POST", f"/{plural}/bulk_assign_owner", body, status=404)


@pytest.mark.contract("3-36")
@pytest.mark.parametrize(("allowed", "status"), [(True, 200), (False, 400)])
def test_3_whether_users_who_left_get_records_is_a_switch(make_api, allowed, status):
    """One at a time or many; a record they own already may be changed either way."""
    api = make_api(switches={"inactive_owners": allowed})
    id = api.make("contact", email="a@example.org")["id"]
    owner = api.choice("owners", "owen.marsh@tenant.example")

    api.ask("POST", "/contacts/bulk_assign_owner", {"selected_ids": [id], "owner_id": owner}, status=status)
    api.ask("PUT", f"/contacts/{id}", {"contact": {"owner_id": owner}}, status=status)
    api.ask("PUT", f"/contacts/{id}", {"contact": {"city": "Oslo"}})


@pytest.mark.contract("3-26")
@pytest.mark.parametrize("plural", ["contacts", "sales_accounts", "deals"])
def test_3_there_is_no_bulk_update(api, plural):
    """A bulk upsert by id does the same."""
    for method in ("POST", "PUT"):
        assert api.refuse(method, f"/{plural}/bulk_update", {"ids": [1]}, status=404)


@pytest.mark.contract("3-27")
def test_3_a_row_without_a_key_is_reported(api):
    """Every other row is written."""
    bad = [
        {"data": {"email": "x@example.org"}},
        {"emails": None, "data": {}},
        {"emails": "", "data": {}},
        {"id": "5", "data": {}},
        {"emails": "y@example.org"},
        {"emails": "z@example.org", "data": []},
        "nonsense",
        None,
    ]

    _, report = ask_job(api, submit(api, [*bad, *people(1)]))

    assert report["record_status"] == {"succeeded": 1, "failed": len(bad)}
    assert [failure["row"] for failure in report["detailed_failure_report"]] == list(range(len(bad)))
    assert all(failure["errors"] for failure in report["detailed_failure_report"])


@pytest.mark.contract("3-28")
def test_3_a_row_twice_makes_one_record(api):
    """The second changes what the first made."""
    rows = [{"emails": "a@example.org", "data": {"city": city}} for city in ("Oslo", "Rome")]

    assert count(api, rows) == (2, 0)
    assert [each["city"] for each in api.tenant.records("contact")] == ["Rome"]


@pytest.mark.contract("3-29")
def test_3_jobs_are_done_in_order(make_api):
    """Even where both are due at once; before that nothing of either is there."""
    api = make_api(switches={"job_seconds": 30})
    for city in ("Oslo", "Rome", "Bern"):
        submit(api, [{"emails": "a@example.org", "data": {"city": city}}])
    assert api.tenant.count("contact") == 0

    api.clock.now += 30
    api.ask("GET", "/contacts/filters")

    assert [each["city"] for each in api.tenant.records("contact")] == ["Bern"]


@pytest.mark.contract("3-30")
def test_3_attributes_count_more_than_the_identifier(api):
    """A record that was found gets the other e-mail; one that is made never has the identifier's."""
    made = upsert(api, {"emails": "a@example.org"}, email="b@example.org")
    changed = upsert(api, {"emails": "b@example.org"}, emails="c@example.org")

    assert (made["email"], changed["id"], changed["email"]) == ("b@example.org", made["id"], "c@example.org")
    api.make("contact", email="d@example.org")
    upsert(api, {"emails": "c@example.org"}, email="d@example.org", status=400)


@pytest.mark.contract("3-31")
def test_3_the_first_identifier_that_finds_decides(api):
    """Whatever a later one would find."""
    ann = api.make("contact", email="ann@example.org", external_id="1")
    bo = api.make("contact", email="bo@example.org", external_id="2")

    assert upsert(api, {"emails": "ann@example.org", "external_id": "9"}, city="Oslo")["id"] == ann["id"]
    assert upsert(api, {"emails": "x@example.org", "external_id": "2"}, city="Oslo")["id"] == bo["id"]
    assert upsert(api, {"external_id": "2", "emails": "ann@example.org"}, city="Rome")["id"] == bo["id"]


@pytest.mark.contract("3-32")
def test_3_a_deleted_record_is_not_found(api):
    """A new one is made in its place."""
    made = upsert(api, {"external_id": "p-1"}, email="a@example.org")
    api.ask("DELETE", f"/contacts/{made['id']}")

    assert upsert(api, {"external_id": "p-1"}, email="a@example.org")["id"] != made["id"]
    assert upsert(api, {"id": made["id"]}, city="Oslo", status=404) is None


@pytest.mark.contract("3-33")
def test_3_a_running_job_tells_how_far_it_is(make_api):
    """It has no data before its end."""
    api = make_api(switches={"job_seconds": 30})
    submitted = submit(api, people(1))

    api.clock.now += 15
    job, report = ask_job(api, submitted)

    assert (job["status"], job["progress"], report) == ("IN_PROGRESS", 50, None)
    api.clock.now += 15
    assert ask_job(api, submitted)[0]["progress"] == 100


@pytest.mark.contract("3-34")
def test_3_a_job_is_the_work_of_who_handed_it_in(make_api):
    """Whoever calls when it is done."""
    from workbench.sandbox import DEFAULT_USERS, User

    noor = User(name="Noor", email="noor@tenant.example", key="noors-key")
    api = make_api(users=(DEFAULT_USERS[0], noor), switches={"job_seconds": 30})
    header = {"Authorization": "Token token=noors-key"}
    api.http.post("/contacts/bulk_upsert", json={"contacts": people(1)}, headers=header)
    api.clock.now += 30
    api.ask("GET", "/contacts/filters")

    assert api.tenant.records("contact")[0]["creater_id"] == api.choice("owners", "noor@tenant.example")


@pytest.mark.contract("3-35")
def test_3_a_job_stays_readable_and_is_done_once(api):
    """Asking again writes nothing."""
    submitted = submit(api, [{"emails": "a@example.org", "data": {"city": "Oslo"}}])
    first = ask_job(api, submitted)
    api.ask("PUT", f"/contacts/{api.tenant.records('contact')[0]['id']}", {"city": "Rome"})
    api.clock.now += 100 * 86_400

    assert ask_job(api, submitted) == first
    assert api.tenant.records("contact")[0]["city"] == "Rome"


def test_3_a_refused_upsert_writes_nothing(api):
    """Values are checked as ever."""
    body = {"unique_identifier": {"external_id": "p-1"}, "contact": {"email": "x"}}

    assert api.refuse("POST", "/contacts/upsert", body) == ["invalid email address"]
    assert api.tenant.count("contact") == 0
