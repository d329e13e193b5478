"""What the Suite has in the place of leads, and what neither edition has."""

import pytest


@pytest.mark.contract("8-01")
def test_8_a_lead_is_a_contact_in_a_stage(api):
    """There are no leads, and the stage Lead has statuses of its own."""
    lead = api.choice("lifecycle_stages", "Lead")
    contact = api.make("contact", email="a@example.org", lifecycle_stage_id=lead)

    shown = api.ask("GET", f"/contacts/{contact['id']}", include="lifecycle_stage")["contact"]

    assert api.refuse("GET", "/leads/filters", status=404)
    assert shown["lifecycle_stage_id"] == lead
    assert lead in {each["lifecycle_stage_id"] for each in api.tenant.selectors["contact_statuses"]}


@pytest.mark.contract("8-02")
def test_8_the_email_makes_a_person_one(api):
    """The patient who was a lead is the same contact."""
    stages = [api.choice("lifecycle_stages", name) for name in ("Lead", "Customer")]
    identifier = {"emails": "ann@example.org"}

    ids = {
        api.ask(
            "POST", "/contacts/upsert", {"unique_identifier": identifier, "contact": {"lifecycle_stage_id": stage}}
        )["contact"]["id"]
        for stage in stages
    }

    assert len(ids) == 1
    assert [each["lifecycle_stage_id"] for each in api.tenant.records("contact")] == stages[1:]


@pytest.mark.contract("8-03", "8-04")
@pytest.mark.parametrize("edition", ["suite", "classic"])
@pytest.mark.parametrize("path", ["/tickets", "/tickets/1", "/events", "/events/1"])
def test_8_there_are_no_tickets_and_no_events(make_api, edition, path):
    """In neither edition."""
    api = make_api(edition=edition)
    if edition == "classic":
        api.http.base_url = "http://tenant.test/api"

    assert api.refuse("GET", path, status=404)
    assert api.refuse("POST", path, {"title": "x"}, status=404)


@pytest.mark.contract("8-05")
def test_8_campaigns_are_only_read(api):
    """There is a list and no way to add to it."""
    before = api.ask("GET", "/selector/campaigns")

    assert api.refuse("POST", "/selector/campaigns", {"name": "Spring"}, status=404)
    assert api.refuse("POST", "/campaigns", {"campaign": {"name": "Spring"}}, status=404)
    assert api.ask("GET", "/selector/campaigns") == before


@pytest.mark.contract("8-06")
def test_8_custom_fields_begin_with_cf(api):
    """Another system's suffix is no field, whatever there is."""
    made = api.add_field("contacts", label="Ward", type="text")
    body = {"contact": {"email": "a@example.org", "custom_field": {"Ward__c": "N"}}}

    assert made["name"] == "cf_ward"
    assert api.refuse("POST", "/contacts", body)


@pytest.mark.contract("8-07")
def test_8_accounts_are_named_differently(api):
    """A list with a primary on contacts, one id on deals; another system's name for both means nothing."""
    account = api.make("sales_account", name="A")["id"]
    named = {"AccountId": account, "account_id": account}
    contact = api.make("contact", email="a@example.org", sales_accounts=[{"id": account, "is_primary": True}])
    deal = api.make("deal", name="D", amount=1, sales_account_id=account)
    others = [api.make("contact", email="b@example.org", **named), api.make("deal", name="E", amount=1, **named)]

    def read(object, id):
        shown = api.ask("GET", f"/{object}s/{id}", include="sales_accounts,sales_account")[object]
        return [each["id"] for each in shown["sales_accounts"]] if object == "contact" else shown["sales_account_id"]

    assert (read("contact", contact["id"]), read("deal", deal["id"])) == ([account], account)
    assert (read("contact", others[0]["id"]), read("deal", others[1]["id"])) == ([], None)


@pytest.mark.contract("8-08")
@pytest.mark.parametrize(
    ("object", "needed"),
    [("contact", {"email": "a@example.org"}), ("sales_account", {"name": "A"}), ("deal", {"name": "D", "amount": 1})],
)
def test_8_tags_are_plain_texts(api, object, needed):
    """An array, each once; a list replaces the one before, null clears it, anything else is refused."""
    made = api.make(object, **needed, tags=["a", "b", "a"])
    path = f"/{object}s/{made['id']}"

    assert made["tags"] == ["a", "b"]
    assert api.ask("PUT", path, {object: {"tags": ["c"]}})[object]["tags"] == ["c"]
    assert api.ask("PUT", path, {object: {"tags": None}})[object]["tags"] == []
    assert api.refuse("PUT", path, {object: {"tags": [{"name": "d"}]}})
