"""Every line of the contract is held by a test named after its section, as far as its evidence is firm."""

import ast
import csv
import re
from pathlib import Path

HERE = Path(__file__).parent
# O: the vendor's own pages; L: recorded on a live account; P: somebody's production code; I: inferred; U: unknown.
GRADES = set("OLPIU")
FIRM = {"O", "L"}


def read_lines() -> dict[str, dict[str, str]]:
    """Lines of the contract by id: grade and statement, from one file a section."""
    lines = {}
    for path in sorted((HERE / "contract").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                assert row["line"] not in lines, f"{path.name}: {row['line']} stands twice"
                lines[row["line"]] = row
    return lines


def read_tests() -> list[tuple[str, str]]:
    """Name of the test and the line it is marked with, for every mark in the suite."""
    found = []
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                found += [(node.name, line) for mark in node.decorator_list for line in _read_mark(mark)]
    return found


def _read_mark(mark: ast.expr) -> list[str]:
    is_ours = isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.contract"
    return [ast.literal_eval(each) for each in mark.args] if is_ours else []


def test_lines_are_well_formed():
    """A line has an id of section and number, a known grade, and says something."""
    wrong = [
        id
        for id, row in read_lines().items()
        if not re.fullmatch(r"\d+(\.\d+)?-\d\d", id) or row["grade"] not in GRADES or not row["statement"].strip()
    ]

    assert wrong == []


def test_firm_lines_are_all_held():
    """No line of the vendor's pages or of a live recording is without a test."""
    held = {line for _, line in read_tests()}

    assert [id for id, row in read_lines().items() if row["grade"] in FIRM and id not in held] == []


def test_marks_name_lines_of_the_section_in_the_name():
    """A test marked with a line of section 2.1 is called test_2_1_something, and the line exists."""
    lines = read_lines()
    wrong = [
        (name, line)
        for name, line in read_tests()
        if line not in lines or not name.startswith(f"test_{line.partition('-')[0].replace('.', '_')}_")
    ]

    assert wrong == []
