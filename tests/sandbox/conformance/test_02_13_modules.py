"""Custom modules, their forms and their records."""

import pytest

from workbench.freshsales.plans import read_field_types
from workbench.sandbox.fields import Field

MODULES = "/settings/module_customizations"
DESCRIBED = {"entity_name": "cm_plan", "singular_name": "Plan", "plural_name": "Plans", "icon": "leaf"}
MODULE = {
    "id", "entity_name", "table_name", "status", "custom", "position", "configs", "coll_id", "created_at", "updated_at",
    "description", "icon", "layout_customizations", "plural_name", "singular_name", "renaming_customizations",
    "resource_path_for_navigation", "show_in_navigation_menu",
}  # fmt: skip
LEAF = {
    "id", "name", "label", "type", "choices", "custom", "required", "visible", "editable", "field_class",
    "field_options", "form_id", "position",
}  # fmt: skip
FORBIDDEN = ["You are not authorized to perform this action."]


def describe(api, *, status=200, **attributes):
    """The module made from a description, or the messages of the refusal."""
    body = {"module_customization": {**DESCRIBED, **attributes}}
    answer = api.ask("POST", MODULES, body, status=status)
    return answer["module_customization"] if status == 200 else answer["errors"]["message"]


def keep(api, name="P", *, status=200, **attributes):
    """A record of the module."""
    answer = api.ask("POST", "/custom_module/cm_plan", {"cm_plan": {"name": name, **attributes}}, status=status)
    return answer.get("cm_plan")


def add(api, *, status=200, **field):
    """What adding a field to the module's form answers."""
    form = api.tenant.schema.form_id("cm_plan")
    return api.ask("POST", f"/settings/cm_plan/forms/{form}/fields", {"field": field}, status=status)


@pytest.mark.contract("2.13-01")
@pytest.mark.parametrize("lacking", ["entity_name", "singular_name", "plural_name", "icon"])
def test_2_13_a_module_needs_its_names_and_an_icon(api, lacking):
    """Each is asked for by itself."""
    assert len(describe(api, **{lacking: " "}, status=400)) == 1
    assert describe(api)["singular_name"] == "Plan"


@pytest.mark.contract("2.13-02")
def test_2_13_a_module_may_have_a_description_and_a_place_in_the_menu(api):
    """It stands in the menu unless told otherwise."""
    assert describe(api)["show_in_navigation_menu"] is True
    other = describe(api, entity_name="cm_other", description="Care", show_in_navigation_menu=False)
    assert (other["description"], other["show_in_navigation_menu"]) == ("Care", False)


@pytest.mark.contract("2.13-03")
def test_2_13_a_module_has_the_documented_keys(api):
    """Its table is called after it."""
    made = describe(api)

    assert set(made) == MODULE
    assert (made["table_name"], made["status"], made["custom"], made["position"]) == ("cm_plan", 1, True, 1)


@pytest.mark.contract("2.13-04")
def test_2_13_modules_are_listed_read_changed_and_deleted(api):
    """The entity name stays whatever is sent."""
    made = describe(api)
    path = f"{MODULES}/{made['id']}"
    sent = {"module_customization": {"plural_name": "Care plans", "entity_name": "cm_x"}}

    changed = api.ask("PUT", path, sent)["module_customization"]

    assert {**changed, "updated_at": None} == {**made, "plural_name": "Care plans", "updated_at": None}
    assert api.ask("GET", path)["module_customization"] == changed
    assert api.ask("GET", MODULES)["module_customizations"] == [changed]
    assert api.refuse("PUT", path, {"module_customization": {"plural_name": " "}})
    api.ask("DELETE", path)
    assert api.refuse("GET", path, status=404) and api.ask("GET", MODULES)["module_customizations"] == []


@pytest.mark.contract("2.13-05")
def test_2_13_a_deleted_module_takes_its_records_and_fields_along(api):
    """Those in the bin too; nothing is left, and the name is free again."""
    before = api.tenant.digest(with_schema=True)
    made = describe(api)
    add(api, label="Goal", type="text")
    gone, _ = keep(api), keep(api)
    api.ask("DELETE", f"/custom_module/cm_plan/{gone['id']}")

    api.ask("DELETE", f"{MODULES}/{made['id']}")

    assert api.tenant.digest(with_schema=True) == before
    assert api.refuse("GET", "/settings/cm_plan/fields", status=404)
    describe(api)
    assert api.tenant.schema.custom_fields("cm_plan") == [] and api.tenant.count("cm_plan") == 0
    assert api.refuse("PUT", f"/custom_module/cm_plan/{gone['id']}/restore", status=404)


@pytest.mark.contract("2.13-06")
def test_2_13_a_form_holds_sections_and_these_hold_fields(api):
    """Two levels, no more."""
    describe(api)

    (form,) = api.ask("GET", "/settings/cm_plan/forms")["forms"]

    assert {"id", "name", "active", "form_class", "fields"} <= set(form)
    assert {section["type"] for section in form["fields"]} == {"section"}
    leaves = [leaf for section in form["fields"] for leaf in section["fields"]]
    assert {"name", "owner_id"} <= {leaf["name"] for leaf in leaves}
    assert all(leaf["fields"] == [] for leaf in leaves)


