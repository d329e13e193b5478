"""Custom fields: how they come to be, and what each type does with a value."""

import pytest

ANN = {"email": "ann@example.org"}


def write(api, value, *, status=200):
    """A contact with one custom value, as it comes back, or the messages of the refusal."""
    body = {"contact": {**ANN, "custom_field": {"cf_x": value}}}
    if status == 400:
        return api.refuse("POST", "/contacts", body)
    return api.ask("POST", "/contacts", body)["contact"]["custom_field"]["cf_x"]


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
