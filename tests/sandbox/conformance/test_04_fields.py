"""Custom fields: their names, types, limits and values, and the settings that list them."""

import pytest

from workbench.freshsales.plans import read_field_types
from workbench.sandbox.fields import Field
from workbench.sandbox.schema import FORMS

ANN = {"email": "ann@example.org"}
LISTED = {
    "id", "label", "name", "type", "default", "actionable", "position", "choices", "base_model", "required",
    "quick_add_position", "visible",
}  # fmt: skip
TYPE_OF = {
    "text": "text", "dropdown": "radio", "textarea": "textarea", "multi_select": "multi_select_dropdown",
    "number": "decimal", "checkbox": "checkbox", "date": "date_time", "lookup": "auto_complete", "formula": "formula",
}  # fmt: skip
PLANS = ("free", "growth", "pro", "enterprise")
# Of each type on Free, Growth, Pro and Enterprise.
ROOM = {
    "text": (0, 20, 30, 70), "dropdown": (0, 30, 40, 250), "textarea": (0, 5, 10, 20), "multi_select": (0, 5, 10, 30),
    "number": (0, 30, 50, 70), "checkbox": (0, 30, 50, 70), "date": (0, 30, 50, 70), "lookup": (0, 0, 10, 50),
    "formula": (0, 0, 40, 40),
}  # fmt: skip
TOTAL = (0, 150, 250, 630)
POST = "/settings/contacts/forms/1/fields"


def add(api, *, plural="contacts", status=200, **field):
    """The field made from a description, or the messages of the refusal."""
    path = f"/settings/{plural}/forms/{FORMS[plural.removesuffix('s').replace('activitie', 'activity')]}/fields"
    answer = api.ask("POST", path, {"field": {"label": "X", **field}}, status=status)
    return answer["field"] if status == 200 else answer["errors"]["message"]


def write(api, value, *, name="cf_x", status=200):
    """A contact with one custom value, as it comes back; nothing of a refusal."""
    answer = api.ask("POST", "/contacts", {"contact": {**ANN, "custom_field": {name: value}}}, status=status)
    return answer["contact"]["custom_field"][name] if status == 200 else None


def fill(api, type, number, *, object="contact", **facts):
    """Give an object so many fields of a type, past the API."""
    for n in range(number):
        field = Field(id=n, name=f"cf_{type}_{n}", label=f"{type} {n}", type=type, **facts)
        api.tenant.schema.add_field(object, field)


def list_fields(api, plural="contacts", **query):
    """The fields of an object by name."""
    return {field["name"]: field for field in api.ask("GET", f"/settings/{plural}/fields", **query)["fields"]}


@pytest.mark.contract("4-01")
@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Favourite colour!", "cf_favourite_colour"),
        ("cf_ward", "cf_ward"),
        ("  Ward 7  ", "cf_ward_7"),
        ("Größe", "cf_gr_e"),
        ("!!!", None),
        ("  ", None),
    ],
)
def test_4_a_field_is_called_after_its_label(api, label, name):
    """In snake case behind cf_; a label without a letter or digit is refused."""
    made = add(api, label=label, type="text", status=200 if name else 400)

    assert not name or (made["name"], name in list_fields(api)) == (name, True)


@pytest.mark.contract("4-02")
def test_4_the_label_changes_and_the_rest_stays(api):
    """Name and type, whatever is sent."""
    id = add(api, type="dropdown", choices=["a"])["id"]

    sent = {"label": "Y", "name": "cf_y", "type": "text"}
    changed = api.ask("PUT", f"{POST}/{id}", {"field": sent})["field"]

    assert (changed["label"], changed["name"], changed["type"]) == ("Y", "cf_x", "dropdown")
    assert list_fields(api)["cf_x"]["label"] == "Y"
    assert api.refuse("PUT", f"{POST}/{id}", {"field": {"label": " "}})


@pytest.mark.contract("4-03")
def test_4_a_name_is_used_once_on_an_object(api):
    """Another object may have it."""
    add(api, label="X", type="text")

    assert add(api, label="x!", type="number", status=400)
    assert add(api, label="X", type="text", plural="deals")["name"] == "cf_x"


