"""How JSON looks everywhere: envelopes, sideloads, ids, money, times, custom values, nulls."""

from datetime import datetime

import httpx
import pytest

from tests.sandbox.conftest import HEADERS
from workbench.sandbox.users import User

PRIYA = "priya.raman@tenant.example"


@pytest.fixture
def filled(api):
    """A tenant with a contact, an account and a deal that name each other and their owner."""
    owner = api.choice("owners", PRIYA)
    api.account = api.make("sales_account", name="Acme", website="acme.org", owner_id=owner)
    links = [{"id": api.account["id"], "is_primary": True}]
    api.contact = api.make(
        "contact",
        email="ann@example.org",
        owner_id=owner,
        sales_accounts=links,
        lead_source_id=api.choice("lead_sources", "Web"),
        campaign_id=api.choice("campaigns", "Newsletter"),
        territory_id=api.choice("territories", "Default"),
    )
    api.deal = api.make(
        "deal",
        name="D",
        amount=5600,
        owner_id=owner,
        sales_account_id=api.account["id"],
        contacts_added_list=[api.contact["id"]],
        deal_reason_id=api.choice("deal_reasons", "Price"),
    )
    api.make("note", description="x", targetable_type="Contact", targetable_id=api.contact["id"])
    return api


@pytest.mark.contract("1.1-01")
def test_1_1_one_record_comes_in_an_envelope_with_a_null_meta(filled):
    """The name of the object, and `meta`."""
    answer = filled.ask("GET", f"/contacts/{filled.contact['id']}")

    assert set(answer) == {"contact", "meta"}
    assert answer["meta"] is None


@pytest.mark.contract("1.1-02")
def test_1_1_a_list_tells_total_and_pages(filled):
    """The plural of the object, and `meta` with both numbers."""
    filled.make("contact", email="bo@example.org")

    answer = filled.view("contacts", "All Contacts", per_page=1)

    assert len(answer["contacts"]) == 1
    assert (answer["meta"]["total"], answer["meta"]["total_pages"]) == (2, 2)


@pytest.mark.contract("1.1-03")
@pytest.mark.parametrize("path", ["/tasks", "/appointments"])
def test_1_1_tasks_and_appointments_tell_only_a_total(api, path):
    """No number of pages."""
    assert api.ask("GET", path)["meta"] == {"total": 0}


@pytest.mark.contract("1.1-04")
def test_1_1_a_timeline_tells_whether_there_is_more(filled):
    """Two booleans and no total."""
    meta = filled.ask("GET", f"/contacts/{filled.contact['id']}/activities")["meta"]

    assert {name: meta[name] for name in ("has_next", "has_previous")} == {"has_next": False, "has_previous": False}
    assert "total" not in meta


@pytest.mark.contract("1.1-05", "1.1-06")
@pytest.mark.parametrize(
    ("object", "word", "key"),
    [
        ("contact", "owner", "users"),
        ("contact", "lifecycle_stage", "lifecycle_stages"),
        ("contact", "contact_status", "contact_status"),
        ("contact", "source", "lead_source"),
        ("contact", "campaign", "campaigns"),
        ("contact", "territory", "territories"),
        ("contact", "deals", "deals"),
        ("contact", "notes", "notes"),
        ("deal", "deal_stage", "deal_stages"),
        ("deal", "sales_account", "sales_accounts"),
        ("deal", "contacts", "contacts"),
    ],
)
def test_1_1_what_is_included_stands_beside_the_record(filled, object, word, key):
    """One array under its own key, with one item in it."""
    record = getattr(filled, object)

    answer = filled.ask("GET", f"/{object}s/{record['id']}", include=word)

    assert set(answer) == {key, object, "meta"}
    assert len(answer[key]) == 1
    assert answer[key][0]["id"] > 0


@pytest.mark.contract("1.1-07")
def test_1_1_accounts_of_a_contact_stand_inside_it(filled):
    """A few attributes each, and whether it is the primary one."""
    answer = filled.ask("GET", f"/contacts/{filled.contact['id']}", include="sales_accounts")

    assert "sales_accounts" not in answer
    assert answer["contact"]["sales_accounts"] == [
        {
            "partial": True,
            "id": filled.account["id"],
            "name": "Acme",
            "avatar": None,
            "website": "acme.org",
            "is_primary": True,
        }
    ]


