"""Every page of an empty and of a full tenant: it is there, leads on, and shows what is stored as what it is."""

import hashlib
import json
from urllib.parse import urlsplit

import pytest

from tests.sandbox.page.clinic import CONTROLS, ENDLESS, OVERRIDE, QUOTED, RIGHT_TO_LEFT, SCRIPT
from tests.sandbox.page.conftest import Looker

KNOWN = {
    "a", "b", "bdi", "body", "button", "code", "dd", "details", "div", "dl", "dt", "footer", "form", "g", "h1", "h2",
    "h3", "head", "header", "html", "input", "label", "li", "line", "link", "main", "meta", "nav", "ol", "option", "p",
    "pre", "rect", "section", "select", "small", "span", "strong", "summary", "svg", "table", "tbody", "td", "text",
    "th", "thead", "time", "title", "tr", "ul",
}  # fmt: skip

STRANGE = (
    "page=0", "page=-1", "page=x", f"page={'9' * 30}", "page=99", "sort=id;drop", "sort=__proto__", "sort=name&way=up",
    "about=x", "q=%25%27%22%5C_", "q=%00", "q=" + "x" * 5000, "hour=0", "hour=x", "hour=9999", "object=x", "status=x",
)  # fmt: skip


def walk(look: Looker, *, most: int = 400) -> dict[str, object]:
    """Every page that can be reached from the first one, by its address."""
    seen, left = {}, ["/"]
    while left and len(seen) < most:
        path = left.pop(0)
        if path in seen:
            continue
        seen[path] = look.read(path)
        left += [href.partition("#")[0] for href in seen[path].hrefs() if not href.startswith("#")]
    return seen


@pytest.mark.parametrize("settings", [{}, {"plan": "free"}, {"edition": "classic"}], ids=["suite", "free", "classic"])
def test_every_page_of_an_empty_tenant_says_that_there_is_nothing(make_look, settings):
    """A fresh tenant of any plan and edition can be walked through; what is empty says so."""
    look = make_look(**settings)

    pages = walk(look)

    assert len(pages) > 15
    assert "No call yet" in pages["/look/journal"].text and "No call yet" in pages["/look/quota"].text
    assert "The recycle bin is empty" in pages["/look/bin"].text
    assert "There is nothing in this view" in pages["/look/contacts"].text


def test_every_link_of_a_full_tenant_leads_somewhere(look, clinic):
    """All that is reached from the first page is there, and no link leaves the tenant."""
    pages = walk(look)

    assert f"/look/contacts/{clinic.patient}" in pages and f"/look/jobs/{clinic.job}" in pages
    assert all(urlsplit(href).netloc == "" and href[0] in "/#" for page in pages.values() for href in page.hrefs())


def test_every_object_has_lists_and_records(look, clinic):
    """Whatever the tenant keeps has a list, and each of its records a page; custom modules too."""
    stored = {object for object, _ in look.api.tenant.store.live()}
    first = look.read("/")
    names = {look.api.tenant.schema.modules.get(object, object) for object in stored}

    assert len(names) >= 7
    for object in stored:
        record = look.api.tenant.records(object)[0]
        path = next(href for href in first.hrefs() if is_list_of(look, href, object))
        assert str(record["id"]) in look.get(f"{path}/{record['id']}")


def is_list_of(look: Looker, href: str, object: str) -> bool:
    """Whether an address is the list of an object's records."""
    plural = href.removeprefix("/look/")
    return plural in (object, f"{object}s", f"{object.removesuffix('y')}ies")


def test_hostile_texts_do_nothing(look, clinic):
    """Markup and templates that were stored are text; no element, attribute or address comes of them."""
    for path, page in walk(look).items():
        assert {tag for tag, _ in page.tags} <= KNOWN, path
        names = {name for _, attributes in page.tags for name in attributes}
        assert not {name for name in names if name.startswith("on") or name == "style"}, path
        assert not any("javascript:" in (value or "") for tag, a in page.tags for k, value in a.items() if k == "href")


def test_hostile_texts_can_be_read(look, clinic):
    """What was stored is shown as it was written; what would turn or break the text around it is shown as a code."""
    text = look.read(f"/look/contacts/{clinic.hostile}").text

    assert SCRIPT in text and QUOTED in text and RIGHT_TO_LEFT in text and "javascript:alert(1)" in text
    assert ENDLESS in text
    assert OVERRIDE.replace("\u202e", "\\u202e") in text and "\u202e" not in text
    assert CONTROLS.replace("\x07", "\\u0007").replace("\x1b", "\\u001b") in text
    assert "7 * 7" in text and "49" not in text.split("7 * 7")[1][:5]


def test_a_page_that_is_not_there_says_so(look, clinic):
    """Unknown objects, records, views, jobs and addresses are 404, in words, whatever they are called."""
    paths = [
        "/look/nothing",
        "/look/contacts/1",
        f"/look/deals/{clinic.patient}",
        "/look/contacts/abc",
        "/look/contacts?view=1",
        "/look/jobs/1",
        "/look/a/b/c",
        "/look/%3Cscript%3E",
        f"/look/contacts/{'9' * 40}",
    ]
    for path in paths:
        assert "Not here" in look.read(path, status=404).text


