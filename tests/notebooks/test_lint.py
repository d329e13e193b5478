"""The stage notebooks tell the story and leave the work to modules; and the checks that say so do bite."""

from __future__ import annotations

import json

import pytest

from tests.notebooks.lint import CHECKS, check_python, find_problems
from workbench.engagement import NOTEBOOKS
from workbench.runs import nbformat
from workbench.stages import STAGES

SLUG = "10_discovery"


def test_every_stage_has_its_notebook_and_no_other_lies_there():
    """One name per stage: the notebooks are those of STAGES."""
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} == {stage.slug for stage in STAGES.values()}


@pytest.mark.parametrize("slug", [stage.slug for stage in STAGES.values()])
def test_a_stage_notebook_is_clean(slug):
    """No logic, no outputs, words before code, typed parameters, one closing call."""
    assert find_problems(NOTEBOOKS / f"{slug}.ipynb") == []


def markdown(source, name):
    return nbformat.v4.new_markdown_cell(source, id=name)


def code(source, name, **more):
    return nbformat.v4.new_code_cell(source, id=name, **more)


def good():
    """The smallest notebook that is clean."""
    cells = [
        markdown("# What the source holds\n\nSome words.", "title"),
        code('# Settings\nrun: str = ""', "settings", metadata={"tags": ["parameters"]}),
        markdown("Helpers.", "words-1"),
        code("from workbench.engagement import open_run\nfrom workbench.folder import close", "imports"),
        markdown("## Look", "words-2"),
        code('here = open_run("discovery", run)', "look"),
        markdown("## Closing", "words-3"),
        code("close(here, result)", "closing"),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def find_in(notebook, tmp_path):
    path = tmp_path / f"{SLUG}.ipynb"
    path.write_text(nbformat.writes(notebook) if not isinstance(notebook, str) else notebook)
    return find_problems(path)


def test_a_clean_notebook_has_no_problems(tmp_path):
    """What the next tests break is whole to begin with."""
    assert find_in(good(), tmp_path) == []


def insert(at, *cells):
    return lambda notebook: notebook.cells.__setitem__(slice(at, at), cells)


def replace(at, source):
    return lambda notebook: notebook.cells[at].__setitem__("source", source)


def update(at, **values):
    return lambda notebook: notebook.cells[at].update(values)


def extend(source):
    """Put this line behind the call in the middle of the notebook."""
    return replace(5, f'here = open_run("discovery", run)\n{source}')


BREAKS = {
    "an execution count": (update(5, execution_count=1), "check_stored"),
    "an output": (update(5, outputs=[nbformat.v4.new_output("stream", text="x")]), "check_stored"),
    "no title": (replace(0, "Some words."), "check_title"),
    "code first": (insert(0, code("1", "first")), "check_title"),
    "no parameters cell": (update(1, metadata={}), "check_parameters"),
    "two parameters cells": (update(5, metadata={"tags": ["parameters"]}), "check_parameters"),
    "an untyped parameter": (replace(1, '# Settings\nrun: str = ""\nsize = 3'), "check_parameters"),
    "a computed parameter": (replace(1, '# Settings\nrun: str = ""\nname: str = run + "x"'), "check_parameters"),
    "a literal of another type": (replace(1, '# Settings\nrun: str = ""\nsize: int = "3"'), "check_parameters"),
    "a secret parameter": (replace(1, '# Settings\nrun: str = ""\napi_key: str = ""'), "check_parameters"),
    "no run parameter": (replace(1, "# Settings\nsize: int = 3"), "check_parameters"),
    "a parameters cell of one line": (replace(1, 'run: str = ""'), "check_parameters"),
    "a function": (extend("def f(): pass"), "check_logic"),
    "a class": (extend("class C: pass"), "check_logic"),
    "a loop": (extend("for i in x: i"), "check_logic"),
    "a while": (extend("while x: x"), "check_logic"),
    "a try": (extend("try: x\nexcept E: y"), "check_logic"),
    "a with": (extend("with x: y"), "check_logic"),
    "a lambda": (extend("lambda: 1"), "check_logic"),
    "a comprehension": (extend("[i for i in x]"), "check_logic"),
    "an if": (extend("if x: y"), "check_logic"),
    "a long cell": (extend("1\n" * 12), "check_length"),
    "imports in two cells": (insert(4, markdown("More.", "w"), code("import sys", "i2")), "check_imports"),
    "imports among other code": (extend("import sys"), "check_imports"),
    "code after code": (insert(6, code("1", "bare")), "check_introductions"),
    "code after nothing": (replace(6, " "), "check_introductions"),
    "no closing": (replace(7, "result"), "check_closing"),
    "code behind the closing": (insert(8, markdown("More.", "w"), code("1", "more")), "check_closing"),
    "two closings": (extend("close(here, result)"), "check_closing"),
    "another stage": (replace(5, 'here = open_run("sample", run)'), "check_stage"),
    "a fixed stamp": (replace(5, 'here = open_run("discovery", "20260101T000000Z")'), "check_stage"),
    "no run opened": (replace(5, "here = 1"), "check_stage"),
}  # fmt: skip


@pytest.mark.parametrize("what", BREAKS)
def test_each_check_bites(what, tmp_path):
    """A notebook with one thing wrong is refused by the check that is there for it."""
    change, expected = BREAKS[what]
    notebook = good()
    change(notebook)

    assert find_in(notebook, tmp_path)
    assert expected in {check.__name__ for check in CHECKS if check(notebook, SLUG)}


def test_every_check_is_shown_to_bite():
    """No check stands there untested."""
    assert {check.__name__ for check in CHECKS} == {expected for _, expected in BREAKS.values()}


@pytest.mark.parametrize("source", ["%matplotlib inline", "!ls", "def"])
def test_what_is_not_python_is_refused(source, tmp_path):
    """Magic commands and shell lines are no part of a stage."""
    notebook = good()
    notebook.cells[5].source = source

    assert check_python(notebook) == [find_in(notebook, tmp_path)[0].removeprefix(f"{SLUG}.ipynb: ")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda notebook: notebook.cells[0].pop("id"), "'id' is a required property"),
        (update(1, id="title"), "2 cells have the id title"),
        (lambda notebook: notebook.update(nbformat_minor=4), "minimum of 5"),
        (update(0, source=1), "not a notebook of format 4.5"),
    ],
)
def test_what_is_no_valid_notebook_is_refused(change, said, tmp_path):
    """Format 4.5 with cell ids, so that a cell keeps its name over time."""
    notebook = good()
    change(notebook)

    (problem,) = find_in(json.dumps(notebook), tmp_path)

    assert said in problem


def test_what_is_not_even_json_is_refused(tmp_path):
    """A file cut short is named, not guessed at."""
    assert "not a notebook" in find_in("{", tmp_path)[0]
