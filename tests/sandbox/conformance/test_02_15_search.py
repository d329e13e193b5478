"""Finding records: by words, by one value, by rules."""

import pytest

LAG = 20
OBJECTS = ("contact", "sales_account", "deal")


def fill(api):
    """Two contacts, an account, a deal and a module's record; time passes before the second contact."""
    api.add_field("contacts", label="Ward", type="text")
    api.add_module("cm_plan")
    api.account = api.make("sales_account", name="North Clinic", website="north.example.org")
    links = [{"id": api.account["id"], "is_primary": True}]
    api.ann = api.make("contact", first_name="Ann", email="ann@example.org", external_id="p-1", sales_accounts=links)
    api.clock.now += 86_400
    api.bo = api.make("contact", first_name="Bo", email="bo@example.org", custom_field={"cf_ward": "North"})
    api.deal = api.make("deal", name="North deal", amount=1, expected_close="2027-01-31")
    api.ask("POST", "/custom_module/cm_plan", {"cm_plan": {"name": "Plan A"}})
    return api


@pytest.fixture
def filled(api):
    """A tenant with something to find."""
    return fill(api)


def find(api, attribute, operator, value, object="contact"):
    """Names of what one rule finds."""
    rule = {"attribute": attribute, "operator": operator, "value": value}
    found = api.ask("POST", f"/filtered_search/{object}", {"filter_rule": [rule]})
    return [each.get("first_name") or each["name"] for each in next(iter(found.values()))]


@pytest.mark.contract("2.15-01", "2.15-02", "2.15-03")
def test_2_15_search_answers_with_a_bare_list(filled):
    """Ids are text; nothing found is an empty list."""
    hits = filled.ask("GET", "/search", q="north", include=",".join(OBJECTS))

    assert [(hit["id"], hit["type"], hit["name"], hit["email"]) for hit in hits] == [
        (str(filled.account["id"]), "sales_account", "North Clinic", None),
        (str(filled.deal["id"]), "deal", "North deal", None),
    ]
    assert filled.ask("GET", "/search", q="nobody", include="contact") == []


@pytest.mark.contract("2.15-04", "2.15-08", "2.15-19")
@pytest.mark.parametrize("wait", [0, LAG])
def test_2_15_the_index_lags(make_api, wait):
    """New records are found some time after, and changed ones by their old values until then."""
    api = make_api(switches={"index_lag_seconds": LAG})
    made = api.make("contact", first_name="Ann", email="ann@example.org", external_id="old")
    unread = find(api, "email", "is", "ann@example.org")
    api.clock.now += LAG
    api.ask("PUT", f"/contacts/{made['id']}", {"external_id": "new", "email": "eve@example.org", "first_name": "Eve"})
    api.clock.now += wait

    now, other = ("new", "old") if wait else ("old", "new")
    name = "Eve" if wait else "Ann"
    assert unread == []
    assert (find(api, "external_id", "is", now), find(api, "external_id", "is", other)) == ([name], [])
    assert [hit["email"] for hit in api.ask("GET", "/search", q=name)] == [f"{name.lower()}@example.org"]
    looked_up = api.ask("GET", "/lookup", q=now, f="external_id", entities="contact")["contacts"]["contacts"]
    assert [each["first_name"] for each in looked_up] == [name]
    assert api.ask("GET", f"/contacts/{made['id']}")["contact"]["first_name"] == "Eve"


def test_what_the_index_remembers_is_not_content(make_api):
    """A tenant with a lag has the digest of one without, once the same was written."""
    digests = []
    for lag in (0, LAG):
        api = make_api(switches={"index_lag_seconds": lag})
        made = api.make("contact", email="ann@example.org")
        api.clock.now += 60
        changed = api.ask("PUT", f"/contacts/{made['id']}", {"city": "Pune"})["contact"]
        assert "searched_as" not in changed
        digests.append(api.tenant.digest())

    assert digests[0] == digests[1]


