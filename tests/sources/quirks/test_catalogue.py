"""Every quirk of the catalogue has its test: here, or where the behaviour lives."""

import ast
import re

import pytest

from workbench.engagement import ROOT

HERE = ROOT / "tests" / "sources" / "quirks"
# Quirks that show only when records are loaded.
ELSEWHERE = {
    "Q35": ("test_notes.py", "long_text"),
}


def list_tests(path):
    """Name and text of every test of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return [f"{node.name} {ast.get_docstring(node) or ''}" for node in nodes]


@pytest.mark.parametrize("quirk", [f"Q{number:02}" for number in range(1, 39)])
def test_the_quirk_has_a_test(quirk):
    """The test names its quirk, or the one named here speaks of it."""
    own = [text for path in HERE.glob("test_*.py") if path.name != "test_catalogue.py" for text in list_tests(path)]
    named = {quirk_ for text in own for quirk_ in _list_quirks(text)}

    if quirk in ELSEWHERE:
        path, word = ELSEWHERE[quirk]
        assert any(word in text for file in (ROOT / "tests").glob(path) for text in list_tests(file))
    else:
        assert quirk in named


def _list_quirks(text):
    for first, last in re.findall(r"Q(\d\d)(?:-Q(\d\d))?", text):
        yield from (f"Q{number:02}" for number in range(int(first), int(last or first) + 1))
