"""The lists an administrator keeps."""

import pytest

NAMES = (
    "owners territories deal_stages currencies deal_reasons deal_types lead_sources industry_types business_types"
    " campaigns deal_payment_statuses deal_products deal_pipelines contact_statuses sales_activity_types"
    " sales_activity_entity_types sales_activity_outcomes lifecycle_stages designations"
)


@pytest.mark.parametrize("name", NAMES.split())
def test_every_list_is_read_and_never_written(api, name):
    """Items have ids; there is no POST for any of them."""
    items = api.ask("GET", f"/selector/{name}")["users" if name == "owners" else name]

    assert all(isinstance(item["id"], int) for item in items)
    assert api.refuse("POST", f"/selector/{name}", {"name": "x"}, status=404)


def test_the_default_users(api):
    """An administrator, and five others of whom one has left."""
    users = api.ask("GET", "/selector/owners")["users"]

    assert (users[0]["display_name"], users[0]["email"]) == ("Avery Admin", "admin@tenant.example")
    assert len({user["email"] for user in users}) == 6
    assert [user["is_active"] for user in users].count(False) == 1


def test_pipelines_hold_their_stages(api):
    """The same stages are listed by pipeline and all together."""
    pipelines = api.ask("GET", "/selector/deal_pipelines")["deal_pipelines"]
    stages = api.ask("GET", "/selector/deal_stages")["deal_stages"]

    assert [stage for pipeline in pipelines for stage in pipeline["deal_stages"]] == stages
    assert {stage["forecast_type"] for stage in stages} == {"Open", "Closed Won", "Closed Lost"}
    one = api.ask("GET", f"/selector/deal_pipelines/{pipelines[1]['id']}/deal_stages")["deal_stages"]
    assert one == pipelines[1]["deal_stages"]
    assert api.refuse("GET", "/selector/deal_pipelines/5/deal_stages", status=404)


@pytest.mark.parametrize(("plan", "count"), [("growth", 1), ("pro", 2)])
def test_several_pipelines_need_a_plan_that_has_them(make_api, plan, count):
    """Growth has one pipeline."""
    assert len(make_api(plan=plan).tenant.selectors["deal_pipelines"]) == count


def test_statuses_belong_to_stages(api):
    """Each side names the other."""
    stages = api.ask("GET", "/selector/lifecycle_stages")["lifecycle_stages"]
    statuses = api.ask("GET", "/selector/contact_statuses")["contact_statuses"]

    for stage in stages:
        ids = [status["id"] for status in statuses if status["lifecycle_stage_id"] == stage["id"]]
        assert stage["contact_status_ids"] == ids != []


def test_outcomes_of_an_activity_type(api):
    """Nested under the type."""
    type = api.choice("sales_activity_types", "Phone")

    assert api.ask("GET", f"/selector/sales_activity_types/{type}/sales_activity_outcomes")["sales_activity_outcomes"]
    assert api.refuse("GET", "/selector/sales_activity_types/5/sales_activity_outcomes", status=404)


@pytest.mark.parametrize("name", ["nothing", "deal_pipelines1", "users"])
def test_a_list_that_does_not_exist(api, name):
    """404, as for any unknown address."""
    assert api.refuse("GET", f"/selector/{name}", status=404)
    assert api.refuse("GET", f"/selector/{name}/deal_stages", status=404)
