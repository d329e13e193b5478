"""A browser, and an engagement with executed runs for it to look at."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.install_chromium import find_chromium, find_own
from workbench import journey
from workbench.demo import DEMO, serve_tenant
from workbench.engagement import Engagement
from workbench.lab import prepare_lab
from workbench.new_engagement import create_engagement

STAGES = ("discovery", "mapping", "sample")
LAB_SECONDS = 60


@dataclass
class Visit:
    """A page, and what it asked for and complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def outside(self) -> list[str]:
        """The requests that would have left this machine."""
        addresses = [urlsplit(url) for url in self.requests]
        return [
            address.geturl()
            for address in addresses
            if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in ("127.0.0.1", "localhost")
        ]


# While Playwright runs, its loop is the process's running one: other tests' must not meet it.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    path = find_chromium() or find_own()
    if not path:
        pytest.fail(
            "the browser tests need Chromium: run `python tests/browser/install_chromium.py`, or install the "
            "package `chromium` of your system",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        # As root, as in a container, Chromium runs only without its own sandbox; it opens nothing but our pages.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser) -> Iterator[Visit]:
    """A fresh page that remembers its requests and complaints."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    visit = Visit(context.new_page())
    visit.page.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    yield visit
    context.close()


@pytest.fixture(scope="session")
def engagement(tmp_path_factory) -> Iterator[Engagement]:
    """The demo clinic, run and approved up to its sample, with its tenant still there."""
    folder = tmp_path_factory.mktemp("browser")
    with pytest.MonkeyPatch.context() as patch, serve_tenant(plan="enterprise", data=folder / "tenant.sqlite") as url:
        patch.setenv("WORKBENCH_HOME", str(folder / "home"))
        engagement = create_engagement(
            "demo", source=DEMO / "clinic", cutover_source=DEMO / "clinic_later", roster=DEMO / "roster.csv",
            pack="clinic", customer="Harbour Street Clinics", url=url, plan="enterprise", runs=folder,
        )  # fmt: skip
        for stage in STAGES:
            journey.run_stage(engagement, stage)
            journey.approve_stage(engagement, stage, by="Ann", role="analyst", meaning="accepted")
        yield engagement


@pytest.fixture(scope="session")
def lab(engagement) -> Iterator[str]:
    """JupyterLab on the engagement, as `workbench lab` serves it; gives the address of its notebooks."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*prepare_lab(engagement, port=port, browser=False), "--IdentityProvider.token=of-the-test"]
    command.append("--LabApp.expose_app_in_browser=True")
    with _serve(command, engagement.folder, port):
        yield f"http://127.0.0.1:{port}/lab/tree/notebooks/{{}}?token=of-the-test&reset"


@contextmanager
def _serve(command: list[str], folder: Path, port: int) -> Iterator[None]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])}
    server = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + LAB_SECONDS
        while not _answers(port):
            assert server.poll() is None and time.monotonic() < deadline, "JupyterLab did not start"
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
