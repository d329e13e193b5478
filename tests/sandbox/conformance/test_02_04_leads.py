"""Leads: what Classic has and the Suite does not."""

from datetime import datetime

import pytest

KEYS = """
    id first_name last_name display_name avatar job_title department email emails work_number mobile_number address city
    state zipcode country time_zone has_authority do_not_disturb keyword medium facebook twitter linkedin last_seen
    last_contacted last_contacted_mode last_contacted_sales_activity_mode last_contacted_via_chat
    last_contacted_via_sales_activity email_status recent_note lead_score lead_quality stage_updated_time company deal
    links custom_field tags is_deleted created_at updated_at owner_id creater_id updater_id lead_source_id campaign_id
    territory_id lead_stage_id lead_reason_id
"""
ADDRESSES = [
    ("GET", "/leads"), ("POST", "/leads"), ("GET", "/leads/filters"), ("GET", "/leads/view/1"), ("GET", "/leads/1"),
    ("PUT", "/leads/1"), ("DELETE", "/leads/1"), ("DELETE", "/leads/1/forget"), ("POST", "/leads/1/clone"),
    ("POST", "/leads/upsert"), ("GET", "/leads/1/notes"), ("GET", "/settings/leads/fields"),
    ("GET", "/selector/lead_stages"), ("GET", "/selector/lead_reasons"), ("POST", "/filtered_search/lead"),
]  # fmt: skip


@pytest.fixture
def classic(make_api):
    """A tenant of the Classic edition, which has no part of the Suite in its address."""
    api = make_api(edition="classic")
    api.http.base_url = "http://tenant.test/api"
    return api


@pytest.fixture
def ann(classic):
    """A lead with a company and a deal."""
    return classic.make(
        "lead",
        first_name="Ann",
        email="ann@example.org",
        company={"name": "Acme", "city": "Oslo", "number_of_employees": 250},
        deal={"name": "Gold", "amount": 19999, "expected_close": "2027-01-31"},
    )


@pytest.mark.contract("2.4-01")
def test_2_4_leads_are_made_read_changed_and_deleted(classic, ann):
    """As contacts are: null clears, delete goes to the bin, restore brings back, forget ends it."""
    path = f"/leads/{ann['id']}"

    assert classic.ask("GET", path)["lead"] == ann
    assert classic.ask("PUT", path, {"lead": {"job_title": "CEO"}})["lead"]["job_title"] == "CEO"
    assert classic.ask("PUT", path, {"job_title": None})["lead"]["job_title"] is None
    copy = classic.ask("POST", f"{path}/clone", {"lead": {"email": "b@example.org"}})["lead"]
    assert copy["company"] == {**ann["company"], "id": copy["id"]}
    assert classic.ask("DELETE", path) is True
    assert classic.refuse("GET", path, status=404)
    assert classic.ask("PUT", f"{path}/restore")["lead"]["id"] == ann["id"]
    assert classic.ask("DELETE", f"{path}/forget") is True
    assert classic.refuse("PUT", f"{path}/restore", status=404)
    assert [each["id"] for each in classic.tenant.records("lead")] == [copy["id"]]


def test_2_4_a_lead_is_refused_as_a_contact_is(classic, ann):
    """Identifier, e-mail, lists and lengths."""
    refused = [
        {"last_name": "Ito"},
        {"email": "ANN@example.org"},
        {"email": "no address"},
        {"email": "b@example.org", "lead_stage_id": 5},
        {"email": "b@example.org", "company": {"industry_type_id": 5}},
        {"email": "b@example.org", "company": "Acme"},
        {"email": "b@example.org", "deal": {"amount": "much"}},
    ]

    assert [len(classic.refuse("POST", "/leads", {"lead": sent})) for sent in refused] == [1] * len(refused)


@pytest.mark.contract("2.4-02")
def test_2_4_leads_have_views(classic, ann):
    """Described, sorted and paged as those of contacts; a bare list is refused."""
    classic.make("lead", first_name="Bo", email="bo@example.org", owner_id=classic.tenant.admin_id)

    answer = classic.view("leads", "All Leads", sort="first_name", sort_type="desc", per_page=1, include="owner")

    assert ([each["first_name"] for each in answer["leads"]], answer["meta"]["total"]) == (["Bo"], 2)
    assert next(iter(answer)) == "users"
    assert classic.view("leads", "My Leads")["meta"]["total"] == 1
    assert classic.refuse("GET", "/leads", status=403)


