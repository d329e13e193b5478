"""Finding records by words, by one value, and by rules."""

import pytest


@pytest.fixture
def filled(api):
    """A tenant with two contacts, an account and a deal."""
    api.add_field("contacts", label="Ward", type="text")
    account = api.make("sales_account", name="North Clinic", website="north.example.org")
    links = [{"id": account["id"]}]
    api.make("contact", first_name="Ann", email="ann@example.org", external_id="p-1", sales_accounts=links)
    api.clock.now += 86_400
    api.make("contact", first_name="Bo", mobile_number="555", external_id="p-2", custom_field={"cf_ward": "North"})
    api.make("deal", name="North deal", amount=1, expected_close="2027-01-31")
    return api


def find(api, *rules, object="contact", status=200, **query):
    """Names of what a filtered search finds."""
    body = {"filter_rule": [dict(zip(("attribute", "operator", "value"), rule, strict=True)) for rule in rules]}
    answer = api.ask("POST", f"/filtered_search/{object}", body, status=status, **query)
    return [each.get("first_name") or each.get("name") for each in answer[f"{object}s"]] if status == 200 else answer


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (("external_id", "is_in", ["P-1", "p-9"]), ["Ann"]),
        (("external_id", "is", "p-2"), ["Bo"]),
        (("email", "is", "ANN@example.org"), ["Ann"]),
        (("email", "contains", "@example"), ["Ann"]),
        (("first_name", "contains", "n"), ["Ann"]),
        (("first_name", "contains", "%"), []),
        (("cf_ward", "is", "north"), ["Bo"]),
        (("mobile_number", "is_in", "555"), ["Bo"]),
        (("created_at", "is_after", "2026-11-26"), ["Bo"]),
        (("created_at", "is_before", "2026-11-26"), ["Ann"]),
        (("external_id", "is_in", []), []),
    ],
)
def test_a_rule_finds_what_it_says(filled, rule, found):
    """Case does not count, and a percent sign is only a percent sign."""
    assert find(filled, rule) == found


def test_every_rule_must_hold(filled):
    """Rules narrow each other."""
    assert find(filled, ("external_id", "is_in", ["p-1", "p-2"]), ("first_name", "is", "Bo")) == ["Bo"]
    assert find(filled) == ["Ann", "Bo"]


def test_stages_accounts_and_days_can_be_searched(filled):
    """Ids of lists and links, and days without a time."""
    lead = filled.choice("lifecycle_stages", "Lead")
    account = filled.tenant.records("sales_account")[0]["id"]

    assert find(filled, ("lifecycle_stage_id", "is_in", [lead])) == ["Ann", "Bo"]
    assert find(filled, ("sales_account_id", "is", account)) == ["Ann"]
    assert find(filled, ("expected_close", "is_after", "2027-01-30"), object="deal") == ["North deal"]
    assert find(filled, ("expected_close", "is_before", "2027-01-31"), object="deal") == []


@pytest.mark.parametrize(
    "rule",
    [
        ("unknown", "is", 1),
        ("cf_unknown", "is", 1),
        ("x'); DROP TABLE records; --", "is", 1),
        ("first_name", "sounds_like", "Ann"),
        ("created_at", "is_after", "soon"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(filled, rule):
    """400, and the store is as it was."""
    find(filled, rule, status=400)
    assert filled.tenant.count("contact") == 2


@pytest.mark.parametrize("body", [{}, {"filter_rule": "x"}, {"filter_rule": ["x"]}, {"filter_rule": None}])
def test_a_search_without_rules_is_refused(filled, body):
    """The body must hold a list of rules."""
    filled.ask("POST", "/filtered_search/contact", body, status=400)


def test_there_is_no_search_for_activities(filled):
    """Nor for an object that does not exist."""
    for object in ("task", "lead"):
        find(filled, object=object, status=404)


def test_a_lookup_needs_a_value_and_a_field(filled):
    """Anything else is refused."""
    for query in ({"q": "x"}, {"f": "email"}, {"q": "x", "f": "city"}):
        filled.ask("GET", "/lookup", status=400, **query)


def test_what_was_deleted_is_not_found(filled):
    """Nor anything that was changed to another value."""
    first, second = filled.tenant.records("contact")
    filled.ask("DELETE", f"/contacts/{first['id']}")
    filled.ask("PUT", f"/contacts/{second['id']}", {"external_id": "p-3"})

    assert find(filled, ("external_id", "is_in", ["p-1", "p-2"])) == []
    assert find(filled, ("external_id", "is", "p-3")) == ["Bo"]


@pytest.mark.parametrize(
    "rules",
    [
        [{"attribute": "id", "operator": "is", "value": 1}] * 1_000,
        [{"attribute": "id", "operator": "is_in", "value": [1] * 100_000}],
        [{"attribute": ["id"], "operator": {"is": 1}, "value": {"a": [None]}}],
    ],
)
def test_a_search_beyond_measure_is_refused(filled, rules):
    """400, not an error of ours."""
    assert filled.refuse("POST", "/filtered_search/contact", {"filter_rule": rules})


@pytest.mark.parametrize("word", ["is_primary", "value", '"', "{"])
def test_words_are_sought_in_addresses_and_not_in_how_they_are_kept(api, word):
    """Every contact with an address would be found otherwise."""
    api.make("contact", emails=["ada@example.org", "lovelace@example.org"])

    assert api.ask("GET", "/search", q=word, include="contact") == []
    assert len(api.ask("GET", "/search", q="lovelace@", include="contact")) == 1
