"""Contacts: every verb, every attribute, every refusal."""

import json

import pytest

KEYS = """
    id first_name last_name display_name avatar job_title city state zipcode country email emails time_zone work_number
    mobile_number address last_seen lead_score last_contacted open_deals_amount won_deals_amount links
    last_contacted_sales_activity_mode custom_field created_at updated_at keyword medium last_contacted_mode recent_note
    won_deals_count last_contacted_via_sales_activity completed_sales_sequences active_sales_sequences web_form_ids
    open_deals_count last_assigned_at facebook twitter linkedin is_deleted team_user_ids external_id work_email
    subscription_status subscription_types unsubscription_reason other_unsubscription_reason customer_fit
    whatsapp_subscription_status sms_subscription_status last_seen_chat first_seen_chat locale total_sessions
    system_tags first_campaign first_medium first_source last_campaign last_medium last_source latest_campaign
    latest_medium latest_source mcr_id phone_numbers tags
"""
LINKS = """
    conversations timeline_feeds document_associations notes tasks appointments reminders duplicates connections
"""
TEXTS = """
    first_name last_name mobile_number work_number external_id medium keyword address city state zipcode country
    job_title time_zone facebook twitter linkedin subscription_types
"""
INCLUDES = (
    "owner,creater,updater,source,campaign,tasks,appointments,notes,deals,sales_accounts,territory,contact_status,"
    "lifecycle_stage"
)
VIEWS = {
    "My Contacts", "My Territory Contacts", "New Contacts", "All Contacts", "Recently Modified", "Recently Imported",
    "Never Contacted", "Needs Follow-up", "Active", "Inactive", "Recycle Bin", "Bounced contacts",
}  # fmt: skip


@pytest.fixture
def ann(api):
    """A contact."""
    return api.make("contact", first_name="Ann", email="ann@example.org", city="Oslo")


def refuse(api, **attributes):
    """What the client reads when a contact with these attributes is refused."""
    return api.refuse("POST", "/contacts", {"contact": attributes})


@pytest.mark.contract("2.1-01", "2.1-02")
def test_2_1_create_answers_200_with_the_contact(api):
    """So does update."""
    response = api.http.post("/contacts", json={"contact": {"email": "a@example.org"}})
    id = response.json()["contact"]["id"]

    changed = api.http.put(f"/contacts/{id}", json={"contact": {"city": "Oslo"}})

    assert (response.status_code, changed.status_code) == (200, 200)
    assert changed.json()["contact"]["city"] == "Oslo"


@pytest.mark.contract("2.1-03")
def test_2_1_every_attribute_is_kept(api):
    """Texts, a number, ids from lists, an account, tags and a custom value."""
    api.add_field("contacts", label="X", type="number")
    account = api.make("sales_account", name="A")
    sent = {name: f"{name} 1" for name in TEXTS.split()} | {
        "subscription_status": 1,
        "tags": ["t"],
        "custom_field": {"cf_x": 1},
    }
    ids = {
        "owner_id": api.choice("owners", "priya.raman@tenant.example"),
        "lifecycle_stage_id": api.choice("lifecycle_stages", "Customer"),
        "contact_status_id": api.choice("contact_statuses", "Churned"),
        "lead_source_id": api.choice("lead_sources", "Web"),
        "territory_id": api.choice("territories", "Default"),
        "campaign_id": api.choice("campaigns", "Newsletter"),
    }
    links = [{"id": account["id"], "is_primary": True}]

    made = api.make("contact", email="a@example.org", sales_accounts=links, **sent, **ids)
    shown = api.ask("GET", f"/contacts/{made['id']}", include=INCLUDES)["contact"]

    assert {name: shown[name] for name in sent | ids} == sent | ids
    assert [(each["id"], each["is_primary"]) for each in shown["sales_accounts"]] == [(account["id"], True)]