@pytest.mark.contract("4-04")
def test_4_the_name_can_be_chosen(api):
    """Beside the label."""
    assert add(api, label="Ward of the first visit", name="cf_ward", type="text")["name"] == "cf_ward"


@pytest.mark.contract("4-05")
@pytest.mark.parametrize("name", ["cf_unknown", "city"])
def test_4_an_unknown_custom_name_refuses_the_record(api, name):
    """A standard field is unknown among the custom ones."""
    write(api, 1, name=name, status=400)

    assert api.tenant.count("contact") == 0
    assert api.refuse("POST", "/contacts", {"contact": {**ANN, "custom_field": "x"}})


@pytest.mark.contract("4-06")
def test_4_settings_list_every_recorded_type(api):
    """Between contacts, deals and sales activities, whose own fields are of most types; the rest are made."""
    for type in ("decimal", "radio", "date_time", "formula"):
        assert add(api, label=f"Of {type}", type=type)["type"] == type
    types = {
        field["type"]
        for plural in ("contacts", "deals", "sales_activities")
        for field in list_fields(api, plural).values()
    }

    assert types == {
        "text", "textarea", "number", "decimal", "dropdown", "radio", "multi_select_dropdown", "checkbox", "date",
        "date_time", "auto_complete", "formula", "group_field", "date_time_split",
    }  # fmt: skip


@pytest.mark.contract("4-07")
@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("kind", ROOM)
def test_4_a_plan_has_room_for_so_many_fields_of_a_type(make_api, plan, kind):
    """The last that fits is made, one more is refused."""
    api, room = make_api(plan=plan), ROOM[kind][PLANS.index(plan)]
    fill(api, TYPE_OF[kind], max(room - 1, 0))
    for number in range(min(room, 1)):
        add(api, label=f"Last {number}", type=TYPE_OF[kind])

    assert add(api, label="One more", type=TYPE_OF[kind], status=400)
    assert len(api.tenant.schema.custom_fields("contact")) == room


@pytest.mark.contract("4-07", "4-08")
def test_4_each_object_has_room_of_its_own(make_api):
    """What contacts used up, accounts and deals still have."""
    api = make_api(plan="growth")
    fill(api, "text", ROOM["text"][PLANS.index("growth")])

    add(api, label="One more", type="text", status=400)
    for plural in ("sales_accounts", "deals"):
        assert add(api, label="One more", type="text", plural=plural)["name"] == "cf_one_more"


@pytest.mark.contract("4-08")
@pytest.mark.parametrize("plan", PLANS)
def test_4_a_plan_has_room_for_so_many_fields_in_all(make_api, plan):
    """Every type used up comes to the total; formulas find no room beside."""
    api, total = make_api(plan=plan), TOTAL[PLANS.index(plan)]
    for kind in ROOM.keys() - {"formula"}:
        fill(api, TYPE_OF[kind], ROOM[kind][PLANS.index(plan)])

    assert len(api.tenant.schema.custom_fields("contact")) == total
    problems = add(api, label="One more", type="formula", status=400)
    assert f"You have reached the limit of {total} custom fields" in problems


@pytest.mark.contract("4-09")
@pytest.mark.parametrize(("returns", "type"), [("text", "text"), ("number", "decimal"), ("date", "date_time")])
def test_4_a_formula_takes_one_of_its_type(make_api, returns, type):
    """There is none left for it where that type is used up, and one less where it is not."""
    api = make_api(plan="pro")
    room = ROOM[read_field_types()[type].limit][PLANS.index("pro")]
    fill(api, type, room - 1)

    add(api, label="Sum", type="formula", return_type=returns)
    assert add(api, label="One more", type=type, status=400)
    assert add(api, label="Other sum", type="formula", return_type=returns, status=400)
    assert add(api, label="Third sum", type="formula", return_type="colour", status=400)


@pytest.mark.contract("4-10")
@pytest.mark.parametrize("type", TYPE_OF.values())
def test_4_sales_activities_have_five_of_each_type(api, type):
    """The sixth is refused; a plan without the type has none."""
    for number in range(5):
        add(api, label=f"X {number}", type=type, plural="sales_activities")

    assert add(api, label="One more", type=type, plural="sales_activities", status=400)


