"""A finished report, as a customer opens it: complete, quiet, readable on any screen and without eyes."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import STAGES

pytestmark = pytest.mark.browser
CODE = ("open_run(", "from workbench", "result.facts")


@pytest.fixture(params=STAGES)
def report(request, engagement, visit):
    """The report of a stage, open."""
    visit.page.goto((engagement.latest_run(request.param).path / "report.html").as_uri())
    return visit


def test_a_report_needs_nothing_from_outside(report):
    """A report asks no server for anything and complains of nothing, so that it opens anywhere and stays private."""
    assert [url for url in report.requests if not url.startswith(("file:", "data:"))] == []
    assert report.complaints == []


def test_a_report_reads_without_its_code(report):
    """A customer sees one title, headings, tables and figures, and not a line of code."""
    text = report.page.locator("body").inner_text()

    assert report.page.locator("h1").count() == 1
    assert report.page.locator("h2").count() >= 5
    assert report.page.locator("table").first.is_visible()
    assert report.page.locator("svg[role=img]").count() + report.page.locator("img[alt]").count() >= 1
    assert [piece for piece in CODE if piece in text] == []
    assert "object at 0x" not in text and "shape: (" not in text


@pytest.mark.parametrize("width", [1280, 390])
def test_a_report_fits_its_screen(report, width):
    """The page itself never scrolls sideways; what is wider, such as a table, scrolls in its own frame."""
    report.page.set_viewport_size({"width": width, "height": 900})

    assert report.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_table_on_a_telephone_fits_or_shows_that_it_goes_on(report):
    """The figures of a run fit whole; a wider table has a shadow at the edge behind which there is more."""
    report.page.set_viewport_size({"width": 390, "height": 900})
    frames = report.page.evaluate(
        "[...document.querySelectorAll('.wb-scroll')].filter(each => each.clientWidth).map(each => "
        "[each.id, each.scrollWidth > each.clientWidth, getComputedStyle(each).backgroundImage])"
    )

    assert [id for id, is_wide, _ in frames if is_wide and id == "facts"] == []
    assert [id for id, is_wide, _ in frames if is_wide]
    assert [id for id, is_wide, shadow in frames if is_wide and shadow.count("linear-gradient") < 4] == []


def test_folded_sections_open_by_keyboard_and_on_paper(engagement, visit):
    """What is folded away opens with the keyboard, and is all there when the report is printed."""
    visit.page.goto((engagement.latest_run("discovery").path / "report.html").as_uri())
    first, last = visit.page.locator("details").first, visit.page.locator("details").last
    assert not first.locator("table").is_visible()

    first.locator("summary").focus()
    visit.page.keyboard.press("Enter")
    assert first.locator("table").is_visible()

    visit.page.emulate_media(media="print")
    assert last.locator("table").bounding_box()["height"] > 30


def test_a_report_is_accessible(report):
    """The rules of WCAG 2 hold: contrast, names, headings, tables, reading order."""
    found = Axe().run(report.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})

    assert [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found.response["violations"]] == []
