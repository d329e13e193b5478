"""Accounts: every verb, every attribute, every refusal, and what becomes of their links."""

import json

import pytest

KEYS = """
    id name address city state zipcode country number_of_employees annual_revenue website owner_id phone
    open_deals_amount open_deals_count won_deals_amount won_deals_count last_contacted last_contacted_mode facebook
    twitter linkedin links custom_field created_at updated_at avatar parent_sales_account_id recent_note
    last_contacted_via_sales_activity last_contacted_sales_activity_mode completed_sales_sequences
    active_sales_sequences last_assigned_at is_deleted team_user_ids web_form_ids tags
"""
VIEWS = ["My Accounts", "All Accounts", "My Territory Accounts", "Recently Imported", "Recycle Bin"]


def refuse(api, **attributes):
    """What the client reads when an account with these attributes is refused."""
    return api.refuse("POST", "/sales_accounts", {"sales_account": attributes})


@pytest.mark.contract("2.2-01")
def test_2_2_accounts_are_made_read_and_changed(api):
    """Each answers 200 with the account, in all its keys."""
    made = api.make("sales_account", name="Acme")
    path = f"/sales_accounts/{made['id']}"

    assert sorted(made) == sorted(KEYS.split())
    assert api.ask("GET", path)["sales_account"] == made
    assert api.ask("PUT", path, {"sales_account": {"city": "Oslo"}})["sales_account"]["city"] == "Oslo"


@pytest.mark.contract("2.2-02")
def test_2_2_upsert_finds_by_name_or_makes(api):
    """Whatever the case of the name."""
    for name, city in (("Acme", "Oslo"), ("ACME", "Rome"), ("Other", "Bern")):
        body = {"unique_identifier": {"name": name}, "sales_account": {"city": city}}
        api.ask("POST", "/sales_accounts/upsert", body)

    kept = [(each["name"], each["city"]) for each in api.tenant.records("sales_account")]
    assert kept == [("Acme", "Rome"), ("Other", "Bern")]


@pytest.mark.contract("2.2-03")
def test_2_2_bulk_upsert_makes_accounts(api):
    """By name."""
    answer = api.ask("POST", "/sales_accounts/bulk_upsert", {"sales_accounts": [{"name": "A", "data": {}}]})
    job = api.ask("GET", answer["job_status_url"])

    assert json.loads(job["data"])["record_status"] == {"succeeded": 1, "failed": 0}
    assert api.tenant.count("sales_account") == 1


@pytest.mark.contract("2.2-04")
def test_2_2_a_clone_needs_a_name_of_its_own(api):
    """All else is copied."""
    made = api.make("sales_account", name="Acme", city="Oslo", number_of_employees=201)
    path = f"/sales_accounts/{made['id']}/clone"

    assert api.refuse("POST", path, {"sales_account": {"city": "Rome"}}) == ["Name can't be empty"]
    copy = api.ask("POST", path, {"sales_account": {"name": "Other"}})["sales_account"]
    assert (copy["name"], copy["city"], copy["number_of_employees"]) == ("Other", "Oslo", 201)


@pytest.mark.contract("2.2-05")
def test_2_2_forget_removes_for_good(api):
    """There is nothing to restore."""
    path = f"/sales_accounts/{api.make('sales_account', name='A')['id']}"

    assert api.ask("DELETE", f"{path}/forget") is True
    assert api.refuse("PUT", f"{path}/restore", status=404)


@pytest.mark.contract("2.2-06")
def test_2_2_bulk_destroy_deletes_the_selected(api):
    """The others stay."""
    ids = [api.make("sales_account", name=name)["id"] for name in "ABC"]

    api.ask("POST", "/sales_accounts/bulk_destroy", {"selected_ids": ids[:2]})

    assert [each["id"] for each in api.tenant.records("sales_account")] == ids[2:]