@pytest.mark.contract("1.1-08")
@pytest.mark.parametrize("object", ["contact", "deal"])
def test_1_1_the_owner_is_named_only_when_included(filled, object):
    """In a single record and in a view alike."""
    path, owner = f"/{object}s/{getattr(filled, object)['id']}", filled.choice("owners", PRIYA)
    view = {"contact": "All Contacts", "deal": "All Deals"}[object]

    assert "owner_id" not in filled.ask("GET", path)[object]
    assert "owner_id" not in filled.view(f"{object}s", view)[f"{object}s"][0]
    assert filled.ask("GET", path, include="owner")[object]["owner_id"] == owner
    assert filled.view(f"{object}s", view, include="owner")[f"{object}s"][0]["owner_id"] == owner


@pytest.mark.contract("1.1-09")
def test_1_1_the_lost_reason_is_named_only_when_included(filled):
    """`deal_reason_id` is not there otherwise."""
    path = f"/deals/{filled.deal['id']}"

    assert "deal_reason_id" not in filled.ask("GET", path)["deal"]
    shown = filled.ask("GET", path, include="deal_reason")["deal"]
    assert shown["deal_reason_id"] == filled.choice("deal_reasons", "Price")


@pytest.mark.contract("1.1-10")
def test_1_1_an_account_names_its_owner_always(filled):
    """Without any include."""
    shown = filled.ask("GET", f"/sales_accounts/{filled.account['id']}")["sales_account"]

    assert shown["owner_id"] == filled.choice("owners", PRIYA)


@pytest.mark.contract("1.1-11")
@pytest.mark.parametrize("include", ["owner", "campaign,owner", "deal_stage,contacts,owner", "notes,owner,creater"])
def test_1_1_users_are_the_first_key(filled, include):
    """Whatever else is asked for, and in whatever order."""
    object = "deal" if "deal" in include else "contact"
    one = filled.ask("GET", f"/{object}s/{getattr(filled, object)['id']}", include=include)
    many = filled.view(f"{object}s", "All Deals" if object == "deal" else "All Contacts", include=include)

    assert [next(iter(one)), next(iter(many))] == ["users", "users"]


@pytest.mark.contract("1.1-12")
def test_1_1_ids_have_eleven_or_twelve_digits(filled):
    """Records, e-mails and items of lists."""
    ids = [filled.contact["id"], filled.deal["id"], filled.contact["emails"][0]["id"], filled.choice("owners", PRIYA)]

    assert {type(id) for id in ids} == {int}
    assert {len(str(id)) for id in ids} <= {11, 12}


@pytest.mark.contract("1.1-13")
def test_1_1_an_mcr_id_does_not_fit_a_double(filled):
    """Two contacts differ as integers where they would not as floats."""
    other = filled.make("contact", email="bo@example.org")

    assert filled.contact["mcr_id"] > 2**53
    assert filled.contact["mcr_id"] != other["mcr_id"]
    assert float(filled.contact["mcr_id"]) == float(other["mcr_id"])


@pytest.mark.contract("1.1-14")
def test_1_1_money_is_a_text(filled):
    """On deals and in what accounts and contacts add up."""
    account = filled.ask("GET", f"/sales_accounts/{filled.account['id']}")["sales_account"]

    assert (filled.deal["amount"], filled.deal["expected_deal_value"]) == ("5600.0", "1680.0")
    assert (account["open_deals_amount"], account["won_deals_amount"]) == ("5600.0", "0.0")


@pytest.mark.contract("1.1-15")
def test_1_1_prices_of_products_are_numbers(api):
    """Unlike the amounts of deals."""
    pricing = [{"currency_code": "USD", "unit_price": 12.5}]
    sent = {"name": "P", "pricing_type": 1, "product_pricings": pricing}
    made = api.ask("POST", "/cpq/products", {"product": sent}, include="product_pricings")["product"]
    shown = api.ask("GET", f"/cpq/products/{made['id']}", include="product_pricings")["product"]

    assert [each["unit_price"] for each in shown["product_pricings"]] == [12.5]