@pytest.mark.contract("2.13-07")
def test_2_13_a_field_is_added_by_label_and_number(api):
    """It then stands on the form as it was answered, and among the fields."""
    describe(api)

    made = add(api, label="Goal", field_type=read_field_types()["text"].code, required=True)["field"]

    assert set(made) >= LEAF and (made["name"], made["type"], made["required"]) == ("cf_goal", "text", True)
    form = api.ask("GET", "/settings/cm_plan/forms")["forms"][0]
    assert made in [leaf for section in form["fields"] for leaf in section["fields"]]
    assert "cf_goal" in [field["name"] for field in api.ask("GET", "/settings/cm_plan/fields")["fields"]]


@pytest.mark.contract("2.13-08")
@pytest.mark.parametrize(("codes", "text"), [("own", 1), ("shifted", 2), ("reversed", 12)])
def test_2_13_which_number_is_which_type_is_a_switch(make_api, codes, text):
    """The form tells the number it took; a number nobody knows is refused."""
    api = make_api(switches={"field_codes": codes})
    describe(api)

    made = add(api, label="Goal", field_type=text)["field"]

    assert (made["type"], made["field_type"]) == ("text", text)
    add(api, label="Other", field_type=999, status=400)


@pytest.mark.contract("2.13-09")
def test_2_13_a_record_is_created_read_changed_and_deleted(api):
    """One request each."""
    describe(api)
    add(api, label="Goal", type="text")
    sent = {"owner_id": api.choice("owners", "priya.raman@tenant.example"), "custom_field": {"cf_goal": "walk"}}

    made = keep(api, "P1", **sent)
    path = f"/custom_module/cm_plan/{made['id']}"

    assert {name: made[name] for name in sent} == sent
    assert api.ask("GET", path)["cm_plan"] == made
    changed = api.ask("PUT", path, {"cm_plan": {"name": "P2"}})["cm_plan"]
    assert (changed["name"], changed["custom_field"]) == ("P2", {"cf_goal": "walk"})
    api.ask("DELETE", path)
    assert api.refuse("GET", path, status=404)
    keep(api, " ", status=400), keep(api, custom_field={"cf_x": 1}, status=400)
    api.ask("POST", "/custom_module/cm_other", {"cm_other": {"name": "P"}}, status=404)
    api.ask("POST", "/custom_module/contact", {"contact": {"name": "P"}}, status=404)


@pytest.mark.contract("2.13-10")
def test_2_13_a_record_is_removed_for_good(api):
    """It cannot be brought back."""
    describe(api)
    path = f"/custom_module/cm_plan/{keep(api)['id']}"

    assert api.ask("DELETE", f"{path}/forget") is True
    assert api.refuse("PUT", f"{path}/restore", status=404)


@pytest.mark.contract("2.13-11")
def test_2_13_a_record_is_cloned(api):
    """With another name where one is sent; unique values stay behind."""
    describe(api)
    add(api, label="Goal", type="text")
    add(api, label="Source id", type="text", unique=True)
    made = keep(api, "P1", custom_field={"cf_goal": "walk", "cf_source_id": "1"})

    copy = api.ask("POST", f"/custom_module/cm_plan/{made['id']}/clone", {"cm_plan": {"name": "P2"}})["cm_plan"]

    assert (copy["name"], copy["custom_field"]) == ("P2", {"cf_goal": "walk", "cf_source_id": None})
    assert copy["id"] != made["id"]


@pytest.mark.contract("2.13-12")
def test_2_13_records_are_deleted_together(api):
    """Those gone already are passed over."""
    describe(api)
    ids = [keep(api)["id"] for _ in range(3)]

    answer = api.ask("POST", "/custom_module/cm_plan/bulk_destroy", {"selected_ids": [*ids[:2], 5]})

    assert "deleted" in answer["message"]
    assert [record["id"] for record in api.tenant.records("cm_plan")] == ids[2:]


@pytest.mark.contract("2.13-13")
@pytest.mark.parametrize("verb", ["upsert", "bulk_upsert"])
def test_2_13_records_have_no_upsert(api, verb):
    """There is nothing at the address."""
    describe(api)

    assert api.refuse("POST", f"/custom_module/cm_plan/{verb}", {"cm_plan": {"name": "P"}}, status=404)
    assert api.tenant.count("cm_plan") == 0


@pytest.mark.contract("2.13-14", "2.13-15")
@pytest.mark.parametrize(
    ("rule", "wrapped", "bare"), [("optional", 200, 200), ("required", 200, 400), ("refused", 400, 200)]
)
def test_2_13_whether_records_are_wrapped_is_a_switch(make_api, rule, wrapped, bare):
    """With the module's name around them, or without."""
    api = make_api(switches={"module_wrapper": rule})
    describe(api)

    api.ask("POST", "/custom_module/cm_plan", {"cm_plan": {"name": "P"}}, status=wrapped)
    api.ask("POST", "/custom_module/cm_plan", {"name": "P"}, status=bare)
    id = api.tenant.records("cm_plan")[0]["id"]
    api.ask("PUT", f"/custom_module/cm_plan/{id}", {"cm_plan": {"name": "Q"}}, status=wrapped)
    api.ask("PUT", f"/custom_module/cm_plan/{id}", {"name": "Q"}, status=bare)


