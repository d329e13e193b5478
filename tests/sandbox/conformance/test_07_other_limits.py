"""Limits named nowhere else."""

import pytest


@pytest.mark.contract("7-01")
@pytest.mark.parametrize("name", ["medium", "keyword", "city"])
def test_7_short_texts_hold_255_characters(api, name):
    """One more is refused."""
    assert api.make("contact", email="a@example.org", **{name: "x" * 255})[name] == "x" * 255
    assert api.refuse("POST", "/contacts", {"email": "b@example.org", name: "x" * 256})


@pytest.mark.contract("7-02", "7-03")
def test_7_several_choices_stand_in_one_text(api):
    """With semicolons between; one that is not the field's own is refused."""
    api.add_field("contacts", label="Days", type="multi_select_dropdown", choices=["Mon", "Tue", "Wed"])
    made = api.make("contact", email="a@example.org", custom_field={"cf_days": "Mon;Wed"})

    assert made["custom_field"]["cf_days"] == "Mon;Wed"
    assert api.refuse("POST", "/contacts", {"email": "b@example.org", "custom_field": {"cf_days": "Mon;Sun"}})
