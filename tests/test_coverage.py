"""Only a test that passed in a whole run makes a requirement covered, and only requirements can be named."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.coverage import describe_coverage, read_coverage, read_requirements, record_run
from workbench.errors import UsageError

HERE = Path(__file__).parent
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
REQUIREMENTS = "id\tsource\tkind\ttitle\nF-01\tall\tfact\tone\nC-01\tclinic\tmap\ttwo\nC-02\tclinic\tmap\tthree\n"
PROJECT = """[tool.pytest.ini_options]
testpaths = ["tests"]
addopts = "-q --strict-markers -m 'not slow' -p no:cacheprovider"
markers = ["covers(*ids): requirements", "slow: slow"]
"""


@pytest.fixture
def requirements(tmp_path):
    path = tmp_path / "tests" / "requirements.tsv"
    path.parent.mkdir()
    path.write_text(REQUIREMENTS)
    return path


@pytest.fixture
def record(tmp_path):
    return tmp_path / "build" / "requirements.json"


def test(outcome, *covers):
    return {"outcome": outcome, "covers": list(covers)}


test.__test__ = False


# reading what was recorded


def test_a_requirement_counts_with_a_test_that_passed(requirements, record):
    """Per source: how many requirements, how many covered, and which are not."""
    record_run(record, run="not slow", tests={"a": test("passed", "C-02"), "b": test("skipped", "F-01")}, at=NOON)

    assert read_coverage(requirements=requirements, record=record).rows() == [
        ("all", 1, 0, ["F-01"]),
        ("clinic", 2, 1, ["C-01"]),
    ]


def test_one_failing_test_uncovers_a_requirement(requirements, record):
    """Whatever other tests of it passed."""
    record_run(record, run="not slow", tests={"a": test("passed", "C-01"), "b": test("failed", "C-01")}, at=NOON)

    assert read_coverage(requirements=requirements, record=record)["covered"].to_list() == [0, 0]


def test_the_slow_tests_count_beside_the_others(requirements, record):
    """Each kind of run replaces its own last one, and leaves the other's alone."""
    record_run(record, run="slow", tests={"s": test("passed", "F-01")}, at=NOON)
    record_run(record, run="not slow", tests={"a": test("passed", "C-01")}, at=NOON)
    record_run(record, run="not slow", tests={"a": test("passed", "C-02")}, at=NOON)

    assert read_coverage(requirements=requirements, record=record)["uncovered"].to_list() == [[], ["C-01"]]


def test_without_a_whole_run_there_is_nothing_to_say(requirements, record):
    """The message says how to get one."""
    with pytest.raises(UsageError, match="run: make test"):
        read_coverage(requirements=requirements, record=record)


def test_the_coverage_as_text(requirements, record):
    """A line per source, the missing ids below it, the sum at the end."""
    record_run(record, run="not slow", tests={"a": test("passed", "C-02", "F-01")}, at=NOON)

    assert describe_coverage(requirements=requirements, record=record).splitlines() == [
        "all             1 of 1",
        "clinic          1 of 2",
        "    not yet: C-01",
        "together        2 of 3",
    ]


def test_the_requirements_are_complete():
    """All 371, each once, each with a source, a kind and a short title of its own."""
    requirements = read_requirements()

    assert requirements.height == requirements["id"].n_unique() == 371
    assert requirements.null_count().row(0) == (0, 0, 0, 0)
    assert requirements["title"].str.split(" ").list.len().max() <= 12


# recording, with pytest itself


@pytest.fixture
def run_pytest(tmp_path, requirements):
    """Runs pytest on a small project that has our conftest; returns exit code and what it printed."""
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    shutil.copy(HERE / "conftest.py", requirements.parent / "conftest.py")

    def run(tests, *arguments):
        (requirements.parent / "test_it.py").write_text("import pytest\ncovers = pytest.mark.covers\n" + tests)
        command = [sys.executable, "-m", "pytest", "-p", "xdist.plugin", *arguments]
        # Starting with every plugin there is takes seconds; only that for several processes is needed.
        environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
        return ended.returncode, ended.stdout + ended.stderr

    return run


TESTS = """
@covers("C-01", "F-01")
def test_good(): pass

@covers("C-02")
@pytest.mark.parametrize("n", [1, 2])
def test_partly(n): assert n == 1

@covers("C-02")
@pytest.mark.skip
def test_skipped(): pass

@covers("C-02")
@pytest.mark.xfail
def test_expected_to_fail(): pass

@pytest.fixture
def spoilt():
    yield
    raise ValueError

@covers("F-01")
def test_spoilt_at_the_end(spoilt): pass

def test_of_nothing(): pass
"""


@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
def test_a_whole_run_is_recorded(run_pytest, record, processes):
    """Each test that covers something, with its worst outcome; the same in one process and in several."""
    run_pytest(TESTS, *processes)

    recorded = json.loads(record.read_text())["not slow"]["tests"]
    assert {name.partition("::")[2]: value["outcome"] for name, value in recorded.items()} == {
        "test_good": "passed",
        "test_partly[1]": "passed",
        "test_partly[2]": "failed",
        "test_skipped": "skipped",
        "test_expected_to_fail": "skipped",
        "test_spoilt_at_the_end": "failed",
    }
    assert recorded["tests/test_it.py::test_good"]["covers"] == ["C-01", "F-01"]


@pytest.mark.parametrize("part", [["-k", "good"], ["tests/test_it.py"], ["-x"]])
def test_a_part_of_a_run_is_not_recorded(run_pytest, record, part):
    """A choice of tests says nothing about the rest, and leaves the last whole run as it is."""
    run_pytest(TESTS, *part)

    assert not record.exists()


@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
def test_an_unknown_requirement_is_refused(run_pytest, record, processes):
    """A mistyped id is an error of collection, named with its test, and the run is not recorded."""
    code, printed = run_pytest("class TestIt:\n    @covers('C-1')\n    def test_typo(self): pass", *processes)

    assert code != 0
    assert "tests/test_it.py::TestIt::test_typo: C-1 is no requirement" in printed
    assert not record.exists()
