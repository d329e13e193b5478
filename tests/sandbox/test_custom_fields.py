"""Custom fields: how they come to be, and what each type does with a value."""

import pytest

from workbench.freshsales.plans import read_field_types, read_plans

ANN = {"email": "ann@example.org"}


def write(api, value, *, status=200):
    """A contact with one custom value, as it comes back, or the messages of the refusal."""
    body = {"contact": {**ANN, "custom_field": {"cf_x": value}}}
    if status == 400:
        return api.refuse("POST", "/contacts", body)
    return api.ask("POST", "/contacts", body)["contact"]["custom_field"]["cf_x"]


@pytest.mark.parametrize("plural", ["contacts", "sales_accounts", "deals"])
def test_a_field_is_created_through_the_form_and_read_back(api, plural):
    """The internal name comes from the label; the field then stands among the others."""
    made = api.add_field(plural, label="Favourite colour!", field_type=read_field_types()["text"].code)

    fields = {field["name"]: field for field in api.ask("GET", f"/settings/{plural}/fields")["fields"]}

    assert (made["name"], made["type"], made["default"]) == ("cf_favourite_colour", "text", False)
    assert fields["cf_favourite_colour"] == made
    assert len({field["id"] for field in fields.values()}) == len(fields)


def test_fields_are_created_nowhere_else(api, make_api):
    """Neither on the list of fields, nor on a form of another object, nor where the switch shuts the form."""
    field = {"field": {"label": "X", "type": "text"}}

    assert api.refuse("POST", "/settings/contacts/fields", field, status=404)
    assert api.refuse("POST", "/settings/contacts/forms/2/fields", field, status=404)
    assert api.refuse("GET", "/settings/leads/fields", status=404)
    assert api.refuse("GET", "/settings/contact/fields", status=404)
    shut = make_api(switches={"core_forms": False})
    assert shut.refuse("POST", "/settings/contacts/forms/1/fields", field, status=404)


@pytest.mark.parametrize(
    ("value", "kept"), [("x" * 256, "x" * 256), (12, "12"), ("", None), (None, None), (" x ", " x ")]
)
def test_text_is_kept_as_it_is(api, value, kept):
    """Up to 256 characters, blanks included."""
    api.add_field("contacts", label="X", type="text")

    assert write(api, value) == kept


@pytest.mark.parametrize(
    ("type", "value", "kept"),
    [
        ("textarea", "x" * 10_000, "x" * 10_000),
        ("number", 5, 5),
        ("number", "5", 5),
        ("number", 99_999_999_999, 99_999_999_999),
        ("decimal", "1.2345", 1.2345),
        ("checkbox", "true", True),
        ("checkbox", 0, False),
        ("checkbox", None, False),
        ("date", "2018-01-16", "2018-01-16T00:00:00-06:00"),
        ("date", "2018-07-16T23:00:00+05:30", "2018-07-16T00:00:00-05:00"),
        ("date_time", "2018-01-16T12:00:00Z", "2018-01-16T06:00:00-06:00"),
        ("auto_complete", {"id": 7}, 7),
    ],
)
def test_a_value_comes_back_as_its_type_writes_it(api, type, value, kept):
    """Each type has one way of writing."""
    api.add_field("contacts", label="X", type=type)

    assert write(api, value) == kept


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("text", "x" * 257),
        ("text", ["x"]),
        ("textarea", "x" * 10_001),
        ("number", "five"),
        ("number", 100_000_000_000),
        ("number", True),
        ("decimal", "1.23456"),
        ("checkbox", "yes please"),
        ("date", "16/01/2018"),
        ("date_time", "soon"),
        ("auto_complete", "x"),
        ("formula", 3),
    ],
)
def test_a_value_that_does_not_fit_is_refused(api, type, value):
    """Nothing is cut or guessed."""
    api.add_field("contacts", label="X", type=type)

    assert len(write(api, value, status=400)) == 1
    assert api.tenant.count("contact") == 0


def test_a_choice_must_be_one_of_the_choices(api):
    """Exactly as spelled; several are joined with a semicolon."""
    api.add_field("contacts", label="X", type="dropdown", choices=["F", {"value": "M"}])
    api.add_field("contacts", label="Days", type="multi_select_dropdown", choices=["Mon", "Tue"])

    def days(value):
        body = {"contact": {"mobile_number": "1", "custom_field": {"cf_days": value}}}
        return api.ask("POST", "/contacts", body)["contact"]["custom_field"]["cf_days"]

    assert write(api, "M") == "M"
    for bad in ("f", "Other", ["F"], 1):
        assert write(api, bad, status=400)
    assert days("Tue;Mon") == "Tue;Mon"
    assert days(["Mon", "Tue"]) == "Mon;Tue"
    assert days("") is None
    assert api.refuse("POST", "/contacts", {"contact": {"mobile_number": "1", "custom_field": {"cf_days": "Mon;Wed"}}})


def test_an_unknown_field_refuses_the_record(api):
    """A cf_ name the tenant does not have, and a standard name among the custom ones."""
    for name in ("cf_unknown", "city"):
        body = {"contact": {**ANN, "custom_field": {name: 1}}}
        assert api.refuse("POST", "/contacts", body) == [f"Invalid field {name}"]
    assert api.refuse("POST", "/contacts", {"contact": {**ANN, "custom_field": "x"}})