@pytest.mark.contract("2.1-04")
def test_2_1_get_takes_every_include(api, ann):
    """Arrays for what there is, beside the contact, and the accounts inside."""
    answer = api.ask("GET", f"/contacts/{ann['id']}", include=INCLUDES)

    beside = {"users", "lead_source", "campaigns", "territories", "contact_status", "lifecycle_stages"}
    assert beside | {"tasks", "appointments", "notes", "deals"} <= set(answer)
    assert answer["contact"]["sales_accounts"] == []
    assert answer["contact"]["creater_id"] == answer["users"][0]["id"] == api.tenant.admin_id


@pytest.mark.contract("2.1-05", "2.1-40")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_2_1_an_unknown_contact_is_not_in_the_crm(api, method):
    """Whatever is done with it."""
    assert "not in the CRM" in api.refuse(method, "/contacts/31000000001", {"city": "Oslo"}, status=404)[0]


@pytest.mark.contract("2.1-06")
def test_2_1_a_view_describes_itself(api):
    """In eight attributes."""
    answer = api.ask("GET", "/contacts/filters")

    names = "id name model_class_name user_id is_default updated_at user_name current_user_permissions"
    assert set(answer) == {"filters", "meta"}
    assert answer["meta"] == {}
    assert set(answer["filters"][0]) == set(names.split())
    assert answer["filters"][0]["model_class_name"] == "Contact"


@pytest.mark.contract("2.1-07")
def test_2_1_a_view_is_sorted_paged_and_sideloaded(api):
    """The second of three by name, from the back."""
    for name in ("Ann", "Cy", "Bo"):
        api.make("contact", first_name=name, email=f"{name}@example.org", owner_id=api.tenant.admin_id)

    query = {"page": 2, "per_page": 1, "sort": "first_name", "sort_type": "desc", "include": "owner"}
    answer = api.view("contacts", "All Contacts", **query)

    assert [each["first_name"] for each in answer["contacts"]] == ["Bo"]
    assert [each["id"] for each in answer["users"]] == [api.tenant.admin_id]


@pytest.mark.contract("2.1-08")
def test_2_1_update_leaves_what_is_not_sent(api, ann):
    """One attribute changes, the time of the change with it."""
    api.clock.now += 60

    changed = api.ask("PUT", f"/contacts/{ann['id']}", {"contact": {"job_title": "Nurse"}})["contact"]

    assert changed == {**ann, "job_title": "Nurse", "updated_at": "2026-11-25T06:01:00-06:00"}


@pytest.mark.contract("2.1-09")
def test_2_1_upsert_finds_by_email_or_makes(api, ann):
    """Whatever the case of the e-mail."""
    found, made = (
        api.ask("POST", "/contacts/upsert", {"unique_identifier": {"emails": email}, "contact": {"city": "Rome"}})
        for email in ("ANN@example.org", "bo@example.org")
    )

    assert found["contact"]["id"] == ann["id"] != made["contact"]["id"]
    assert (found["contact"]["city"], made["contact"]["email"]) == ("Rome", "bo@example.org")


@pytest.mark.contract("2.1-10")
@pytest.mark.parametrize("status", [200, 201])
def test_2_1_an_upsert_that_creates_answers_as_the_switch_says(make_api, status):
    """One that changes answers 200 in any case."""
    api = make_api(switches={"upsert_created_status": status})
    body = {"unique_identifier": {"emails": "a@example.org"}, "contact": {"city": "Rome"}}

    assert api.ask("POST", "/contacts/upsert", body, status=status)
    assert api.ask("POST", "/contacts/upsert", body, status=200)


@pytest.mark.contract("2.1-11")
def test_2_1_bulk_upsert_makes_contacts(api):
    """The job does it; the answer names the job."""
    rows = [{"emails": "a@example.org", "data": {"city": "Oslo"}}]

    answer = api.ask("POST", "/contacts/bulk_upsert", {"contacts": rows})
    job = api.ask("GET", answer["job_status_url"])

    assert json.loads(job["data"])["record_status"] == {"succeeded": 1, "failed": 0}
    assert api.tenant.records("contact")[0]["city"] == "Oslo"