@pytest.mark.contract("1.1-16")
def test_1_1_times_have_the_offset_of_the_account(make_api):
    """Winter and summer time of the zone the account is set to."""
    times = [
        make_api(time_zone=zone).make("contact", email="a@example.org")["created_at"]
        for zone in ("America/Chicago", "Asia/Kolkata")
    ]

    assert times == ["2026-11-25T06:00:00-06:00", "2026-11-25T17:30:00+05:30"]


@pytest.mark.contract("1.1-17")
def test_1_1_times_in_selectors_are_in_utc(api):
    """Whatever the account's zone."""
    pipeline = api.ask("GET", "/selector/deal_pipelines")["deal_pipelines"][0]

    assert {stage["updated_at"] for stage in pipeline["deal_stages"]} == {"2026-11-25T12:00:00Z"}


@pytest.mark.contract("1.1-18")
def test_1_1_an_expected_close_is_a_day(api):
    """Even where a time was sent."""
    deal = api.make("deal", name="D", amount=1, expected_close="2027-01-31T10:00:00Z")

    assert deal["expected_close"] == "2027-01-31"


@pytest.mark.contract("1.1-19")
def test_1_1_classic_times_have_a_z(make_api):
    """Clients of Classic parse no other form; a switch writes the offset all the same."""
    times = []
    for offsets in (False, True):
        api = make_api(edition="classic", switches={"classic_offsets": offsets})
        api.http.base_url = "http://tenant.test/api"
        times.append(api.make("contact", email="a@example.org")["created_at"])

    assert datetime.strptime(times[0], "%Y-%m-%dT%H:%M:%SZ") == datetime(2026, 11, 25, 12)
    assert times[1] == "2026-11-25T06:00:00-06:00"


@pytest.mark.contract("1.1-20", "1.1-21", "1.1-22", "1.1-23", "1.1-24")
@pytest.mark.parametrize(
    ("type", "sent", "shown"),
    [
        ("multi_select_dropdown", "Mon;Wed", "Mon;Wed"),
        ("multi_select_dropdown", ["Mon", "Wed"], "Mon;Wed"),
        ("checkbox", True, True),
        ("number", 7, 7),
        ("date", "2018-01-16", "2018-01-16T00:00:00-06:00"),
        ("text", "x", "x"),
    ],
)
def test_1_1_custom_values_in_custom_field(api, type, sent, shown):
    """One object in the singular; each type has its own form."""
    choices = {"choices": ["Mon", "Tue", "Wed"]} if type == "multi_select_dropdown" else {}
    api.add_field("contacts", label="X", type=type, **choices)

    made = api.make("contact", email="a@example.org", custom_field={"cf_x": sent})

    assert made["custom_field"] == {"cf_x": shown}
    assert "custom_fields" not in made


@pytest.mark.contract("1.1-25")
def test_1_1_a_lookup_is_written_as_an_id(api):
    """And read back as one."""
    api.add_field("contacts", label="X", type="auto_complete", points_at="sales_account")
    account = api.make("sales_account", name="A")

    made = api.make("contact", email="a@example.org", custom_field={"cf_x": account["id"]})

    assert made["custom_field"]["cf_x"] == account["id"]


@pytest.mark.contract("1.1-26")
def test_1_1_null_clears(api):
    """A standard field and a custom one; the others stay."""
    api.add_field("contacts", label="X", type="text")
    made = api.make("contact", email="a@example.org", job_title="Nurse", city="Oslo", custom_field={"cf_x": "x"})

    path, cleared = f"/contacts/{made['id']}", {"job_title": None, "custom_field": {"cf_x": None}}
    shown = api.ask("PUT", path, {"contact": cleared})["contact"]

    assert (shown["job_title"], shown["city"], shown["custom_field"]) == (None, "Oslo", {"cf_x": None})


@pytest.mark.contract("1.1-27")
@pytest.mark.parametrize(
    ("object", "field"), [("sales_account", "name"), ("deal", "name"), ("deal", "amount"), ("contact", "emails")]
)
def test_1_1_null_on_what_is_required_is_refused(api, object, field):
    """And what was there stays."""
    sent = {"contact": {"email": "a@example.org"}, "sales_account": {"name": "A"}, "deal": {"name": "D", "amount": 1}}
    made = api.make(object, **sent[object])
    path = f"/{object}s/{made['id']}"

    assert api.refuse("PUT", path, {object: {field: None}})
    assert api.ask("GET", path)[object][field] == made[field]


