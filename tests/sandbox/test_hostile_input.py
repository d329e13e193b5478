"""Whatever is sent, the tenant answers in its own words and keeps nothing of a refused call."""

import json

import pytest

JUNK = [
    None, "", " ", "x", "²", "1" * 30, "x" * 5000, 0, 5, -1, 1.5, 10**30, True, [], [1], ["x"], [None], [[]], {},
    {"id": "x"}, {"id": 10**30}, [{"id": 5}], [{"id": None}], [{"value": 5}], [{"value": "a@b.co", "is_primary": 7}],
    "2026-13-45", "\x00", "🦋", "1e999", "'; DROP TABLE records; --",
]  # fmt: skip
# Where records are made, by object; and what each needs to be taken, with a contact and a deal put in its place.
PATHS = {
    "contact": "/contacts",
    "sales_account": "/sales_accounts",
    "deal": "/deals",
    "lead": "/leads",
    "task": "/tasks",
    "appointment": "/appointments",
    "note": "/notes",
    "sales_activity": "/sales_activities",
    "phone_call": "/phone_calls",
    "list": "/lists",
    "product": "/cpq/products",
    "cpq_document": "/cpq/cpq_documents",
    "document_link": "/document_links",
    "cm_plan": "/custom_module/cm_plan",
}
TIMES = {"start_date": "2027-01-01T10:00:00Z", "end_date": "2027-01-01T11:00:00Z"}
VALID = {
    "contact": {"email": "valid@example.org"},
    "deal": {"name": "Valid", "amount": 1},
    "lead": {"last_name": "Valid", "email": "valid@example.org"},
    "task": {"title": "Valid", "due_date": "2027-01-01"},
    "appointment": {"title": "Valid", "from_date": TIMES["start_date"], "end_date": TIMES["end_date"]},
    "note": {"description": "Valid"},
    "sales_activity": {"title": "Valid", **TIMES},
    "phone_call": {"call_direction": True},
    "cpq_document": {"display_name": "Valid", "document_type": "Quote"},
    "document_link": {"url": "https://example.org"},
}
ABOUT_CONTACT = ("task", "appointment", "note", "sales_activity", "phone_call", "document_link")
# What no schema names and is read all the same.
EXTRA = (
    "email", "emails", "custom_field", "tags", "targetable", "targetables", "targetable_type", "targetable_id",
    "sales_account", "sales_accounts", "contacts_added_list", "appointment_attendees_attributes", "products",
    "task_users_attributes", "product_pricings", "company", "deal", "call_notes", "call_direction", "team_users",
    "created_at", "remote_id", "id",
)  # fmt: skip
# Whole bodies that are hardly JSON, or hardly a record.
BODIES = [
    b"[" * 100_000, b'{"a":' * 100_000, b'{"email": NaN}', b'{"email": -Infinity}', b"\xff\xfe", b'{"a": "\\ud800"}',
    b'{"\\udc00": 1}', b'"x', b"{", b"}", b"[]", b"{}", b"null", b"1", b'"text"', b"{'email': 'a@b.co'}", b"\x00",
    b'{"email": "a@b.co",}', b'{"email" "a@b.co"}', b"\xef\xbb\xbf{}", b"<contact/>", b"email=a@b.co", b" " * 100_000,
]  # fmt: skip


def furnish(make_api, edition="suite"):
    """A tenant with a custom field of every type, quota for everything, and a contact and a deal to be about."""
    quota = {"calls_per_hour": 10_000_000, "switches": {"per_minute": 10_000_000}}
    api = make_api(edition=edition, activity_types=("Visit",), **quota)
    if edition == "classic":
        api.http.base_url = "http://tenant.test/api"
    api.add_module()
    types = ("text", "textarea", "number", "decimal", "checkbox", "date", "date_time", "auto_complete")
    for plural in ("contacts", "cm_plan"):
        for type in types:
            api.add_field(plural, label=type, type=type)
        api.add_field(plural, label="dropdown", type="dropdown", choices=["a"])
        api.add_field(plural, label="multi", type="multi_select_dropdown", choices=["a"])
    api.contact = api.make("contact", email="kept@example.org")["id"]
    api.deal = api.make("deal", name="Kept", amount=1)["id"]
    return api


@pytest.fixture
def furnished(make_api):
    """A tenant of the Suite with everything in it that records can be about."""
    return furnish(make_api)


def describe(api, object):
    """The attributes of a record that is taken."""
    facts = VALID.get(object, {"name": "Valid"})
    if object in ABOUT_CONTACT:
        facts = {**facts, "targetable_type": "Contact", "targetable_id": api.contact}
    if object == "sales_activity":
        facts = {**facts, "sales_activity_type_id": api.choice("sales_activity_types", "Visit")}
    return {**facts, "deal_id": api.deal} if object == "cpq_document" else facts


