"""Custom modules and their records."""

import pytest


@pytest.mark.parametrize("plan", ["free", "growth", "pro"])
def test_below_enterprise_every_module_call_is_forbidden(make_api, plan):
    """403, and never a 404 that could be taken for an empty list."""
    api = make_api(plan=plan)
    calls = [
        ("GET", "/settings/module_customizations"),
        ("POST", "/settings/module_customizations"),
        ("GET", "/settings/module_customizations/1"),
        ("GET", "/settings/cm_plan/forms"),
        ("POST", "/settings/cm_plan/forms/1/fields"),
        ("POST", "/custom_module/cm_plan"),
        ("GET", "/custom_module/cm_plan/1"),
        ("POST", "/filtered_search/cm_plan"),
    ]

    for method, path in calls:
        body = {"filter_rule": []} if method == "POST" else None
        assert api.refuse(method, path, body, status=403) == ["You are not authorized to perform this action."]


def test_a_module_is_described_read_changed_and_listed(api):
    """It gets the prefix modules have, and starts with the fields every one has."""
    made = api.add_module("plan")
    path = f"/settings/module_customizations/{made['id']}"

    assert made["entity_name"] == "cm_plan"
    assert api.ask("GET", path)["module_customization"] == made
    changed = api.ask("PUT", path, {"module_customization": {"plural_name": "Care plans"}})["module_customization"]
    assert changed == {**made, "plural_name": "Care plans"}
    assert api.ask("GET", "/settings/module_customizations")["module_customizations"] == [changed]
    assert [field["name"] for field in api.ask("GET", "/settings/cm_plan/fields")["fields"]] == ["name", "owner_id"]


@pytest.mark.parametrize("lacking", ["entity_name", "singular_name", "plural_name", "icon"])
def test_a_module_needs_its_names_and_an_icon(api, lacking):
    """Each is asked for."""
    described = {"entity_name": "cm_x", "singular_name": "X", "plural_name": "Xs", "icon": "x", lacking: " "}

    assert len(api.refuse("POST", "/settings/module_customizations", {"module_customization": described})) == 1


@pytest.mark.parametrize("name", ["cm_plan", "plan", "cm_", "cm_Ärzte", "cm_a b", "cm_x'; --"])
def test_a_module_name_is_new_and_plain(api, name):
    """Taken names and names that are no identifiers are refused."""
    api.add_module("cm_plan")
    described = {"entity_name": name, "singular_name": "X", "plural_name": "Xs", "icon": "x"}

    assert api.refuse("POST", "/settings/module_customizations", {"module_customization": described})


def test_a_record_of_a_module_lives_like_any_other(api):
    """Created, read, changed, copied, deleted, restored and forgotten, one request each."""
    api.add_module()
    api.add_field("cm_plan", label="Goal", type="text")
    owner = api.choice("owners", "priya.raman@tenant.example")
    sent = {"name": "P1", "owner_id": owner, "custom_field": {"cf_goal": "walk"}}

    made = api.ask("POST", "/custom_module/cm_plan", {"cm_plan": sent})["cm_plan"]
    path = f"/custom_module/cm_plan/{made['id']}"

    assert {name: made[name] for name in sent} == sent
    assert api.ask("GET", path)["cm_plan"] == made
    assert api.ask("PUT", path, {"name": "P2"})["cm_plan"]["name"] == "P2"
    assert api.ask("POST", f"{path}/clone", {"cm_plan": {"name": "P3"}})["cm_plan"]["custom_field"] == {
        "cf_goal": "walk"
    }
    assert api.ask("DELETE", path) is True
    assert api.refuse("GET", path, status=404)
    assert api.ask("PUT", f"{path}/restore")["cm_plan"]["name"] == "P2"
    assert api.ask("DELETE", f"{path}/forget") is True
    assert api.refuse("PUT", f"{path}/restore", status=404)


def test_a_record_of_a_module_has_a_name_and_known_fields(api):
    """The same refusals as elsewhere."""
    api.add_module()

    assert api.refuse("POST", "/custom_module/cm_plan", {"cm_plan": {"owner_id": 5}}) == [
        "Invalid owner provided.",
        "Name can't be empty",
    ]
    assert api.refuse("POST", "/custom_module/cm_plan", {"name": "P", "custom_field": {"cf_goal": 1}})
    assert api.refuse("POST", "/custom_module/cm_other", {"name": "P"}, status=404)
    assert api.refuse("POST", "/custom_module/contact", {"name": "P"}, status=404)


def test_modules_have_no_upsert_and_no_bulk_upsert(api):
    """One request a record, or none."""
    api.add_module()

    for verb in ("upsert", "bulk_upsert"):
        assert api.refuse("POST", f"/custom_module/cm_plan/{verb}", {"cm_plan": {"name": "P"}}, status=404)


def test_records_of_a_module_are_found_by_their_key_and_are_thin(api):
    """The search is the only list modules have."""
    api.add_module()
    api.add_field("cm_plan", label="Source id", type="text", unique=True)
    for number in range(3):
        record = {"name": f"P{number}", "custom_field": {"cf_source_id": f"s{number}"}}
        api.ask("POST", "/custom_module/cm_plan", {"cm_plan": record})

    rule = {"attribute": "cf_source_id", "operator": "is_in", "value": ["S1", "s2", "s9"]}
    answer = api.ask("POST", "/filtered_search/cm_plan", {"filter_rule": [rule]})

    assert [record["name"] for record in answer["cm_plan"]] == ["P1", "P2"]
    assert all(record["partial"] and "custom_field" not in record for record in answer["cm_plan"])


def test_several_records_of_a_module_are_deleted_at_once(api):
    """Those gone already are passed over."""
    api.add_module()
    ids = [api.ask("POST", "/custom_module/cm_plan", {"name": "P"})["cm_plan"]["id"] for _ in range(3)]

    api.ask("POST", "/custom_module/cm_plan/bulk_destroy", {"selected_ids": [*ids[:2], 5]})

    assert [record["id"] for record in api.tenant.records("cm_plan")] == ids[2:]


def test_a_module_has_at_most_two_unique_fields(api):
    """The third is refused."""
    api.add_module()
    for label in ("A", "B"):
        api.add_field("cm_plan", label=label, type="text", unique=True)
    form = api.tenant.schema.modules["cm_plan"].id

    third = {"field": {"label": "C", "type": "text", "unique": True}}
    assert api.refuse("POST", f"/settings/cm_plan/forms/{form}/fields", third)


def test_a_deleted_module_takes_its_records_and_fields_along(api):
    """Nothing of it is left, and its name is free again."""
    before = api.tenant.digest(with_schema=True)
    made = api.add_module()
    api.add_field("cm_plan", label="Goal", type="text")
    gone, _ = (api.ask("POST", "/custom_module/cm_plan", {"name": "P"})["cm_plan"] for _ in range(2))
    api.ask("DELETE", f"/custom_module/cm_plan/{gone['id']}")

    assert api.ask("DELETE", f"/settings/module_customizations/{made['id']}") is True

    assert api.tenant.digest(with_schema=True) == before
    assert api.refuse("GET", "/settings/cm_plan/fields", status=404)
    api.add_module()
    assert api.tenant.schema.custom_fields("cm_plan") == []
