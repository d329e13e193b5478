"""The report of a run: everything a customer needs, nothing that runs, is fetched, or is not theirs to see."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.browser.install_chromium import find_chromium
from workbench.engagement import read_engagement
from workbench.progress import MARKER
from workbench.report import render_report
from workbench.run_record import RunRecord
from workbench.runs import nbformat

LABEL = "10_discovery/20261122T093000Z"
SETTINGS = """
[engagement]
name = "acme"
customer = "Müller & Söhne <Klinik>"
pack = "clinic"
source = "source"
[tenant]
url = "http://127.0.0.1:1/crm/sales/api"
plan = "growth"
"""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
def run(tmp_path):
    """The run the reports are about."""
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "engagement.toml").write_text(SETTINGS, encoding="utf-8")
    return read_engagement(folder).run("discovery", "20261122T093000Z")


def render(run, *cells, status="complete", **more):
    """The report of a notebook of these cells."""
    record = RunRecord(
        stage="discovery", label=LABEL, status=status, started="2026-11-22T09:30:00.000Z",
        ended="2026-11-22T09:31:12.000Z", parameters={"run": "20261122T093000Z", **more.pop("told", {})}, **more,
    )  # fmt: skip
    return render_report(nbformat.v4.new_notebook(cells=list(cells)), run=run, record=record)


def words(source):
    return nbformat.v4.new_markdown_cell(source)


def code(*outputs, source="secret_of_the_house()"):
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), execution_count=7)


def show(form, content, **metadata):
    return nbformat.v4.new_output(
        "display_data", data={form: content, "text/plain": "what it shows"}, metadata=metadata
    )


def test_the_head_says_what_this_is(run):
    """Customer, title, run, status, time and what the notebook was told stand at the top, escaped."""
    html = render(run, words("# What the source holds\n\nRead *once*."), words("## A"), told={"size": 5})

    assert "<h1>What the source holds</h1>" in html
    assert html.count("What the source holds") == 2  # the page's title and its heading
    assert '<div class="lead"><p>Read <em>once</em>.</p>' in html
    assert "Müller &amp; Söhne &lt;Klinik&gt;" in html
    assert "<Klinik>" not in html
    assert f"<code>{LABEL}</code>" in html
    assert "22 November 2026, 09:30 UTC" in html
    assert "1 min" in html
    assert re.search(r"<dt>size</dt><dd><code>5</code>", html)
    assert "Complete" in html
    assert "failed" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_a_notebook_without_a_title_takes_its_stages(run):
    """The page always has a heading."""
    assert "<h1>What the source holds</h1>" in render(run, words("Some words."), code())


def test_code_and_counters_are_not_shown(run):
    """A customer reads words and results."""
    html = render(run, words("## A"), code(show("text/html", "<b>result</b>")))

    assert "<b>result</b>" in html
    assert "secret_of_the_house" not in html
    assert "In [" not in html and "Out[" not in html


def test_words_that_introduce_nothing_are_left_out(run):
    """Settings and imports show nothing, so their headings go too; what introduces something stays."""
    html = render(
        run, words("# T"), words("## Settings"), code(), code(), words("Helpers."), code(),
        words("## Result"), code(), code(show("text/html", "<b>5</b>")), words("## Last words"),
    )  # fmt: skip

    assert "Settings" not in html and "Helpers" not in html
    assert ">Result</h2>" in html
    assert ">Last words</h2>" in html


def test_the_contents_lead_to_every_part(run):
    """Each heading has an address, and the contents link to the parts in order."""
    html = render(run, words("# T"), words("## One & *two*"), words("### Inside"), words("## Three"))

    links = re.findall(r'<a href="#(part-\d)">(.*?)</a>', html)
    assert links == [("part-1", "One &amp; <em>two</em>"), ("part-3", "Three")]
    assert [level for level in re.findall(r'<h(\d) id="part-', html)] == ["2", "3", "2"]


def test_the_best_form_of_an_output_is_shown(run):
    """HTML before pictures before text; a picture is embedded and carries its words."""
    html = render(
        run, words("## A"), code(
            show("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
            show("image/png", PIXEL + "\n"),
            show("text/markdown", "**bold** <i>raw</i>"),
            nbformat.v4.new_output("stream", text="1 < 2"),
            nbformat.v4.new_output("execute_result", data={"text/plain": "Frame(<3 rows>)"}),
        ),
    )  # fmt: skip

    assert html.count('alt="what it shows"') == 2
    assert f'src="data:image/png;base64,{PIXEL}"' in html
    assert "<script" not in html
    assert "<strong>bold</strong> &lt;i&gt;raw&lt;/i&gt;" in html
    assert '<pre class="said" tabindex="0">1 &lt; 2</pre>' in html
    assert "Frame(&lt;3 rows&gt;)" in html


def test_raw_html_in_words_is_text(run):
    """Markdown cannot bring markup, scripts or addresses that run."""
    html = render(run, words("# T"), words("## A <img src=x onerror=alert(1)>\n\n<script>1</script> [x](javascript:1)"))

    assert "<script" not in html and "<img" not in html and 'href="javascript' not in html


def test_a_failed_run_cannot_be_mistaken(run):
    """A banner names the reason and the part; the page says that it is a failure before and after all else."""
    error = nbformat.v4.new_output("error", ename="StopRun", evalue="1 < 2", traceback=["line <1>", "line 2"])
    html = render(
        run, words("# T"), words("## Files\n\nWords."), code(error), words("## Never reached"), code(),
        status="failed", reason="StopRun: 1 < 2", cell=2,
    )  # fmt: skip

    assert "<title>Failed: T" in html
    assert ">This run failed</h2>" in html
    assert '<p class="reason">StopRun: 1 &lt; 2</p>' in html
    assert "ended in the part “Files”" in html
    assert "line &lt;1&gt;\nline 2" in html
    assert "Never reached" not in html
    assert "Failed run, not to be handed over" in html
    assert "Complete" not in html


def test_progress_is_kept_for_failures_only(run):
    """How far the work came matters where it did not end."""
    progress = show("text/html", '<p class="progress">3 of 9</p>', **{MARKER: "3 of 9"})

    assert "3 of 9" not in render(run, words("# T"), words("## A"), code(progress))
    assert "3 of 9" in render(run, words("# T"), words("## A"), code(progress), status="failed", reason="x")


def test_a_stylesheet_stands_once(run):
    """Every table brings the same stylesheet; the page needs it once."""
    table = "<style>.t{color:red}</style><table><tr><td>1</td></tr></table>"
    html = render(run, words("# T"), words("## A"), code(show("text/html", table)), code(show("text/html", table)))

    assert html.count(".t{color:red}") == 1
    assert html.count("<td>1</td>") == 2


class Shape(HTMLParser):
    """What a page is made of: landmarks, ids, and every address it would fetch."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.fetched, self.policy, self.language = [], [], [], "", ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.fetched += [given[name] for name in ("src", "srcset", "poster", "data", "background") if name in given]
        self.fetched += [given.get("href")] if tag in ("link", "base", "use", "image") else []
        self.language = given.get("lang", self.language)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]