@pytest.mark.contract("2.15-05", "2.15-07", "2.15-20")
def test_2_15_lookup_answers_by_object(filled):
    """Each object's name twice, and only for the objects asked for."""
    answer = filled.ask("GET", "/lookup", q="ann@example.org", f="email", entities="contact,sales_account")

    assert list(answer) == ["contacts", "sales_accounts"]
    assert answer["sales_accounts"] == {"sales_accounts": []}
    (found,) = answer["contacts"]["contacts"]
    assert (found["id"], found["partial"], "custom_field" in found) == (filled.ann["id"], True, False)


@pytest.mark.contract("2.15-06")
@pytest.mark.parametrize(
    ("field", "value", "object"),
    [
        ("email", "ANN@example.org", "contacts"),
        ("mobile_number", "555", "contacts"),
        ("external_id", "p-1", "contacts"),
        ("name", "north clinic", "sales_accounts"),
        ("cf_ward", "North", "contacts"),
    ],
)
def test_2_15_fields_of_lookup(filled, field, value, object):
    """Exactly that value, whatever its case."""
    filled.ask("PUT", f"/contacts/{filled.ann['id']}", {"mobile_number": "555"})
    answer = filled.ask("GET", "/lookup", q=value, f=field, entities="contact,sales_account")

    assert len(answer[object][object]) == 1
    assert filled.refuse("GET", "/lookup?q=x&f=city")


@pytest.mark.contract("2.15-09")
@pytest.mark.parametrize("object", [*OBJECTS, "cm_plan"])
def test_2_15_rules_find_records_of_an_object(filled, object):
    """Each under its plural, with the total."""
    answer = filled.ask("POST", f"/filtered_search/{object}", {"filter_rule": []})

    plural = object if object.startswith("cm_") else f"{object}s"
    assert len(answer[plural]) == answer["meta"]["total"] > 0


@pytest.mark.contract("2.15-10")
@pytest.mark.parametrize(("edition", "status"), [("classic", 200), ("suite", 404)])
def test_2_15_leads_are_found_on_classic(make_api, edition, status):
    """Suite has none."""
    api = make_api(edition=edition)
    base = {"classic": "http://tenant.test/api", "suite": ""}[edition]

    assert api.ask("POST", f"{base}/filtered_search/lead", {"filter_rule": []}, status=status)


@pytest.mark.contract("2.15-11")
@pytest.mark.parametrize("place", ["query", "body"])
def test_2_15_pages_are_asked_for_in_query_or_body(filled, place):
    """Sorting too."""
    page = {"page": 2, "per_page": 1, "sort": "first_name", "sort_type": "desc"}
    query, body = (page, {}) if place == "query" else ({}, page)
    answer = filled.ask("POST", "/filtered_search/contact", {"filter_rule": [], **body}, **query)

    assert ([each["first_name"] for each in answer["contacts"]], answer["meta"]) == (["Ann"], {"total": 2})


@pytest.mark.contract("2.15-12", "2.15-13")
@pytest.mark.parametrize(
    ("switches", "query", "count"),
    [({}, {}, 25), ({"search_per_page": 10}, {}, 10), ({}, {"per_page": 1000}, 100), ({}, {"per_page": 3}, 3)],
)
def test_2_15_records_on_a_page(make_api, switches, query, count):
    """25 unless told, never more than 100; a switch makes it 10, as an older client saw."""
    api = make_api(switches=switches)
    for number in range(101):
        api.make("contact", email=f"{number}@example.org")

    assert len(api.ask("POST", "/filtered_search/contact", {"filter_rule": []}, **query)["contacts"]) == count


@pytest.mark.contract("2.15-14")
@pytest.mark.parametrize(
    ("attribute", "operator", "value", "found"),
    [
        ("email", "is", "ANN@example.org", ["Ann"]),
        ("email", "is_in", ["ann@example.org", "bo@example.org"], ["Ann", "Bo"]),
        ("email", "contains", "ann@", ["Ann"]),
        ("email", "contains", "is_primary", []),
        ("created_at", "is_after", "2026-11-26", ["Bo"]),
        ("created_at", "is_before", "2026-11-26", ["Ann"]),
    ],
)
def test_2_15_operators(filled, attribute, operator, value, found):
    """Case does not count."""
    assert find(filled, attribute, operator, value) == found