def wrap(object, facts):
    """The body of a call; calls and links are sent without a wrapper."""
    return facts if object in ("phone_call", "document_link") else {object: facts}


@pytest.mark.parametrize("object", PATHS)
def test_no_value_of_any_field_breaks_it(make_api, object):
    """Every standard and custom field, with every kind of junk: taken or refused, never a crash, and never in part."""
    api = furnish(make_api, "classic" if object == "lead" else "suite")
    path, facts = PATHS[object], describe(api, object)
    made = api.http.post(path, json=wrap(object, facts))
    assert made.is_success, made.text
    id = api.tenant.records(object)[-1]["id"]
    changes = object not in ("phone_call", "document_link")
    for name in {*api.tenant.schema.fields(object), *EXTRA}:
        for junk in JUNK:
            before = api.tenant.digest()
            sent = {"custom_field": {name: junk}} if name.startswith("cf_") else {name: junk}
            body = wrap(object, sent if changes else {**facts, **sent})
            method, address = ("PUT", f"{path}/{id}") if changes else ("POST", path)
            response = api.http.request(method, address, json=body)
            is_stumble = object == "phone_call" and response.json() == {"error_code": 500}
            assert response.status_code in (200, 201, 400) or is_stumble, (name, junk, response.text)
            assert response.is_success or api.tenant.digest() == before, (name, junk)
            if response.is_success and not changes:
                api.ask("DELETE", f"{path}/{api.tenant.records(object)[-1]['id']}")
    assert api.tenant.count(object) == 1 + (object in ("contact", "deal"))


@pytest.mark.parametrize("object", ["contact", "deal"])
def test_no_value_of_any_field_breaks_a_new_record(furnished, object):
    """As above, where there is no record yet; what was refused has left nothing."""
    path, facts = PATHS[object], describe(furnished, object)
    kept = furnished.tenant.count(object)
    for name in {*furnished.tenant.schema.fields(object), *EXTRA}:
        for junk in JUNK:
            sent = {"custom_field": {name: junk}} if name.startswith("cf_") else {name: junk}
            response = furnished.http.post(path, json={object: {**facts, **sent}})
            assert response.status_code in (200, 400), (name, junk, response.text)
            if response.is_success:
                furnished.ask("DELETE", f"{path}/{response.json()[object]['id']}")
    assert furnished.tenant.count(object) == kept


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


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:20]))
def test_a_body_that_is_hardly_json_is_refused(api, body):
    """Deep nesting, constants JSON does not have, broken text, other languages: 400 in the usual form, nothing kept."""
    before = api.tenant.digest(with_schema=True)
    for path in ("/contacts", "/contacts/upsert", "/deals", "/contacts/bulk_upsert", "/lists", "/cpq/products"):
        response = api.http.post(path, content=body)
        assert response.status_code == 400, (path, response.text)
        assert json.loads(response.text)["errors"]["code"] == 400

    assert api.tenant.digest(with_schema=True) == before


def test_half_a_character_is_refused_wherever_it_stands(furnished):
    """A lone surrogate cannot be stored, and is the client's fault; the two halves of a character are one."""
    for body in (b'{"email": "a@example.org", "city": "\\ud800"}', b'{"custom_field": {"cf_text": "x\\uDfff"}}'):
        assert furnished.http.post("/contacts", content=body).status_code == 400
    whole = furnished.http.post("/contacts", content=b'{"email": "a@example.org", "city": "\\ud83e\\udd8b"}')

    assert whole.json()["contact"]["city"] == "🦋"


def test_of_a_name_sent_twice_the_last_counts(api):
    """As most readers of JSON have it."""
    response = api.http.post("/contacts", content=b'{"email": "a@b.co", "city": "A", "city": "B"}')

    assert response.json()["contact"]["city"] == "B"


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1e-999", "1" * 400, "1." + "9" * 400, "-0", "1E400"])
def test_a_number_beyond_all_bounds_never_comes_back(furnished, number):
    """Whatever it is sent as, no answer says Infinity or NaN, and nothing crashes."""
    bodies = (
        '{"contact": {"email": "n@example.org", "first_name": %s, "subscription_status": %s}}',
        '{"contact": {"email": "n@example.org", "custom_field": {"cf_number": %s, "cf_decimal": %s}}}',
        '{"deal": {"name": "N", "amount": %s, "probability": %s}}',
        '{"product": {"name": "N", "product_pricings": [{"currency_code": "USD", "unit_price": %s, "setup_fee": %s}]}}',
        '{"sales_account": {"name": "N", "annual_revenue": %s, "number_of_employees": %s}}',
    )
    for body in bodies:
        object = body.split('"')[1]
        response = furnished.http.post(PATHS[object], content=(body % (number, number)).encode())
        assert response.status_code in (200, 400), (object, response.text)
        json.loads(response.text, parse_constant=pytest.fail)
    furnished.tenant.digest()