def test_4_sales_activities_have_no_fields_where_the_plan_has_none(make_api):
    """Free has no custom fields at all."""
    assert add(make_api(plan="free"), type="text", plural="sales_activities", status=400)


@pytest.mark.contract("4-11", "4-12")
@pytest.mark.parametrize(("type", "longest"), [("text", 256), ("textarea", 10_000)])
def test_4_a_text_has_so_many_characters(api, type, longest):
    """Characters, not bytes; one more is refused."""
    add(api, type=type)

    write(api, "ü" * (longest + 1), status=400)
    assert write(api, "ü" * longest) == "ü" * longest


@pytest.mark.contract("4-13")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (99_999_999_999, 99_999_999_999),
        (-99_999_999_999.9999, -99_999_999_999.9999),
        ("1.2345", 1.2345),
        ("1.23450", 1.2345),
        (100_000_000_000, None),
        ("1.23456", None),
        ("five", None),
        (True, None),
        ("NaN", None),
        ("1e99", None),
    ],
)
def test_4_a_number_has_so_many_digits(api, sent, kept):
    """Eleven before the point, four after it."""
    add(api, type="decimal")

    assert write(api, sent, status=400 if kept is None else 200) == kept


@pytest.mark.contract("4-14")
def test_4_a_mobile_number_has_thirty_characters(api):
    """One more is refused."""
    assert api.make("contact", mobile_number="1" * 30)
    assert api.refuse("POST", "/contacts", {"contact": {"mobile_number": "2" * 31}})


@pytest.mark.contract("4-15")
@pytest.mark.parametrize("type", ["dropdown", "radio", "multi_select_dropdown"])
def test_4_a_field_has_so_many_options(api, type):
    """Three hundred, each of them once and none of them blank."""
    assert len(add(api, type=type, choices=[str(n) for n in range(300)])["choices"]) == 300
    for choices in ([str(n) for n in range(301)], ["a", "a"], ["a", " "], "a"):
        assert add(api, label="Y", type=type, choices=choices, status=400)
    assert add(api, label="Y", type="text", choices=["a"], status=400)


@pytest.mark.contract("4-16")
def test_4_contacts_take_fields_outside_the_api(api):
    """At the address the browser uses, with the API key."""
    url = "http://tenant.test/crm/sales/settings/contacts/forms/1/fields"

    made = api.http.post(url, json={"field": {"label": "Ward", "type": "text"}}).json()["field"]

    assert made["name"] == "cf_ward" and "cf_ward" in list_fields(api)


@pytest.mark.contract("4-17")
@pytest.mark.parametrize("plural", ["contacts", "sales_accounts", "deals"])
def test_4_the_list_of_fields_takes_none(api, plural):
    """There is nothing to post to."""
    assert api.refuse("POST", f"/settings/{plural}/fields", {"field": {"label": "X", "type": "text"}}, status=404)


@pytest.mark.contract("4-18")
@pytest.mark.parametrize("plural", ["contacts", "sales_accounts", "deals"])
@pytest.mark.parametrize(("takes", "status"), [(True, 200), (False, 404)])
def test_4_whether_forms_take_fields_is_a_switch(make_api, plural, takes, status):
    """Modules take them either way; the form of another object never does."""
    api = make_api(switches={"core_forms": takes})

    add(api, type="text", plural=plural, status=status)
    api.add_module()
    assert api.add_field("cm_plan", label="X", type="text")
    other = {"field": {"label": "Y", "type": "text"}}
    assert api.refuse("POST", f"/settings/{plural}/forms/9/fields", other, status=404)


@pytest.mark.contract("4-19")
@pytest.mark.parametrize(
    "name", ["deal_pipelines", "owners", "territories", "lifecycle_stages", "sales_activity_types", "lead_sources"]
)
def test_4_lists_of_the_administrator_are_not_written(api, name):
    """Neither where they are read nor in the settings."""
    for path in (f"/selector/{name}", f"/settings/{name}"):
        assert api.refuse("POST", path, {"name": "X"}, status=404)


