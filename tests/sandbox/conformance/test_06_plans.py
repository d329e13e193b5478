"""What a plan has, and what a tenant without it answers."""

import pytest

from workbench.errors import UsageError
from workbench.sandbox import Switches, TenantSettings, build_app

PLANS = ("free", "growth", "pro", "enterprise")
MODULE = {"entity_name": "cm_plan", "singular_name": "Plan", "plural_name": "Plans", "icon": "leaf"}


def count_choices(api, name):
    """How many items a list has."""
    return len(api.ask("GET", f"/selector/{name}")[name])


def make_field(api, type):
    """The status of adding a custom field of this type."""
    field = {"label": "X", "type": type, **({"points_at": "contact"} if type == "auto_complete" else {})}
    return api.http.post("/settings/deals/forms/3/fields", json={"field": field}).status_code


# What is asked of a tenant, and what is answered on each plan, the smallest first.
CAPABILITIES = {
    "custom modules": (
        lambda api: api.http.post("/settings/module_customizations", json={"module_customization": MODULE}).status_code,
        (403, 403, 403, 200),
    ),
    "custom activity types": (
        lambda api: count_choices(api, "sales_activity_types"),
        (8, 8, 8, 9),
    ),
    "pipelines": (lambda api: count_choices(api, "deal_pipelines"), (1, 1, 2, 2)),
    "products": (
        lambda api: api.http.post("/cpq/products", json={"product": {"name": "X"}}).status_code != 403,
        (False, False, True, True),
    ),
    "currencies": (lambda api: count_choices(api, "currencies") > 1, (False, False, True, True)),
    "teams": (lambda api: api.http.get("/selector/teams").status_code, (403, 403, 200, 200)),
    "lookup fields": (lambda api: make_field(api, "auto_complete"), (400, 400, 200, 200)),
    "formula fields": (lambda api: make_field(api, "formula"), (400, 400, 200, 200)),
    "custom fields": (lambda api: make_field(api, "text"), (400, 200, 200, 200)),
    "storage": (lambda api: api.tenant.limits.storage_gb_per_user, (0, 2, 5, 100)),
    "total of fields": (lambda api: api.tenant.limits.fields["total"], (0, 150, 250, 630)),
}


@pytest.mark.contract("6-01", "6-03", "6-04", "6-05", "6-06", "6-07", "6-08", "6-09", "6-10", "6-11", "6-12")
@pytest.mark.parametrize("capability", CAPABILITIES)
@pytest.mark.parametrize("plan", PLANS)
def test_6_a_plan_has_what_it_has(make_api, plan, capability):
    """And a tenant without it answers as if there were no such thing, or refuses."""
    ask, answers = CAPABILITIES[capability]

    assert ask(make_api(plan=plan, activity_types=("Site visit",))) == answers[PLANS.index(plan)]


@pytest.mark.contract("6-02")
@pytest.mark.parametrize(("switched", "status"), [(True, 200), (False, 403)])
def test_6_growth_may_have_modules(make_api, switched, status):
    """A switch, for official pages disagree; it changes no other plan."""
    api = make_api(plan="growth", switches={"growth_modules": switched})
    free = make_api(plan="free", switches={"growth_modules": switched})

    assert api.ask("GET", "/settings/module_customizations", status=status)
    assert free.ask("GET", "/settings/module_customizations", status=403)


@pytest.mark.contract("6-13")
@pytest.mark.parametrize(("smallest", "plan", "allowed"), [("enterprise", "pro", False), ("pro", "pro", True)])
def test_6_a_sandbox_needs_a_plan_that_has_one(smallest, plan, allowed):
    """Which is the smallest is a switch."""
    settings = TenantSettings(plan=plan, is_sandbox=True, switches=Switches(sandbox_plan=smallest))
    if allowed:
        build_app(settings).state.tenant.close()
        return
    with pytest.raises(UsageError, match="comes with no sandbox"):
        build_app(settings)


@pytest.mark.contract("6-14")
@pytest.mark.parametrize("status", [403, 400])
def test_6_records_may_be_capped(make_api, status):
    """Each object by itself; the recycle bin does not count, and what is there can be changed."""
    api, free = make_api(switches={"record_cap": 1, "record_cap_status": status}), make_api()
    made = api.make("contact", email="a@example.org")
    body = {"contact": {"email": "b@example.org"}}

    assert "limit" in api.refuse("POST", "/contacts", body, status=status)[0]
    assert api.make("sales_account", name="A")
    assert api.ask("PUT", f"/contacts/{made['id']}", {"city": "Pune"})
    api.ask("DELETE", f"/contacts/{made['id']}")
    assert api.ask("POST", "/contacts", body)
    assert all(free.make("contact", email=f"{n}@example.org") for n in range(3))


@pytest.mark.contract("6-15")
@pytest.mark.parametrize("count", [1, 2, 5])
def test_6_a_plan_with_several_pipelines_has_so_many(make_api, count):
    """Each with stages of its own, and one of them the default."""
    pipelines = make_api(switches={"pipelines": count}).ask("GET", "/selector/deal_pipelines")["deal_pipelines"]

    assert len({pipeline["name"] for pipeline in pipelines}) == count
    assert len({stage["id"] for pipeline in pipelines for stage in pipeline["deal_stages"]}) >= 3 * count
    assert [pipeline["is_default"] for pipeline in pipelines].count(True) == 1


@pytest.mark.contract("6-16")
@pytest.mark.parametrize(("cap", "status"), [(1, 403), (0, 200)])
def test_6_modules_may_be_capped(make_api, cap, status):
    """The next one is refused, and the first can still be used."""
    api = make_api(switches={"module_cap": cap})
    api.add_module("cm_first")

    assert api.ask("POST", "/settings/module_customizations", {"module_customization": MODULE}, status=status)
    assert api.ask("POST", "/custom_module/cm_first", {"name": "P"})


@pytest.mark.contract("6-17")
@pytest.mark.parametrize(("smallest", "count"), [("free", 1), ("pro", 0)])
def test_6_territories_may_need_a_plan(make_api, smallest, count):
    """Without them the list is empty, and a contact can have none."""
    api = make_api(plan="growth", switches={"territories_plan": smallest})

    assert count_choices(api, "territories") == count
    assert api.refuse("POST", "/contacts", {"email": "a@example.org", "territory_id": 5})