@pytest.mark.contract("2.2-07", "2.2-16")
def test_2_2_views_and_fields(api):
    """The five views every tenant has, and the fields with their choices."""
    api.make("sales_account", name="A")
    fields = {field["name"]: field for field in api.ask("GET", "/settings/sales_accounts/fields")["fields"]}

    assert [view["name"] for view in api.ask("GET", "/sales_accounts/filters")["filters"]] == VIEWS
    assert [each["name"] for each in api.view("sales_accounts", "All Accounts")["sales_accounts"]] == ["A"]
    assert fields["name"]["required"] is True


@pytest.mark.contract("2.2-08")
def test_2_2_every_attribute_is_kept(api):
    """Texts, numbers, ids from lists, the parent, tags and a custom value."""
    api.add_field("sales_accounts", label="X", type="text")
    texts = "phone address city state zipcode country facebook twitter linkedin"
    sent = {name: f"{name} 1" for name in texts.split()}
    sent |= {"name": "Acme", "website": "acme.org", "number_of_employees": 1001, "annual_revenue": 1000000}
    sent |= {"tags": ["t"], "custom_field": {"cf_x": "x"}}
    sent |= {
        "owner_id": api.choice("owners", "priya.raman@tenant.example"),
        "industry_type_id": api.tenant.selectors["industry_types"][0]["id"],
        "business_type_id": api.choice("business_types", "Partner"),
        "territory_id": api.choice("territories", "Default"),
        "parent_sales_account_id": api.make("sales_account", name="Parent")["id"],
    }

    made = api.make("sales_account", **sent)
    include = "owner,industry_type,business_type,territory,parent_sales_account"
    answer = api.ask("GET", f"/sales_accounts/{made['id']}", include=include)

    assert {name: answer["sales_account"][name] for name in sent} == sent
    assert {"users", "industry_types", "business_types", "territories", "sales_accounts"} <= set(answer)


@pytest.mark.contract("2.2-09", "2.2-10", "2.2-11", "2.2-12")
@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"city": "Oslo"}, "Name can't be empty"),
        ({"name": "  "}, "Name can't be empty"),
        ({"name": "acme"}, "Name has already been taken"),
        ({"name": "B", "website": "no site"}, "website is not in required format"),
        ({"name": "x" * 256}, "Name is not in required length"),
    ],
)
def test_2_2_refusals_say_what_is_wrong(api, sent, text):
    """And nothing is made; 255 characters are fine."""
    api.make("sales_account", name="Acme")

    assert refuse(api, **sent) == [text]
    assert api.make("sales_account", name="x" * 255)
    assert api.tenant.count("sales_account") == 2


@pytest.mark.contract("2.2-13")
def test_2_2_a_phone_without_digits_is_lost(api):
    """On create and on update, with 200 and not a word."""
    made = api.make("sales_account", name="A", phone="abc")
    path = f"/sales_accounts/{made['id']}"
    numbered = api.ask("PUT", path, {"sales_account": {"phone": "555"}})["sales_account"]

    lost = api.ask("PUT", path, {"sales_account": {"phone": "abc"}})["sales_account"]

    assert (made["phone"], numbered["phone"], lost["phone"]) == (None, "555", None)


@pytest.mark.contract("2.2-14")
def test_2_2_sizes_are_known_by_their_smallest_number(api):
    """The settings list them; each is taken as a number or a text, and null clears."""
    fields = {field["name"]: field for field in api.ask("GET", "/settings/sales_accounts/fields")["fields"]}
    sizes = {choice["id"]: choice["value"] for choice in fields["number_of_employees"]["choices"]}
    made = api.make("sales_account", name="A", number_of_employees="201")
    cleared = api.ask("PUT", f"/sales_accounts/{made['id']}", {"sales_account": {"number_of_employees": None}})

    assert fields["number_of_employees"]["type"] == "dropdown"
    assert (sizes[201], made["number_of_employees"]) == ("201-500", 201)
    assert cleared["sales_account"]["number_of_employees"] is None


