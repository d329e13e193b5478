"""The figures of the plans, against the official articles they come from."""

from __future__ import annotations

import pytest

from workbench.engagement import PLANS
from workbench.freshsales.plans import find_field_type, read_field_types, read_plans
from workbench.pack.values import CAPABILITIES


@pytest.mark.covers("F-23")
def test_every_plan_an_engagement_can_name_has_figures():
    """A plan in engagement.toml is never without its limits."""
    assert tuple(read_plans()) == PLANS


@pytest.mark.covers("F-13", "F-24")
@pytest.mark.parametrize(
    ("plan", "per_hour", "storage", "total"),
    [("free", 1000, 0, 0), ("growth", 1000, 2, 150), ("pro", 2000, 5, 250), ("enterprise", 5000, 100, 630)],
)
def test_official_figures_stand_in_for_those_of_the_requirements(plan: str, per_hour: int, storage: int, total: int):
    """Quota, storage a user and custom fields an object are those of the vendor's own articles."""
    limits = read_plans()[plan]
    found = limits.requests_per_hour, limits.storage_gb_per_user, limits.fields["total"], limits.max_file_mb
    assert found == (per_hour, storage, total, 150)


def test_capabilities_are_those_packs_can_ask_for():
    """What a plan is said to have and what a pack can need are the same words."""
    assert read_plans()["enterprise"].capabilities == set(CAPABILITIES)


@pytest.mark.covers("N-34")
def test_custom_modules_are_assumed_on_enterprise_only():
    """Below Enterprise a tenant has to show that it has modules."""
    assert [name for name, plan in read_plans().items() if "custom_modules" in plan.capabilities] == ["enterprise"]


def test_every_type_counts_against_a_limit_of_every_plan():
    """No field can be planned without knowing whether there is room for it."""
    for limits in read_plans().values():
        assert {each.limit for each in read_field_types().values()} <= limits.fields.keys()


def test_codes_of_types_differ():
    """A number in a request to create a field means one type."""
    codes = [each.code for each in read_field_types().values()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("word", "name"),
    [("paragraph", "textarea"), ("datetime", "date_time"), ("multiselect", "multi_select_dropdown"), ("text", "text")],
)
def test_other_words_for_a_type_are_understood(word: str, name: str):
    """Packs and custom modules write some types in words of their own."""
    assert find_field_type(word).name == name


def test_an_unknown_word_is_no_type():
    """Nothing is guessed."""
    assert find_field_type("colour") is None