def test_a_partial_update_leaves_the_other_custom_fields(api):
    """Only the names that were sent change."""
    for label in ("X", "Y"):
        api.add_field("contacts", label=label, type="text")
    made = api.make("contact", **ANN, custom_field={"cf_x": "1", "cf_y": "2"})

    changed = api.ask("PUT", f"/contacts/{made['id']}", {"contact": {"custom_field": {"cf_x": None}}})["contact"]

    assert changed["custom_field"] == {"cf_x": None, "cf_y": "2"}


def test_a_unique_field_refuses_a_second_record(api):
    """Whatever the case; the record itself may keep its value."""
    api.add_field("deals", label="Source id", type="text", unique=True)
    made = api.make("deal", name="D", amount=1, custom_field={"cf_source_id": "a-1"})

    again = {"deal": {"name": "E", "amount": 1, "custom_field": {"cf_source_id": "A-1"}}}
    assert api.refuse("POST", "/deals", again) == ["Source id is not unique"]
    assert api.ask("PUT", f"/deals/{made['id']}", {"deal": {"custom_field": {"cf_source_id": "a-1"}}})


def test_a_required_field_is_asked_for(api):
    """On create, and when it would be cleared."""
    api.add_field("contacts", label="X", type="text", required=True)

    assert api.refuse("POST", "/contacts", {"contact": ANN}) == ["X can't be blank"]
    made = api.make("contact", **ANN, custom_field={"cf_x": "1"})
    assert api.refuse("PUT", f"/contacts/{made['id']}", {"contact": {"custom_field": {"cf_x": ""}}})


@pytest.mark.parametrize(
    "described",
    [
        {"type": "text"},
        {"label": "  ", "type": "text"},
        {"label": "X"},
        {"label": "X", "type": "telepathy"},
        {"label": "X", "field_type": 999},
        {"label": "!!!", "type": "text"},
        {"label": "X", "type": "text", "choices": ["a"]},
        {"label": "X", "type": "checkbox", "unique": True},
        {"label": "X", "type": "dropdown", "choices": ["a", "a"]},
        {"label": "X", "type": "dropdown", "choices": ["a", " "]},
        {"label": "X", "type": "dropdown", "choices": [str(n) for n in range(301)]},
    ],
)
def test_a_field_that_makes_no_sense_is_refused(api, described):
    """Nothing of it is left behind."""
    assert api.refuse("POST", "/settings/contacts/forms/1/fields", {"field": described})
    assert api.tenant.schema.custom_fields("contact") == []


def test_a_name_is_taken_once(api):
    """A second field of the same internal name is refused."""
    api.add_field("contacts", label="X", type="text")

    assert api.refuse("POST", "/settings/contacts/forms/1/fields", {"field": {"label": "x!", "type": "number"}})
    assert api.add_field("sales_accounts", label="X", type="text")


def test_choices_can_be_added_and_a_field_removed(api):
    """An option that was there keeps its id; the name and type stay."""
    field = api.add_field("contacts", label="X", type="dropdown", choices=["a"])
    path = f"/settings/contacts/forms/1/fields/{field['id']}"

    changed = api.ask("PUT", path, {"field": {"label": "Y", "choices": ["b", "a"], "type": "text"}})["field"]

    assert [choice["value"] for choice in changed["choices"]] == ["b", "a"]
    assert changed["choices"][1]["id"] == field["choices"][0]["id"]
    assert (changed["name"], changed["label"], changed["type"]) == ("cf_x", "Y", "dropdown")
    assert write(api, "b") == "b"
    assert api.ask("DELETE", path) is True
    assert api.refuse("DELETE", path, status=404)
    assert api.ask("GET", f"/contacts/{api.tenant.records('contact')[0]['id']}")["contact"]["custom_field"] == {}


@pytest.mark.parametrize(("plan", "kind"), [("growth", "textarea"), ("pro", "lookup"), ("enterprise", "textarea")])
def test_a_plan_has_room_for_so_many_fields_of_a_type(make_api, plan, kind):
    """One more than the plan's figure is refused."""
    api = make_api(plan=plan)
    type = "auto_complete" if kind == "lookup" else kind
    for number in range(read_plans()[plan].fields[kind]):
        api.add_field("contacts", label=f"X {number}", type=type)

    assert api.refuse("POST", "/settings/contacts/forms/1/fields", {"field": {"label": "One more", "type": type}})


@pytest.mark.parametrize(("plan", "type"), [("free", "text"), ("growth", "auto_complete"), ("growth", "formula")])
def test_a_plan_without_the_type_refuses_the_first(make_api, plan, type):
    """Free has no custom fields, Growth no lookups and no formulas."""
    api = make_api(plan=plan)

    assert api.refuse("POST", "/settings/contacts/forms/1/fields", {"field": {"label": "X", "type": type}})


def test_a_lookup_that_names_its_object_is_checked(api):
    """An id that no live record of that object has is refused."""
    api.add_field("contacts", label="X", type="auto_complete", points_at="sales_account")
    account = api.make("sales_account", name="A")

    assert write(api, account["id"]) == account["id"]
    assert write(api, 5, status=400)
