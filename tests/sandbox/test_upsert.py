"""Upsert: change the record an identifier finds, or make one that carries it."""

import pytest


def upsert(api, unique, *, status=200, object="contact", **attributes):
    """The record an upsert answers with."""
    body = {"unique_identifier": unique, object: attributes}
    answer = api.ask("POST", f"/{object}s/upsert", body, status=status)
    return answer.get(object)


@pytest.mark.parametrize(
    ("unique", "also"),
    [
        ({"emails": "ann@example.org"}, {}),
        ({"external_id": "p-1"}, {"email": "ann@example.org"}),
        ({"mobile_number": "555"}, {}),
        ({"cf_source_id": "p-1"}, {"email": "ann@example.org"}),
    ],
)
def test_the_first_makes_it_and_the_second_changes_it(api, unique, also):
    """The new record carries the identifier, so that the second call finds it; case does not count."""
    api.add_field("contacts", label="Source id", type="text", unique=True)
    made = upsert(api, unique, city="Oslo", **also)

    changed = upsert(api, {name: value.upper() for name, value in unique.items()}, job_title="Nurse")

    assert (changed["id"], changed["city"], changed["job_title"]) == (made["id"], "Oslo", "Nurse")
    assert api.tenant.count("contact") == 1


def test_by_id_only_what_is_there_is_changed(api):
    """An id that no record has cannot be made."""
    made = api.make("contact", email="ann@example.org")

    assert upsert(api, {"id": made["id"]}, city="Oslo")["city"] == "Oslo"
    assert upsert(api, {"id": str(made["id"])}, city="Rome")["city"] == "Rome"
    upsert(api, {"id": 5}, city="Oslo", status=404)


@pytest.mark.parametrize(
    "unique",
    [None, {}, {"email": "a@example.org"}, {"city": "Oslo"}, {"emails": ""}, {"emails": None}, {"emails": []}, "x"],
)
def test_what_is_no_identifier_is_refused(api, unique):
    """Plain `email` among them, as live tenants do."""
    body = {"unique_identifier": unique, "contact": {"email": "a@example.org"}}

    assert api.refuse("POST", "/contacts/upsert", body) == ["Please provide a unique field to identify the record."]


def test_plain_email_is_a_switch(make_api):
    """Some tenants are said to take it."""
    api = make_api(switches={"plain_email_upserts": True})

    assert upsert(api, {"email": "a@example.org"}, city="Oslo")["email"] == "a@example.org"


@pytest.mark.parametrize("body", [{}, {"unique_identifier": {"emails": "a@example.org"}}, {"contact": {}}])
def test_an_upsert_needs_identifier_and_attributes(api, body):
    """Either missing is refused."""
    assert api.refuse("POST", "/contacts/upsert", body)


def test_accounts_by_name_and_deals_by_id(api):
    """Each object has its own identifiers."""
    api.add_field("deals", label="Source id", type="text", unique=True)
    account = upsert(api, {"name": "Acme"}, object="sales_account", city="Oslo")

    assert upsert(api, {"name": "ACME"}, object="sales_account", phone="1")["id"] == account["id"]
    deal = upsert(api, {"cf_source_id": "d-1"}, object="deal", name="D", amount=1)
    assert upsert(api, {"id": deal["id"]}, object="deal", amount=2)["amount"] == "2.0"
    upsert(api, {"name": "D"}, object="deal", amount=2, status=400)


def test_values_are_checked_as_ever(api):
    """A refused upsert writes nothing."""
    assert api.refuse(
        "POST", "/contacts/upsert", {"unique_identifier": {"external_id": "p-1"}, "contact": {"email": "x"}}
    ) == ["invalid email address"]
    assert api.tenant.count("contact") == 0


def test_a_field_that_is_not_unique_identifies_nothing(api):
    """A custom field has to be made unique first."""
    api.add_field("contacts", label="Ward", type="text")

    upsert(api, {"cf_ward": "x"}, email="a@example.org", status=400)


def test_a_deleted_record_is_not_found(api):
    """An upsert after a delete makes a new record."""
    made = upsert(api, {"external_id": "p-1"}, email="a@example.org")
    api.ask("DELETE", f"/contacts/{made['id']}")

    assert upsert(api, {"external_id": "p-1"}, email="a@example.org")["id"] != made["id"]


def test_the_status_of_a_created_record_is_a_switch(make_api):
    """200 or 201 for a new record, 200 for one that was there."""
    api = make_api(switches={"upsert_created_status": 201})

    upsert(api, {"external_id": "p-1"}, email="a@example.org", status=201)
    upsert(api, {"external_id": "p-1"}, city="Oslo", status=200)


def test_activities_have_no_upsert(api):
    """One request a record, looked up by nobody."""
    for plural in ("tasks", "appointments", "notes"):
        assert api.refuse("POST", f"/{plural}/upsert", {"unique_identifier": {"id": 1}}, status=404)
