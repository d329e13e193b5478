"""The lists an administrator keeps."""

import pytest

NAMED = {"id", "name", "position"}
PARTIAL = {*NAMED, "partial"}
STAGE = {*NAMED, "forecast_type", "probability", "choice_type", "deal_pipeline_id", "updated_at"}
ITEMS = {
    "territories": NAMED,
    "deal_stages": {*STAGE, "partial"},
    "currencies": {"partial", "id", "is_active", "currency_code", "exchange_rate", "currency_type", "schedule_info"},
    "deal_reasons": PARTIAL,
    "deal_types": PARTIAL,
    "lead_sources": PARTIAL,
    "industry_types": PARTIAL,
    "business_types": PARTIAL,
    "campaigns": PARTIAL,
    "deal_payment_statuses": PARTIAL,
    "deal_pipelines": {*PARTIAL, "is_default", "rotting_days", "configs", "aggregated_field", "deal_stages"},
    "contact_statuses": {*PARTIAL, "forecast_type", "lifecycle_stage_id"},
    "sales_activity_types": {
        *PARTIAL, "internal_name", "show_in_conversation", "is_default", "is_checkedin", "is_checkedin_mandatory",
        "is_outcome_mandatory",
    },
    "sales_activity_entity_types": {*PARTIAL, "sales_activity_type_id", "sales_activity_type_name"},
    "sales_activity_outcomes": {*PARTIAL, "sales_activity_type_id"},
    "lifecycle_stages": {*NAMED, "disabled", "default", "type", "contact_status_ids"},
    "designations": PARTIAL,
}  # fmt: skip
NAMES = (*ITEMS, "deal_products")
BROWSER = "http://tenant.test/crm/sales"
SETTINGS = ("tags", "deal_pipelines", "lifecycle_stages", "territories", "currencies")


@pytest.mark.contract("2.14-01")
@pytest.mark.parametrize("name", NAMES)
def test_2_14_a_list_comes_under_its_own_name(api, name):
    """And nothing beside it."""
    answer = api.ask("GET", f"/selector/{name}")

    assert list(answer) == [name]
    assert all(isinstance(item["id"], int) for item in answer[name])


@pytest.mark.contract("2.14-02", "2.14-03")
def test_2_14_owners_come_as_users(api):
    """One call tells who has which e-mail, and who has left."""
    answer = api.ask("GET", "/selector/owners")

    assert list(answer) == ["users"]
    keys = ["id", "display_name", "email", "is_active", "work_number", "mobile_number"]
    assert [list(user) for user in answer["users"]] == [keys] * 6
    assert [user["email"] for user in answer["users"] if not user["is_active"]] == ["owen.marsh@tenant.example"]


@pytest.mark.contract("2.14-04", "2.14-05")
def test_2_14_a_pipeline_holds_its_stages(api):
    """The open ones first, then won and lost."""
    for pipeline in api.ask("GET", "/selector/deal_pipelines")["deal_pipelines"]:
        stages = pipeline["deal_stages"]
        assert all(set(stage) == {*STAGE, "value", "is_deleted"} for stage in stages)
        assert [stage["position"] for stage in stages] == list(range(1, len(stages) + 1))
        assert {stage["forecast_type"] for stage in stages} == {"Open", "Closed Won", "Closed Lost"}


@pytest.mark.contract("2.14-06")
def test_2_14_stages_of_one_pipeline(api):
    """The same as in the list of all, as far as they are its own."""
    stages = api.ask("GET", "/selector/deal_stages")["deal_stages"]

    for pipeline in api.tenant.selectors["deal_pipelines"]:
        own = [stage for stage in stages if stage["deal_pipeline_id"] == pipeline["id"]]
        assert api.ask("GET", f"/selector/deal_pipelines/{pipeline['id']}/deal_stages")["deal_stages"] == own != []
    assert api.refuse("GET", "/selector/deal_pipelines/5/deal_stages", status=404)


@pytest.mark.contract("2.14-07")
def test_2_14_outcomes_of_one_type(api):
    """Each type has its own, with ids of their own."""
    phone, chat = api.choice("sales_activity_types", "Phone"), api.choice("sales_activity_types", "Chat")
    read = "/selector/sales_activity_types/{}/sales_activity_outcomes"
    of_phone, of_chat = (api.ask("GET", read.format(id))["sales_activity_outcomes"] for id in (phone, chat))

    assert [each["name"] for each in of_phone] == [each["name"] for each in of_chat] != []
    assert {each["sales_activity_type_id"] for each in of_phone} == {phone}
    assert not {each["id"] for each in of_phone} & {each["id"] for each in of_chat}
    assert api.refuse("GET", read.format(5), status=404)


