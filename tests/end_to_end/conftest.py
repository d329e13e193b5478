"""One demonstration, run once and looked at by many tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from workbench.demo import NAME, run_demo
from workbench.engagement import Engagement, find_engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A finished demonstration and what the analyst was told on the way."""

    engagement: Engagement
    said: list[str]

    def report(self, stage: str) -> Path:
        """The report of a stage's run."""
        return self.engagement.latest_run(stage).path / "report.html"


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[Demo]:
    """`workbench demo` in a folder of the tests' own."""
    runs = tmp_path_factory.mktemp("demo") / "runs"
    runs.mkdir()
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(runs.parent / "home"))
        run_demo(plan="enterprise", say=said.append, runs=runs)
        yield Demo(engagement=find_engagement(NAME, runs=runs), said=said)