@pytest.mark.contract("2.1-12")
def test_2_1_bulk_assign_owner_hands_contacts_over(api, ann):
    """To the owner in the body."""
    owner = api.choice("owners", "priya.raman@tenant.example")

    answer = api.ask("POST", "/contacts/bulk_assign_owner", {"selected_ids": [ann["id"]], "owner_id": owner})

    assert "message" in answer
    assert api.ask("GET", f"/contacts/{ann['id']}", include="owner")["contact"]["owner_id"] == owner


@pytest.mark.contract("2.1-13")
def test_2_1_bulk_destroy_deletes_the_selected(api, ann):
    """And says so."""
    other = api.make("contact", email="bo@example.org")

    answer = api.ask("POST", "/contacts/bulk_destroy", {"selected_ids": [ann["id"], other["id"]]})

    assert "deleted" in answer["message"]
    assert [api.refuse("GET", f"/contacts/{each['id']}", status=404) != [] for each in (ann, other)] == [True, True]


@pytest.mark.contract("2.1-14")
def test_2_1_clone_copies_with_what_is_sent(api, ann):
    """Accounts, tags and custom values come along; what identifies a person does not."""
    account = api.make("sales_account", name="A")
    path = f"/contacts/{ann['id']}"
    api.ask("PUT", path, {"contact": {"sales_accounts": [{"id": account["id"]}], "tags": ["t"], "external_id": "x"}})

    copy = api.ask("POST", f"{path}/clone", {"contact": {"email": "b@example.org"}}, include="sales_accounts")[
        "contact"
    ]

    assert (copy["city"], copy["tags"], copy["email"], copy["external_id"]) == ("Oslo", ["t"], "b@example.org", None)
    assert [each["id"] for each in copy["sales_accounts"]] == [account["id"]]
    assert copy["id"] != ann["id"]
    assert api.refuse("POST", f"{path}/clone", {"contact": {"city": "Rome"}})


@pytest.mark.contract("2.1-15")
def test_2_1_delete_answers_true(api, ann):
    """The literal, not an object."""
    assert api.http.delete(f"/contacts/{ann['id']}").text == "true"


@pytest.mark.contract("2.1-16")
def test_2_1_forget_removes_for_good(api, ann):
    """Neither the bin nor a restore knows the contact."""
    api.ask("DELETE", f"/contacts/{ann['id']}/forget")

    assert api.view("contacts", "Recycle Bin")["contacts"] == []
    assert api.refuse("PUT", f"/contacts/{ann['id']}/restore", status=404)


@pytest.mark.contract("2.1-17", "2.1-18", "2.1-19")
@pytest.mark.parametrize(
    ("page", "key"), [("activities", "activities"), ("notes", "notes"), ("document_associations", "documents")]
)
def test_2_1_what_is_about_a_contact(api, ann, page, key):
    """Each under its own key; of an unknown contact there is nothing."""
    assert key in api.ask("GET", f"/contacts/{ann['id']}/{page}")
    assert api.refuse("GET", f"/contacts/31000000001/{page}", status=404)


@pytest.mark.contract("2.1-20")
def test_2_1_team_members_come_and_go(api, ann):
    """By user and designation; nobody from outside the tenant."""
    path = f"/contacts/{ann['id']}/manage_team_members"
    priya, noor = (api.choice("owners", f"{name}@tenant.example") for name in ("priya.raman", "noor.haddad"))
    role = api.choice("designations", "Specialist")
    members = [{"user_id": priya, "designation_id": role}, {"user_id": noor, "designation_id": role}]

    joined = api.ask("POST", path, {"team_users": members})["contact"]
    left = api.ask("POST", path, {"team_users": [{"user_id": noor, "_destroy": True}]})["contact"]

    assert (ann["team_user_ids"], joined["team_user_ids"], left["team_user_ids"]) == (None, [priya, noor], [priya])
    assert api.refuse("POST", path, {"team_users": [{"user_id": 5, "designation_id": role}]})
    assert api.refuse("POST", path, {"team_users": [{"user_id": noor, "designation_id": 5}]})
    assert api.refuse("POST", path, {"team_users": []})