def test_the_page_is_whole_in_itself(run):
    """It has its landmarks, names its language, repeats no id, fetches nothing and lets nothing run."""
    picture, table = code(show("image/png", PIXEL)), code(show("text/html", "<b>1</b>"))
    shape = Shape(render(run, words("# T"), words("## A"), picture, words("## B"), table))

    assert shape.language == "en"
    assert {"header", "nav", "main", "footer", "title"} <= set(shape.tags)
    assert shape.tags.count("h1") == shape.tags.count("main") == 1
    assert len(shape.ids) == len(set(shape.ids))
    assert shape.fetched and all(address.startswith("data:") for address in shape.fetched)
    assert not {"script", "link", "iframe", "object", "embed", "form"} & set(shape.tags)
    assert {"default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"} <= set(shape.policy.split("; "))


@pytest.mark.browser
def test_a_browser_fetches_and_runs_nothing(run, tmp_path):
    """Even where an output tried to, nothing leaves the page and nothing runs; and the page fits its window."""
    playwright = pytest.importorskip("playwright.sync_api")
    hostile = (
        """
      <img src="http://outside.example/a.png" onerror="document.title='ran'">
      <script>document.title='ran'</script><style>@import url(http://outside.example/b.css);
      .x{background:url(http://outside.example/c.png)}</style><p class="x">text</p>
      <link rel="stylesheet" href="http://outside.example/d.css"><iframe src="http://outside.example/e"></iframe>
      <table><tr>"""
        + "<td>a_wide_cell_that_does_not_break</td>" * 40
        + "</tr></table>"
    )
    page_file = tmp_path / "report.html"
    page_file.write_text(render(run, words("# T"), words("## A"), code(show("text/html", hostile))), encoding="utf-8")
    asked = []
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 700})
        # What the policy stops never gets here; what it lets through would.
        page.route(re.compile("outside"), lambda route: (asked.append(route.request.url), route.abort()))
        page.goto(page_file.as_uri())
        page.wait_for_load_state()
        title, overflow = page.title(), page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        browser.close()

    assert asked == []
    assert title != "ran"
    assert overflow <= 0