@pytest.mark.contract("2.14-08")
@pytest.mark.parametrize("name", ["owners", *NAMES])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_2_14_no_list_can_be_written(api, name, method):
    """An address that only reads is unknown to the other methods."""
    assert api.refuse(method, f"/selector/{name}", {"name": "x"}, status=404)


@pytest.mark.contract("2.14-09")
@pytest.mark.parametrize("name", SETTINGS)
def test_2_14_settings_are_read_without_api_only(api, name):
    """The page of settings reads them there."""
    assert isinstance(api.ask("GET", f"{BROWSER}/settings/{name}")[name], list)
    assert api.refuse("GET", f"/settings/{name}", status=404)


@pytest.mark.contract("2.14-10")
def test_2_14_tags_are_written_where_keys_may(make_api):
    """Otherwise a key is not allowed to; a tag without a name is refused, and nothing at all breaks the server."""
    shut, open_ = make_api(), make_api(switches={"tag_writes": True})
    path, body = f"{BROWSER}/settings/tags", {"tag": {"name": "VIP"}}
    before = open_.tenant.digest()
    tag = open_.ask("POST", path, body)["tag"]

    assert shut.refuse("POST", path, body, status=403) and shut.refuse("DELETE", f"{path}/5", status=403)
    assert open_.refuse("POST", path, {"tag": {"name": " "}}) == ["Name can't be blank"]
    assert open_.ask("POST", path, {}, status=500) == {"error_code": 500}
    assert open_.ask("GET", path, per_page=1) == {"tags": [tag], "meta": {"total": 1}}
    assert open_.ask("GET", path, page=9)["tags"] == []
    assert open_.ask("DELETE", f"{path}/{tag['id']}") is True
    assert open_.refuse("DELETE", f"{path}/{tag['id']}", status=404)
    assert open_.tenant.digest() == before


@pytest.mark.contract("2.14-11")
@pytest.mark.parametrize(("name", "keys"), ITEMS.items())
def test_2_14_items_have_the_attributes_recorded(api, name, keys):
    """All of them, and no others."""
    items = api.ask("GET", f"/selector/{name}")[name]

    assert items and all(set(item) == keys for item in items)


@pytest.mark.contract("2.14-12")
def test_2_14_statuses_and_stages_name_each_other(api):
    """In the settings they come together."""
    answer = api.ask("GET", f"{BROWSER}/settings/lifecycle_stages")

    for stage in answer["lifecycle_stages"]:
        own = [each["id"] for each in answer["contact_statuses"] if each["lifecycle_stage_id"] == stage["id"]]
        assert stage["contact_status_ids"] == own != []
    assert answer["contact_statuses"] == api.ask("GET", "/selector/contact_statuses")["contact_statuses"]


@pytest.mark.contract("2.14-13")
def test_2_14_times_end_in_z(make_api):
    """Also where the account's own times have an offset."""
    api = make_api(time_zone="Asia/Kolkata")

    assert api.ask("GET", "/selector/deal_stages")["deal_stages"][0]["updated_at"].endswith("Z")
    assert api.make("contact", email="a@example.org")["updated_at"].endswith("+05:30")


@pytest.mark.contract("2.14-14")
@pytest.mark.parametrize("name", ["deal_pipelines1/deal_stages", "deal_pipelines1", "users", "nothing"])
def test_2_14_an_unknown_list_is_not_found(api, name):
    """As any unknown address."""
    assert api.refuse("GET", f"/selector/{name}", status=404)


@pytest.mark.contract("2.14-15")
def test_2_14_types_every_tenant_has(api):
    """By the name shown and the name inside."""
    types = api.ask("GET", "/selector/sales_activity_types")["sales_activity_types"]

    assert [(each["name"], each["internal_name"]) for each in types] == [
        ("Chat", "chat"), ("Phone", "phone"), ("Meeting", "appointment"), ("Task", "task"), ("Email", "email"),
        ("SMS Outgoing", "sms_outgoing"), ("Reminder", "reminder"), ("SMS Incoming", "sms_incoming"),
    ]  # fmt: skip