@pytest.mark.contract("4-20")
@pytest.mark.parametrize("type", ["auto_number", "currency", "url", "telepathy", "", 999])
def test_4_types_nobody_recorded_are_refused(api, type):
    """By word or by number."""
    assert add(api, type=type, status=400) == ["Field type is invalid"]


@pytest.mark.contract("4-21")
def test_4_a_listed_field_has_the_recorded_keys(api):
    """A custom one two more; names and ids are used once."""
    add(api, type="text", unique=True)
    for plural in ("contacts", "sales_accounts", "deals", "sales_activities"):
        fields = api.ask("GET", f"/settings/{plural}/fields")["fields"]
        plain = [field for field in fields if field["default"] and field["type"] != "auto_complete"]
        assert all(set(field) == LISTED for field in plain)
        for key in ("id", "name", "position"):
            assert len({field[key] for field in fields}) == len(fields)

    custom = list_fields(api)["cf_x"]
    assert set(custom) == LISTED | {"unique", "points_at"}
    assert (custom["default"], custom["unique"], custom["base_model"]) == (False, True, "Contact")


@pytest.mark.contract("4-22")
def test_4_groups_come_along_when_asked(api):
    """Each field then names the one it stands in."""
    answer = api.ask("GET", "/settings/contacts/fields", include="field_group")

    assert answer["field_groups"][0]["name"] == "Basic Information"
    assert {field["field_group_id"] for field in answer["fields"]} == {group["id"] for group in answer["field_groups"]}
    assert "field_groups" not in api.ask("GET", "/settings/contacts/fields")


@pytest.mark.contract("4-23")
def test_4_groups_are_asked_for_alone(api):
    """With the object they belong to, and their fields."""
    first = api.ask("GET", "/settings/contacts/field_groups")["field_groups"][0]

    assert first["model"] == "Contact" and "emails" in [field["name"] for field in first["fields"]]


@pytest.mark.contract("4-24")
def test_4_a_form_is_read_by_its_id(api):
    """A field is not, nor a form that is not there or of an object without forms."""
    form = api.ask("GET", "/settings/contacts/forms")["forms"][0]

    assert api.ask("GET", f"/settings/contacts/forms/{form['id']}")["form"] == form
    for path in ("contacts/fields/6", "contacts/fields/abc", "contacts/forms/9", "tasks/forms", "leads/fields"):
        assert api.refuse("GET", f"/settings/{path}", status=404)


@pytest.mark.contract("4-25")
def test_4_the_fields_clients_look_for_are_there(api):
    """The name of an account is required, and so is what this tenant wants of a contact."""
    names = {"emails", "first_name", "last_name", "mobile_number", "tags", "lifecycle_stage_id", "contact_status_id"}

    assert names | {"lead_score"} <= set(list_fields(api))
    assert list_fields(api, "sales_accounts")["name"]["required"] is True


@pytest.mark.parametrize(("rule", "email", "mobile"), [("email", True, False), ("mobile", False, True)])
def test_4_what_a_contact_needs_shows_in_its_fields(make_api, rule, email, mobile):
    """So that a preflight can read it."""
    fields = list_fields(make_api(switches={"required_identifier": rule}))

    assert (fields["emails"]["required"], fields["mobile_number"]["required"]) == (email, mobile)


@pytest.mark.contract("4-26")
def test_4_choices_of_the_stage_are_the_tenants_stages(api):
    """By id and name."""
    choices = list_fields(api)["lifecycle_stage_id"]["choices"]

    stages = api.ask("GET", "/selector/lifecycle_stages")["lifecycle_stages"]
    assert [(each["id"], each["value"]) for each in choices] == [(each["id"], each["name"]) for each in stages]


@pytest.mark.contract("4-27")
def test_4_a_formula_is_only_read(api):
    """As null: nothing is calculated here."""
    add(api, type="formula")

    write(api, 3, status=400)
    assert api.make("contact", **ANN)["custom_field"] == {"cf_x": None}


