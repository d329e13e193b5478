"""What the bench writes of its cells: at a glance, case by case, and with every note in full."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workbench.bench.cases import CASES
from workbench.bench.notes import list_notes
from workbench.bench.report import compare_speed, describe_bench, tabulate_overview, write_bench
from workbench.bench.runner import Attempt, Cell
from workbench.bench.tools import TOOLS
from workbench.bench.truth import Said, Truth

AT = datetime(2026, 11, 22, tzinfo=UTC)
WHOLE = Truth(fit=100, landed=100, duplicates=0, missing=0, orphans=0, unexplained=0)


def make_cell(tool, case="clean", *, seconds=1.0, truth=WHOLE, problem=""):
    """What a tool did in a case."""
    attempt = Attempt(code=0, seconds=seconds, cpu=0.5, peak_kb=50_000)
    said = Said(words="<b>all loaded</b>")
    return Cell(
        tool=TOOLS[tool], case=CASES[case], records=100, attempts=(attempt,), said=said, truth=truth, requests=90,
        least=80, problem=problem,
    )  # fmt: skip


@pytest.fixture
def cells():
    """Two tools, two cases, one of which could not be run."""
    doubled = replace(WHOLE, duplicates=3, missing=1, landed=99)
    return [
        make_cell("ours"),
        make_cell("dlt bulk", seconds=2.0),
        make_cell("ours", "lost"),
        make_cell("dlt bulk", "lost", truth=doubled),
        make_cell("ours", "late"),
        make_cell("dlt bulk", "late", truth=None, problem="not run: no index"),
    ]


def test_the_overview_has_a_row_a_tool_and_a_column_a_case(cells):
    """Doubled and missing records, a plain 0 for none of either, and nothing where nothing was run."""
    assert tabulate_overview(cells).to_dicts() == [
        {"tool": "ours", "clean": "0", "lost": "0", "late": "0"},
        {"tool": "dlt bulk", "clean": "0", "lost": "3 + 1", "late": None},
    ]


def test_a_tool_that_was_not_run_says_why(cells):
    """In the text as well."""
    assert "not run: no index" in describe_bench(cells, command="bench", at=AT)


@pytest.mark.parametrize(("theirs", "named"), [(2.0, False), (0.5, True)])
def test_who_is_faster_is_named(theirs, named):
    """Ours is not made to look faster than it is."""
    cells = [make_cell("ours"), make_cell("singer bulk", seconds=theirs)]

    assert ("singer bulk" in compare_speed(cells)) is named
    assert ("Faster than ours" in describe_bench(cells, command="bench", at=AT)) is named


def test_the_page_has_every_note_in_full(cells, tmp_path):
    """A note that is cut off is no fairness; and what a tool says is never markup."""
    write_bench(cells, tmp_path, command="workbench bench faults", at=AT)
    page = (tmp_path / "faults.html").read_text(encoding="utf-8")

    assert all(note.replace("'", "&#x27;") in page for _, note in list_notes(cells))
    assert "<b>all loaded" not in page and "width=device-width" in page
