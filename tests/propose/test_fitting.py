"""A confirmed field holds every value that is there, or is kept as text and says why."""

import polars as pl
import pytest

from workbench.destinations import MAX_CHOICES
from workbench.pack.options import DEFAULTS
from workbench.pack.reading import build_rule
from workbench.pack.rules import express, find_rule_problems
from workbench.propose.fitting import fit_field


def fit(type_, values):
    """The keys of the rule, why they changed, and what the rule makes of the values."""
    column = pl.Series("V", values, dtype=pl.String)
    words, why = fit_field("cf_field", type_, column, defaults={**DEFAULTS, "time_zone": "Europe/Dublin"})
    rule = build_rule({**words, "from": "V"})
    assert find_rule_problems("here", "contact", rule) == []
    return words, why, column.to_frame().select(express(rule)).to_series().to_list()


def test_a_list_takes_the_choices_that_are_there():
    """Each value is a choice once, blanks around it apart; the rule makes nothing that is no choice."""
    words, why, made = fit("dropdown", ["Gold", " Gold", "Silver; old", None])

    assert (words["type"], words["choices"], why) == ("dropdown", ["Gold", "Silver; old"], "")
    assert made == ["Gold", "Gold", "Silver; old", None]


def test_several_values_in_a_cell_are_choices_of_their_own():
    """A multi-select offers the parts, not the cells."""
    words, _, made = fit("multiselect", ["Dog; Cat", "Cat"])

    assert (words["choices"], made) == (["Cat", "Dog"], ["Dog;Cat", "Cat"])


@pytest.mark.parametrize(("count", "type_"), [(MAX_CHOICES, "dropdown"), (MAX_CHOICES + 1, "text")])
def test_a_list_longer_than_a_tenant_takes_is_text(count, type_):
    """At the limit it is a list; one more and it is text, with a sentence that says how many there are."""
    words, why, made = fit("dropdown", values := [f"v{number}" for number in range(count)])

    assert (words["type"], made) == (type_, values)
    assert ("301 different values, and a dropdown takes 1 to 300 choices" in why) == (type_ == "text")


@pytest.mark.parametrize(
    ("type_", "values", "made"),
    [
        ("date", ["2021-04-16", "2021-04-17T23:30:00Z"], ["2021-04-16", "2021-04-18"]),
        ("datetime", ["2021-04-16 10:00"], ["2021-04-16T09:00:00Z"]),
        ("checkbox", ["Yes", "no", None], [True, False, None]),
        ("number", ["12", "1,250"], [12, 1250]),
        ("decimal", ["12.50"], [12.5]),
    ],
)
def test_a_type_brings_the_transform_that_reads_it(type_, values, made):
    """Dates, times, yes and no, and numbers arrive as what the field takes; times without a zone are local."""
    words, why, actual = fit(type_, values)

    assert (words["type"], why, actual) == (type_, "", made)


@pytest.mark.parametrize(
    ("type_", "values", "said"),
    [
        ("date", ["2021-04-16", "soon"], "1 of 2 values are no date, or give the column its type in layout.toml"),
        ("checkbox", ["yes", "perhaps"], "1 of 2 values are no checkbox"),
        ("number", ["353861234567"], "1 of 1 values are larger than a number stores"),
        ("dropdown", [None], "0 different values"),
    ],
)
def test_what_a_type_could_not_hold_is_kept_as_text(type_, values, said):
    """Not one value is lost to a type that was guessed."""
    words, why, made = fit(type_, values)

    assert (words["type"], made) == ("text", values)
    assert said in why


def test_a_long_text_gets_a_field_with_room():
    """Text longer than a line of Freshsales goes to a text area, whatever was proposed."""
    words, _, made = fit("dropdown", values := ["x" * 257])

    assert (words["type"], made) == ("textarea", values)