@pytest.mark.contract("2.2-15")
@pytest.mark.parametrize(("rule", "kept"), [("refuse", None), ("round", 201), ("keep", 250)])
def test_2_2_a_number_that_is_no_size(make_api, rule, kept):
    """Refused, rounded down to its size, or kept as it is; what is no number is always refused."""
    api = make_api(switches={"employee_sizes": rule})

    answer = api.http.post("/sales_accounts", json={"sales_account": {"name": "A", "number_of_employees": 250}})

    assert answer.status_code == (200 if kept else 400)
    assert answer.json().get("sales_account", {}).get("number_of_employees") == kept
    for nonsense in ("many", -1, 0, True, [201], 1.5):
        assert refuse(api, name="B", number_of_employees=nonsense) == ["Invalid number of employees provided."]


@pytest.mark.contract("2.2-17")
def test_2_2_an_account_adds_up_its_deals(api):
    """Open and won ones, exactly, as they stand now; lost and deleted ones count for nothing."""
    account = api.make("sales_account", name="A")
    stages = {name: api.choice("deal_stages", name) for name in ("New", "Won", "Lost")}
    amounts = [("New", "0.1"), ("New", "0.2"), ("Won", 4000), ("Lost", 7), ("New", 9)]
    ids = [
        api.make("deal", name="D", amount=amount, deal_stage_id=stages[name], sales_account_id=account["id"])["id"]
        for name, amount in amounts
    ]
    api.ask("DELETE", f"/deals/{ids[-1]}")

    def read_totals():
        shown = api.ask("GET", f"/sales_accounts/{account['id']}")["sales_account"]
        return [shown[f"{total}_deals_{what}"] for total in ("open", "won") for what in ("amount", "count")]

    assert read_totals() == ["0.3", 2, "4000.0", 1]
    api.ask("PUT", f"/deals/{ids[0]}", {"deal": {"deal_stage_id": stages["Won"]}})
    assert read_totals() == ["0.2", 1, "4000.1", 2]


@pytest.mark.contract("2.2-18")
def test_2_2_a_deleted_account_loses_deals_and_children(api):
    """For good; contacts get it back when it is restored."""
    account = api.make("sales_account", name="A")
    child = api.make("sales_account", name="C", parent_sales_account_id=account["id"])
    deal = api.make("deal", name="D", amount=1, sales_account_id=account["id"])
    contact = api.make("contact", email="a@example.org", sales_accounts=[{"id": account["id"]}])

    api.ask("DELETE", f"/sales_accounts/{account['id']}")
    api.ask("PUT", f"/sales_accounts/{account['id']}/restore")

    assert api.ask("GET", f"/deals/{deal['id']}", include="sales_account")["deal"]["sales_account_id"] is None
    assert api.ask("GET", f"/sales_accounts/{child['id']}")["sales_account"]["parent_sales_account_id"] is None
    kept = api.ask("GET", f"/contacts/{contact['id']}", include="sales_accounts")["contact"]["sales_accounts"]
    assert [each["id"] for each in kept] == [account["id"]]


@pytest.mark.contract("2.2-19")
@pytest.mark.parametrize(("honours", "left"), [(False, 1), (True, 0)])
def test_2_2_contacts_and_deals_may_go_along(make_api, honours, left):
    """Where the tenant heeds the option; without it nothing but the account goes."""
    api = make_api(switches={"account_delete_options": honours})
    ids = [api.make("sales_account", name=name)["id"] for name in "AB"]
    for number, id in enumerate(ids):
        api.make("deal", name="D", amount=1, sales_account_id=id)
        api.make("contact", email=f"a{number}@example.org", sales_accounts=[{"id": id}])

    api.ask("DELETE", f"/sales_accounts/{ids[0]}", delete_associated_contacts_deals="true")
    api.ask("DELETE", f"/sales_accounts/{ids[1]}")

    assert [api.tenant.count(name) for name in ("sales_account", "contact", "deal")] == [0, 1 + left, 1 + left]