@pytest.mark.contract("2.13-16")
def test_2_13_records_are_listed_by_a_search(api):
    """There is no other list; what is found is thin."""
    describe(api)
    add(api, label="Source id", type="text", unique=True)
    for number in range(3):
        keep(api, f"P{number}", custom_field={"cf_source_id": f"s{number}"})
    rule = {"attribute": "cf_source_id", "operator": "is_in", "value": ["S1", "s2", "s9"]}

    found = api.ask("POST", "/filtered_search/cm_plan", {"filter_rule": [rule]})

    assert [record["name"] for record in found["cm_plan"]] == ["P1", "P2"]
    assert all(record["partial"] and "custom_field" not in record for record in found["cm_plan"])
    assert api.refuse("GET", "/custom_module/cm_plan", status=404)


@pytest.mark.contract("2.13-17")
@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("cm_plan", "cm_plan"),
        ("plan", "cm_plan"),
        (" plan ", "cm_plan"),
        ("cm_", None),
        ("cm_Ärzte", None),
        ("Plan", None),
        ("cm_a b", None),
        ("cm_x'; --", None),
        ("x" * 300, None),
        ("cm_taken", None),
    ],
)
def test_2_13_entity_names_begin_alike(api, sent, name):
    """The prefix is put before a name without it; what is no plain word, or is taken, is refused."""
    describe(api, entity_name="cm_taken")

    made = describe(api, entity_name=sent, status=200 if name else 400)

    assert not name or made["entity_name"] == name


@pytest.mark.contract("2.13-18")
def test_2_13_a_module_starts_with_six_fields(api):
    """And its records show all of them."""
    describe(api)

    names = [field["name"] for field in api.ask("GET", "/settings/cm_plan/fields")["fields"]]

    assert sorted(names) == ["created_at", "creater_id", "name", "owner_id", "updated_at", "updater_id"]
    assert set(names) <= set(keep(api))


@pytest.mark.contract("2.13-19")
def test_2_13_a_module_has_two_unique_fields(api):
    """The third is refused; after one was deleted there is room again."""
    describe(api)
    ids = [add(api, label=label, type="text", unique=True)["field"]["id"] for label in "AB"]

    add(api, label="C", type="text", unique=True, status=400)
    form = api.tenant.schema.form_id("cm_plan")
    api.ask("DELETE", f"/settings/cm_plan/forms/{form}/fields/{ids[0]}")
    add(api, label="C", type="text", unique=True)


@pytest.mark.contract("2.13-20")
def test_2_13_a_module_has_310_fields(api):
    """Whatever their types; the next is refused."""
    describe(api)
    for number in range(309):
        field = Field(id=number, name=f"cf_{number}", label=str(number), type="text", limit=256)
        api.tenant.schema.add_field("cm_plan", field)

    add(api, label="The last", type="text")
    add(api, label="Too many", type="checkbox", status=400)


@pytest.mark.contract("2.13-21")
@pytest.mark.parametrize("plan", ["free", "growth", "pro"])
def test_2_13_below_enterprise_every_call_is_forbidden(make_api, plan):
    """403, and never a 404 that could be taken for an empty list."""
    api = make_api(plan=plan)
    calls = [
        ("GET", MODULES),
        ("POST", MODULES),
        ("GET", f"{MODULES}/1"),
        ("GET", "/settings/cm_plan/forms"),
        ("POST", "/settings/cm_plan/forms/1/fields"),
        ("POST", "/custom_module/cm_plan"),
        ("GET", "/custom_module/cm_plan/1"),
        ("POST", "/filtered_search/cm_plan"),
    ]

    for method, path in calls:
        assert api.refuse(method, path, {"filter_rule": []} if method == "POST" else None, status=403) == FORBIDDEN


@pytest.mark.contract("2.13-22")
@pytest.mark.parametrize(("has_modules", "status"), [(True, 200), (False, 403)])
def test_2_13_whether_growth_has_modules_is_a_switch(make_api, has_modules, status):
    """Two official pages say no, a third counts their fields."""
    api = make_api(plan="growth", switches={"growth_modules": has_modules})

    describe(api, status=status)


@pytest.mark.contract("2.13-23")
def test_2_13_a_deleted_record_comes_back(api):
    """With its values."""
    describe(api)
    path = f"/custom_module/cm_plan/{keep(api, 'P1')['id']}"
    api.ask("DELETE", path)

    assert api.ask("PUT", f"{path}/restore")["cm_plan"]["name"] == "P1"


@pytest.mark.contract("2.13-24")
def test_2_13_deleting_answers_with_a_message(api):
    """A record, and the module itself."""
    made = describe(api)

    for path in (f"/custom_module/cm_plan/{keep(api)['id']}", f"{MODULES}/{made['id']}"):
        assert "deleted" in api.ask("DELETE", path)["message"]
