"""Formulas an export describes: their order, their circles, and what they are as expressions."""

from __future__ import annotations

import pytest

from workbench.pack.catalog import CatalogField, CatalogObject
from workbench.pack.formulas import (
    BEHIND,
    CIRCLE,
    READY,
    UNKNOWN,
    UNREADABLE,
    express_formula,
    find_circles,
    find_formulas,
    find_missing_lookups,
)


def describe(object: str, *fields: tuple[str, str, str]) -> CatalogObject:
    """An object with fields of name, formula and lookup."""
    made = (
        CatalogField(
            object=object, name=name, label=name, kind="formula" if formula else "number", is_required=False,
            options=(), lookup=lookup, formula=formula, references=(), category="",
        )
        for name, formula, lookup in fields
    )  # fmt: skip
    return CatalogObject(name=object, label=object, is_custom=True, fields=tuple(made))


def judge(*objects: CatalogObject) -> dict[str, tuple[str, str]]:
    """State and detail of every formula."""
    return {each.field.place: (each.state, each.detail) for each in find_formulas({o.name: o for o in objects})}


@pytest.mark.covers("N-33", "N-61")
def test_a_formula_comes_after_all_it_needs_whatever_the_order_of_the_export():
    """Over several objects, and where the last in the file is needed by the first."""
    line = describe("line", ("total", "net * order_id.rate", ""), ("net", "", ""), ("order_id", "", "order"))
    order = describe("order", ("rate", "base + 1", ""), ("base", "floor * 2", ""), ("floor", "", ""))

    order_of = {each.field.place: each.order for each in find_formulas({"line": line, "order": order})}

    assert order_of["order.base"] < order_of["order.rate"] < order_of["line.total"]


@pytest.mark.covers("N-63")
def test_every_circle_is_found_and_what_stands_behind_it():
    """Two circles, one field that needs one of them, one that needs itself, and one that is sound."""
    thing = describe(
        "thing", ("a", "b + 1", ""), ("b", "a + 1", ""), ("c", "d", ""), ("d", "e", ""), ("e", "c", ""),
        ("f", "a * 2", ""), ("g", "g + 1", ""), ("h", "i + 1", ""), ("i", "", ""),
    )  # fmt: skip

    found = judge(thing)

    assert found["thing.a"] == found["thing.b"] == (CIRCLE, "thing.a -> thing.b -> thing.a")
    assert {found[f"thing.{name}"][0] for name in "cde"} == {CIRCLE}
    assert found["thing.f"] == (BEHIND, "thing.a, thing.b")
    assert found["thing.g"] == (CIRCLE, "thing.g -> thing.g")
    assert found["thing.h"] == (READY, "")


def test_circles_that_share_a_field_are_not_reported_without_end():
    """Fields in two circles are named in one of them."""
    needs = {"a": ["b"], "b": ["a", "c"], "c": ["b"]}

    assert find_circles(needs) == [["a", "b"]] or find_circles(needs) == [["b", "c"]]


@pytest.mark.covers("N-63")
def test_fields_and_objects_nobody_knows_are_named():
    """A formula over a field that is not there, one behind it, one that is no expression, a lookup to nowhere."""
    thing = describe(
        "thing", ("a", "store_id.rent + 1", ""), ("b", "a * 2", ""), ("c", "n +", ""), ("n", "", ""),
        ("store_id", "", "store"),
    )  # fmt: skip

    found = judge(thing)

    assert found["thing.a"] == (UNKNOWN, "store.rent")
    assert found["thing.b"] == (BEHIND, "thing.a") and found["thing.c"][0] == UNREADABLE
    assert [field.place for field in find_missing_lookups({"thing": thing})] == ["thing.store_id"]


def test_a_formula_reads_columns_and_never_the_words_inside_its_texts():
    """Paths become columns taken from elsewhere, other formulas what they make; quoted text stays as it is."""
    thing = describe("thing", ("a", "CASE WHEN b > 1 THEN 'b of owner.c' ELSE owner.c END", ""), ("b", "n", ""),
                     ("n", "", ""), ("owner", "", "person"))  # fmt: skip

    text, taken = express_formula(thing.find("a"), thing)

    assert text == 'CASE WHEN "b (formula)" > 1 THEN \'b of owner.c\' ELSE "owner.c" END'
    assert taken == {"owner.c": ("owner", "c")}


def test_a_path_may_begin_with_the_object_where_only_one_lookup_points_at_it():
    """`person.age` means the one person a thing has; with two of them nobody knows which, and it is not evaluated."""
    person = describe("person", ("age", "", ""))
    one = describe("thing", ("a", "person.age + thing.n", ""), ("n", "", ""), ("owner", "", "person"))
    two = describe("thing", ("a", "person.age + 1", ""), ("owner", "", "person"), ("user", "", "person"))

    assert judge(one, person)["thing.a"] == (READY, "")
    assert express_formula(one.find("a"), one) == ('"person.age" + n', {"person.age": ("owner", "age")})
    assert judge(two, person)["thing.a"] == (UNREADABLE, "it does not say which record of person it means")
