"""Who runs which test, and what each stands for: checked when tests are collected, recorded when a run has ended."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from workbench.coverage import WHOLE_RUNS, read_requirements, record_run

# A slow machine is no failure, and a test that fails for one of us fails for all.
settings.register_profile("workbench", deadline=None, derandomize=True)
settings.load_profile("workbench")


class FolderScheduling(LoadFileScheduling):
    """The tests of a file go to one process; so do those of a folder whose fixtures last a session.

    What such a fixture makes, a loaded tenant or a browser, would be made again in each process that meets it.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return str(Path(file).parent) if shares_session(self.config.rootpath / file) else file


@cache
def shares_session(file: Path) -> bool:
    """Whether fixtures beside a file of tests last a session."""
    conftest = file.parent / "conftest.py"
    return conftest.exists() and 'scope="session"' in conftest.read_text(encoding="utf-8")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FolderScheduling:
    """Hand the tests to the processes of pytest-xdist by folder or file."""
    return FolderScheduling(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Record the run where it is a whole one; the processes of pytest-xdist report to the one that started them."""
    if not hasattr(config, "workerinput") and is_whole_run(config):
        config.pluginmanager.register(Recorder(config))


def is_whole_run(config: pytest.Config) -> bool:
    """Whether nothing but the slow tests, or everything but them, was asked for."""
    narrowing = ("keyword", "deselect", "ignore", "ignore_glob", "collectonly", "lf")
    is_narrowed = any(config.getoption(option, default=None) for option in narrowing)
    names_files = config.args_source is pytest.Config.ArgsSource.ARGS
    return not is_narrowed and not names_files and config.getoption("markexpr") in WHOLE_RUNS


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    """Note on every test what it covers; a file that names what is no requirement cannot be collected."""
    report = yield
    tests = [node for node in report.result if isinstance(node, pytest.Item)] if report.passed else []
    for item in tests:
        covers = {id for mark in item.iter_markers("covers") for id in mark.args}
        item.user_properties.append(("covers", sorted(covers)))
    if wrong := find_unknown(collector.config, tests):
        report.outcome, report.longrepr, report.result = "failed", "\n".join(wrong), []
    return report


def find_unknown(config: pytest.Config, tests: list[pytest.Item]) -> list[str]:
    """Every test that covers what is no requirement, with what it names."""
    named = [(item.nodeid, id) for item in tests for id in dict(item.user_properties)["covers"]]
    known = set(read_requirements(config.rootpath / "tests" / "requirements.tsv")["id"]) if named else set()
    return [f"{nodeid}: {id} is no requirement" for nodeid, id in named if id not in known]


class Recorder:
    """Collects how the tests of a whole run fared, and writes it down when the run has ended."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.tests: dict[str, dict[str, object]] = {}
        self.is_whole = True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be collected leaves a hole."""
        self.is_whole = self.is_whole and not report.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One report a phase; the worst outcome of set-up, call and tear-down is the test's."""
        covers = dict(report.user_properties).get("covers", [])
        before = self.tests.get(report.nodeid, {}).get("outcome")
        outcome = "skipped" if hasattr(report, "wasxfail") else report.outcome
        if covers and (before in (None, "passed") or outcome == "failed"):
            self.tests[report.nodeid] = {"outcome": outcome, "covers": covers}

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A run that was interrupted says nothing about what it did not reach."""
        has_ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if has_ended and self.is_whole and not session.shouldstop and not session.shouldfail:
            path = self.config.rootpath / "build" / "requirements.json"
            record_run(path, run=self.config.getoption("markexpr"), tests=self.tests, at=datetime.now(UTC))