def test_a_strange_query_does_no_harm(look, clinic):
    """Whatever stands in the query, there is a page."""
    for query in STRANGE:
        for path in ("/look/contacts", "/look/journal", "/look/quota", "/look/jobs", "/look/bin"):
            look.get(f"{path}?{query}")


def test_a_custom_field_of_a_record_is_shown_with_its_label(look, clinic):
    """Label, value and internal name of standard and custom fields; choices by name, accounts as links."""
    page = look.read(f"/look/contacts/{clinic.patient}")

    for words in (
        "Blood type cf_blood_type A",
        "Visits cf_visits 0",
        "Consent given cf_consent_given Yes",
        "Born cf_born 1950-02-03",
        "Lifecycle stage lifecycle_stage_id Lead",
        "Accounts sales_accounts Clinic Graz",
    ):
        assert words in page.text
    assert f"/look/cm_care_plan/{clinic.plan}" in page.hrefs()


def test_money_has_a_currency_and_thousands(look, clinic):
    """Amounts are read as money, in full even where a float would round them."""
    assert "Deal value amount 1,234.50 USD" in look.read(f"/look/deals/{clinic.deal}").text
    assert "9,007,199,254,740,991.00 USD" in look.read("/look/deals").text


def test_the_timeline_is_in_the_order_of_time(look, api):
    """Notes, tasks, appointments and calls stand by when they were, the latest first, whoever was written first."""
    contact = api.make("contact", email="a@example.org")["id"]
    about = {"targetable_type": "Contact", "targetable_id": contact}
    api.ask("POST", "/tasks", {"task": {"title": "In March", "due_date": "2026-03-01T10:00:00Z", **about}}, status=201)
    visit = {"title": "In May", "from_date": "2026-05-01T10:00:00Z", "end_date": "2026-05-01T11:00:00Z", **about}
    api.ask("POST", "/appointments", {"appointment": visit}, status=201)
    api.ask("POST", "/notes", {"note": {"description": "Written now", **about}})

    text = look.read(f"/look/contacts/{contact}").text

    assert text.index("Written now") < text.index("In May") < text.index("In March")


def test_a_long_timeline_has_pages(look, api):
    """Fifty on a page, and the rest on the next."""
    contact = api.make("contact", email="a@example.org")["id"]
    for number in range(51):
        body = {"description": f"remark {number}", "targetable_type": "Contact", "targetable_id": contact}
        api.ask("POST", "/notes", {"note": body})

    first, second = (look.read(f"/look/contacts/{contact}?page={n}").text for n in (1, 2))

    assert "1–50 of 51" in first and "remark 50" in first and "remark 0" not in first
    assert "51–51 of 51" in second and "remark 0" in second


def test_a_record_shows_what_the_api_answers(look, api, clinic):
    """The JSON on the page is the answer of the call named beside it, whatever the object."""
    task, appointment = (api.tenant.records(object)[0]["id"] for object in ("task", "appointment"))
    records = (f"contacts/{clinic.patient}", f"deals/{clinic.deal}", f"cm_care_plan/{clinic.plan}", f"tasks/{task}",
               f"appointments/{appointment}")  # fmt: skip
    for record in records:
        page = look.read(f"/look/{record}")
        call = page.text.split("GET /crm/sales/api")[1].split()[0]
        shown = page.text.split("JSON ")[1].split(" As of")[0]
        assert json.loads(shown) == api.ask("GET", call), record


def test_a_record_names_the_calls_that_wrote_it(look, api):
    """The call that made it, which does not name it, and those that do; no other."""
    ids = [api.make("contact", email=f"{name}@example.org")["id"] for name in "ab"]
    api.ask("PUT", f"/contacts/{ids[0]}", {"contact": {"city": "Graz"}})

    text = look.read(f"/look/contacts/{ids[0]}").text.split("Calls that named")[1].split("What the API")[0]

    assert text.count("/contacts") == 2 and f"PUT /contacts/{ids[0]}" in text


def test_a_deleted_record_says_that_clients_no_longer_see_it(look, clinic):
    """Its page stays while it lies in the recycle bin."""
    text = look.read(f"/look/contacts/{clinic.deleted}").text

    assert "in the recycle bin" in text and "answered 404" in text


def test_files_have_a_size_and_a_hash(look, api):
    """A file is listed at its record with both, and a link leads to its own page."""
    contact = api.make("contact", email="a@example.org")["id"]
    content = b"x" * 45_000
    data = {"file_name": "befund.pdf", "targetable_type": "Contact", "targetable_id": str(contact)}
    sent = api.http.post("/documents", data=data, files={"file": ("befund.pdf", content, "application/pdf")})
    assert sent.status_code == 200, sent.text

    page = look.read(f"/look/contacts/{contact}")

    assert f"befund.pdf 45.0 kB · sha256 {hashlib.sha256(content).hexdigest()}" in page.text
    assert f"/look/documents/{sent.json()['id']}" in page.hrefs()
