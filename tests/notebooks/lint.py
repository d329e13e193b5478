"""What a stage notebook may not be: every check takes a notebook and returns what is wrong with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.parameters import read_parameters
from workbench.stages import STAGES
from workbench.transcript import read_notebook

MOST_LINES = 12
LOGIC = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.AsyncFor, ast.comprehension,
    ast.While, ast.If, ast.IfExp, ast.Match, ast.Try, ast.TryStar, ast.With, ast.AsyncWith,
)  # fmt: skip


def find_problems(path: Path) -> list[str]:
    """Everything that is wrong with a notebook, each line beginning with its file."""
    try:
        notebook = read_notebook(path)
    except UsageError as error:
        return [str(error)]
    if unreadable := check_python(notebook):
        return [f"{path.name}: {problem}" for problem in unreadable]
    return [f"{path.name}: {problem}" for check in CHECKS for problem in check(notebook, path.stem)]


def check_python(notebook: Any) -> list[str]:
    """Code is Python: no magic commands, no shell."""
    problems = []
    for cell in list_code(notebook):
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            problems.append(f"cell {cell.id}: not Python: {error.msg}")
    return problems


def check_stored(notebook: Any, slug: str) -> list[str]:
    """Nothing a run leaves is kept in the notebook that runs are made from."""
    stored = (cell for cell in list_code(notebook) if cell.outputs or cell.execution_count is not None)
    return [f"cell {cell.id}: has outputs or an execution count; clear them" for cell in stored]


def check_title(notebook: Any, slug: str) -> list[str]:
    """The notebook opens with its title."""
    first = notebook.cells[0] if notebook.cells else None
    is_titled = first and first.cell_type == "markdown" and first.source.startswith("# ")
    return [] if is_titled else ["the first cell has to be Markdown that begins with `# ` and the title"]


def check_parameters(notebook: Any, slug: str) -> list[str]:
    """One parameters cell of typed literals, and in such a form that JupyterLab runs it too."""
    try:
        read_parameters(notebook, where="parameters")
    except UsageError as error:
        return str(error).splitlines()
    (cell,) = (cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    is_one_line = len(cell.source.strip().splitlines()) < 2
    # IPython takes a cell of one line that begins with the name of a magic command for that command.
    return (
        [f"cell {cell.id}: alone on its line, `run: ...` is IPython's %run; put a comment above"] if is_one_line else []
    )


def check_logic(notebook: Any, slug: str) -> list[str]:
    """A notebook calls functions, it has none, and it decides nothing."""
    found = ((cell, node) for cell in list_code(notebook) for node in ast.walk(ast.parse(cell.source)))
    logic = ((cell, type(node).__name__) for cell, node in found if isinstance(node, LOGIC))
    return [f"cell {cell.id}: {name} is logic; it belongs in a module" for cell, name in logic]


def check_length(notebook: Any, slug: str) -> list[str]:
    """A cell is read at a glance."""
    lengths = ((cell, len(cell.source.splitlines())) for cell in list_code(notebook))
    return [f"cell {cell.id}: {lines} lines, at most {MOST_LINES}" for cell, lines in lengths if lines > MOST_LINES]


def check_imports(notebook: Any, slug: str) -> list[str]:
    """One cell has all imports, and nothing else."""
    kinds = {
        cell.id: {isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(cell.source))
                  if isinstance(node, ast.stmt)}
        for cell in list_code(notebook)
    }  # fmt: skip
    importing = [name for name, found in kinds.items() if True in found]
    problems = [f"cell {name}: imports and other code in one cell" for name in importing if False in kinds[name]]
    return problems + ([f"imports stand in several cells: {', '.join(importing)}"] if len(importing) > 1 else [])


def check_introductions(notebook: Any, slug: str) -> list[str]:
    """Words come before every code cell and say what is to be seen."""
    pairs = zip([None, *notebook.cells], notebook.cells, strict=False)
    bare = [
        cell for before, cell in pairs
        if cell.cell_type == "code" and (before is None or before.cell_type != "markdown" or not before.source.strip())
    ]  # fmt: skip
    return [f"cell {cell.id}: no Markdown cell right before it" for cell in bare]


def check_closing(notebook: Any, slug: str) -> list[str]:
    """The last code cell closes the run, and no other does."""
    cells = list_code(notebook)
    closing = [cell.id for cell in cells if "close" in list_calls(cell)]
    return [] if cells and closing == [cells[-1].id] else ["exactly the last code cell has to call close(...)"]


def check_stage(notebook: Any, slug: str) -> list[str]:
    """The notebook opens the run of its own stage, under the stamp it is given."""
    names = {stage.slug: name for name, stage in STAGES.items()}
    calls = [call for cell in list_code(notebook) for call in walk_calls(cell) if name_of(call) == "open_run"]
    opened = [[ast.unparse(argument) for argument in call.args] for call in calls]
    expected = [repr(names.get(slug)), "run"]
    return [] if opened == [expected] else [f"has to call open_run({', '.join(expected)}) once"]


CHECKS = (
    check_stored, check_title, check_parameters, check_logic, check_length, check_imports, check_introductions,
    check_closing, check_stage,
)  # fmt: skip


def list_code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def list_calls(cell: Any) -> list[str]:
    return [name_of(call) for call in walk_calls(cell)]


def walk_calls(cell: Any) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""