@pytest.mark.contract("2.15-15")
@pytest.mark.parametrize(
    ("attribute", "operator", "value", "found"),
    [
        ("email", "is_not", "ann@example.org", ["Bo"]),
        ("external_id", "is_not_in", ["p-1"], ["Bo"]),
        ("external_id", "is_empty", None, ["Bo"]),
        ("external_id", "is_not_empty", None, ["Ann"]),
        ("email", "is_not_empty", None, ["Ann", "Bo"]),
        ("email", "starts_with", "bo@", ["Bo"]),
        ("email", "does_not_contain", "ann", ["Bo"]),
        ("first_name", "ends_with", "N", ["Ann"]),
        ("id", "is_greater_than", 1, ["Ann", "Bo"]),
        ("id", "is_less_than", 1, []),
    ],
)
def test_2_15_further_operators_are_a_switch(make_api, attribute, operator, value, found):
    """Where it is off they are refused, as an operator nobody knows is."""
    rich, plain = fill(make_api(switches={"more_search_operators": True})), make_api()
    body = {"filter_rule": [{"attribute": attribute, "operator": operator, "value": value}]}

    assert find(rich, attribute, operator, value) == found
    assert plain.refuse("POST", "/filtered_search/contact", body) == [f"Invalid operator {operator}"]


@pytest.mark.contract("2.15-16")
@pytest.mark.parametrize(
    ("object", "attribute", "value"),
    [
        ("contact", "email", "ann@example.org"),
        ("contact", "contact_status_id", "New"),
        ("contact", "lifecycle_stage_id", "Lead"),
        ("contact", "sales_account_id", "North Clinic"),
        ("contact", "cf_ward", "North"),
        ("sales_account", "website", "north.example.org"),
        ("sales_account", "name", "North Clinic"),
        ("deal", "deal_stage_id", "New"),
        ("deal", "expected_close", "2027-01-31"),
        ("deal", "name", "North deal"),
    ],
)
def test_2_15_attributes_of_rules(filled, object, attribute, value):
    """Ids stand for what they name."""
    lists = {"contact_status_id": "contact_statuses", "lifecycle_stage_id": "lifecycle_stages"}
    if attribute in lists:
        value = filled.choice(lists[attribute], value)
    elif attribute == "deal_stage_id":
        value = filled.choice("deal_stages", value)
    elif attribute == "sales_account_id":
        value = filled.account["id"]

    assert find(filled, attribute, "is", value, object)


@pytest.mark.contract("2.15-17", "2.15-18")
@pytest.mark.parametrize("object", OBJECTS)
def test_2_15_what_rules_find_is_thin(filled, object):
    """The record has to be read to be known."""
    thin = filled.ask("POST", f"/filtered_search/{object}", {"filter_rule": []})[f"{object}s"][0]
    whole = filled.ask("GET", f"/{object}s/{thin['id']}?include=owner")[object]

    hidden = {"custom_field", "owner_id", "deal_pipeline_id", "deal_stage_id"}
    assert thin["partial"] is True
    assert not hidden & set(thin)
    assert {"custom_field", "owner_id"} <= set(whole)


@pytest.mark.contract("2.15-21")
@pytest.mark.parametrize(("include", "types"), [("deal", {"deal"}), ("sales_account,deal", {"sales_account", "deal"})])
def test_2_15_search_looks_where_it_is_told(filled, include, types):
    """And nowhere else."""
    assert {hit["type"] for hit in filled.ask("GET", "/search", q="north", include=include)} == types


@pytest.mark.contract("2.15-22")
@pytest.mark.parametrize(("query", "hits"), [({"per_page": 1}, 1), ({"per_page": 2}, 2), ({}, 2)])
def test_2_15_search_gives_as_many_hits_as_asked_for(filled, query, hits):
    """Over all objects together."""
    assert len(filled.ask("GET", "/search", q="north", include="sales_account,deal", **query)) == hits
