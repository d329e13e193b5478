"""Rules of segments as filters of Freshsales: which conditions, how many lists, who is in them."""

from __future__ import annotations

import pytest

from workbench.model import FieldRule
from workbench.pack.segments import Segments
from workbench.segment_filters import APPROXIMATE, FILTER, LISTS, NONE, Filter, translate_rule, write_values
from workbench.transforms.rules import read_rule

SEGMENTS = Segments(
    object="segments", id="id", name="name", rule="rule", count="count", of="people", own="profile", advice="-"
)
RULES = {
    "age": FieldRule(to="cf_age", source="age", via="number", options={}, type="number", label="Age"),
    "kind": FieldRule(
        to="cf_kind", source="kind", via="choice", options={"values": {"p": "Person"}}, type="dropdown", label="Kind"
    ),
    "likes": FieldRule(to="cf_likes", source="likes", type="multiselect", label="Likes"),
    "is_in": FieldRule(to="cf_in", source="is_in", via="yes_no", type="checkbox", label="In"),
    "city": FieldRule(to="city", source="city"),
    "born": FieldRule(to="cf_born", source="born", type="date", label="Born"),
}
PEOPLE = write_values(
    [
        {
            "cf_age": 40.0,
            "cf_kind": "Person",
            "cf_likes": "Tea;Cake, sweet",
            "cf_in": True,
            "city": "Pune",
            "cf_born": "1980-05-17",
        },
        {
            "cf_age": 41,
            "cf_kind": "Firm",
            "cf_likes": "Teapot",
            "cf_in": False,
            "city": "GOA",
            "cf_born": "1990-06-01T00:00:00+05:30",
        },
        {"cf_age": None, "cf_kind": None, "cf_likes": None, "cf_in": None, "city": None},
    ],
    ("cf_age", "cf_kind", "cf_likes", "cf_in", "city", "cf_born"),
)


def ask(field: str, operator: str, value: object, **more: object) -> dict:
    return {"source": "profile", "field": field, "operator": operator, "value": value, **more}


def translate(rule: dict) -> Filter:
    return translate_rule(rule, SEGMENTS, RULES)


@pytest.mark.covers("N-16", "N-75")
@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (ask("age", "gte", 40), 2),
        (ask("age", "gt", "40"), 1),
        (ask("age", "lt", 41), 1),
        (ask("age", "lte", 41), 2),
        (ask("age", "eq", 40), 1),
        (ask("kind", "eq", "p"), 1),
        (ask("kind", "ne", "p"), 2),
        (ask("likes", "contains", "Tea"), 1),
        (ask("likes", "contains", "Cake, sweet"), 1),
        (ask("is_in", "eq", True), 1),
        (ask("city", "contains", "o"), 1),
        (ask("city", "in", ["Pune", "Goa"]), 2),
        (ask("born", "lt", "1990-01-01"), 1),
        (ask("born", "gte", "1990-06-01T00:00:00Z"), 1),
        ({"and": [ask("age", "gte", 40), ask("city", "eq", "Goa")]}, 1),
        ({"or": [ask("age", "eq", 40), ask("city", "eq", "Goa")]}, 2),
        ({"or": [ask("age", "gte", 40), ask("age", "gte", 41)]}, 2),
    ],
)
def test_a_filter_finds_whom_the_rule_means(rule, count):
    """Values are compared as the fields hold them after the map; an empty field meets nothing but `is not`."""
    assert translate(rule).count(PEOPLE) == count


def test_alternatives_become_lists_and_stay_one_where_they_ask_one_field():
    """A list of Freshsales takes no `or`: alternatives multiply out, values of one field are joined."""
    one = translate({"and": [ask("is_in", "eq", True), {"or": [ask("city", "eq", "Goa"), ask("city", "eq", "Pune")]}]})
    several = translate({"and": [ask("is_in", "eq", True), {"or": [ask("city", "eq", "Goa"), ask("age", "gt", 3)]}]})

    assert one.state == FILTER and str(one.lists[0][1]) == "city is in Goa, Pune"
    assert several.state == LISTS
    assert [[str(each) for each in conditions] for conditions in several.lists] == [
        ["In is True", "city is Goa"],
        ["In is True", "Age is greater than 3"],
    ]


@pytest.mark.covers("N-17")
def test_what_has_no_counterpart_is_named_and_never_counted_as_met():
    """Events, fields that stay behind, operators and values Freshsales does not know; the rest is kept."""
    event = ask("call", "gte", 3, window_days=30) | {"source": "event"}
    partly = translate({"and": [event, ask("age", "gt", 3)]})
    others = [translate(rule) for rule in (event, ask("score", "gt", 1), ask("age", "near", 4), ask("kind", "eq", "x"))]

    assert partly.state == APPROXIMATE and str(partly.lists[0][0]) == "Age is greater than 3"
    assert partly.missing == ("event call within 30 days: Freshsales does not hold the events of the source",)
    assert [each.state for each in others] == [NONE] * 4 and not any(each.is_exact for each in others)
    assert all(each.count(PEOPLE) == 0 for each in others)


def test_an_alternative_without_counterpart_leaves_the_other_as_an_approximation():
    """Of `a or event` the list for a stands, and the segment is not called exact."""
    made = translate({"or": [ask("age", "gt", 3), ask("call", "gt", 1) | {"source": "event"}]})

    assert (made.state, made.is_exact, len(made.lists)) == (APPROXIMATE, False, 1)


@pytest.mark.parametrize(
    "rule",
    [
        ask("city", "gt", "Pune"),
        ask("city", "eq", None),
        ask("city", "in", []),
        ask("age", "gte", "old"),
        {"and": [{"or": [ask("age", "gt", 1), ask("city", "eq", f"T{number}")]} for number in range(5)]},
    ],
)
def test_what_makes_no_sense_is_named_and_stops_nobody(rule):
    """Texts in an order, no value at all, no word for a number, more alternatives than anybody keeps lists for."""
    made = translate(rule)

    assert not made.is_exact and len(made.missing) == 1
    assert made.count(PEOPLE) == 0


def test_a_rule_without_end_is_no_rule():
    """Text that nests deeper than anybody's rule is read as text."""
    text = '{"and": [' * 5_000 + ask_text() + "]}" * 5_000

    assert read_rule(text) is None and read_rule(ask_text()) is not None


def ask_text() -> str:
    return '{"field": "age", "operator": "gt", "value": 1}'
