"""The notebooks in JupyterLab, as an analyst works in them: offline, without pop-ups, and with a grid that decides."""

import tomllib

import pytest

from workbench.stages import STAGES

pytestmark = pytest.mark.browser
PATIENCE = 60_000  # ms; a kernel of a busy machine takes its time
RUN_ALL = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""


@pytest.fixture
def open_notebook(lab, visit):
    """Open a stage's notebook and wait for its title."""

    def open_it(stage: str):
        visit.page.goto(lab.format(f"{STAGES[stage].slug}.ipynb"))
        visit.page.locator(".jp-Notebook h1").first.wait_for(timeout=PATIENCE)
        return visit

    return open_it


def run_all(page):
    """Run every cell once the kernel is there, and give the grid when it is seen."""
    page.evaluate(RUN_ALL)
    grid = page.locator(".wb-review [role=grid]")
    grid.wait_for(timeout=PATIENCE)
    return grid


def test_a_notebook_opens_quietly(open_notebook):
    """A notebook opens with its title and cells; nothing is asked of the world, and no news pops up."""
    visit = open_notebook("discovery")

    assert visit.page.locator(".jp-Notebook h1").first.inner_text().startswith("What the source holds")
    # Cells below the window are drawn when they are scrolled to.
    visit.page.locator(".jp-CodeCell").nth(2).wait_for(timeout=PATIENCE)
    assert visit.outside() == []
    assert visit.page.locator(".jp-Notification-Toast, .Toastify__toast, .jp-Dialog").count() == 0


@pytest.mark.covers("F-03")
def test_the_grid_takes_decisions_by_keyboard(open_notebook, engagement):
    """Fields are searched, confirmed, left behind with a reason and taken back without a mouse; the file says so."""
    page = open_notebook("mapping").page
    grid = run_all(page)

    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Search fields").fill("patients BIRTHDATE")
    page.get_by_label("Search fields").press("ArrowDown")
    grid.press("Enter")
    page.get_by_text("patients.BIRTHDATE: confirmed.").wait_for(timeout=PATIENCE)
    assert read_decisions(engagement) == [
        {"object": "patients", "field": "BIRTHDATE", "by": "Ann", "action": "confirm"}
    ]

    grid.press("s")
    page.keyboard.type("Not wanted any more")
    page.get_by_role("button", name="Leave behind").press("Enter")
    page.get_by_text("patients.BIRTHDATE: left behind.").wait_for(timeout=PATIENCE)
    assert read_decisions(engagement)[0]["reason"] == "Not wanted any more"

    grid.press("u")
    page.get_by_text("patients.BIRTHDATE: as proposed.").wait_for(timeout=PATIENCE)
    assert read_decisions(engagement) == []


def test_the_grid_says_what_is_missing(open_notebook, engagement):
    """Without a name nothing is decided, and the notebook's own shortcuts never fire from within the grid."""
    page = open_notebook("mapping").page
    grid = run_all(page)
    cells = page.locator(".jp-Cell").count()

    grid.press("Enter")
    page.get_by_text("Say who you are first").wait_for()
    page.get_by_label("Your name").fill("Ann")
    for key in ("a", "b", "x", "d", "d"):
        grid.press(key)

    assert page.locator(".jp-Cell").count() == cells
    assert not (engagement.folder / "decisions.toml").exists() or read_decisions(engagement) == []


def read_decisions(engagement):
    """The decisions as the mapping will read them."""
    return tomllib.loads((engagement.folder / "decisions.toml").read_text()).get("decision", [])
