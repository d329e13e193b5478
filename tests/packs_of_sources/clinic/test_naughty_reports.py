"""The reports of an engagement full of naughty strings, as a browser shows them: as text, and as nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.browser.conftest import browser, visit  # noqa: F401
from tests.packs_of_sources.clinic.naughty import is_file_name, keep_every_word, read_strings, write_export
from workbench import journey
from workbench.demo import serve_tenant
from workbench.engagement import Engagement
from workbench.new_engagement import create_engagement

pytestmark = pytest.mark.browser
STAGES = ("discovery", "mapping", "sample")
CUSTOMER = "<script>alert('customer')</script>"
FIELDS = 12  # that the clinic is said to have made


@pytest.fixture(scope="module")
def marked_up() -> list[str]:
    """The strings with markup that can be the name of a file and of a field."""
    return [text for text in read_strings() if "<" in text and is_file_name(text) and len(text) < 100][:60]


@pytest.fixture(scope="module")
def engagement(marked_up, tmp_path_factory) -> Engagement:
    """Executed and reported up to its sample; what reports show unmasked is made of such strings too."""
    folder = tmp_path_factory.mktemp("reports")
    source = write_export(folder / "made", read_strings())
    name_all_that_is_shown(source, marked_up)
    with pytest.MonkeyPatch.context() as patch, serve_tenant(plan="enterprise", data=folder / "tenant.sqlite") as url:
        patch.setenv("WORKBENCH_HOME", str(folder / "home"))
        engagement = create_engagement(
            "naughty", source=source, pack="clinic_ehi", url=url, plan="enterprise", runs=folder / "runs",
            customer=CUSTOMER,
        )  # fmt: skip
        settings = engagement.folder / "engagement.toml"
        settings.write_text(settings.read_text().replace("size = 200", "size = 100"))
        for stage in STAGES:
            journey.run_stage(engagement, stage)
            if stage == "discovery":
                keep_every_word(engagement.folder)
            journey.approve_stage(engagement, stage, by="Ann", role="analyst", meaning="accepted")
        yield engagement


def name_all_that_is_shown(source: Path, strings: list[str]) -> None:
    """Files nobody asked for, and fields the clinic made, under these names."""
    for text in strings:
        (source / text).write_text("unlisted", encoding="utf-8")
    with (source / "custom_fields.csv").open("a", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerows((f"n{number}", text, "text", "") for number, text in enumerate(strings[:FIELDS]))


@pytest.mark.parametrize("stage", STAGES)
def test_no_string_runs_or_asks_for_anything(stage, engagement, visit):  # noqa: F811
    """No dialog opens, no request leaves the page, nothing complains, and no string has become an element."""
    dialogs = []
    visit.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    visit.page.goto((engagement.latest_run(stage).path / "report.html").as_uri())
    for fold in visit.page.locator("details").all():
        fold.evaluate("element => { element.open = true }")
    visit.page.mouse.move(600, 400)

    assert dialogs == []
    assert [url for url in visit.requests if not url.startswith(("file:", "data:"))] == []
    assert visit.complaints == []
    handlers = "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on/.test(a.name))).length"
    assert visit.page.evaluate(handlers) == 0
    made = "iframe, object, embed, foo, marquee, script[src], img:not([src^='data:']), a[href^='javascript:']"
    assert visit.page.locator(made).count() == 0


def test_strings_are_shown_as_they_are(engagement, marked_up, visit):  # noqa: F811
    """What is shown of the strings is there as text, markup and all: unknown files, own fields and the customer."""
    visit.page.goto((engagement.latest_run("discovery").path / "report.html").as_uri())
    text = visit.page.evaluate("document.body.textContent")

    assert CUSTOMER in text
    assert sum(each in text for each in marked_up) >= FIELDS
