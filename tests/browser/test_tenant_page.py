"""The pages of the local tenant in a real browser: with and without JavaScript, on any screen, and without eyes."""

from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit
from tests.sandbox.conftest import HEADERS
from tests.sandbox.page.clinic import Clinic, fill_clinic
from workbench.demo import serve_tenant

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = (
    "overview", "contacts", "notes", "patient", "hostile", "deleted", "journal", "quota", "jobs", "job", "bin",
    "schema", "empty", "missing",
)  # fmt: skip


class Tenant:
    """A served tenant with a small clinic in it, and where its pages are."""

    def __init__(self, address: str, clinic: Clinic) -> None:
        self.address = address
        self._paths = {
            "overview": "/", "contacts": "/look/contacts?sort=emails", "notes": "/look/notes",
            "empty": "/look/products",
            "patient": f"/look/contacts/{clinic.patient}", "hostile": f"/look/contacts/{clinic.hostile}",
            "deleted": f"/look/contacts/{clinic.deleted}", "job": f"/look/jobs/{clinic.job}",
            "missing": "/look/contacts/1",
        }  # fmt: skip
        self.clinic = clinic

    def url(self, page: str) -> str:
        """Address of a page by its name."""
        return self.address + self._paths.get(page, f"/look/{page}")


@pytest.fixture(scope="module")
def tenant(tmp_path_factory):
    """An Enterprise tenant in a process of its own."""
    data = tmp_path_factory.mktemp("tenant") / "tenant.sqlite"
    with serve_tenant(plan="enterprise", data=data) as base:
        with httpx.Client(base_url=base, headers=HEADERS, trust_env=False) as http:
            clinic = fill_clinic(http, patients=60)
        yield Tenant("{0.scheme}://{0.netloc}".format(urlsplit(base)), clinic)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def any_visit(request, browser):
    """A fresh page in a browser that runs scripts, and in one that does not."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=request.param)
    visit = Visit(context.new_page())
    visit.page.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.on("dialog", lambda dialog: visit.complaints.append(dialog.message))
    yield visit
    context.close()


def test_an_analyst_finds_the_way_from_the_overview_to_a_timeline(any_visit, tenant):
    """Overview, list, search, record, timeline, and on to what a note is about; nothing is fetched from elsewhere."""
    page = any_visit.page
    page.goto(tenant.address)
    page.get_by_role("region", name="Records").get_by_role("link", name="Contacts").click()
    page.get_by_label("Search in all values").fill("patient7@")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("table").get_by_role("link").last.click()

    assert page.locator("h1").inner_text() == "李 O'Neil"
    moments = page.locator(".timeline time").all_inner_texts()
    assert len(moments) == 3 and moments == sorted(moments, reverse=True)

    page.locator(".timeline").get_by_role("link", name="General exam").click()
    assert page.locator("h1").inner_text() == "General exam"
    page.get_by_role("link", name="李 O'Neil").click()
    page.locator("summary", has_text="JSON").click()
    assert '"email": "patient7@mail.example"' in page.locator("pre").inner_text()

    assert any_visit.outside() == [] and any_visit.complaints == []


def test_hostile_records_stay_texts(any_visit, tenant):
    """Nothing stored runs, changes the page or asks for anything."""
    any_visit.page.goto(tenant.url("hostile"))

    assert any_visit.page.title().startswith("<script>document.title='taken over'")
    assert any_visit.page.locator("main script, main img, main iframe, main object").count() == 0
    assert [url for url in any_visit.requests if not url.startswith(f"{tenant.address}/look/")] == []
    assert any_visit.complaints == []


def test_lists_sort_and_turn_their_pages(visit, tenant):
    """Heads are links; the order stays on the next page."""
    page = visit.page
    page.goto(tenant.address + "/look/contacts")
    page.get_by_role("columnheader", name="Emails").get_by_role("link").click()
    assert page.get_by_role("columnheader", name="Emails").get_attribute("aria-sort") == "ascending"
    first = page.get_by_role("rowheader").count()
    page.get_by_role("link", name="After").click()

    assert first == 50 and page.get_by_role("rowheader").count() == 9
    assert page.get_by_role("columnheader", name="Emails").get_attribute("aria-sort") == "ascending"


def test_the_quota_is_a_chart_one_can_walk_through(visit, tenant):
    """Hours are links that are reached and read without a mouse; the figures stand below for who sees no chart."""
    page = visit.page
    page.goto(tenant.url("quota"))
    hour = page.get_by_role("link", name="Hour 1,")
    hour.focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/look/quota?hour=1")
    assert page.get_by_role("heading", name="The minutes of hour 1").is_visible()
    page.get_by_text("The same in figures").first.click()
    assert page.get_by_role("columnheader", name="Quota used").first.is_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_fits_its_screen(visit, tenant, width):
    """No page scrolls sideways; what is wider, such as a chart, scrolls in its own frame."""
    visit.page.set_viewport_size({"width": width, "height": 800})
    widths = {}
    for name in PAGES:
        visit.page.goto(tenant.url(name))
        widths[name] = visit.page.evaluate("document.documentElement.scrollWidth")

    assert {name: wide for name, wide in widths.items() if wide > width} == {}


# Colours differ by day and by night, layouts by width. Looking at every page takes long, so that all are for `slow`.
@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        pytest.param(390, "dark", marks=pytest.mark.slow),
        pytest.param(1280, "light", marks=pytest.mark.slow),
        pytest.param(1280, "dark", marks=pytest.mark.slow),
        pytest.param(390, "light", marks=pytest.mark.slow),
    ],
)
def test_every_page_is_accessible(visit, tenant, width, scheme):
    """The rules of WCAG 2.2 AA hold by day and by night, on large screens and small ones, folded or not."""
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.page.emulate_media(color_scheme=scheme)
    found = []
    for name in PAGES:
        visit.page.goto(tenant.url(name))
        visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        rules = Axe().run(visit.page, options={"runOnly": RULES}).response["violations"]
        found += [f"{name}: {rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in rules]

    assert found == []


def test_the_menu_folds_away_on_a_small_screen(visit, tenant):
    """On a telephone the menu is one line until it is opened, by keyboard too."""
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(tenant.address)
    assert page.get_by_role("link", name="Recycle bin").count() == 0

    page.locator("summary", has_text="Menu").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Recycle bin").click()

    assert page.locator("h1").inner_text() == "Recycle bin"


def test_what_has_the_focus_is_seen(visit, tenant):
    """The first step of the keyboard leads past the menu, and every stop is outlined."""
    page = visit.page
    page.goto(tenant.address)
    page.keyboard.press("Tab")
    assert page.get_by_role("link", name="Skip to the content").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_record_on_paper_has_all_of_it(visit, tenant):
    """What is folded away is printed; the menu is not."""
    visit.page.goto(tenant.url("patient"))
    visit.page.emulate_media(media="print")

    assert visit.page.locator("pre").bounding_box()["height"] > 100
    for width in (1280, 700):
        visit.page.set_viewport_size({"width": width, "height": 900})
        assert visit.page.locator(".menu:visible").count() == 0
