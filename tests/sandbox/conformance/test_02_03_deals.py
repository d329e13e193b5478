"""Deals: every verb, every attribute, every refusal and every quirk."""

import pytest

DAY = 86_400
KEYS = """
    id name amount base_currency_amount expected_close closed_date stage_updated_time custom_field probability
    updated_at created_at deal_pipeline_id deal_stage_id age links recent_note completed_sales_sequences
    active_sales_sequences web_form_id upcoming_activities_time collaboration last_assigned_at
    last_contacted_sales_activity_mode last_contacted_via_sales_activity expected_deal_value is_deleted team_user_ids
    avatar fc_widget_collaboration forecast_category deal_prediction deal_prediction_last_updated_at
    freddy_forecast_metrics last_deal_prediction has_products rotten_days tags
"""
VIEWS = {
    "Open Deals", "My Deals", "My Territory Deals", "Recent Deals", "Recently Imported", "Lost Deals", "Won Deals",
    "Hot Deals", "Cold Deals", "Closing this week", "This month's sales", "Recycle Bin",
}  # fmt: skip


def refuse(api, **attributes):
    """What the client reads when a deal with these attributes is refused."""
    return api.refuse("POST", "/deals", {"deal": {"name": "D", "amount": 1, **attributes}})


@pytest.mark.contract("2.3-01")
def test_2_3_deals_are_made_read_and_changed(api):
    """Each answers 200 with the deal; so do clone, upsert by id and the deletes."""
    made = api.make("deal", name="D", amount=1)
    path = f"/deals/{made['id']}"

    assert api.ask("GET", path)["deal"] == made
    assert api.ask("PUT", path, {"deal": {"name": "E"}})["deal"]["name"] == "E"
    body = {"unique_identifier": {"id": str(made["id"])}, "deal": {"amount": 2}}
    assert api.ask("POST", "/deals/upsert", body)["deal"]["amount"] == "2.0"
    copy = api.ask("POST", f"{path}/clone", {"deal": {"amount": 3}})["deal"]
    assert (copy["name"], copy["amount"]) == ("E", "3.0")
    assert api.ask("DELETE", path) is True
    assert api.ask("DELETE", f"/deals/{copy['id']}/forget") is True
    assert api.tenant.count("deal") == 0


def test_2_3_a_clone_keeps_account_and_contacts(api):
    """As far as they are still there."""
    account = api.make("sales_account", name="A")
    here, gone = (api.make("contact", email=f"{name}@example.org")["id"] for name in "ab")
    deal = api.make("deal", name="D", amount=1, sales_account_id=account["id"], contacts_added_list=[here, gone])
    api.ask("DELETE", f"/contacts/{gone}")

    copy = api.ask("POST", f"/deals/{deal['id']}/clone", include="sales_account,contacts")

    assert copy["deal"]["sales_account_id"] == account["id"]
    assert [each["id"] for each in copy["contacts"]] == [here]


@pytest.mark.contract("2.3-02", "2.3-04")
def test_2_3_every_attribute_is_kept(api):
    """Days, numbers, ids from lists, account and contacts, tags and a custom value."""
    api.add_field("deals", label="X", type="checkbox")
    sent = {
        "name": "D", "amount": "12.5", "expected_close": "2027-01-31", "closed_date": "2026-01-31", "probability": 55,
        "forecast_category": 2, "tags": ["t"], "custom_field": {"cf_x": True},
    }  # fmt: skip
    sent |= {
        "deal_pipeline_id": api.choice("deal_pipelines", "Renewals"),
        "deal_stage_id": api.choice("deal_stages", "Renewed"),
        "owner_id": api.choice("owners", "priya.raman@tenant.example"),
        "currency_id": api.tenant.selectors["currencies"][0]["id"],
        "deal_type_id": api.choice("deal_types", "New business"),
        "deal_reason_id": api.choice("deal_reasons", "Price"),
        "lead_source_id": api.choice("lead_sources", "Web"),
        "campaign_id": api.choice("campaigns", "Newsletter"),
        "deal_payment_status_id": api.choice("deal_payment_statuses", "Paid"),
        "territory_id": api.choice("territories", "Default"),
        "sales_account_id": api.make("sales_account", name="A")["id"],
    }
    contact = api.make("contact", email="a@example.org")["id"]
    include = (
        "owner,currency,deal_type,deal_reason,source,campaign,deal_payment_status,territory,sales_account,contacts"
    )

    made = api.make("deal", contacts_added_list=[contact], **sent)
    answer = api.ask("GET", f"/deals/{made['id']}", include=include)

    assert {name: answer["deal"][name] for name in sent} == sent
    assert [each["id"] for each in answer["contacts"]] == [contact]


@pytest.mark.contract("2.3-03")
def test_2_3_name_and_amount_are_required(api):
    """The settings say so, and a deal without both is refused for both."""
    fields = {field["name"]: field for field in api.ask("GET", "/settings/deals/fields")["fields"]}

    assert (fields["name"]["required"], fields["amount"]["required"]) == (True, True)
    assert len(api.refuse("POST", "/deals", {"deal": {"probability": 5}})) == 2


