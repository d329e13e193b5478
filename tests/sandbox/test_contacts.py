"""Contacts as the local tenant keeps them."""

import pytest

PRIYA = "priya.raman@tenant.example"


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


def test_a_second_email_of_a_contact_is_taken_too(api):
    """All e-mails of a contact are its own, not only the primary one."""
    emails = [{"value": "a@example.org"}, {"value": "b@example.org", "is_primary": True}]

    made = api.make("contact", emails=emails)

    assert made["email"] == "b@example.org"
    assert api.refuse("POST", "/contacts", {"contact": {"email": "A@example.org"}})


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


def test_text_over_the_limit_is_refused_or_cut(api, make_api):
    """255 characters go into a name, 256 do not."""
    assert api.make("contact", email="a@example.org", first_name="x" * 255)["first_name"] == "x" * 255
    body = {"contact": {"email": "b@example.org", "first_name": "x" * 256}}

    assert api.refuse("POST", "/contacts", body) == ["First name is not in required length"]
    cutting = make_api(switches={"refuse_long_text": False})
    assert len(cutting.ask("POST", "/contacts", body)["contact"]["first_name"]) == 255


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


def test_a_switch_shows_the_owner_of_a_bare_contact(make_api):
    """It is hidden by default."""
    api = make_api(switches={"references_need_include": False})

    assert api.make("contact", email="a@example.org", owner_id=api.tenant.admin_id)["owner_id"] == api.tenant.admin_id


def test_who_got_a_contact_when(api):
    """The time moves with the owner, not with other changes; without an owner there is none."""
    made = api.make("contact", email="a@example.org")
    times = [made["last_assigned_at"]]
    for sent in ({"owner_id": api.tenant.admin_id}, {"city": "Oslo"}, {"owner_id": api.choice("owners", PRIYA)}):
        api.clock.now += 60
        times.append(api.ask("PUT", f"/contacts/{made['id']}", {"contact": sent})["contact"]["last_assigned_at"])

    assert [time and time[11:16] for time in times] == [None, "06:01", "06:01", "06:03"]


@pytest.mark.parametrize("value", ["", [], {}, [1], [{}], [{"value": None}], True, 10**400, "1e999999", "x" * 70_000])
def test_nonsense_breaks_no_attribute(api, value):
    """Whatever is sent for whatever, the answer is 200 or 400, and the contact can still be read."""
    path = f"/contacts/{api.make('contact', email='a@example.org')['id']}"

    statuses = {
        name: api.http.put(path, json={"contact": {name: value}}).status_code
        for name in [*api.tenant.schema.fields("contact"), "email", "custom_field", "id"]
    }

    assert {name: status for name, status in statuses.items() if status not in (200, 400)} == {}
    assert api.ask("GET", path)


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