@pytest.mark.contract("2.1-21")
def test_2_1_fields_are_read_with_their_groups(api):
    """`include=field_group` asks for the groups."""
    bare = api.ask("GET", "/settings/contacts/fields")
    grouped = api.ask("GET", "/settings/contacts/fields", include="field_group")

    assert {"first_name", "emails", "owner_id"} <= {field["name"] for field in bare["fields"]}
    assert set(bare) < set(grouped) or set(bare["fields"][0]) < set(grouped["fields"][0])


@pytest.mark.contract("2.1-22")
def test_2_1_the_default_views(api):
    """By name."""
    assert {view["name"] for view in api.ask("GET", "/contacts/filters")["filters"]} >= VIEWS


@pytest.mark.contract("2.1-23")
def test_2_1_a_contact_shows_every_key(ann):
    """No more than those, as long as nothing is included."""
    assert sorted(ann) == sorted(KEYS.split())


@pytest.mark.contract("2.1-24")
def test_2_1_an_email_has_five_attributes(ann):
    """Its own id among them."""
    (email,) = ann["emails"]

    assert {**email, "id": 0} == {
        "id": 0, "value": "ann@example.org", "is_primary": True, "label": None, "_destroy": False,
    }  # fmt: skip


@pytest.mark.contract("2.1-25")
def test_2_1_a_contact_names_nine_pages(ann):
    """Each with the contact's own path."""
    assert sorted(ann["links"]) == sorted(LINKS.split())
    assert all(f"/contacts/{ann['id']}/" in path for path in ann["links"].values())


@pytest.mark.contract("2.1-26")
@pytest.mark.parametrize(
    "sent",
    [
        {"email": "a@example.org"},
        {"emails": "a@example.org"},
        {"emails": ["a@example.org"]},
        {"emails": [{"value": "a@example.org", "is_primary": True}]},
    ],
)
def test_2_1_emails_come_in_several_forms(api, sent):
    """All mean the same."""
    made = api.make("contact", **sent)

    assert (made["email"], len(made["emails"])) == ("a@example.org", 1)


def test_2_1_an_email_marked_destroy_is_taken_out(api, ann):
    """By id or by value; what is not named stays, and a new one comes in."""
    path = f"/contacts/{ann['id']}"
    gone = [{"id": ann["emails"][0]["id"], "_destroy": True}, {"value": "b@example.org", "label": "Work"}]

    api.ask("PUT", path, {"contact": {"emails": gone}})
    shown = api.ask("PUT", path, {"contact": {"emails": [{"value": "c@example.org"}, {"value": "x", "_destroy": 1}]}})

    assert refuse(api, email="c@example.org") == ["c@example.org already exists."]
    assert {each["value"]: each["label"] for each in shown["contact"]["emails"]} == {
        "b@example.org": "Work",
        "c@example.org": None,
    }


@pytest.mark.contract("2.1-27", "2.1-28")
def test_2_1_ten_accounts_one_of_them_primary(api):
    """An eleventh or a second primary is refused; where none is marked, the first is."""
    ids = [api.make("sales_account", name=f"A{n}")["id"] for n in range(11)]

    assert refuse(api, email="a@example.org", sales_accounts=[{"id": id} for id in ids])
    assert refuse(api, email="a@example.org", sales_accounts=[{"id": id, "is_primary": True} for id in ids[:2]])
    made = api.make("contact", email="a@example.org", sales_accounts=[{"id": id} for id in ids[:10]])
    shown = api.ask("GET", f"/contacts/{made['id']}", include="sales_accounts")["contact"]["sales_accounts"]
    assert [each["is_primary"] for each in shown] == [True] + [False] * 9


@pytest.mark.contract("2.1-29", "2.1-30")
def test_2_1_a_new_contact_is_a_new_lead(api, ann):
    """Status and stage where none is sent."""
    answer = api.ask("GET", f"/contacts/{ann['id']}", include="contact_status,lifecycle_stage")

    assert [each["name"] for each in answer["contact_status"]] == ["New"]
    assert [each["name"] for each in answer["lifecycle_stages"]] == ["Lead"]