@pytest.mark.contract("1.1-28")
def test_1_1_an_empty_email_refuses_the_contact(api):
    """Even where a mobile number would be enough; nothing is made."""
    assert api.refuse("POST", "/contacts", {"contact": {"email": "", "mobile_number": "1"}})
    assert api.tenant.count("contact") == 0


@pytest.mark.contract("1.1-29", "1.1-30")
@pytest.mark.parametrize(
    ("object", "sent", "changed"),
    [
        ("contact", {"email": "a@example.org"}, {"city": "Oslo"}),
        ("sales_account", {"name": "A"}, {"city": "Oslo"}),
        ("deal", {"name": "D", "amount": 1}, {"name": "E"}),
        ("task", {"title": "t", "due_date": "2027-01-01"}, {"title": "u"}),
        (
            "appointment",
            {"title": "t", "from_date": "2027-01-01T10:00:00Z", "end_date": "2027-01-01T11:00:00Z"},
            {"title": "u"},
        ),
    ],
)
@pytest.mark.parametrize("is_wrapped", [True, False])
def test_1_1_the_wrapper_may_be_left_out(api, object, sent, changed, is_wrapped):
    """On create and on update."""
    if object in ("task", "appointment"):
        about = api.make("contact", email="about@example.org")
        sent = {**sent, "targetable_type": "Contact", "targetable_id": about["id"]}
    bodies = [{object: each} if is_wrapped else each for each in (sent, changed)]

    status = 201 if object in ("task", "appointment") else 200
    made = api.ask("POST", f"/{object}s", bodies[0], status=status)[object]
    shown = api.ask("PUT", f"/{object}s/{made['id']}", bodies[1])[object]

    assert {name: shown[name] for name in changed} == changed


@pytest.mark.contract("1.1-31")
@pytest.mark.parametrize("path", ["/contacts", "/sales_accounts", "/deals", "/tasks", "/appointments", "/notes"])
def test_1_1_an_empty_object_is_refused(api, path):
    """There is nothing to write."""
    assert api.refuse("POST", path, {})


@pytest.mark.contract("1.1-32")
def test_1_1_messages_come_in_the_callers_language(make_api):
    """The code and the envelope do not."""
    users = (
        User(name="Ann", email="ann@tenant.example"),
        User(name="Bo", email="bo@tenant.example", key="bo", language="nl"),
    )
    api = make_api(users=users)
    english = api.refuse("GET", "/contacts", status=403)
    api.http.headers = httpx.Headers({**HEADERS, "Authorization": "Token token=bo"})

    dutch = api.refuse("GET", "/contacts", status=403)

    assert english == ["You are not authorized to perform this action."]
    assert dutch != english


@pytest.mark.contract("1.1-33")
@pytest.mark.parametrize("is_writable", [False, True])
@pytest.mark.parametrize(
    ("object", "sent", "status"),
    [
        ("contact", {"email": "a@example.org"}, 200),
        ("sales_account", {"name": "A"}, 200),
        ("deal", {"name": "D", "amount": 1}, 200),
        ("note", {"description": "x"}, 200),
        ("task", {"title": "t", "due_date": "2027-01-01"}, 201),
    ],
)
def test_1_1_stamps_of_a_client_are_kept_where_the_switch_says_so(make_api, is_writable, object, sent, status):
    """Otherwise every record was made now."""
    api = make_api(switches={"created_at_writable": is_writable})
    about = {"targetable_type": "Contact", "targetable_id": api.make("contact", email="about@example.org")["id"]}
    stamps = {"created_at": "2019-05-01T10:00:00Z", "updated_at": "2019-05-02T10:00:00Z"}

    made = api.ask("POST", f"/{object}s", {object: {**about, **sent, **stamps}}, status=status)[object]

    old, now = ["2019-05-01T05:00:00-05:00", "2019-05-02T05:00:00-05:00"], ["2026-11-25T06:00:00-06:00"] * 2
    assert [made["created_at"], made["updated_at"]] == (old if is_writable else now)
