"""Contacts as the local tenant keeps them."""

import pytest


def test_a_created_contact_reads_back_as_it_was_sent(api):
    """Create answers 200 with the stored values, an id and server-set times with the account's offset."""
    sent = {"first_name": "Ann", "last_name": "Ito", "email": "Ann@Example.org", "external_id": "p-1", "city": "Oslo"}

    made = api.make("contact", **sent)

    assert made["display_name"] == "Ann Ito"
    assert [(e["value"], e["is_primary"]) for e in made["emails"]] == [("Ann@Example.org", True)]
    assert 10**10 <= made["id"] < 10**12
    assert made["mcr_id"] > 2**53
    assert made["created_at"] == made["updated_at"] == "2026-11-25T06:00:00-06:00"
    assert api.ask("GET", f"/contacts/{made['id']}")["contact"] == made


def test_attributes_may_come_without_the_wrapper(api):
    """Some clients send the attributes bare, and live tenants take them."""
    made = api.ask("POST", "/contacts", {"email": "bare@example.org"})["contact"]

    changed = api.ask("PUT", f"/contacts/{made['id']}", {"first_name": "Bo"})["contact"]

    assert (changed["email"], changed["first_name"]) == ("bare@example.org", "Bo")


@pytest.mark.parametrize("body", [{}, {"contact": {}}, [], "text", None])
def test_a_body_without_attributes_is_refused(api, body):
    """Nothing to write is a 400, whatever shape nothing has."""
    assert api.refuse("POST", "/contacts", body) == ["Invalid or missing attributes"]


def test_a_body_that_is_not_json_is_refused(api):
    """Broken JSON is the client's fault, not a crash."""
    response = api.http.post("/contacts", content=b'{"contact": ', headers={"content-type": "application/json"})

    assert response.status_code == 400


def test_created_at_cannot_be_set_unless_the_switch_says_so(api, make_api):
    """Times of the source are ignored by default; with the switch they are kept."""
    sent = {"email": "a@example.org", "created_at": "2019-05-01T10:00:00Z"}

    assert api.make("contact", **sent)["created_at"].startswith("2026-11-25")
    writable = make_api(switches={"created_at_writable": True})
    assert writable.make("contact", **sent)["created_at"] == "2019-05-01T05:00:00-05:00"


def test_an_email_can_be_used_once_whatever_its_case(api):
    """A second contact with the e-mail of a live one is refused, on create and on change."""
    api.make("contact", email="ann@example.org")
    other = api.make("contact", email="bo@example.org")

    assert api.refuse("POST", "/contacts", {"contact": {"email": "ANN@example.org"}}) == [
        "ANN@example.org already exists."
    ]
    assert api.refuse("PUT", f"/contacts/{other['id']}", {"contact": {"email": "Ann@Example.org"}})
    assert api.ask("PUT", f"/contacts/{other['id']}", {"contact": {"email": "BO@example.org"}})


def test_a_second_email_of_a_contact_is_taken_too(api):
    """All e-mails of a contact are its own, not only the primary one."""
    emails = [{"value": "a@example.org"}, {"value": "b@example.org", "is_primary": True}]

    made = api.make("contact", emails=emails)

    assert made["email"] == "b@example.org"
    assert api.refuse("POST", "/contacts", {"contact": {"email": "A@example.org"}})


@pytest.mark.parametrize(("reuse", "status"), [(True, 200), (False, 400)])
def test_the_email_of_a_deleted_contact(make_api, reuse, status):
    """Whether it may be used again is a switch."""
    api = make_api(switches={"reuse_deleted_email": reuse})
    gone = api.make("contact", email="a@example.org")
    api.ask("DELETE", f"/contacts/{gone['id']}")

    api.ask("POST", "/contacts", {"contact": {"email": "a@example.org"}}, status=status)


@pytest.mark.parametrize("email", ["no address", "a@b", "@example.org", "a@@example.org", "a b@example.org", 7])
def test_an_email_that_is_none_is_refused(api, email):
    """The whole contact is refused, not only the e-mail."""
    assert api.refuse("POST", "/contacts", {"contact": {"email": email}}) == ["invalid email address"]