@pytest.mark.contract("2.4-03", "2.4-05")
def test_2_4_a_lead_holds_company_and_deal(classic, ann):
    """As objects inside it, beside its stage, reason, quality and the time of the stage."""
    assert sorted(ann) == sorted(KEYS.split())
    assert {name: ann["company"][name] for name in ("name", "city", "phone")} == {
        "name": "Acme", "city": "Oslo", "phone": None,
    }  # fmt: skip
    assert {name: ann["deal"][name] for name in ("name", "amount", "expected_close")} == {
        "name": "Gold", "amount": "19999.0", "expected_close": "2027-01-31",
    }  # fmt: skip
    assert ann["lead_stage_id"] == classic.choice("lead_stages", "New")
    assert (ann["lead_reason_id"], ann["lead_quality"], ann["stage_updated_time"]) == (
        None, "Cold", "2026-11-25T12:00:00Z",
    )  # fmt: skip


def test_2_4_company_and_deal_change_in_part(classic, ann):
    """What is not sent stays, null clears one value or all of them; the stage's time moves with the stage."""
    classic.clock.now += 60
    sent = {
        "company": {"city": None, "phone": "5"},
        "deal": None,
        "lead_stage_id": classic.choice("lead_stages", "Unqualified"),
        "lead_reason_id": classic.choice("lead_reasons", "No budget"),
    }

    answer = classic.ask("PUT", f"/leads/{ann['id']}", {"lead": sent}, include="lead_stage,lead_reason")
    shown = answer["lead"]

    assert [shown["company"][name] for name in ("name", "city", "phone")] == ["Acme", None, "5"]
    assert (shown["deal"], shown["stage_updated_time"]) == (None, "2026-11-25T12:01:00Z")
    assert [answer[key][0]["name"] for key in ("lead_stages", "lead_reasons")] == ["Unqualified", "No budget"]


@pytest.mark.contract("2.4-04")
def test_2_4_upsert_finds_a_lead_or_makes_it(classic, ann):
    """By e-mail."""
    for email in ("ANN@example.org", "bo@example.org"):
        classic.ask("POST", "/leads/upsert", {"unique_identifier": {"emails": email}, "lead": {"city": "Rome"}})

    assert [(each["emails"][0]["value"], each["city"]) for each in classic.tenant.records("lead")] == [
        ("ann@example.org", "Rome"),
        ("bo@example.org", "Rome"),
    ]


@pytest.mark.contract("2.4-06", "2.4-07")
@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_2_4_the_suite_has_no_leads(api, method, path):
    """Nothing at any of their addresses."""
    assert api.refuse(method, path, {"lead": {"email": "a@example.org"}, "filter_rule": []}, status=404)


@pytest.mark.contract("2.4-08")
def test_2_4_a_classic_client_reads_leads(classic, ann):
    """The first key of the view, and times it can parse."""
    answer = classic.view("leads", "All Leads", per_page=100, page=1)
    lead = next(iter(answer.values()))[0]

    assert datetime.strptime(lead["updated_at"], "%Y-%m-%dT%H:%M:%SZ") == datetime(2026, 11, 25, 12)


def test_2_4_notes_and_search_know_leads(classic, ann):
    """A note is about a lead, and every search finds the lead; the Suite's searches pass the word over."""
    note = classic.make("note", description="x", targetable_type="Lead", targetable_id=ann["id"])
    rule = {"attribute": "lead_stage_id", "operator": "is_in", "value": [ann["lead_stage_id"]]}

    notes = classic.ask("GET", f"/leads/{ann['id']}/notes")["notes"]
    found = classic.ask("POST", "/filtered_search/lead", {"filter_rule": [rule]})["leads"]

    assert ([each["id"] for each in notes], [each["id"] for each in found]) == ([note["id"]], [ann["id"]])
    hits = classic.ask("GET", "/search", q="ann", include="lead,contact")
    looked = classic.ask("GET", "/lookup", q="ANN@example.org", f="email", entities="lead")
    assert [(hit["id"], hit["type"]) for hit in hits] == [(str(ann["id"]), "lead")]
    assert [each["id"] for each in looked["leads"]["leads"]] == [ann["id"]]


def test_2_4_searches_of_the_suite_pass_leads_over(api):
    """The word is allowed among the others."""
    made = api.make("contact", email="ann@example.org")

    assert [hit["id"] for hit in api.ask("GET", "/search", q="ann", include="lead,contact")] == [str(made["id"])]