def test_a_body_of_megabytes_is_read_or_refused(api):
    """A text of nine is too long for its field; anything above the limit is not read at all."""
    before = api.tenant.digest()
    long = api.http.post("/contacts", json={"email": "a@example.org", "city": "x" * 9_000_000})
    larger = api.http.post("/contacts", json={"email": "a@example.org", "city": "x" * 11_000_000})
    keys = api.http.post("/contacts", json={"contact": {f"k{number}": number for number in range(100_000)}})

    assert (long.status_code, larger.status_code, keys.status_code) == (400, 413, 400)
    assert api.tenant.digest() == before


@pytest.mark.parametrize(
    "part",
    [
        "0",
        "-1",
        "1" * 30,
        "²",
        "١",
        "x",
        "%00",
        "%2e%2e",
        "..%2f..%2fetc",
        "1%20",
        "1;2",
        "1.5",
        "%F0%9F%A6%8B",
        "null",
    ],
)
def test_no_address_breaks_it(api, part):
    """An id that is none is found nowhere, and a view that is none is refused."""
    before = api.tenant.digest(with_schema=True)
    paths = [path for object, path in PATHS.items() if object != "cm_plan"]
    for path in (*paths, "/contacts/view", "/contacts/lists", "/job_statuses", "/settings", "/selector"):
        for method in ("GET", "PUT", "DELETE"):
            response = api.http.request(method, f"{path}/{part}", json={"name": "x"} if method == "PUT" else None)
            assert response.status_code in (400, 403, 404), (method, path, response.text)

    assert api.tenant.digest(with_schema=True) == before


NAMES = [
    "../../escaped.txt", "..\\..\\escaped.txt", "/etc/escaped.txt", "C:\\escaped.txt", "a\x00b.txt", ".", "..", "~/x",
    "con", "x" * 5000, "🦋.txt", 'a"b.txt', "a\r\nset-cookie: x=1", "%2e%2e%2fescaped.txt", "a;b.txt", " ",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name[:20]))
def test_no_file_name_leads_anywhere(api, tmp_path, name):
    """Files lie under their hash whatever they are called; the name comes back as one line, without a path in it."""
    outside = set(tmp_path.parent.rglob("*escaped*"))
    form = {
        "targetable_type": "Contact",
        "targetable_id": api.make("contact", email="a@example.org")["id"],
        "file_name": name,
    }
    sent = api.http.post("/documents", data=form, files={"file": ("f.txt", b"content")})

    assert sent.status_code in (200, 400), sent.text
    if sent.is_success:
        download = api.http.get(f"/documents/{sent.json()['id']}/download")
        said = download.headers["content-disposition"]
        assert download.content == b"content"
        assert "set-cookie" not in download.headers
        assert not any(bad in said.split("filename*")[0] for bad in ("/", "\\", "..\\", "\n", "\r"))
    assert set(tmp_path.parent.rglob("*escaped*")) == outside


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("0001-01-01T00:00:00Z", None),
        ("0002-02-03T04:05:06Z", "0002-02-02"),
        ("0999-12-31T23:59:59+14:00", "0999-12-31"),
        ("9998-12-31T23:59:59Z", "9998-12-31"),
        ("9999-12-31T23:59:59-12:00", None),
        ("9999-12-31T23:59:59Z", None),
    ],
)
def test_a_time_at_the_ends_of_time_can_be_read_again(api, sent, shown):
    """What is taken is shown, in any zone; what could not be shown is refused."""
    task = {"task": {"title": "T", "due_date": sent}}
    response = api.http.post("/tasks", json=task)

    assert response.status_code == (201 if shown else 400), response.text
    if shown:
        (listed,) = api.ask("GET", "/tasks", filter="open")["tasks"]
        assert listed["due_date"].startswith(shown)


@pytest.mark.parametrize("scale", [10**400, 1e308])
def test_a_time_scale_no_clock_can_have_is_refused(api, scale):
    """Also where it is a whole number larger than any other."""
    assert api.refuse("POST", "http://tenant.test/local/time_scale", {"time_scale": scale})


@pytest.mark.parametrize("day", ["0001-01-01", "0999-01-01", "9999-12-31"])
def test_a_day_at_the_ends_of_time_can_be_read_again(furnished, day):
    """In a custom field, and as the day a deal closes."""
    contact = furnished.make("contact", email="d@example.org", custom_field={"cf_date": day})
    deal = furnished.make("deal", name="D", amount=1, expected_close=day)

    shown = furnished.ask("GET", f"/contacts/{contact['id']}")["contact"]["custom_field"]["cf_date"]
    assert shown.startswith(day)
    assert furnished.ask("GET", f"/deals/{deal['id']}")["deal"]["expected_close"] == day