def test_an_empty_email_refuses_the_contact(api):
    """An empty text is not the same as leaving the e-mail out."""
    assert api.refuse("POST", "/contacts", {"contact": {"email": "", "mobile_number": "1"}})
    assert api.ask("POST", "/contacts", {"contact": {"email": None, "mobile_number": "1"}})


@pytest.mark.parametrize(
    ("required", "has", "status"),
    [
        ("email_or_mobile", {"mobile_number": "555"}, 200),
        ("email_or_mobile", {"external_id": "p"}, 400),
        ("email", {"mobile_number": "555"}, 400),
        ("mobile", {"email": "a@example.org"}, 400),
        ("mobile", {"mobile_number": "555"}, 200),
        ("none", {"external_id": "p"}, 200),
    ],
)
def test_what_identifies_a_contact_is_a_setting(make_api, required, has, status):
    """One tenant wants an e-mail, another a mobile number."""
    api = make_api(switches={"required_identifier": required})

    api.ask("POST", "/contacts", {"contact": {"last_name": "Ito", **has}}, status=status)


def test_the_identifier_cannot_be_taken_away(api):
    """Clearing the only e-mail is refused, and nothing changes."""
    made = api.make("contact", email="a@example.org")

    assert api.refuse("PUT", f"/contacts/{made['id']}", {"contact": {"emails": [], "city": "Oslo"}})
    assert api.ask("GET", f"/contacts/{made['id']}")["contact"]["city"] is None


def test_null_clears_a_field_and_absence_leaves_it(api):
    """A partial update touches only what was sent."""
    made = api.make("contact", email="a@example.org", job_title="Nurse", city="Oslo")

    changed = api.ask("PUT", f"/contacts/{made['id']}", {"contact": {"job_title": None}})["contact"]

    assert (changed["job_title"], changed["city"], changed["email"]) == (None, "Oslo", "a@example.org")


def test_text_over_the_limit_is_refused_or_cut(api, make_api):
    """255 characters go into a name, 256 do not."""
    assert api.make("contact", email="a@example.org", first_name="x" * 255)["first_name"] == "x" * 255
    body = {"contact": {"email": "b@example.org", "first_name": "x" * 256}}

    assert api.refuse("POST", "/contacts", body) == ["First name is not in required length"]
    cutting = make_api(switches={"refuse_long_text": False})
    assert len(cutting.ask("POST", "/contacts", body)["contact"]["first_name"]) == 255


def test_a_new_contact_is_a_lead_with_its_first_status(api):
    """Stage and status have defaults, and show only when included."""
    made = api.make("contact", email="a@example.org")
    path = f"/contacts/{made['id']}"

    answer = api.ask("GET", path, include="lifecycle_stage,contact_status")

    assert "lifecycle_stage_id" not in api.ask("GET", path)["contact"]
    assert [stage["name"] for stage in answer["lifecycle_stages"]] == ["Lead"]
    assert [status["name"] for status in answer["contact_status"]] == ["New"]
    assert answer["contact"]["contact_status_id"] == answer["contact_status"][0]["id"]


def test_a_status_belongs_to_a_stage(api):
    """A status of another stage is refused; a status alone brings its stage; a new stage brings its first status."""
    won, customer = api.choice("contact_statuses", "Won"), api.choice("lifecycle_stages", "Customer")
    lead = api.choice("lifecycle_stages", "Lead")
    both = {"lifecycle_stage_id": lead, "contact_status_id": won}

    assert api.refuse("POST", "/contacts", {"contact": {"email": "a@example.org", **both}}) == [
        "Invalid contact status provided."
    ]
    made = api.make("contact", email="a@example.org", contact_status_id=won)
    assert api.tenant.records("contact")[0]["lifecycle_stage_id"] == customer
    api.ask("PUT", f"/contacts/{made['id']}", {"contact": {"lifecycle_stage_id": lead}})
    assert api.tenant.records("contact")[0]["contact_status_id"] == api.choice("contact_statuses", "New")


@pytest.mark.parametrize("field", ["owner_id", "contact_status_id", "lifecycle_stage_id", "lead_source_id"])
def test_an_id_from_no_list_is_refused(api, field):
    """Ids of owners, stages and the like must be on the tenant's lists."""
    for id in (999, "x", True):
        assert api.refuse("POST", "/contacts", {"contact": {"email": "a@example.org", field: id}})