@pytest.mark.contract("4-28")
def test_4_a_lookup_takes_an_id(api):
    """Alone or in an object; null clears it, and what is no live record is refused."""
    id = add(api, type="auto_complete", points_at="sales_account", required=True)["id"]
    account = api.make("sales_account", name="A")["id"]

    for bad in (5, "x", {"name": "A"}, None, ""):
        write(api, bad, status=400)
    assert write(api, {"id": account}) == account
    path, cleared = f"/contacts/{api.tenant.records('contact')[0]['id']}", {"custom_field": {"cf_x": None}}
    assert api.refuse("PUT", path, {"contact": cleared})
    api.ask("PUT", f"{POST}/{id}", {"field": {"required": False}})
    assert api.ask("PUT", path, {"contact": cleared})["contact"]["custom_field"] == {"cf_x": None}


@pytest.mark.contract("4-29")
def test_4_options_are_renamed_and_switched_off(api):
    """Records keep the text they were written with; an id once given stays with its option."""
    field = add(api, type="dropdown", choices=["a", "b", "c"])
    ids = [choice["id"] for choice in field["choices"]]
    made = api.make("contact", **ANN, custom_field={"cf_x": "a"})
    sent = [{"id": ids[0], "value": "A"}, {"value": "b", "disabled": True}, "d"]

    changed = api.ask("PUT", f"{POST}/{field['id']}", {"field": {"choices": sent}})["field"]["choices"]

    assert [(each["value"], each["is_active"]) for each in changed] == [("A", True), ("b", False), ("d", True)]
    assert [each["id"] for each in changed[:2]] == ids[:2] and changed[2]["id"] not in ids
    path = f"/contacts/{made['id']}"
    assert api.ask("PUT", path, {"contact": {"city": "Oslo"}})["contact"]["custom_field"] == {"cf_x": "a"}
    for value, status in (("a", 400), ("b", 400), ("c", 400), ("A", 200), ("d", 200)):
        api.ask("PUT", path, {"contact": {"custom_field": {"cf_x": value}}}, status=status)


@pytest.mark.contract("4-30")
def test_4_a_deleted_field_takes_its_values_along(api):
    """In live records and in the bin; a new field of its name starts empty."""
    before = api.tenant.digest(with_schema=True)
    id = add(api, type="text", unique=True)["id"]
    for number in range(2):
        api.make("contact", email=f"a{number}@example.org", custom_field={"cf_x": str(number)})
    binned = api.tenant.records("contact")[1]["id"]
    api.ask("DELETE", f"/contacts/{binned}")

    assert api.ask("DELETE", f"{POST}/{id}") is True
    assert api.refuse("DELETE", f"{POST}/{id}", status=404)

    add(api, type="text", unique=True)
    restored = api.ask("PUT", f"/contacts/{binned}/restore")["contact"]
    assert [each["custom_field"] for each in api.tenant.records("contact")] == [{}, {}]
    assert restored["custom_field"] == {"cf_x": None}
    found = api.ask("GET", "/lookup", q="0", f="cf_x", entities="contact")
    assert found["contacts"]["contacts"] == []
    for each in api.tenant.records("contact"):
        api.ask("DELETE", f"/contacts/{each['id']}")
    field = api.tenant.schema.custom_fields("contact")[0]
    api.ask("DELETE", f"{POST}/{field.id}")
    assert api.tenant.digest(with_schema=True) == before


@pytest.mark.contract("4-31")
def test_4_a_required_field_is_asked_for(api):
    """On create, and when it would be cleared; a change of something else needs it too."""
    made = api.make("contact", **ANN)
    add(api, type="text", required=True)

    assert api.refuse("POST", "/contacts", {"contact": {"email": "bo@example.org"}}) == ["X can't be blank"]
    path = f"/contacts/{made['id']}"
    api.ask("PUT", path, {"contact": {"custom_field": {"cf_x": "1"}}})
    assert api.refuse("PUT", path, {"contact": {"custom_field": {"cf_x": ""}}}) == ["X can't be blank"]


@pytest.mark.contract("4-32")
@pytest.mark.parametrize(("word", "type"), [("paragraph", "textarea"), ("multi_select", "multi_select_dropdown")])
def test_4_a_type_is_named_by_a_word(api, word, type):
    """Some have two."""
    assert add(api, type=word)["type"] == type
