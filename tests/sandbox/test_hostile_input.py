"""Whatever is sent, the tenant answers in its own words and keeps nothing of a refused call."""

import json

import pytest

JUNK = [
    None, "", " ", "x", "²", "1" * 30, "x" * 5000, 0, 5, -1, 1.5, 10**30, True, [], [1], ["x"], [None], [[]], {},
    {"id": "x"}, {"id": 10**30}, [{"id": 5}], [{"id": None}], [{"value": 5}], [{"value": "a@b.co", "is_primary": 7}],
    "2026-13-45", "\x00", "🦋", "1e999", "'; DROP TABLE records; --",
]  # fmt: skip
VALID = {
    "contact": {"email": "valid@example.org"},
    "sales_account": {"name": "Valid"},
    "deal": {"name": "Valid", "amount": 1},
    "task": {"title": "Valid", "due_date": "2027-01-01"},
    "appointment": {"title": "Valid", "from_date": "2027-01-01T10:00:00Z", "end_date": "2027-01-01T11:00:00Z"},
    "note": {"description": "Valid"},
    "sales_activity": {"title": "Valid"},
    "cm_plan": {"name": "Valid"},
}
EXTRA = (
    "email", "custom_field", "tags", "targetable", "targetables", "targetable_type", "targetable_id", "sales_account",
    "contacts_added_list", "appointment_attendees_attributes",
)  # fmt: skip


@pytest.fixture
def furnished(make_api):
    """A tenant with a custom field of every type, and quota for everything."""
    api = make_api(calls_per_hour=10_000_000)
    api.add_module()
    types = ("text", "textarea", "number", "decimal", "checkbox", "date", "date_time", "auto_complete")
    for plural in ("contacts", "cm_plan"):
        for type in types:
            api.add_field(plural, label=type, type=type)
        api.add_field(plural, label="dropdown", type="dropdown", choices=["a"])
        api.add_field(plural, label="multi", type="multi_select_dropdown", choices=["a"])
    return api


def path_of(object):
    """Where records of an object are made."""
    return "/sales_activities" if object == "sales_activity" else f"/{object}s"


@pytest.mark.parametrize("object", VALID)
def test_no_value_of_any_field_breaks_it(furnished, object):
    """Every standard and custom field, with every kind of junk: taken or refused, never a crash."""
    path = "/custom_module/cm_plan" if object == "cm_plan" else path_of(object)
    fields = furnished.tenant.schema.fields(object)
    for name in {*fields, *EXTRA}:
        for junk in JUNK:
            sent = {"custom_field": {name: junk}} if name.startswith("cf_") else {name: junk}
            response = furnished.http.post(path, json={object: {**VALID[object], **sent}})
            assert response.status_code in (200, 201, 400), (name, junk, response.text)
            if response.status_code < 300:
                id = response.json()[object]["id"]
                furnished.ask("DELETE", f"{path}/{id}")
    assert furnished.tenant.count(object) == 0


@pytest.mark.parametrize("junk", JUNK)
def test_no_identifier_breaks_an_upsert(furnished, junk):
    """Single or in bulk."""
    for name in ("emails", "id", "mobile_number", "external_id", "cf_text"):
        unique = {"unique_identifier": {name: junk}, "contact": {"email": "a@example.org"}}
        assert furnished.http.post("/contacts/upsert", json=unique).status_code in (200, 400, 404)
        rows = {"contacts": [{name: junk, "data": {"email": "a@example.org"}}]}
        assert furnished.http.post("/contacts/bulk_upsert", json=rows).status_code == 200
    for body in ({"contacts": junk}, {"contacts": [junk]}, {"selected_ids": junk}, {"selected_ids": [junk]}, junk):
        for verb in ("bulk_upsert", "bulk_destroy", "bulk_assign_owner", "upsert"):
            assert furnished.http.post(f"/contacts/{verb}", json=body).status_code in (200, 400)
    assert furnished.ask("GET", "/selector/owners")


@pytest.mark.parametrize("junk", JUNK)
def test_no_rule_breaks_a_search(furnished, junk):
    """In any place of a rule."""
    for rule in (
        {"attribute": junk, "operator": "is", "value": "x"},
        {"attribute": "email", "operator": junk, "value": "x"},
        *({"attribute": "email", "operator": name, "value": junk} for name in ("is", "is_in", "contains", "is_after")),
        {"attribute": "sales_account_id", "operator": "is_in", "value": junk},
        {"attribute": "cf_checkbox", "operator": "is", "value": junk},
        junk,
    ):
        response = furnished.http.post("/filtered_search/contact", json={"filter_rule": [rule], "page": junk})
        assert response.status_code in (200, 400), response.text


@pytest.mark.parametrize("junk", [each for each in JUNK if isinstance(each, str | int | float)])
def test_no_query_breaks_a_list(furnished, junk):
    """Pages, sorting, includes and words."""
    view = next(v["id"] for v in furnished.tenant.views["contact"] if v["rule"] == "all")
    furnished.make("contact", email="a@example.org")
    query = dict.fromkeys(("page", "per_page", "sort", "sort_type", "include", "filter", "q", "f", "entities"), junk)
    for path in (f"/contacts/view/{view}", "/tasks", "/appointments", "/search", "/lookup", "/sales_activities"):
        crashes_live_too = path == "/tasks" and junk == 0
        assert furnished.http.get(path, params=query).status_code in ((500,) if crashes_live_too else (200, 400)), path


@pytest.mark.parametrize("junk", JUNK)
def test_no_description_of_a_field_or_module_breaks_the_schema(furnished, junk):
    """Each attribute in turn."""
    for name in ("label", "type", "field_type", "choices", "name", "unique", "points_at"):
        body = {"field": {"label": "L", "type": "dropdown", name: junk}}
        assert furnished.http.post("/settings/deals/forms/3/fields", json=body).status_code in (200, 400), (name, junk)
    for name in ("entity_name", "singular_name", "icon", "show_in_navigation_menu"):
        body = {"entity_name": "cm_new", "singular_name": "N", "plural_name": "Ns", "icon": "x", name: junk}
        assert furnished.http.post("/settings/module_customizations", json=body).status_code in (200, 400)
    assert furnished.http.post("/deals", json={"deal": {"name": "D", "amount": 1}}).status_code in (200, 400)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"email": NaN}', b"\xff\xfe", b'{"a": "\\ud800"}', b'"x'])
def test_a_body_that_is_hardly_json_is_refused(furnished, body):
    """Deep nesting, constants JSON does not have, broken text."""
    response = furnished.http.post("/contacts", content=body)

    assert response.status_code == 400, response.text
    assert json.loads(response.text)["errors"]["code"] == 400


def test_half_a_character_in_a_text_is_refused(furnished):
    """A lone surrogate cannot be stored, and is the client's fault."""
    response = furnished.http.post("/contacts", content=b'{"email": "a@example.org", "city": "\\ud800"}')

    assert response.status_code == 400
    assert furnished.tenant.count("contact") == 0