def test_accounts_of_a_contact(api):
    """Accounts are linked by id, one of them primary, and come embedded when included."""
    first, second = api.make("sales_account", name="One"), api.make("sales_account", name="Two")
    links = [{"id": first["id"]}, {"id": second["id"], "is_primary": True}]

    made = api.make("contact", email="a@example.org", sales_accounts=links)
    shown = api.ask("GET", f"/contacts/{made['id']}", include="sales_accounts")

    assert "sales_accounts" not in made
    assert "sales_accounts" not in shown
    assert [(a["name"], a["is_primary"]) for a in shown["contact"]["sales_accounts"]] == [("One", False), ("Two", True)]


def test_links_to_accounts_are_checked(api):
    """An unknown account, two primary ones, or more than ten are refused."""
    ids = [api.make("sales_account", name=f"A{n}")["id"] for n in range(11)]

    def refuse(links):
        return api.refuse("POST", "/contacts", {"contact": {"email": "a@example.org", "sales_accounts": links}})

    assert refuse([{"id": 1}])
    assert refuse([{"id": id, "is_primary": True} for id in ids[:2]])
    assert refuse([{"id": id} for id in ids]) == ["A contact can have at most 10 accounts"]
    assert refuse("x") == ["Accounts are invalid"]
    assert api.tenant.count("contact") == 0


def test_the_owner_shows_only_when_included(api, make_api):
    """The bare record hides its references; a switch shows them."""
    owner = api.choice("owners", "priya.raman@tenant.example")
    made = api.make("contact", email="a@example.org", owner_id=owner)

    answer = api.ask("GET", f"/contacts/{made['id']}", include="owner")

    assert "owner_id" not in made
    assert answer["contact"]["owner_id"] == owner
    assert [user["display_name"] for user in answer["users"]] == ["Priya Raman"]
    assert next(iter(answer)) == "users"
    open_tenant = make_api(switches={"references_need_include": False})
    assert open_tenant.make("contact", email="a@example.org", owner_id=owner)["owner_id"] == owner


def test_a_deleted_contact_can_be_restored_until_it_is_forgotten(api):
    """Delete answers true and hides it; restore brings it back whole; forget ends it."""
    made = api.make("contact", email="a@example.org", city="Oslo")
    path = f"/contacts/{made['id']}"

    assert api.ask("DELETE", path) is True
    assert api.refuse("GET", path, status=404)
    assert api.refuse("DELETE", path, status=404)
    assert api.ask("PUT", f"{path}/restore")["contact"] == made
    assert api.ask("DELETE", f"{path}/forget") is True
    assert api.refuse("PUT", f"{path}/restore", status=404)


def test_a_contact_whose_email_was_taken_meanwhile_cannot_be_restored(api):
    """The bin does not hold a claim on the e-mail."""
    gone = api.make("contact", email="a@example.org")
    api.ask("DELETE", f"/contacts/{gone['id']}")
    api.make("contact", email="A@example.org")

    assert api.refuse("PUT", f"/contacts/{gone['id']}/restore") == ["a@example.org already exists."]


def test_a_clone_needs_its_own_identifier(api):
    """A copy takes over everything but what tells one person from another."""
    made = api.make("contact", email="a@example.org", city="Oslo", external_id="p-1")

    clone = api.ask("POST", f"/contacts/{made['id']}/clone", {"contact": {"email": "b@example.org"}})["contact"]

    assert (clone["city"], clone["external_id"], clone["email"]) == ("Oslo", None, "b@example.org")
    assert clone["id"] != made["id"]
    assert api.refuse("POST", f"/contacts/{made['id']}/clone", {"contact": {"city": "Rome"}})


@pytest.mark.parametrize("id", ["0", "1", "x", "-5", "9" * 40])
def test_an_id_of_nothing_is_not_found(api, id):
    """Whatever stands in the place of the id, the answer is a 404 in the usual envelope."""
    assert api.refuse("GET", f"/contacts/{id}", status=404)
    assert api.refuse("PUT", f"/contacts/{id}", {"city": "Oslo"}, status=404)


def test_every_problem_is_told_at_once(api):
    """One refusal names every field that is wrong."""
    messages = api.refuse("POST", "/contacts", {"contact": {"first_name": "x" * 300, "owner_id": 1, "email": "x"}})

    assert len(messages) == 3