@pytest.mark.contract("2.3-05")
def test_2_3_an_account_inside_a_deal(api):
    """Is made, or found by its name and left as it is; on update too."""
    api.make("sales_account", name="Acme", city="Oslo")
    first = api.make("deal", name="D", amount=1, sales_account={"name": "ACME", "city": "Rome"})
    api.ask("PUT", f"/deals/{first['id']}", {"deal": {"sales_account": {"name": "New"}}})
    assert refuse(api, sales_account={"city": "Rome"}) == ["Name can't be empty"]

    kept = {each["name"]: (each["id"], each.get("city")) for each in api.tenant.records("sales_account")}

    assert {name: city for name, (_, city) in kept.items()} == {"Acme": "Oslo", "New": None}
    assert api.tenant.records("deal")[0]["sales_account_id"] == kept["New"][0]


@pytest.mark.contract("2.3-06", "2.3-07")
def test_2_3_a_deal_starts_at_the_first_stage(api):
    """Of the default pipeline, at 30 percent; a later stage has its own."""
    deal = api.make("deal", name="D", amount=1)
    moved = {"deal_stage_id": api.choice("deal_stages", "Negotiation")}

    assert deal["deal_pipeline_id"] == api.choice("deal_pipelines", "Default Pipeline")
    assert (deal["deal_stage_id"], deal["probability"]) == (api.choice("deal_stages", "New"), 30)
    assert api.ask("PUT", f"/deals/{deal['id']}", {"deal": moved})["deal"]["probability"] == 80


@pytest.mark.contract("2.3-08", "2.3-09", "2.3-10", "2.3-11", "2.3-12")
@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"name": None}, "Deal name can't be empty"),
        ({"name": "   "}, "Deal name can't be empty"),
        ({"amount": "much"}, "Amount is not a number"),
        ({"amount": 9007199254740992}, "Amount is not valid"),
        ({"deal_stage_id": 5}, "Deal stage doesn't exist"),
    ],
)
def test_2_3_refusals_say_what_is_wrong(api, sent, text):
    """And nothing is made; the largest amount itself is fine."""
    assert refuse(api, **sent) == [text]
    assert api.make("deal", name="D", amount=9007199254740991)["amount"] == "9007199254740991.0"
    assert api.tenant.count("deal") == 1


@pytest.mark.contract("2.3-13", "2.3-14", "2.3-15")
@pytest.mark.parametrize(
    ("sent", "name", "kept"),
    [
        ({"expected_close": "soon"}, "expected_close", None),
        ({"expected_close": "2027-02-30"}, "expected_close", None),
        ({"expected_close": 20270131}, "expected_close", None),
        ({"amount": -3}, "amount", "-3.0"),
        ({"name": "x" * 300}, "name", "x" * 300),
    ],
)
def test_2_3_what_is_taken_without_a_word(api, sent, name, kept):
    """Defects a migration has to notice by reading back."""
    assert api.make("deal", **{"name": "D", "amount": 1, **sent})[name] == kept


@pytest.mark.contract("2.3-16")
@pytest.mark.parametrize(
    ("limit", "length", "status"), [(500, 501, 400), (255, 300, 400), (255, 255, 200), (0, 900, 200)]
)
def test_2_3_how_long_a_name_may_be(make_api, limit, length, status):
    """Is a switch."""
    api = make_api(switches={"deal_name_limit": limit})

    api.ask("POST", "/deals", {"deal": {"name": "x" * length, "amount": 1}}, status=status)


@pytest.mark.contract("2.3-17", "2.3-18")
@pytest.mark.parametrize("has_all", [True, False])
def test_2_3_the_default_views(make_api, has_all):
    """Those every tenant has; the one of all deals came later."""
    api = make_api(switches={"all_deals_view": has_all})

    names = {view["name"] for view in api.ask("GET", "/deals/filters")["filters"]}

    assert names >= VIEWS
    assert ("All Deals" in names) == has_all


@pytest.mark.contract("2.3-19")
@pytest.mark.parametrize(("covers", "found"), [(True, ["D", "R"]), (False, ["D"])])
def test_2_3_views_may_leave_pipelines_out(make_api, covers, found):
    """Filtered search finds the deals of all."""
    api = make_api(switches={"views_cover_pipelines": covers})
    api.make("deal", name="D", amount=1)
    due = api.make("deal", name="R", amount=1, deal_stage_id=api.choice("deal_stages", "Due"))
    rule = {"attribute": "deal_stage_id", "operator": "is_in", "value": [due["deal_stage_id"]]}

    assert [each["name"] for each in api.view("deals", "All Deals")["deals"]] == found
    searched = api.ask("POST", "/filtered_search/deal", {"filter_rule": [rule]})["deals"]
    assert [each["id"] for each in searched] == [due["id"]]


@pytest.mark.contract("2.3-20")
def test_2_3_a_deal_shows_every_key(api):
    """No more than those, as long as nothing is included."""
    assert sorted(api.make("deal", name="D", amount=1)) == sorted(KEYS.split())


def test_2_3_a_deal_grows_old_until_it_is_closed(api):
    """In days of the account's calendar; past the pipeline's thirty it is rotten."""
    deal = api.make("deal", name="D", amount=1)
    path = f"/deals/{deal['id']}"
    api.clock.now += 70 * DAY
    old = api.ask("GET", path)["deal"]
    closed = api.ask("PUT", path, {"deal": {"deal_stage_id": api.choice("deal_stages", "Won")}})["deal"]
    api.clock.now += 10 * DAY

    later = api.ask("GET", path)["deal"]

    assert [(each["age"], each["rotten_days"]) for each in (deal, old, closed, later)] == [
        (0, None), (70, 40), (70, None), (70, None),
    ]  # fmt: skip