@pytest.mark.contract("2.1-31", "2.1-32")
def test_2_1_an_email_belongs_to_one_contact(api, ann):
    """On create and on update, whatever the case; its own e-mail a contact keeps."""
    other = api.make("contact", email="bo@example.org")

    assert refuse(api, email="ANN@Example.org") == ["ANN@Example.org already exists."]
    body = {"contact": {"email": "Ann@example.org"}}
    assert api.refuse("PUT", f"/contacts/{other['id']}", body) == ["Ann@example.org already exists."]
    assert api.ask("PUT", f"/contacts/{ann['id']}", body)["contact"]["email"] == "Ann@example.org"


@pytest.mark.contract("2.1-33", "2.1-34")
@pytest.mark.parametrize(
    ("required", "sent", "text"),
    [
        ("email", {"mobile_number": "555"}, "Need to fill this Email to submit the form."),
        ("email", {"external_id": "x"}, "Need to fill this Email to submit the form."),
        ("mobile", {"email": "a@example.org"}, "Need to fill this Mobile to submit the form."),
    ],
)
def test_2_1_what_identifies_a_contact_differs(make_api, required, sent, text):
    """It is a setting of the tenant."""
    assert refuse(make_api(switches={"required_identifier": required}), last_name="Ito", **sent) == [text]


@pytest.mark.contract("2.1-35", "2.1-36", "2.1-37", "2.1-38")
@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"email": "no address"}, "invalid email address"),
        ({"email": "a@example.org", "first_name": "x" * 300}, "First name is not in required length"),
        ({"email": "a@example.org", "contact_status_id": 5}, "Invalid contact status provided."),
        ({"email": "a@example.org", "lifecycle_stage_id": 5}, "Invalid lifecycle stage provided."),
    ],
)
def test_2_1_refusals_say_what_is_wrong(api, sent, text):
    """And nothing is made."""
    assert refuse(api, **sent) == [text]
    assert api.make("contact", email="a@example.org", first_name="x" * 100)
    assert api.tenant.count("contact") == 1


@pytest.mark.contract("2.1-39")
def test_2_1_plain_text_has_no_attributes(api):
    """Even where the text is JSON."""
    response = api.http.post("/contacts", content=b'{"email": "a@example.org"}', headers={"content-type": "text/plain"})

    assert response.status_code == 400
    assert response.json()["errors"]["message"] == ["Invalid or missing attributes"]


@pytest.mark.contract("2.1-41", "2.1-42")
@pytest.mark.parametrize(
    ("place", "find"),
    [
        ("none", lambda body: None),
        ("beside_errors", lambda body: body["error_code"]),
        ("inside_errors", lambda body: body["errors"]["error_code"]),
    ],
)
def test_2_1_a_mobile_number_may_have_to_be_unique(make_api, place, find):
    """Where the code stands is a switch."""
    api = make_api(switches={"unique_mobile": True, "duplicate_code": place})
    api.make("contact", mobile_number="555")

    body = api.ask("POST", "/contacts", {"contact": {"mobile_number": "555"}}, status=400)

    assert body["errors"]["message"] == ["MobileNumber is not unique"]
    assert find(body) == (None if place == "none" else 3002)
    assert ("error_code" in json.dumps(body)) == (place != "none")


@pytest.mark.contract("2.1-44")
@pytest.mark.parametrize(("owns", "status"), [(True, 400), (False, 200)])
def test_2_1_a_stage_owns_its_statuses(make_api, owns, status):
    """Unless the switch says that any will do."""
    api = make_api(switches={"stage_owns_status": owns})
    mixed = {
        "email": "a@example.org",
        "lifecycle_stage_id": api.choice("lifecycle_stages", "Lead"),
        "contact_status_id": api.choice("contact_statuses", "Won"),
    }

    api.ask("POST", "/contacts", {"contact": mixed}, status=status)

    kept = [each["contact_status_id"] for each in api.tenant.records("contact")]
    assert kept == ([] if owns else [mixed["contact_status_id"]])
