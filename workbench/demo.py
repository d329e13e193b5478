"""The whole path on the small clinic export that ships with the project, against a local tenant."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from workbench import journey
from workbench.engagement import RUNS, TEMPLATES, Engagement
from workbench.errors import RetryLater, StopRun, UsageError
from workbench.evidence.verify import verify
from workbench.new_engagement import create_engagement
from workbench.sandbox import TenantSettings, build_app
from workbench.stages import STAGES

NAME = "demo"
DEMO = TEMPLATES / "demo"
MARKER = ".demo"  # only a folder that a demo made is ever replaced
TIME_SCALE = 3600.0  # an hour of quota passes in a second
START_SECONDS = 20


def run_demo(
    *, plan: str, say: Callable[[str], None], on_progress: Callable[[str], None] | None = None, runs: Path = RUNS
) -> str:
    """Take the demo clinic through every stage and back; returns what is there to look at.

    Raises:
        WorkbenchError: A stage failed, the evidence does not hold, or the rollback left something behind.
    """
    _clear(runs / NAME)
    data = runs / f".{NAME}-tenant.sqlite"
    for path in data.parent.glob(f"{data.name}*"):
        path.unlink()
    with serve_tenant(plan=plan, data=data) as url:
        engagement = _create(url, plan=plan, runs=runs)
        before = _digest(data, plan)
        for stage in STAGES:
            journey.run_stage(engagement, stage, say=say, on_progress=on_progress)
            journey.approve_stage(
                engagement, stage, by="Demo Analyst", role="analyst", meaning=f"{stage} of the demonstration accepted"
            )
        if _digest(data, plan) != before:
            raise StopRun("the rollback left the tenant different from what it was before the load")
    verdict = verify(engagement.folder)
    if not verdict.ok:
        raise StopRun(f"the evidence of the demonstration does not hold: {verdict.problem}")
    return _describe(engagement, data)


@contextmanager
def serve_tenant(*, plan: str, data: Path, time_scale: float = TIME_SCALE) -> Iterator[str]:
    """A local tenant in a process of its own, for as long as the block lasts; gives its base URL."""
    port = _find_port()
    command = [sys.executable, "-m", "workbench", "tenant", "serve", "--plan", plan, "--port", str(port)]
    command += ["--data", str(data), "--time-scale", str(time_scale)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        _wait_until_ready(server, port)
        yield f"http://127.0.0.1:{port}/crm/sales/api"
    finally:
        server.terminate()
        server.wait()
        server.stderr.close()


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(server: subprocess.Popen, port: int) -> None:
    for _ in range(START_SECONDS * 20):
        if server.poll() is not None:
            raise StopRun(f"the local tenant did not start: {server.stderr.read().strip()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RetryLater(f"the local tenant did not answer within {START_SECONDS} s")


def _clear(folder: Path) -> None:
    if folder.exists() and not (folder / MARKER).exists():
        raise UsageError(f"{folder} was not made by a demo; move it away, or give the engagement another name")
    shutil.rmtree(folder, ignore_errors=True)


def _create(url: str, *, plan: str, runs: Path) -> Engagement:
    engagement = create_engagement(
        NAME,
        source=DEMO / "clinic",
        cutover_source=DEMO / "clinic_later",
        roster=DEMO / "roster.csv",
        pack="clinic",
        customer="Harbour Street Clinics",
        url=url,
        plan=plan,
        runs=runs,
    )
    (engagement.folder / MARKER).touch()
    return engagement


def _digest(data: Path, plan: str) -> str:
    return build_app(TenantSettings(plan=plan), path=data).state.tenant.digest()


def _describe(engagement: Engagement, data: Path) -> str:
    lines = ["The demonstration is complete; every stage's report, to be opened in a browser:"]
    lines += [f"  {engagement.latest_run(stage).path / 'report.html'}" for stage in STAGES]
    port = urlsplit(engagement.tenant_url).port
    return "\n".join(
        [
            *lines,
            "To run more of it, serve its tenant again:",
            f"  workbench tenant serve --plan {engagement.plan} --port {port} --data {data}",
        ]
    )
